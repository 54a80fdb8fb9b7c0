"""A review for programs: JSON, version 1, described by docs/review.schema.json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack import escaping
from sslstack.diff import Effect
from sslstack.views.review.values import change as both
from sslstack.views.review.values import entries
from sslstack.views.review.words import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.changes import ResourceChange
    from sslstack.diff import Review

VERSION = 1


def as_json(reviews: Sequence[Review]) -> str:
    """Return an object with a list of templates; within a version, keys are only added."""
    templates = [_review(one) for one in reviews]
    whole = {
        "version": VERSION,
        "different": any(one.diff for one in reviews),
        "weaker": any(one.weaker for one in reviews),
        "exposed": any(one.has({Effect.EXPOSED}) for one in reviews),
        "templates": templates,
    }
    return escaping.format_json(whole) + "\n"


def _review(review: Review) -> dict[str, Any]:
    return {
        "template": review.template,
        "base": review.base,
        "different": bool(review.diff),
        "consequences": consequences(review),
        "resources": [resource(one) for one in review.diff.resources],
        "entries": [
            {
                "section": one.section,
                "name": one.name,
                "action": one.action.value,
                "before": None if one.before is None else entries(one)[0],
                "after": None if one.after is None else entries(one)[1],
            }
            for one in review.diff.entries
        ],
    }


def consequences(review: Review) -> list[dict[str, str | None]]:
    """Return the consequences, the gravest first."""
    return [
        {
            "kind": one.kind,
            "subject": one.subject,
            "effect": one.effect.value,
            "message": one.message,
            "declared": place(review, one.subject) or None,
        }
        for one in review.consequences
    ]


def resource(change: ResourceChange) -> dict[str, Any]:
    """Return a resource's change as plain data, secrets hidden."""
    return {
        "logical_id": change.logical_id,
        "type": change.type,
        "action": str(change.action),
        "replacement": None if change.replacement is None else str(change.replacement),
        "physical_id": change.physical_id or None,
        "retained": change.retained,
        "properties": [
            {
                "path": one.path,
                "before": None if one.before is None else both(one)[0],
                "after": None if one.after is None else both(one)[1],
                "replacement": one.replacement.value,
                "cause": one.cause or None,
            }
            for one in change.properties
        ],
    }
