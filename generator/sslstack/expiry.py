"""Periods of validity, and what they mean at a moment.

Apart from the certificates themselves, so that a run in which nothing has changed can tell
what expires without reading one.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sslstack.findings import Location

SOON = datetime.timedelta(days=30)
"""From here on an end of validity is a warning; a registrar needs days, and people sleep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """When a certificate is valid: both moments aware, UTC, and inclusive (RFC 5280, 4.1.2.5).

    `what` names it at the beginning of a message; `rule` is `certificate` or `chain`.
    """

    what: str
    rule: str
    begins: datetime.datetime
    ends: datetime.datetime
    location: Location


def check_expiry(periods: Iterable[Period], at: datetime.datetime) -> Iterator[Finding]:
    """Return an error for what is not valid at a moment, a warning for what soon will not be."""
    for period in periods:
        left = period.ends - at
        if left < datetime.timedelta(0):
            yield _make_finding(
                period,
                "expired",
                f"{period.what} expired on {period.ends:%Y-%m-%d}, {_format_span(-left)} ago",
                "AWS and browsers reject it: renew it",
            )
        elif at < period.begins:
            yield _make_finding(
                period,
                "not-yet-valid",
                f"{period.what} is not valid before {period.begins:%Y-%m-%d %H:%M} UTC",
                "AWS rejects it until then",
            )
        elif left <= SOON and period.rule == "certificate":
            yield _make_finding(
                period,
                "expires-soon",
                f"{period.what} expires in {_format_span(left)}, on {period.ends:%Y-%m-%d}",
                "renew it",
                Severity.WARNING,
            )


def _make_finding(
    period: Period, rule: str, message: str, hint: str, severity: Severity = Severity.ERROR
) -> Finding:
    return Finding(
        rule=f"{period.rule}.{rule}",
        severity=severity,
        message=message,
        location=period.location,
        hint=hint,
    )


def _format_span(span: datetime.timedelta) -> str:
    """Format a length of time: hours where it is less than two days."""
    if span < datetime.timedelta(days=2):
        hours = int(span / datetime.timedelta(hours=1))
        return f"{hours} hour{'s' * (hours != 1)}"
    return f"{span.days} days"
