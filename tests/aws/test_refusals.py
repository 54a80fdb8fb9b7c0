"""What a failed call means: whether it may have been carried out, and what would help."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from botocore import exceptions as boto

from sslstack.aws.client import ATTEMPTS, Aws
from sslstack.aws.refusals import LostAnswer, Meaning, classify, explain
from sslstack.errors import UnavailableError

_NOWHERE = "https://cloudformation.eu-centrl-1.amazonaws.com/"
_BUCKET = "https://templates.s3.amazonaws.com/sslstack/0.yaml"
_URL = "https://cloudformation.us-east-1.amazonaws.com/"
_VERIFY = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"


def _refusal(code: str, status: int = 400, said: str = "said") -> boto.ClientError:
    answer: dict[str, Any] = {
        "Error": {"Code": code, "Message": said},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return boto.ClientError(answer, "CreateChangeSet")


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (_refusal("Throttling"), Meaning.UNSENT),
        (_refusal("ThrottlingException"), Meaning.UNSENT),
        (_refusal("TransactionInProgressException"), Meaning.UNSENT),
        (_refusal("InternalFailure", 500), Meaning.LOST),
        (_refusal("503", 503), Meaning.LOST),
        (_refusal("RequestExpired"), Meaning.EXPIRED),
        (_refusal("InvalidSignatureException"), Meaning.UNAUTHENTICATED),
        (_refusal("RequestTimeTooSkewed", 403), Meaning.UNAUTHENTICATED),
        (_refusal("AccessDenied", 403), Meaning.DENIED),
        (_refusal("ValidationError"), Meaning.REFUSED),
        (boto.EndpointConnectionError(endpoint_url=_URL), Meaning.UNSENT),
        (
            boto.EndpointConnectionError(endpoint_url=_NOWHERE),
            Meaning.NOWHERE,
        ),
        (boto.EndpointConnectionError(endpoint_url=_BUCKET), Meaning.UNSENT),
        (boto.ConnectTimeoutError(endpoint_url=_URL), Meaning.UNSENT),
        (boto.ReadTimeoutError(endpoint_url=_URL), Meaning.LOST),
        (boto.ConnectionClosedError(endpoint_url=_URL), Meaning.LOST),
        (boto.SSLError(endpoint_url=_URL, error="unexpected eof while reading"), Meaning.LOST),
        (boto.SSLError(endpoint_url=_URL, error=_VERIFY), Meaning.UNTRUSTED),
        (KeyError("Id"), Meaning.LOST),
    ],
    ids=repr,
)
def test_every_failure_says_whether_it_may_have_been_carried_out(
    error: Exception, meaning: Meaning
) -> None:
    assert classify(error) is meaning
    if meaning is not Meaning.REFUSED:
        explained = explain(error, "cloudformation:CreateChangeSet")
        assert isinstance(explained, UnavailableError)
        assert isinstance(explained, LostAnswer) == (meaning is Meaning.LOST)
        assert explained.hint


def test_an_endpoint_that_is_not_trusted_is_not_asked_again() -> None:
    """Nothing was sent; the root of whoever is in between can be named."""
    explained = explain(boto.SSLError(endpoint_url=_URL, error=_VERIFY), "sts:GetCallerIdentity")
    assert "the certificate of the endpoint is not trusted" in str(explained)
    assert "AWS_CA_BUNDLE" in explained.hint


def test_a_region_that_is_none_is_doubted() -> None:
    error = boto.EndpointConnectionError(endpoint_url=_NOWHERE)
    explained = explain(error, "cloudformation:DescribeStacks")
    assert explained.hint == "no region is named 'eu-centrl-1'; did you mean 'eu-central-1'?"


@pytest.mark.parametrize(
    ("said", "needed"),
    [
        ("User: x is not authorized to perform: iam:PassRole on resource: y", "iam:PassRole"),
        ("no", "cloudformation:CreateChangeSet"),
    ],
)
def test_a_permission_is_named_as_aws_names_it(said: str, needed: str) -> None:
    """Which may be another than that of the call."""
    error = _refusal("AccessDenied", 403, said)
    explained = explain(error, "cloudformation:CreateChangeSet")
    assert explained.hint == f"allow {needed} for these credentials"


def test_what_is_no_message_is_not_printed() -> None:
    """A page in HTML, of a proxy say, and line breaks."""
    page = "<!doctype html>\n<html>"
    assert str(explain(_refusal("ValidationError", 400, page), "x:Y")) == "x:Y: ValidationError"
    assert str(explain(_refusal("ValidationError", 400, "a\nb"), "x:Y")) == "x:Y: a b"


def test_who_waits_for_aws_is_told_so() -> None:
    """Once, and by the action that IAM knows."""
    told: list[str] = []
    slept: list[float] = []
    client = Mock()
    client.describe_tags.side_effect = boto.ConnectTimeoutError(endpoint_url=_URL)
    aws = Aws(lambda _: client, sleep=slept.append, notify=told.append)
    with pytest.raises(UnavailableError, match="elasticloadbalancing:DescribeTags"):
        aws.read("elb", "describe_tags")
    assert told == ["elasticloadbalancing:DescribeTags: no answer yet, trying again"]
    assert len(slept) == ATTEMPTS - 1
