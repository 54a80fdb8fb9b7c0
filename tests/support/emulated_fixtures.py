"""One emulator for all tests of a process; `account` is empty at the start of each test."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

import cloudformation_emulator as emulator
from support.emulated import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloudformation_emulator import Emulation


@pytest.fixture(scope="session")
def emulation() -> Iterator[Cloud]:
    """Run an emulator that takes no time for a resource."""
    with emulator.start(delay=0) as aws:
        network = Cloud(aws).network  # is created when somebody asks for it
        cloud = Cloud(aws, empty=aws.checkpoint())
        assert cloud.network == network
        yield cloud


@pytest.fixture
def account(emulation: Cloud) -> Iterator[Cloud]:
    """Give the emulator, and leave it as empty as it was at the start."""
    yield emulation
    emulation.clear()


@pytest.fixture
def warm(emulation: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands that start an emulator get the one that runs, empty: that saves two seconds."""

    @contextlib.contextmanager
    def start(*, region: str, **_: Any) -> Iterator[Emulation]:
        emulation.clear()
        yield dataclasses.replace(emulation.aws, region=region)
        emulation.clear()

    monkeypatch.setattr(emulator, "start", start)
