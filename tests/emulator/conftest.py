"""One emulator for all tests of a process; each test names its own stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulated import Cloud
from sslstack import emulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def emulation() -> Iterator[Cloud]:
    """Run an emulator that takes no time for a resource."""
    with emulator.start(delay=0) as aws:
        yield Cloud(aws)


@pytest.fixture
def cloud(emulation: Cloud) -> Iterator[Cloud]:
    """Give the emulator, and leave it empty."""
    yield emulation
    for stack in emulation.stacks.describe_stacks()["Stacks"]:
        name = stack["StackName"]
        emulation.stacks.update_termination_protection(
            StackName=name, EnableTerminationProtection=False
        )
        emulation.delete(stack["StackId"])
