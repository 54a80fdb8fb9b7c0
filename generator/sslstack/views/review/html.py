"""A review as one HTML file: no script, no network, light and dark, for screen and paper."""

from __future__ import annotations

import datetime
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from sslstack.diff import Effect
from sslstack.escaping import escape_lines
from sslstack.expiry import SOON
from sslstack.redaction import find_literal_secrets
from sslstack.source_redaction import redact_source
from sslstack.views.review import pictures
from sslstack.views.review.text import mark
from sslstack.views.review.values import change as both
from sslstack.views.review.values import entries
from sslstack.views.review.words import (
    ORDER_ONLY,
    count_effects,
    counts,
    done,
    path,
    place,
    without_repetition,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sslstack.diff import Review
    from sslstack.diff.facts import Certificate
    from sslstack.diff.review import Side

_CONTEXT = 3
_SPAN = datetime.timedelta(days=400)
"""Length of the time line; longer periods are cut off on the right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of both texts, side by side: numbers from 1, 0 if a side has none."""

    kind: str
    left: int
    right: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A certificate on the time line: positions in percent, and the words beside it."""

    subject: str
    side: str
    begins: float
    ends: float
    words: str
    due: bool


def html(reviews: Sequence[Review], now: datetime.datetime) -> str:
    """Return the whole report as text; `now` (aware) is the start of the time lines."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sslstack.views.review", "."),
        autoescape=True,
        finalize=_visible,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("review.html.j2").render(
        reviews=[one for one in reviews if one.diff],
        unchanged=[one.template for one in reviews if not one.diff],
        now=now,
        effects=list(Effect),
        effect_counts=count_effects([one for one in reviews if one.diff]),
        counts=counts([one for one in reviews if one.diff]),
        consequences={one.template: (new, note) for one, new, note in without_repetition(reviews)},
        path=path,
        place=place,
        done=done,
        order_only=ORDER_ONLY,
        picture=_picture,
        periods=periods,
        lines=side_by_side,
        mark=mark,
        both=both,
        entries=entries,
    )


def _visible(given: object) -> object:
    """Return what is written into the page, without characters that hide or move words."""
    return given if isinstance(given, Markup) or not isinstance(given, str) else escape_lines(given)


def _picture(review: Review, which: str) -> Markup:
    one, other = review.before.facts, review.after.facts
    if which == "after":
        one, other = other, one
    title = f"Listeners of {review.template} {which}"
    exposed = {each.subject for each in review.consequences if each.effect is Effect.EXPOSED}
    marked = exposed if which == "after" else set()
    return pictures.svg(one, other, title, marked) if one.listeners else Markup("")


def periods(review: Review, now: datetime.datetime) -> list[Period]:
    """Return each certificate, before and after if the two differ, on a line from now on."""
    found: list[Period] = []
    old, new = review.before.facts.certificates, review.after.facts.certificates
    for name in sorted({*old, *new}):
        sides = [("before", old.get(name)), ("after", new.get(name))]
        if sides[0][1] == sides[1][1]:
            sides = [("unchanged", sides[1][1])]
        found += [_period(one, side, now) for side, one in sides if one and one.chain]
    return found


def _period(one: Certificate, side: str, now: datetime.datetime) -> Period:
    assert one.chain is not None  # noqa: S101 - checked by the caller
    leaf = one.chain.leaf
    left = (leaf.not_valid_after_utc - now).days
    words = f"{left} days left" if left >= 0 else f"expired {-left} days ago"
    return Period(
        subject=one.subject,
        side=side,
        begins=_position(leaf.not_valid_before_utc, now),
        ends=_position(leaf.not_valid_after_utc, now),
        words=f"until {leaf.not_valid_after_utc:%Y-%m-%d}, {words}",
        due=left < SOON.days,
    )


def _position(moment: datetime.datetime, now: datetime.datetime) -> float:
    return round(min(max((moment - now) / _SPAN, 0.0), 1.0) * 100, 1)


def side_by_side(review: Review) -> list[Line]:
    """Return both texts as lines; unchanged parts far from a change become one gap line."""
    before, after = map(_redacted, (review.before, review.after))
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    found: list[Line] = []
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        if found or group[0][1] > 0:
            found.append(Line(kind="gap", left=0, right=0, before="", after=""))
        for tag, i1, i2, j1, j2 in group:
            found += _lines(tag, before, after, (i1, i2, j1, j2))
    return found


def _redacted(side: Side) -> list[str]:
    return redact_source(side.text, find_literal_secrets(side.template)).splitlines()


def _lines(
    tag: str, before: Sequence[str], after: Sequence[str], at: tuple[int, int, int, int]
) -> Iterator[Line]:
    i1, i2, j1, j2 = at
    for offset in range(max(i2 - i1, j2 - j1)):
        left = i1 + offset if i1 + offset < i2 else None
        right = j1 + offset if j1 + offset < j2 else None
        yield Line(
            kind="same" if tag == "equal" else "changed",
            left=0 if left is None else left + 1,
            right=0 if right is None else right + 1,
            before="" if left is None else before[left],
            after="" if right is None else after[right],
        )
