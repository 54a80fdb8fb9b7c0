"""Termination protection and the stack policy, set where they are declared.

Both belong to the stack and not to a change set, so they are set after a deployment has
succeeded, and only where they are not so already.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.deploy import status
from sslstack.deploy.review import LOAD_BALANCERS
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from sslstack.deploy.aws import Aws

_SERVICE = "cloudformation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What is declared; None leaves it as it is. `policy` is a stack policy's document."""

    termination: bool | None = None
    policy: dict[str, Any] | None = None


def keep_load_balancers() -> dict[str, Any]:
    """Give the stack policy that forbids replacing and removing load balancers.

    From the guide's page protect-stack-resources: what no statement allows is denied.
    """
    return {
        "Statement": [
            {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
            {
                "Effect": "Deny",
                "Action": ["Update:Replace", "Update:Delete"],
                "Principal": "*",
                "Resource": "*",
                "Condition": {"StringEquals": {"ResourceType": sorted(LOAD_BALANCERS)}},
            },
        ]
    }


def protect(aws: Aws, stack: str, declared: Protection) -> tuple[str, ...]:
    """Set what is declared and not so yet; gives a line for each thing set.

    What cannot be set is told and does not make a good deployment a bad one.
    """
    done: list[str] = []
    if declared == Protection():
        return ()
    try:
        deployed = status.read(aws, stack)
        if deployed is None:
            return ()
        wanted = declared.termination
        if wanted is not None and wanted != deployed.termination_protection:
            aws.write(
                _SERVICE, "update_termination_protection",
                StackName=deployed.id, EnableTerminationProtection=wanted,
            )  # fmt: skip
            done.append(f"termination protection is {'on' if wanted else 'off'}")
        if declared.policy is not None and _policy(aws, deployed.id) != declared.policy:
            body = json.dumps(declared.policy, sort_keys=True)
            aws.write(_SERVICE, "set_stack_policy", StackName=deployed.id, StackPolicyBody=body)
            done.append("the stack policy is set")
    except SslstackError as error:
        aws.tell(f"stack {stack} is deployed but not protected as declared: {error}")
    return tuple(done)


def _policy(aws: Aws, stack: str) -> Any:
    answer = aws.read(_SERVICE, "get_stack_policy", StackName=stack)
    body = answer.get("StackPolicyBody")
    return json.loads(body) if body else None
