"""AWS's names and numbers are stated once: in the tables, and nowhere else."""

from __future__ import annotations

import ast
import functools
from collections import defaultdict
from pathlib import Path

import pytest

import sslstack
from sslstack.balancers import classic, policies, protocols
from sslstack.cloudformation import limits, resource_types
from sslstack.kinds import KINDS

ROOT = Path(sslstack.__file__).parent


def _texts(module: object) -> list[str]:
    """Give the longer names that a module holds; short ones are words of other things, too."""
    held = [value for name, value in vars(module).items() if name.isupper()]
    return sorted(one for one in held if isinstance(one, str) and len(one) > 12)


@functools.cache
def _modules() -> dict[str, set[str]]:
    """Give the modules in which each whole text is written, by the text."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in ROOT.rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[node.value].add(name)
    return found


NAMES = [
    *((name, "balancers/classic.py") for name in _texts(classic)),
    *((name, "cloudformation/resource_types.py") for name in _texts(resource_types)),
    (policies.OF_AWS, "balancers/policies.py"),
    *((name, "balancers/policies.py") for name in map(policies.default_policy, KINDS)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "module"), sorted(set(NAMES)))
def test_a_name_is_written_in_one_module(name: str, module: str) -> None:
    """A search finds it in its table only."""
    assert _modules()[name] == {module}


def test_the_default_of_aws_is_that_of_the_data() -> None:
    """The policy a listener gets that names none is marked in the table of policies."""
    marked = {
        name
        for section in ("classic", "v2")
        for name, entry in policies.facts()[section].items()
        if entry.get("default_for")
    }
    assert marked == {policies.OF_AWS}


def test_every_protocol_is_secure_or_plain() -> None:
    """A listener that ends TLS is one of three kinds."""
    assert {"HTTP", "HTTPS", "TCP", "SSL", "TLS", "UDP"} <= protocols.SECURE | protocols.PLAIN
    assert not protocols.SECURE & protocols.PLAIN


def test_limits_are_those_of_the_guide() -> None:
    """cloudformation-limits, read in autumn 2026."""
    assert limits.COUNTS == {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
