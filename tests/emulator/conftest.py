"""The emulated account by the name that tests of the emulator itself call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.emulated import Cloud


@pytest.fixture
def cloud(account: Cloud) -> Cloud:
    """Give the emulator, and leave it empty."""
    return account
