"""One emulator for all tests of a process; `account` is left empty by each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import cloudformation_emulator as emulator
from support.emulated import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def emulation() -> Iterator[Cloud]:
    """Run an emulator that takes no time for a resource."""
    with emulator.start(delay=0) as aws:
        yield Cloud(aws)


@pytest.fixture
def account(emulation: Cloud) -> Iterator[Cloud]:
    """Give the emulator, and leave it empty of stacks and of what was made by hand."""
    yield emulation
    emulation.aws.relent()
    for stack in emulation.stacks.describe_stacks()["Stacks"]:
        emulation.stacks.update_termination_protection(
            StackName=stack["StackName"], EnableTerminationProtection=False
        )
        emulation.delete(stack["StackId"])
    for found in emulation.balancers:
        emulation.client("elb").delete_load_balancer(LoadBalancerName=found["LoadBalancerName"])
    for name in emulation.certificates:
        emulation.client("iam").delete_server_certificate(ServerCertificateName=name)
    acm = emulation.client("acm")
    for certificate in acm.list_certificates()["CertificateSummaryList"]:
        acm.delete_certificate(CertificateArn=certificate["CertificateArn"])
    s3 = emulation.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for one in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", ()):
            s3.delete_object(Bucket=bucket["Name"], Key=one["Key"])
        s3.delete_bucket(Bucket=bucket["Name"])
    secrets = emulation.client("secretsmanager")
    for secret in secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]:
        secrets.delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)
