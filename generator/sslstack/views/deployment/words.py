"""What is said of a change in every form of a change set.

What replaces or removes stands first; "will" is what CloudFormation is sure of, "may" what
only the deployment shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.changes import Action, Replacement, ResourceChange
from sslstack.deploy import review
from sslstack.views.review import values
from sslstack.views.review.words import path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.changes import PropertyChange
    from sslstack.deploy.change_set import ChangeSet

_WORDS: Mapping[str, tuple[str, str]] = {
    Action.ADD: ("add", "green"),
    Action.MODIFY: ("modify", "magenta"),
    Action.REMOVE: ("remove", "red"),
    Action.IMPORT: ("import", "blue"),
    Action.DYNAMIC: ("not known yet", "magenta"),
    Action.SYNC: ("undo drift", "magenta"),
}
TEMPLATES_ONLY = (
    "manual changes (drift) are not detected; 'sslstack adopt NAME' reads them from a load balancer"
)
"""Shown where templates are the same, because resources may differ."""
_VALUE_LENGTH = 60
_CONTEXT = 16
"""Characters shown of what two long values have in common before they differ."""


def verb(change: ResourceChange) -> str:
    """Say in words what happens to a resource; an unknown action by AWS's own word.

    What is released leaves the stack and goes on as it is.
    """
    if change.replacement == Replacement.TRUE:
        return "will replace"
    if change.replacement == Replacement.CONDITIONAL:
        return "may replace"
    if change.retained:
        return "release"
    return _WORDS.get(change.action, (str(change.action), ""))[0]


def color(change: ResourceChange) -> str | None:
    """Give the colour of a change, None where it has none."""
    if change.replaces:
        return "red"
    if change.retained:
        return "magenta"
    return _WORDS.get(change.action, ("", ""))[1] or None


def beside(change_set: ChangeSet) -> str:
    """Say what a change set is about that changes no resource: AWS tells nothing of it."""
    return "tags of the stack only" if change_set.tags else "outputs or settings of the stack only"


def details(change: ResourceChange, change_set: ChangeSet) -> Iterator[str]:
    """Give a line for each property that changes, and one for what brings the change about."""
    for one in change.properties:
        yield _property(one)
    if causes := review.trace_causes(change, change_set.changes):
        yield f"because of {', because of '.join(causes)}"


def _property(one: PropertyChange) -> str:
    mark = {Replacement.TRUE: " (replaces)", Replacement.CONDITIONAL: " (may replace)"}
    words = f"{path(one)}{mark.get(one.replacement, '')}"
    if one.before is None and one.after is None:
        return words
    before, after = _value(one.path, one.before), _value(one.path, one.after)
    skipped = _skipped(before, after)
    return f"{words}: {_cut(before, skipped)} -> {_cut(after, skipped)}"


def _value(path: str, value: Any) -> str:
    if value is None:
        return "nothing"
    if "-----BEGIN" in str(value):
        return values.value(path, str(value))
    return " ".join(
        values.shorten(str(value)).replace("{{changeSet:KNOWN_AFTER_APPLY}}", "?").split()
    )


def _skipped(before: str, after: str) -> int:
    """Count what both begin with, where one is too long to be shown whole."""
    if max(len(before), len(after)) <= _VALUE_LENGTH:
        return 0
    pairs = enumerate(zip(before, after, strict=False))
    common = next((index for index, (one, other) in pairs if one != other), 0)
    return max(0, common - _CONTEXT)


def _cut(words: str, skipped: int) -> str:
    shown = f"...{words[skipped:]}" if skipped else words
    return shown if len(shown) <= _VALUE_LENGTH else f"{shown[: _VALUE_LENGTH - 3]}..."
