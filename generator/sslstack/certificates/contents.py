"""What a file of certificates or keys holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

_SHOWN_PROBLEMS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file holds, in the file's order.

    `keys` are private keys in PEM or DER as they stood there, `others` the names of what is
    neither certificate nor key, `left_out` the same with the lines of the blocks, `converted` the
    formats that were not PEM, `problems` what could not be read, each as a clause that fits after
    the file's name. `damaged_first` tells that the first of them comes before any certificate,
    `locked` that a password is missing or wrong.
    """

    certificates: tuple[x509.Certificate, ...] = ()
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    others: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    converted: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    damaged_first: bool = False
    locked: bool = False


def join_contents(parts: list[Contents]) -> Contents:
    """Join the contents of the parts of a file."""
    telling = [part for part in parts if part.certificates or part.problems]
    return Contents(
        certificates=tuple(one for part in parts for one in part.certificates),
        keys=tuple(one for part in parts for one in part.keys),
        others=tuple(one for part in parts for one in part.others),
        left_out=tuple(one for part in parts for one in part.left_out),
        converted=tuple(dict.fromkeys(one for part in parts for one in part.converted)),
        problems=tuple(one for part in parts for one in part.problems)[:_SHOWN_PROBLEMS],
        damaged_first=bool(telling and telling[0].problems),
        locked=any(part.locked for part in parts),
    )


def report_damage(clause: str) -> Contents:
    """Return contents with one problem, given as a clause after the file's name."""
    return Contents(problems=(clause,), damaged_first=True)
