"""Declared listeners as a table and as JSON: target, expires, domains, as `convox ssl` did."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack import escaping
from sslstack.expiry import SOON

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNITS = (
    (datetime.timedelta(days=365), "year"),
    (datetime.timedelta(days=30), "month"),
    (datetime.timedelta(days=7), "week"),
    (datetime.timedelta(days=1), "day"),
    (datetime.timedelta(hours=1), "hour"),
    (datetime.timedelta(minutes=1), "minute"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One listener with a certificate; `problem` says why its certificate is not shown.

    `environment` is one where it is another than in the stack as it is.
    """

    stack: str
    target: str
    certificate: str
    expires: datetime.datetime | None = None
    domains: tuple[str, ...] = ()
    fingerprint: str | None = None
    problem: str = ""
    environment: str = ""

    @property
    def unknown(self) -> bool:
        """Tell whether nothing says when the certificate ends, as of one that is elsewhere."""
        return self.expires is None and not self.problem

    def due(self, now: datetime.datetime, within: datetime.timedelta) -> bool:
        """Tell whether the certificate ends within that time from now, or has ended."""
        return self.expires is not None and self.expires - now <= within


def table(rows: Sequence[Row], now: datetime.datetime) -> str:
    """Give aligned columns with a heading; STACK and ENVIRONMENT only where there are several."""
    several = len({row.stack for row in rows}) > 1
    varied = any(row.environment for row in rows)
    heading = ["STACK"] * several + ["ENVIRONMENT"] * varied + ["TARGET", "EXPIRES", "DOMAINS"]
    lines = [heading]
    for row in rows:
        shown = ", ".join(map(display_name, row.domains)) or row.problem or "-"
        expires = f"{row.expires:%Y-%m-%d} ({relative(row.expires, now)})" if row.expires else "-"
        where = [row.stack] * several + [row.environment or "-"] * varied
        lines.append([*where, row.target, expires, shown])
    widths = [max(len(line[i]) for line in lines) for i in range(len(heading) - 1)] + [0]
    text = [
        escaping.escape_line("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)))
        for line in lines
    ]
    for index, row in enumerate(rows, start=1):
        if row.problem or row.due(now, datetime.timedelta()):
            text[index] = escaping.style_text(text[index], fg="red")
        elif row.due(now, SOON):
            text[index] = escaping.style_text(text[index], fg="magenta")
    return "\n".join(text) + "\n"


def as_json(rows: Sequence[Row]) -> str:
    """Give a JSON list with an object a listener; times are ISO 8601, UTC."""
    plain = [
        {
            "stack": row.stack,
            **({"environment": row.environment} if row.environment else {}),
            "target": row.target,
            "certificate": row.certificate,
            "expires": row.expires and f"{row.expires:%Y-%m-%dT%H:%M:%SZ}",
            "domains": list(row.domains),
            "fingerprint": row.fingerprint,
            "problem": row.problem or None,
        }
        for row in rows
    ]
    return escaping.format_json(plain) + "\n"


def relative(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Say how far away a moment is in its largest whole unit: `9 months from now`."""
    distance = abs(moment - now)
    for unit, name in _UNITS:
        if number := distance // unit:
            plural = "s" * (number != 1)
            return f"{number} {name}{plural} {'from now' if moment > now else 'ago'}"
    return "now"


def display_name(domain: str) -> str:
    """Give a domain with U-labels (IDNA 2008, RFC 5891), as written where it is not valid.

    Characters that are not visible are escaped.
    """
    if "xn--" not in domain.lower():
        return escaping.escape_line(domain)
    import idna  # noqa: PLC0415 - large tables, rarely needed

    labels = []
    for label in domain.split("."):
        try:
            labels.append(idna.decode(label) if label.lower().startswith("xn--") else label)
        except idna.IDNAError:
            labels.append(label)
    return escaping.escape_line(".".join(labels))
