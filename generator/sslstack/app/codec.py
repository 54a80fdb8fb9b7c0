"""What is kept of a run beside the template, as plain values for the cache and back."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from sslstack.catalogue import Level
from sslstack.expiry import Period
from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def findings_to_plain(findings: Iterable[Finding]) -> list[list[Any]]:
    """Give findings as lists."""
    return [
        [
            one.rule,
            one.severity.value,
            one.message,
            _place(one.location),
            one.hint,
            one.related and _place(one.related),
            one.url,
            one.reason,
        ]
        for one in findings
    ]


def findings_from_plain(plain: Iterable[list[Any]]) -> tuple[Finding, ...]:
    """Give back the findings that `findings_to_plain` was given."""
    return tuple(
        Finding(
            rule=rule,
            severity=Severity(severity),
            message=message,
            location=Location(*at),
            hint=hint,
            related=related and Location(*related),
            url=url,
            reason=reason,
        )
        for rule, severity, message, at, hint, related, url, reason in plain
    )


def levels_to_plain(levels: Mapping[str, Level]) -> dict[str, list[str]]:
    """Give levels of rules as lists."""
    return {rule: [level.severity.value, level.reason] for rule, level in levels.items()}


def levels_from_plain(plain: Mapping[str, list[str]]) -> dict[str, Level]:
    """Give back the levels that `levels_to_plain` was given."""
    return {rule: Level(Severity(level), reason) for rule, (level, reason) in plain.items()}


def periods_to_plain(periods: Iterable[Period]) -> list[list[Any]]:
    """Give periods of validity as lists, moments as seconds since 1970."""
    return [
        [one.what, one.rule, one.begins.timestamp(), one.ends.timestamp(), _place(one.location)]
        for one in periods
    ]


def periods_from_plain(plain: Iterable[list[Any]]) -> tuple[Period, ...]:
    """Give back the periods that `periods_to_plain` was given."""
    return tuple(
        Period(
            what=what,
            rule=rule,
            begins=datetime.datetime.fromtimestamp(begins, datetime.UTC),
            ends=datetime.datetime.fromtimestamp(ends, datetime.UTC),
            location=Location(*at),
        )
        for what, rule, begins, ends, at in plain
    )


def places_to_plain(places: Mapping[str, Location]) -> dict[str, list[Any]]:
    """Give places by name as lists."""
    return {key: _place(place) for key, place in places.items()}


def places_from_plain(plain: Mapping[str, list[Any]]) -> dict[str, Location]:
    """Give back the places that `places_to_plain` was given."""
    return {key: Location(*at) for key, at in plain.items()}


def _place(at: Location) -> list[Any]:
    return [at.file, at.line, at.column]
