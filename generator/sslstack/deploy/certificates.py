"""When a certificate at AWS ends, and whom it is for: in ACM and in IAM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.arn import parse_arn
from sslstack.aws.client import read_time
from sslstack.certificates import Chain, formats

if TYPE_CHECKING:
    import datetime

    from sslstack.aws.client import Aws


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A certificate in one of AWS's stores; `expires` is aware, and None before it is issued."""

    expires: datetime.datetime | None
    domains: tuple[str, ...]
    fingerprint: str | None = None


def read(aws: Aws, arn: str) -> Stored:
    """Read the certificate of an ARN; raises SslstackError where AWS does not tell."""
    parsed = parse_arn(arn)
    return _in_iam(aws, parsed.name) if parsed.service == "iam" else _in_acm(aws, arn)


def _in_iam(aws: Aws, name: str) -> Stored:
    answer = aws.read("iam", "get_server_certificate", ServerCertificateName=name)
    found = answer["ServerCertificate"]
    body = formats.read_contents(found.get("CertificateBody", "").encode()).certificates
    if not body:
        return Stored(
            expires=read_time(found["ServerCertificateMetadata"], "Expiration"), domains=()
        )
    chain = Chain(leaf=body[0])
    return Stored(expires=chain.expires, domains=chain.domains, fingerprint=chain.fingerprint)


def _in_acm(aws: Aws, arn: str) -> Stored:
    found = aws.read("acm", "describe_certificate", CertificateArn=arn)["Certificate"]
    names = found.get("SubjectAlternativeNames") or [found.get("DomainName", arn)]
    return Stored(expires=read_time(found, "NotAfter"), domains=tuple(names))
