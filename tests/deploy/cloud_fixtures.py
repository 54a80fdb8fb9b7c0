"""The server that the tests of deployments talk to."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from cloud import Cloud, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.deploy.aws import Aws


@pytest.fixture(scope="session")
def _cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    cloud.server.start()
    with contextlib.ExitStack() as stack:
        for patch in cloud.patches():
            stack.enter_context(patch)
        yield cloud
    cloud.server.stop()


@pytest.fixture
def cloud(_cloud: Cloud) -> Cloud:
    """Give the server, with nothing in it."""
    _cloud.reset()
    return _cloud


@pytest.fixture
def told() -> list[str]:
    """Collect what is told to whoever watches."""
    return []


@pytest.fixture
def aws(cloud: Cloud, told: list[str]) -> Aws:
    """Give a door to the server."""
    return connect(cloud.endpoint, told)
