"""A change set and its execution as plain lines, as Markdown and as JSON.

What replaces or removes stands first; "will" is what CloudFormation is sure of, "may" what
only the deployment shows.
"""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, Any

import click

from sslstack.changes import Action, Replacement, ResourceChange
from sslstack.deploy import review, status
from sslstack.views.review import values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.changes import PropertyChange
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import End, StackEvent
    from sslstack.deploy.keys import Pushed, Version
    from sslstack.deploy.status import DeployedStack
    from sslstack.findings import Location

_WORDS: Mapping[str, tuple[str, str]] = {
    Action.ADD: ("add", "green"),
    Action.MODIFY: ("modify", "magenta"),
    Action.REMOVE: ("remove", "red"),
    Action.IMPORT: ("import", "blue"),
    Action.DYNAMIC: ("not known yet", "magenta"),
    Action.SYNC: ("undo drift", "magenta"),
}
_STATUS_COLORS = {"FAILED": "red", "ROLLBACK": "red", "COMPLETE": "green", "PROGRESS": "magenta"}
_VALUE_LENGTH = 60
_CONTEXT = 16
"""Characters shown of what two long values have in common before they differ."""


BANNER_STYLE = "magenta"


def styled(banner: str) -> str:
    """Give a banner so that it is seen: bold, in a colour of its own."""
    return click.style(banner, fg=BANNER_STYLE, bold=True)


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


def _color(change: ResourceChange) -> str | None:
    if change.replaces:
        return "red"
    if change.retained:
        return "magenta"
    return _WORDS.get(change.action, ("", ""))[1] or None


def text(change_set: ChangeSet, origins: Mapping[str, Location]) -> str:
    """Give a line a resource, its properties and causes below; styled, ANSI."""
    if change_set.empty:
        return f"{change_set.stack}: no changes\n"
    lines = [f"{change_set.stack}: {_summary(change_set)}"]
    if not change_set.changes:
        lines.append(f"  {_beside(change_set)}")
    lines += [f"  tag {line}" for line in change_set.tags]
    for change in review.by_gravity(change_set.changes):
        word = click.style(f"{verb(change):13}", fg=_color(change), bold=change.replaces)
        declared = origins.get(change.logical_id)  # none where it is declared no longer
        place = f"  {click.style(str(declared), dim=True)}" if declared else ""
        lines.append(f"  {word} {change.logical_id} ({change.type}){place}")
        lines += [f"      {line}" for line in _details(change, change_set)]
    return "\n".join(lines) + "\n"


def _beside(change_set: ChangeSet) -> str:
    """Say what a change set is about that changes no resource: AWS tells nothing of it."""
    return "tags of the stack only" if change_set.tags else "outputs or settings of the stack only"


def _summary(change_set: ChangeSet) -> str:
    said: dict[str, int] = {}
    for change in review.by_gravity(change_set.changes):
        said[verb(change)] = said.get(verb(change), 0) + 1
    return ", ".join(f"{number} {word}" for word, number in said.items()) or "no resource changes"


def _details(change: ResourceChange, change_set: ChangeSet) -> Iterator[str]:
    for one in change.properties:
        yield _property(one)
    if causes := review.chain(change, change_set.changes):
        yield f"because of {', because of '.join(causes)}"


def _property(one: PropertyChange) -> str:
    mark = {Replacement.TRUE: " (replaces)", Replacement.CONDITIONAL: " (may replace)"}
    words = f"{one.path}{mark.get(one.replacement, '')}"
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
    return " ".join(str(value).replace("{{changeSet:KNOWN_AFTER_APPLY}}", "?").split())


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


def markdown(change_set: ChangeSet, origins: Mapping[str, Location], banner: str = "") -> str:
    """Give a heading, a banner that is quoted below it, and a table, for a pull request."""
    lines = [f"### Change set for stack `{change_set.stack}`", ""]
    lines += [f"> {banner}", ""] if banner else []
    if change_set.empty:
        return "\n".join([*lines, "No changes.", ""])
    lines += [f"`{change_set.arn}`", ""]
    if change_set.tags:
        lines += [*(f"- tag `{_cell(line)}`" for line in change_set.tags), ""]
    if not change_set.changes:
        return "\n".join([*lines, f"{_beside(change_set).capitalize()}.", ""])
    lines += ["| | Resource | Type | Properties | Declared in |", "| --- " * 5 + "|"]
    for change in review.by_gravity(change_set.changes):
        word = f"**{verb(change)}**" if change.replaces else verb(change)
        details = "<br>".join(f"`{_cell(line)}`" for line in _details(change, change_set))
        place = origins.get(change.logical_id, "")
        lines.append(f"| {word} | {change.logical_id} | {change.type} | {details} | {place} |")
    return "\n".join([*lines, ""])


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("`", "'").replace("<", "&lt;")


class Outcome(enum.StrEnum):
    """What came of a change set, for programs."""

    EMPTY = "no changes"
    PROPOSED = "proposed"
    DECLINED = "declined"
    DETACHED = "detached"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


def as_json(
    change_set: ChangeSet, outcome: Outcome, end: End | None = None, *, emulated: bool = False
) -> str:
    """Give the change set, and how it ended if it did, as a JSON object.

    `emulated` stands there only where nothing was sent to AWS.
    """
    document: dict[str, Any] = {
        **({"emulated": True} if emulated else {}),
        "outcome": outcome,
        "stack": change_set.stack,
        "changeSet": None if change_set.empty else change_set.arn,
        "type": change_set.type or None,
        "empty": change_set.empty,
        "tags": list(change_set.tags),
        "changes": [_as_plain(one) for one in review.by_gravity(change_set.changes)],
    }
    if end is not None:
        document |= {"status": end.status, "succeeded": end.succeeded, "cause": _cause(end)}
        document["leftBehind"] = [_step(one) for one in end.failures] if end.succeeded else []
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def _as_plain(change: ResourceChange) -> dict[str, Any]:
    return {
        "action": str(change.action),
        "replacement": None if change.replacement is None else str(change.replacement),
        "logicalId": change.logical_id,
        "physicalId": change.physical_id or None,
        "retained": change.retained,
        "type": change.type,
        "properties": [
            {
                "path": one.path,
                "before": one.before,
                "after": one.after,
                "replacement": str(one.replacement),
                "cause": one.cause or None,
            }
            for one in change.properties
        ],
    }


def _cause(end: End) -> dict[str, str] | None:
    return None if end.root_cause is None else _step(end.root_cause)


def _step(found: StackEvent) -> dict[str, str]:
    return {"logicalId": found.logical_id, "status": found.status, "reason": found.reason}


def status_color(status: str) -> str | None:
    """Give the colour of a status of a stack or a resource, None where it has none."""
    return next((color for word, color in _STATUS_COLORS.items() if word in status), None)


def event(one: StackEvent) -> str:
    """Give one step as a line: time, status, resource, reason."""
    reason = f": {one.reason}" if one.reason and one.reason != "User Initiated" else ""
    status = click.style(f"{one.status:28}", fg=status_color(one.status))
    return f"{one.time:%H:%M:%S} {status} {one.logical_id} ({one.type}){reason}"


def conclusion(stack: str, end: End, origins: Mapping[str, Location], banner: str = "") -> str:
    """Say how it ended, behind a banner; the root cause stands last, with the line it came from."""
    before = f"{styled(banner)} " if banner else ""
    if end.succeeded:
        left = [f"  left behind: {_failure(one)}\n" for one in end.failures]
        return "".join([*left, f"{before}{stack}: {end.status}\n"])
    reason = f" ({end.reason})" if end.reason else ""
    lines = [f"{before}{stack}: {click.style(end.status, fg='red', bold=True)}{reason}"]
    if hint := status.hint(end.status, stack, ""):
        lines.append(f"  hint: {hint}")
    lines += [f"  also: {_failure(one)}" for one in end.failures[1:]]
    if (cause := end.root_cause) is not None:
        place = f"{origins[cause.logical_id]}: " if cause.logical_id in origins else ""
        lines.append(f"{place}{cause.logical_id} ({cause.type}) {cause.status}: {cause.reason}")
    return "\n".join(lines) + "\n"


def _failure(one: StackEvent) -> str:
    return f"{one.logical_id} ({one.type}): {one.reason}"


def pushed(one: Pushed, known: tuple[Version, ...]) -> str:
    """Say what became of a key, and which versions its secret has."""
    what = "secret created" if one.created else "version added" if one.added else "already there"
    lines = [f"{one.secret}: {what}: {one.version}"]
    for version in known:
        mark = "*" if version.id == one.version else " "
        made = f"{version.created:%Y-%m-%d %H:%M}" if version.created else "?"
        lines.append(f"  {mark} {version.id}  {made}  {', '.join(version.labels)}")
    return "\n".join(lines) + "\n"


def deployed(stack: DeployedStack) -> str:
    """Give the status of a deployed stack with its outputs."""
    lines = [f"{stack.name}: {stack.status} since {stack.changed:%Y-%m-%d %H:%M:%S %Z}".rstrip()]
    if stack.meaning.words:
        lines.append(f"  the stack {stack.meaning.words}")
    lines += [f"  {key}: {value}" for key, value in sorted(stack.outputs.items())]
    return "\n".join(lines) + "\n"
