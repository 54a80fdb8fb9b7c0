"""The template of a deployed stack, and whether another says the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation import loads
from sslstack.deploy.status import Course
from sslstack.errors import InputError

if TYPE_CHECKING:
    from sslstack.aws.door import Aws
    from sslstack.deploy.status import DeployedStack


def deployed(aws: Aws, stack: DeployedStack) -> str:
    """Give the text of the deployed template; empty where nothing of it serves.

    That is a stack under review, one that is gone, and one whose creation failed.
    """
    if stack.meaning.course in (Course.CREATE, Course.RECREATE):
        return ""
    answer = aws.read(
        "cloudformation", "get_template", StackName=stack.id, TemplateStage="Original"
    )
    body = answer["TemplateBody"]
    return body if isinstance(body, str) else json.dumps(body)


def same(one: str, other: str) -> bool:
    """Tell whether two texts are the same template, whatever their comments and order."""
    return one == other or _content(one) == _content(other)


def _content(text: str) -> Any:
    """Give what a template says; JSON is YAML, and what is neither says only itself."""
    try:
        return loads(text)
    except InputError:
        return text
