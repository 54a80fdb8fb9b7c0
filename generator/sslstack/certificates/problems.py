"""What is wrong with a certificate, before it is known where it is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sslstack.findings import Severity

About = Literal["certificate", "chain", "private_key", "roots", "domains"]
"""The key of a certificate's declaration that a problem is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem, like a `Finding`, with what it is about in place of a location.

    `index` tells which of several, where the declaration is a list.
    """

    rule: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    about: About = "certificate"
    index: int | None = None


def make_warning(
    rule: str, message: str, hint: str = "", *, about: About = "certificate"
) -> Problem:
    """Make a problem at warning level."""
    return Problem(rule=rule, message=message, hint=hint, severity=Severity.WARNING, about=about)


def make_notice(
    rule: str, message: str, hint: str = "", *, about: About = "certificate"
) -> Problem:
    """Make a problem at notice level."""
    return Problem(rule=rule, message=message, hint=hint, severity=Severity.NOTICE, about=about)
