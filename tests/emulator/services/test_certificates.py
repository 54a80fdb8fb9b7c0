"""IAM refuses the server certificates AWS refuses, by a stack and by the API alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

import cloudformation_emulator as emulator
from support import pki
from support.emulated import (
    Cloud,
    balancer,
    certificate,
    secure_listener,
    template,
    with_certificate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = pki.root()
LEAF = pki.issue("leaf.example.com", ROOT, domains=["leaf.example.com"])
OTHER = pki.issue("other.example.com", ROOT, domains=["other.example.com"])
STRANGER = pki.root("Stranger")
PARSE = "Please ensure the certificate is in PEM format."


@pytest.fixture
def iam(cloud: Cloud) -> Iterator[Any]:
    """Give IAM, and delete the certificates of the test."""
    client = cloud.client("iam")
    yield client
    for name in cloud.certificates:
        client.delete_server_certificate(ServerCertificateName=name)


def upload(iam: Any, name: str = "named", **more: Any) -> Any:
    """Upload the leaf with its chain; `more` replaces parts."""
    request = {
        "CertificateBody": LEAF.pem.decode(),
        "PrivateKey": LEAF.key_pem.decode(),
        "CertificateChain": ROOT.pem.decode(),
        **more,
    }
    return iam.upload_server_certificate(ServerCertificateName=name, **request)


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        ({"PrivateKey": OTHER.key_pem.decode()}, "KeyPairMismatch", "doesn't match"),
        ({"CertificateBody": "words"}, "MalformedCertificate", PARSE),
        ({"CertificateBody": f"a word\n{LEAF.pem.decode()}"}, "MalformedCertificate", PARSE),
        ({"PrivateKey": "words"}, "MalformedCertificate", "Unable to parse key"),
        ({"CertificateChain": "words"}, "MalformedCertificate", PARSE),
        (
            {"CertificateChain": STRANGER.pem.decode()},
            "MalformedCertificate",
            "The index within the chain of the invalid certificate is: -1",
        ),
        (
            {"CertificateChain": (ROOT.pem + STRANGER.pem).decode()},
            "MalformedCertificate",
            "The index within the chain of the invalid certificate is: 0",
        ),
        ({"CertificateBody": "x" * 16_385}, "ValidationError", "between 1 and 16384"),
        ({"PrivateKey": "x" * 16_385}, "ValidationError", "between 1 and 16384"),
    ],
)
def test_what_does_not_fit_is_refused(
    iam: Any, more: dict[str, str], code: str, message: str
) -> None:
    """Each with the code of the API's reference."""
    with pytest.raises(ClientError) as caught:
        upload(iam, **more)
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert message in error["Message"]


def test_a_chain_has_its_limit(iam: Any) -> None:
    """2,097,152 characters; one less is read, and refused for what it is."""
    with pytest.raises(ClientError, match="between 1 and 2097152"):
        upload(iam, CertificateChain="x" * 2_097_153)
    with pytest.raises(ClientError, match="Unable to parse certificate chain"):
        upload(iam, CertificateChain="x" * 2_097_152)


def test_a_name_is_taken_once(iam: Any) -> None:
    """EntityAlreadyExists, and a name with a slash is none."""
    upload(iam)
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        upload(iam)
    with pytest.raises(ClientError, match="is invalid: a b"):
        upload(iam, "a b")


def test_an_account_has_room_for_twenty(iam: Any) -> None:
    """LimitExceeded for the next one."""
    for number in range(20):
        upload(iam, f"number-{number}")
    with pytest.raises(iam.exceptions.LimitExceededException):
        upload(iam, "one-more")


def test_a_certificate_in_use_cannot_be_deleted(cloud: Cloud) -> None:
    """DeleteConflict names the load balancer."""
    cloud.deploy("used", with_certificate(LEAF))
    (name,) = cloud.certificates
    iam = cloud.client("iam")
    with pytest.raises(iam.exceptions.DeleteConflictException) as caught:
        iam.delete_server_certificate(ServerCertificateName=name)
    assert f"loadbalancer/{cloud.balancers[0]['LoadBalancerName']}." in str(caught.value)


def test_a_stack_fails_with_the_reason_and_without_the_key(cloud: Cloud) -> None:
    """The key of another certificate: KeyPairMismatch in the event, no key anywhere."""
    wrong = certificate(LEAF, PrivateKey=OTHER.key_pem.decode())
    cloud.deploy("wrong", template(Certificate=wrong))
    (reason,) = [event[2] for event in cloud.events("wrong") if event[1] == "CREATE_FAILED"]
    assert "Public Key Certificate and Private Key doesn't match." in reason
    assert "KeyPairMismatch" in reason
    assert "PRIVATE KEY" not in reason


def test_a_name_of_ones_own_cannot_be_replaced(cloud: Cloud) -> None:
    """The new one would have the old one's name: the update fails and is rolled back."""
    names: dict[str, Any] = {"ServerCertificateName": "mine"}
    cloud.deploy("mine", template(Certificate=certificate(LEAF, **names)))
    stack = cloud.deploy("mine", template(Certificate=certificate(OTHER, **names)))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert cloud.certificates == ["mine"]


def test_a_fresh_certificate_may_not_be_found_at_once() -> None:
    """Eventual consistency, if asked for: the first deployment fails, the second goes through."""
    with emulator.start(delay=0, settled=False) as aws:
        cloud = Cloud(aws)
        cloud.deploy("fresh", template(Certificate=certificate(LEAF)))
        stack = cloud.deploy("fresh", with_certificate(LEAF))
        assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        (reason,) = [event[2] for event in cloud.events("fresh") if event[1] == "CREATE_FAILED"]
        assert "Server Certificate not found for the key: arn:aws:iam::" in reason
        assert cloud.deploy("fresh", with_certificate(LEAF))["StackStatus"] == "UPDATE_COMPLETE"


def test_a_certificate_can_be_provided_under_its_arn(cloud: Cloud) -> None:
    """For templates that refer to one made elsewhere: of IAM with a path, or of ACM."""
    arn = "arn:aws:iam::123456789012:server-certificate/some/path/given"
    front = secure_listener(SSLCertificateId=arn)
    assert cloud.deploy("early", template(Balancer=balancer([front])))["StackStatus"] == (
        "ROLLBACK_COMPLETE"
    )
    cloud.aws.provide(arn)
    assert cloud.deploy("given", template(Balancer=balancer([front])))["StackStatus"] == (
        "CREATE_COMPLETE"
    )
    cloud.delete("given")
    cloud.client("iam").delete_server_certificate(ServerCertificateName="given")
