"""Termination protection and the stack policy, set where they are declared.

Both belong to the stack and not to a change set, so they are set after a deployment has
succeeded, and only where they are not so already. The change set's description carries them to
whoever executes it.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from sslstack.changes import Action, Replacement
from sslstack.cloudformation.resource_types import LOAD_BALANCERS
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from sslstack.aws.client import Aws
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.status import DeployedStack

_SERVICE = "cloudformation"
DESCRIBED = "sslstack:"
"""What a description that this program has written begins with."""
ALLOWED = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What is declared; None leaves it as it is."""

    termination: bool | None = None
    keep_load_balancers: bool | None = None

    def dumps(self) -> str:
        """Return it as a change set's description carries it; empty when nothing is declared."""
        said = {key: value for key, value in asdict(self).items() if value is not None}
        return " ".join(f"{key}={str(value).lower()}" for key, value in said.items())

    def added(self) -> Protection:
        """Return only what it puts on, and nothing that it takes off."""
        return replace(
            self,
            termination=self.termination or None,
            keep_load_balancers=self.keep_load_balancers or None,
        )

    @classmethod
    def loads(cls, description: str) -> Protection:
        """Read it from a change set's description; nothing is declared by one not ours."""
        if not description.startswith(DESCRIBED):
            return cls()
        said = dict(re.findall(r"(\w+)=(true|false)", description))
        known = [one.name for one in fields(cls)]
        return cls(**{key: value == "true" for key, value in said.items() if key in known})


KEEP: dict[str, Any] = {
    "Effect": "Deny",
    "Action": ["Update:Replace", "Update:Delete"],
    "Principal": "*",
    "Resource": "*",
    "Condition": {"StringEquals": {"ResourceType": sorted(LOAD_BALANCERS)}},
}
"""The statement of a stack policy that forbids replacing and removing load balancers.

From the guide's page protect-stack-resources: what no statement allows is denied, and a policy
can be changed but not be deleted. All other statements are somebody's own, and stay.
"""


def check_policy(aws: Aws, change_set: ChangeSet, declared: Protection) -> None:
    """Refuse what our stack policy will refuse, before anything is executed.

    Raises SslstackError.

    What only may replace is not refused: AWS does it where it does replace. A load balancer that
    leaves the stack is removed from it, retained or not.
    """
    against = [
        one
        for one in change_set.changes
        if one.type in LOAD_BALANCERS
        and (one.replacement is Replacement.TRUE or one.action is Action.REMOVE)
    ]
    if not against or declared.keep_load_balancers is False:
        return
    if KEEP in _statements(aws, change_set.stack_id):
        names = ", ".join(one.logical_id for one in against)
        raise SslstackError(
            f"the policy of stack {change_set.stack} protects its load balancers, but {names} "
            "would "
            "be replaced or removed",
            hint="set keep_load_balancers: false in the environment",
        )


def release(aws: Aws, stack_id: str, stack: str, declared: Protection) -> None:
    """Remove our statement from the stack policy where that is declared, before the update."""
    if declared.keep_load_balancers is not False:
        return
    statements = _statements(aws, stack_id)
    if KEEP in statements:
        _set_policy(aws, stack_id, [one for one in statements if one != KEEP])
        aws.notify(f"{stack}: the stack policy no longer protects load balancers")


def compare_protection(aws: Aws, stack: DeployedStack, declared: Protection) -> tuple[str, ...]:
    """Describe what is declared and not so, a line for each; nothing of what is not declared."""
    lines: list[str] = []
    if declared.termination not in (None, stack.termination_protection):
        lines.append(
            f"termination protection differs from ssl.yml: {_word(declared.termination)} there, "
            f"{_word(stack.termination_protection)} on the stack"
        )
    wanted = declared.keep_load_balancers
    if wanted is not None and wanted != (KEEP in _statements(aws, stack.id)):
        lines.append(
            f"keep_load_balancers differs from ssl.yml: {_word(wanted)} there, "
            f"{_word(not wanted)} on the stack"
        )
    return tuple(lines)


def _word(wanted: object) -> str:
    return "on" if wanted else "off"


def protect(aws: Aws, stack: DeployedStack, declared: Protection) -> tuple[str, ...]:
    """Set what is declared and not so yet; returns a line for each thing set.

    What cannot be set is told and does not make a good deployment a bad one.
    """
    done: list[str] = []
    if declared == Protection():
        return ()
    try:
        wanted = declared.termination
        if wanted is not None and wanted != stack.termination_protection:
            aws.set(
                _SERVICE, "update_termination_protection",
                StackName=stack.id, EnableTerminationProtection=wanted,
            )  # fmt: skip
            done.append(f"{stack.name}: termination protection is {_word(wanted)}")
        if declared.keep_load_balancers:
            statements = _statements(aws, stack.id)
            if KEEP not in statements:
                _set_policy(aws, stack.id, [*(statements or [ALLOWED]), KEEP])
                done.append(f"{stack.name}: the stack policy protects load balancers")
        release(aws, stack.id, stack.name, declared)
    except SslstackError as error:
        aws.notify(f"stack {stack.name} is deployed, but not protected as declared: {error}")
    return tuple(done)


def _set_policy(aws: Aws, stack: str, statements: list[Any]) -> None:
    body = json.dumps({"Statement": statements}, sort_keys=True)
    aws.set(_SERVICE, "set_stack_policy", StackName=stack, StackPolicyBody=body)


def _statements(aws: Aws, stack: str) -> list[Any]:
    """Return the statements of a stack's policy, none where it has no policy."""
    answer = aws.read(_SERVICE, "get_stack_policy", StackName=stack)
    body = answer.get("StackPolicyBody")
    found = json.loads(body).get("Statement", []) if body else []
    return found if isinstance(found, list) else [found]
