"""Versions of keys that nothing refers to any more are let go, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import botocore.exceptions
import pytest

from sslstack.aws.refusals import Refused, explain
from sslstack.deploy import deployment, reporter, status
from sslstack.deploy.keys import private_key, store
from sslstack.deploy.keys.prune import Pruned, prune
from support import pki
from support.reporters import Watcher, proposal, template

if TYPE_CHECKING:
    from sslstack.aws.client import Aws
    from sslstack.deploy.keys.private_key import PrivateKey
    from support.emulated import Cloud

_SECRET = "sslstack/web/site"  # noqa: S105 - a name


@pytest.fixture
def aws(account: Cloud) -> Aws:
    return account.connect()


def _key(name: str) -> PrivateKey:
    return private_key.load_keys(pki.issue(name, None).key_pem, "site.key")[0]


def _pushed(aws: Aws, *names: str, stack: str = "") -> dict[str, PrivateKey]:
    held = {name: _key(name) for name in names}
    for key in held.values():
        store.push(aws, "web", _SECRET, key, stack)
    return held


def _template(key: PrivateKey) -> str:
    reference = f"{_SECRET}:SecretString:private_key::{key.fingerprint}"
    return proposal().template.replace("one", f"{{{{resolve:secretsmanager:{reference}}}}}")


def _gone(pruned: Pruned) -> list[str]:
    return [version.id for version in pruned.gone]


def test_only_what_nothing_refers_to_is_pruned(aws: Aws) -> None:
    held = _pushed(aws, "deployed", "proposed", "waiting", "forgotten", "previous", "current")
    deployment.deploy(aws, proposal(_template(held["deployed"])), Watcher())
    deployment.deploy(aws, proposal(_template(held["waiting"])), Watcher(), execute_it=False)
    proposed = [_template(held["proposed"])]
    assert _gone(prune(aws, _SECRET, ["web"], proposed)) == [held["forgotten"].fingerprint]
    assert prune(aws, _SECRET, ["web"], proposed) == Pruned()


def test_what_another_environment_has_deployed_is_not_pruned(aws: Aws) -> None:
    """One secret, two stacks of the same declaration."""
    held = _pushed(aws, "deployed", "forgotten", "previous", "current")
    there = replace(proposal(_template(held["deployed"])), stack="web-prod")
    deployment.deploy(aws, there, Watcher())
    pruned = prune(aws, _SECRET, ["web", "web-prod", "web-test"], [])
    assert _gone(pruned) == [held["forgotten"].fingerprint]


def test_what_a_stack_that_is_declared_no_more_refers_to_is_not_pruned(aws: Aws) -> None:
    """Its name stands in a tag of the secret since its key was delivered."""
    held = _pushed(aws, "deployed", stack="web-old")
    there = replace(proposal(_template(held["deployed"])), stack="web-old")
    deployment.deploy(aws, there, Watcher())
    _pushed(aws, "forgotten", "previous", "current")
    assert _gone(prune(aws, _SECRET, ["web"], [])) == [_key("forgotten").fingerprint]


def test_of_a_secret_of_somebody_else_only_our_labels_are_taken(aws: Aws, account: Cloud) -> None:
    account.store(_SECRET, "theirs", "f" * 64)
    secrets = account.client("secretsmanager")
    secrets.update_secret_version_stage(
        SecretId=_SECRET, VersionStage="theirs", MoveToVersionId="f" * 64
    )
    held = _pushed(aws, "forgotten", "previous", "current")
    assert _gone(prune(aws, _SECRET, ["web"], [])) == [held["forgotten"].fingerprint]
    left = {version.id: version.labels for version in store.read_versions(aws, _SECRET)}
    assert left["f" * 64] == ("theirs",)


def test_nothing_is_pruned_while_a_stack_may_go_back(aws: Aws, account: Cloud) -> None:
    """What was deployed before may be needed again, and no template tells of it."""
    deployment.deploy(aws, proposal(), Watcher())
    held = _pushed(aws, "forgotten", "previous", "current")
    account.aws.hold("Second")
    with pytest.raises(reporter.Detached):
        deployment.deploy(aws, proposal(template("Second")), Watcher(interrupt_after=1))
    waits = prune(aws, _SECRET, ["web"], [])
    assert ([one.name for one in waits.waits_for], waits.gone) == (["web"], ())
    account.aws.release("Second")
    account.settled("web")
    assert _gone(prune(aws, _SECRET, ["web"], [])) == [held["forgotten"].fingerprint]


def test_what_was_there_before_what_serves_is_kept(aws: Aws) -> None:
    """For rolling back: Secrets Manager calls one version previous, whichever stack it was for."""
    held = _pushed(aws, "forgotten", "before", "deployed", "previous", "current")
    deployment.deploy(aws, proposal(_template(held["deployed"])), Watcher())
    assert _gone(prune(aws, _SECRET, ["web"], [])) == [held["forgotten"].fingerprint]


@pytest.mark.parametrize(
    ("word", "rests"),
    [
        ("UPDATE_COMPLETE", True),
        ("UPDATE_ROLLBACK_COMPLETE", True),
        ("REVIEW_IN_PROGRESS", True),
        ("UPDATE_ROLLBACK_IN_PROGRESS", False),
        ("UPDATE_ROLLBACK_FAILED", False),
        ("IMPORT_ROLLBACK_FAILED", False),
        ("UPDATE_FAILED", False),
    ],
)
def test_a_stack_rests_that_goes_nowhere_by_itself_nor_back(word: str, *, rests: bool) -> None:
    assert status.is_settled(word) == rests


def test_a_secret_that_is_full_takes_another_key_once_it_is_pruned(aws: Aws) -> None:
    """It takes 20 labels: two are Secrets Manager's own."""
    _pushed(aws, *(f"key {number}" for number in range(18)))
    with pytest.raises(Refused) as refused:
        _pushed(aws, "one more")
    assert "'sslstack push --prune' removes unused" in refused.value.hint
    assert len(prune(aws, _SECRET, ["web"], []).gone) == 16
    _pushed(aws, "one more")


def test_another_service_has_quotas_of_its_own() -> None:
    error = {"Error": {"Code": "LimitExceededException", "Message": "too many"}}
    said = explain(botocore.exceptions.ClientError(error, "x"), "cloudformation:CreateChangeSet")
    assert said.hint == "a quota of the account is used up; see Service Quotas"
