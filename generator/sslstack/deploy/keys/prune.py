"""Remove versions of private keys that nothing refers to any more.

A secret takes 20 labels, and each version keeps one of ours (AWS_FACTS 3.3). Secrets Manager
removes a version without labels in its own time.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.deploy import change_set as change_sets
from sslstack.deploy import status
from sslstack.deploy.deployed import read_template
from sslstack.deploy.keys import store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sslstack.aws.client import Answer, Aws
    from sslstack.deploy.status import DeployedStack


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """The removed versions; `waits_for` are stacks being updated, which keep all versions."""

    gone: tuple[store.Version, ...] = ()
    waits_for: tuple[DeployedStack, ...] = ()


def prune(aws: Aws, secret: str, names: Iterable[str], proposed: Iterable[str]) -> Pruned:
    """Remove versions that nothing refers to.

    A version stays while Secrets Manager calls it current or previous, or one of the `proposed`
    templates (texts), the deployed template or a waiting change set of a stack names it, or the
    one that was stored next: of the stacks of these `names`, and of all that the secret's tags
    name. Only labels of ours are taken.
    """
    known = store.read_versions(aws, secret)
    spare = [version for version in known if version.kept_by_us]
    if not spare:
        return Pruned()
    names = {*names, *store.read_stacks(store.describe(aws, secret) or {})}
    found = [status.read(aws, name) for name in sorted(names)]
    stacks = [one for one in found if one is not None]
    if busy := tuple(one for one in stacks if not status.is_settled(one.status)):
        return Pruned(waits_for=busy)
    texts = [*proposed, *(text for one in stacks for text in _templates(aws, one))]
    kept = {
        version for text in texts for name, version in store.find_references(text) if name == secret
    }
    before = {older.id for version, older in itertools.pairwise(known) if version.id in kept}
    gone = tuple(version for version in spare if version.id not in kept | before)
    for version in gone:
        _take_label(aws, secret, version.id)
    return Pruned(gone=gone)


def _take_label(aws: Aws, secret: str, version: str) -> None:
    label = store.make_label(version)

    def done() -> Answer | None:
        answer = store.describe(aws, secret) or {}
        labels = (answer.get("VersionIdsToStages") or {}).get(version, ())
        return None if label in labels else answer

    store.move_label(aws, done, SecretId=secret, VersionStage=label, RemoveFromVersionId=version)


def _templates(aws: Aws, stack: DeployedStack) -> Iterator[str]:
    """Return the texts of the deployed template and of every change set that waits."""
    yield read_template(aws, stack)
    for arn in change_sets.list_executable(aws, stack):
        answer = aws.read("cloudformation", "get_template", StackName=stack.id, ChangeSetName=arn)
        yield str(answer["TemplateBody"])
