"""The status of a deployed stack, and how it differs from what is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.app import generating
from sslstack.app.environments import read_protection
from sslstack.cache import Cache
from sslstack.cloudformation import loads
from sslstack.deploy import change_set as change_sets
from sslstack.deploy.deployed import is_same_template, read_deployed
from sslstack.deploy.protection import compare_protection
from sslstack.views.deployment.stack import deployed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sslstack.app.generating import Generated
    from sslstack.aws.client import Aws
    from sslstack.declaration.model import Environment
    from sslstack.deploy.status import DeployedStack
    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A deployed stack in words; `is_same` if it is as declared."""

    lines: tuple[str, ...]
    is_same: bool = False


def generate(unit: StackFolder) -> Generated:
    """Return the template that is declared; raises InputError."""
    return generating.generate(unit, Cache(unit.root))


def read(aws: Aws, made: Generated, environment: Environment) -> Status:
    """Read the deployed stack and compare it with what is declared; raises SslstackError."""
    name = environment.stack or made.stack
    found = read_deployed(aws, name)
    stack = found.stack
    if stack is None:
        place = aws.client("cloudformation").meta.region_name
        return Status(lines=(f"{name}: not deployed in {place}; check --region and --profile",))
    lines = deployed(stack).splitlines()
    for arn in change_sets.list_executable(aws, stack):
        lines.append(f"  waits: {aws.command(f'sslstack execute {arn}')}")
    if stack.status == "REVIEW_IN_PROGRESS":
        return Status(lines=tuple(lines))
    parameters = loads(made.text).get("Parameters", {})
    differences = [*_compare_settings(stack, environment, parameters)]
    differences += compare_protection(aws, stack, read_protection(environment))
    is_same = bool(found.template) and is_same_template(found.template, made.text)
    is_same = is_same and not differences
    conclusion = "the same as declared" if is_same else "differs from what is declared"
    lines += [f"  {line}" for line in (*differences, conclusion)]
    return Status(lines=tuple(lines), is_same=is_same)


def _compare_settings(
    stack: DeployedStack, environment: Environment, known: Collection[str]
) -> Iterator[str]:
    """Describe the parameters and tags that differ from the environment, except hidden ones.

    `known` are the parameters of the template.
    """
    values = {name: value for name, value in environment.parameters.items() if name in known}
    declared = [("parameter", stack.parameters, values)]
    if environment.tags is not None:
        removed = dict.fromkeys(stack.tags, "nothing")
        declared.append(("tag", stack.tags, {**removed, **environment.tags}))
    for kind, deployed_values, wanted in declared:
        for name, value in sorted(wanted.items()):
            before = deployed_values.get(name, "nothing")
            if before not in (value, "****"):
                yield f"{kind} {name}: {before} -> {value}"
