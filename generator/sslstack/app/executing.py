"""Executing one change set, or watching one that is executing."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sslstack import workspace
from sslstack.app import generating
from sslstack.cache import Cache
from sslstack.deploy import deployment
from sslstack.deploy.reporter import Detached
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.app.deploying import Reporter
    from sslstack.aws.client import Aws
    from sslstack.findings import Location


def execute(aws: Aws, arn: str, reporter: Reporter) -> int:
    """Execute the change set of an ARN, or watch it; returns the exit code.

    Raises SslstackError, and DeploymentFailed where the stack failed or was rolled back.
    """
    reporter.prepare(aws=aws, origins=_find_origins(aws, arn))
    try:
        outcome = deployment.attach(aws, arn, reporter, confirm=True)
    except Detached as left:
        return reporter.conclude_detached(left.arn)
    finally:
        reporter.settle()
    found = outcome.change_set
    if outcome.end is None:
        return reporter.conclude_declined(found, "change set kept")
    reporter.conclude(found.stack, outcome.end, found)
    return 0


def _find_origins(aws: Aws, arn: str) -> Mapping[str, Location]:
    """Return the places in ssl.yml, if a stack of this folder generates the change set's template.

    Otherwise none, because a wrong line is worse than no line.
    """
    with contextlib.suppress(SslstackError):
        answer = aws.read("cloudformation", "get_template", ChangeSetName=arn)
        for made in _generate_all():
            if made.text == answer["TemplateBody"]:
                return made.origins
    return {}


def _generate_all() -> Iterator[generating.Generated]:
    """Yield every template of this folder that can be generated."""
    for folder in workspace.find():
        cache = Cache(folder.root)
        for unit in generating.units(folder, cache):
            with contextlib.suppress(SslstackError):
                yield generating.generate(unit, cache)
