"""What a failed call means: whether it may have been carried out, and what would help."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as boto

from sslstack.deploy.refusals import LostAnswer, Meaning, explain, judge
from sslstack.errors import UnavailableError

_URL = "https://cloudformation.us-east-1.amazonaws.com/"
_VERIFY = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"


def _refusal(code: str, status: int = 400) -> boto.ClientError:
    answer: dict[str, Any] = {
        "Error": {"Code": code, "Message": "said"},
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
    assert judge(error) is meaning
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
