"""Passwords of encrypted private keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _refuse(name: str) -> bytes | None:
    del name
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passwords:
    """Where passwords come from: `read` returns that of a key by its file, None where none is.

    `given` if it was named beforehand, so that no person is asked.
    """

    read: Callable[[str], bytes | None] = _refuse
    given: bool = False
