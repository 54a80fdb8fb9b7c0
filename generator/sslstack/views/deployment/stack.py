"""A stack: what happens to it, how that ended, and how it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import escaping
from sslstack.arn import parse_arn
from sslstack.views.banner import styled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sslstack.deploy.events import End, StackEvent
    from sslstack.deploy.status import DeployedStack
    from sslstack.findings import Location

_BY_A_USER = "User Initiated"
_COLORS = {"FAILED": "red", "ROLLBACK": "red", "COMPLETE": "green", "PROGRESS": "magenta"}


def status_color(status: str) -> str | None:
    """Give the colour of a status of a stack or a resource, None where it has none."""
    return next((color for word, color in _COLORS.items() if word in status), None)


def step(one: StackEvent) -> str:
    """Give one step as a line: time, status, resource, reason."""
    status = escaping.style_text(f"{one.status:28}", fg=status_color(one.status))
    said = _reason(one)
    return escaping.escape_styled(
        f"{one.time:%H:%M:%S} {status} {one.logical_id} ({one.type}){f': {said}' if said else ''}"
    )


def _reason(one: StackEvent) -> str:
    """Give the reason of a step; that a user began what everybody sees begin is none."""
    if one.reason != _BY_A_USER:
        return one.reason
    return "cancelled by a user" if one.turns else ""


def conclusion(
    stack: str,
    end: End,
    origins: Mapping[str, Location],
    banner: str = "",
    completed: Callable[[str], str] = str,
) -> str:
    """Say how it ended, behind a banner; the root cause stands last, with the line it came from.

    What would help is said as it is `completed`.
    """
    from sslstack.deploy import status  # noqa: PLC0415 - late, it imports botocore

    before = f"{styled(banner)} " if banner else ""
    if end.succeeded:
        left = [escaping.escape_styled(f"  left behind: {_failure(one)}\n") for one in end.failures]
        return "".join([*left, f"{before}{stack}: {end.status}\n"])
    reason = f" ({end.reason})" if end.reason else ""
    lines = [f"{before}{stack}: {escaping.style_text(end.status, fg='red', bold=True)}{reason}"]
    if hint := status.find_hint(end.status, stack, ""):
        lines.append(f"  hint: {completed(hint)}")
    lines += [f"  also: {_failure(one)}" for one in end.failures[1:]]
    if (cause := end.root_cause) is not None:
        place = f"{origins[cause.logical_id]}: " if cause.logical_id in origins else ""
        lines.append(f"{place}{cause.logical_id} ({cause.type}) {cause.status}: {_reason(cause)}")
    return "\n".join(map(escaping.escape_styled, lines)) + "\n"


def _failure(one: StackEvent) -> str:
    return f"{one.logical_id} ({one.type}): {one.reason}"


def deployed(stack: DeployedStack) -> str:
    """Give the status of a deployed stack with its outputs."""
    region = parse_arn(stack.id).region
    begun = f"begun {stack.changed:%Y-%m-%d %H:%M:%S %Z}"
    lines = [f"{stack.name}: {stack.status} in {region}, {begun}"]
    if stack.meaning.words:
        lines.append(f"  the stack {stack.meaning.words}")
    lines += [f"  {key}: {value}" for key, value in sorted(stack.outputs.items())]
    return "\n".join(map(escaping.escape_styled, lines)) + "\n"
