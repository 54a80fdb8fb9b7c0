"""What a failed call to AWS means, and what to tell about it.

Every exception of botocore ends here: `judge` says whether the request may have been carried
out, `explain` gives the error that the rest of the program knows, with a hint.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from sslstack import files
from sslstack.aws import regions
from sslstack.errors import SslstackError, UnavailableError
from sslstack.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CUT_SHORT = (ResponseParserError, KeyError, ValueError)
"""What botocore's parsers raise at an answer that is cut short, or not AWS's at all: it does not
compare an answer's length with its Content-Length (urllib3 is told not to)."""
_NO_CREDENTIALS = (OSError, EOFError)
"""What is raised while credentials are got anew: a program or a file that a profile names is not
there, or nobody is there to type a code. Errors of the network are botocore's own."""
FAILURES = (boto.BotoCoreError, boto.ClientError, *_CUT_SHORT, *_NO_CREDENTIALS)
"""Every exception that a call by boto3 is known to raise."""


class Meaning(enum.Enum):
    """What is known after a call has failed."""

    LOST = "unknown whether it was done"
    UNSENT = "not done; may work later"
    EXPIRED = "not done: the credentials have expired"
    UNAUTHENTICATED = "not done: no valid credentials"
    NOWHERE = "not done: unknown region"
    UNTRUSTED = "not done: the certificate of the endpoint is not trusted"
    DENIED = "not done: a permission is missing"
    REFUSED = "AWS refused it"


_SERVER_ERROR = 500
_CODES: Mapping[str, Meaning] = {
    **dict.fromkeys(
        (
            "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
            "RequestThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
            "SlowDown", "BandwidthLimitExceeded", "PriorRequestNotComplete",
            "TransactionInProgressException", "RequestTimeout", "RequestTimeoutException",
        ),
        Meaning.UNSENT,
    ),
    **dict.fromkeys(
        ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"),
        Meaning.EXPIRED,
    ),
    **dict.fromkeys(
        (
            "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
            "AuthFailure", "InvalidAccessKeyId", "IncompleteSignature",
            "MissingAuthenticationToken", "InvalidSignatureException", "RequestTimeTooSkewed",
        ),
        Meaning.UNAUTHENTICATED,
    ),
    **dict.fromkeys(
        ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"),
        Meaning.DENIED,
    ),
}  # fmt: skip
"""Codes of the API reference's common errors, of botocore's retry rules and of S3."""
_LACKING = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)")
"""What AWS says is missing, which may be another action: iam:PassRole, say."""
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
"""OpenSSL's word for a TLS handshake that we have broken off."""
_EXCEPTIONS: tuple[tuple[tuple[type[Exception], ...], Meaning], ...] = (
    ((boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError),
     Meaning.UNSENT),
    ((boto.UnauthorizedSSOTokenError, boto.TokenRetrievalError, boto.LoginRefreshRequired),
     Meaning.EXPIRED),
    ((boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError,
      boto.SSOError, boto.LoginError, boto.MissingDependencyException, boto.ProfileNotFound,
      boto.MetadataRetrievalError,
      boto.NoRegionError, boto.InvalidRegionError, boto.ConfigNotFound, boto.ConfigParseError),
     Meaning.UNAUTHENTICATED),
    ((boto.HTTPClientError, boto.IncompleteReadError, boto.ConnectionError), Meaning.LOST),
)  # fmt: skip


class Refused(SslstackError):  # noqa: N818 - an answer, caught where "no" has a meaning
    """AWS's answer is no; `code` is its own word for the reason."""

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class LostAnswer(UnavailableError):  # noqa: N818 - a state of knowledge, caught
    """A request was sent and no answer came back: it may have been carried out."""


class NotAuthenticated(UnavailableError):  # noqa: N818 - caught to log in anew
    """The credentials are missing, wrong or too old."""


def classify(error: Exception) -> Meaning:
    """Describe what is known after one of `FAILURES`."""
    if isinstance(error, boto.ClientError):
        if _code(error).isdigit() and not error.operation_name.startswith("Head"):
            return Meaning.LOST  # a refusal that was cut short: botocore makes up its code
        if (known := _CODES.get(_code(error))) is not None:
            return known
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return Meaning.LOST if status >= _SERVER_ERROR else Meaning.REFUSED
    if isinstance(error, boto.EndpointConnectionError) and _unknown_region(error):
        return Meaning.NOWHERE
    if isinstance(error, boto.SSLError) and _UNTRUSTED in str(error):
        return Meaning.UNTRUSTED
    for kinds, meaning in _EXCEPTIONS:
        if isinstance(error, kinds):
            return meaning
    if isinstance(error, boto.BotoCoreError):
        return Meaning.REFUSED
    return Meaning.LOST if isinstance(error, _CUT_SHORT) else Meaning.UNAUTHENTICATED


def explain(error: Exception, action: str, hidden: Sequence[str] = ()) -> SslstackError:
    """Return the error to raise for one of `FAILURES`, without the values that are `hidden`.

    `action` is `service:Operation`.
    """
    meaning = classify(error)
    said = redact(_said(error), hidden)
    if meaning is Meaning.LOST:
        return LostAnswer(f"{action}: no answer from AWS ({said})", hint="try again later")
    if meaning is Meaning.UNSENT:
        return UnavailableError(
            f"{action}: AWS is throttling or unavailable ({said})", hint="try again later"
        )
    if meaning is Meaning.EXPIRED:
        return NotAuthenticated(
            f"{action}: the credentials have expired",
            hint="run 'aws sso login' or 'aws login', or get new ones",
        )
    if meaning is Meaning.UNAUTHENTICATED:
        return NotAuthenticated(f"{action}: {said}", hint=_credentials_hint(error))
    if meaning is Meaning.NOWHERE:
        doubt = regions.describe_unknown(_unknown_region(error))
        return UnavailableError(f"{action}: {said}", hint=doubt)
    if meaning is Meaning.UNTRUSTED:
        return UnavailableError(
            f"{action}: the certificate of the endpoint is not trusted ({said})",
            hint="behind a proxy, set AWS_CA_BUNDLE to the file with its root certificate",
        )
    if meaning is Meaning.DENIED:
        told = _LACKING.search(said)
        return UnavailableError(
            f"{action}: access denied ({said})",
            hint=f"allow {told[1] if told else action} for these credentials",
        )
    code = _code(error) if isinstance(error, boto.ClientError) else type(error).__name__
    hint = _HINTS.get(f"{action.partition(':')[0]}:{code}") or _HINTS.get(code, "")
    return Refused(f"{action}: {said}", code=code, hint=hint)


_HINTS = {
    "InsufficientCapabilitiesException": "the template creates IAM resources: allow it with "
    "--capability CAPABILITY_IAM",
    "LimitExceededException": "a quota of the account is used up; see Service Quotas",
    "secretsmanager:LimitExceededException": "a secret has at most 20 labels, one a version: "
    "'sslstack push --prune' removes unused versions",
}
"""By code, or by service and code."""
_CREDENTIALS_HINTS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((boto.NoRegionError, boto.InvalidRegionError),
     "give --region, or AWS_REGION, or a profile with a region"),
    ((boto.ProfileNotFound,), "'aws configure list-profiles' lists the profiles"),
    ((boto.MissingDependencyException,), "install it beside sslstack: pip install 'botocore[crt]'"),
    ((boto.LoginError,), "run 'aws login'"),
    ((Exception,),
     "give --profile or AWS_PROFILE, or 'aws sso login'; 'aws sts get-caller-identity' tests"),
)  # fmt: skip


def _credentials_hint(error: Exception) -> str:
    return next(hint for kinds, hint in _CREDENTIALS_HINTS if isinstance(error, kinds))


def _unknown_region(error: Exception) -> str:
    kwargs: Mapping[str, object] = getattr(error, "kwargs", {})
    return regions.find_unknown(str(kwargs.get("endpoint_url", "")))


def _code(error: boto.ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _said(error: Exception) -> str:
    """Return the reason in one line, without botocore's preamble and whatever HTML came back."""
    if isinstance(error, boto.ClientError):
        message = " ".join(str(error.response.get("Error", {}).get("Message", "")).split())
        return _code(error) if message.startswith("<") else message or _code(error)
    if isinstance(error, _CUT_SHORT):
        return "not an AWS response"
    if isinstance(error, EOFError):
        return "a code is required, but there is no terminal to ask for it"
    if isinstance(error, OSError) and error.filename and not isinstance(error, boto.BotoCoreError):
        return f"'{error.filename}': {files.describe_error(error)}"
    return " ".join(str(error).split())
