"""An account goes back to what it was, with all that was in it and in other services."""

from __future__ import annotations

import http.client
import json
import socket
from typing import TYPE_CHECKING

import pytest

import cloudformation_emulator as emulator
from cloudformation_emulator import UnavailableError
from support.emulated import Cloud, balancer, group, template

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """Give an emulator of its own, which the tests leave as it was."""
    with emulator.start(delay=0) as aws:
        yield Cloud(aws)


def _seen(cloud: Cloud) -> str:
    """Give all that the account tells of its contents, in one text."""
    buckets = cloud.client("s3").list_buckets()["Buckets"]
    secrets = cloud.client("secretsmanager").list_secrets()["SecretList"]
    stacks = cloud.stacks.describe_stacks()["Stacks"]
    groups = cloud.client("ec2").describe_security_groups()["SecurityGroups"]
    events = [cloud.events(one["StackId"]) for one in stacks]
    found = [buckets, secrets, stacks, groups, events, cloud.balancers, cloud.certificates]
    return json.dumps(found, default=str, sort_keys=True)


def test_everything_is_as_it_was(cloud: Cloud) -> None:
    """Any checkpoint, as often as wanted, also from a state that another one led to."""
    empty, nothing = cloud.aws.checkpoint(), _seen(cloud)
    cloud.client("s3").create_bucket(Bucket="kept")
    cloud.store("kept", "x", "1" * 32)
    cloud.deploy("web", template(Balancer=balancer(), Group=group()))
    full, everything = cloud.aws.checkpoint(), _seen(cloud)
    cloud.deploy("web", template(Balancer=balancer(Scheme="internal")))
    cloud.deploy("other", template(Group=group()))
    for _ in range(2):
        cloud.aws.restore(full)
        assert _seen(cloud) == everything
        cloud.delete("web")
        cloud.aws.restore(empty)
        assert _seen(cloud) == nothing
        cloud.deploy("other", template(Group=group()))
    cloud.aws.restore(full)
    later = cloud.aws.checkpoint()
    cloud.aws.restore(empty)
    cloud.aws.restore(later)
    assert _seen(cloud) == everything
    cloud.aws.restore(empty)


def test_failures_to_come_are_part_of_it(cloud: Cloud) -> None:
    before = cloud.aws.checkpoint()
    cloud.aws.fail("Group", "no such thing")
    failing = cloud.aws.checkpoint()
    cloud.aws.restore(before)
    assert cloud.deploy("web", template(Group=group()))["StackStatus"] == "CREATE_COMPLETE"
    cloud.aws.restore(failing)
    assert cloud.deploy("web", template(Group=group()))["StackStatus"] == "ROLLBACK_COMPLETE"
    cloud.aws.restore(before)


def test_what_does_not_exist_is_refused(cloud: Cloud) -> None:
    """The account stays as it is."""
    before = _seen(cloud)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and does not listen
        with pytest.raises(UnavailableError, match="refused restore"):
            cloud.aws.restore(silent.getsockname()[1])
    assert _seen(cloud) == before


def test_it_ends_with_the_block_after_it_has_gone_back() -> None:
    with emulator.start(delay=0) as aws:
        aws.restore(aws.checkpoint())
        assert Cloud(aws).stacks.describe_stacks()["Stacks"] == []
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=5)
    with pytest.raises(ConnectionRefusedError):
        connection.connect()
