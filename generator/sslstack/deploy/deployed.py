"""What is deployed under a stack's name: read once in a step, and passed on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation import loads
from sslstack.deploy import status
from sslstack.deploy.status import Course
from sslstack.errors import InputError

if TYPE_CHECKING:
    from sslstack.aws.client import Aws
    from sslstack.deploy.status import DeployedStack


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A stack and its template as they were at one moment.

    `stack` is None where none exists. `template` is empty where nothing of it serves.
    """

    stack: DeployedStack | None
    template: str = ""


def read_deployed(aws: Aws, name: str) -> Deployed:
    """Read the stack of a name or ARN, and its template; raises SslstackError."""
    stack = status.read(aws, name)
    return Deployed(stack=stack, template=read_template(aws, stack) if stack else "")


def read_template(aws: Aws, stack: DeployedStack) -> str:
    """Return the text of the deployed template; empty where nothing of it serves.

    That is a stack under review, one that was deleted, and one whose creation failed.
    """
    if stack.meaning.course in (Course.CREATE, Course.RECREATE):
        return ""
    answer = aws.read(
        "cloudformation", "get_template", StackName=stack.id, TemplateStage="Original"
    )
    body = answer["TemplateBody"]
    return body if isinstance(body, str) else json.dumps(body)


def is_same_template(one: str, other: str) -> bool:
    """Return whether two texts are the same template, whatever their comments and order."""
    return one == other or _content(one) == _content(other)


def _content(text: str) -> Any:
    """Return the value of a template; text that is neither YAML nor JSON is its own value."""
    try:
        return loads(text)
    except InputError:
        return text
