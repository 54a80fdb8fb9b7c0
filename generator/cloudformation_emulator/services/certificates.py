"""IAM server certificates: what UploadServerCertificate and DeleteServerCertificate refuse.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs.html and the API
reference of the two calls. Validity in time is not judged: examples outlive their dates.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, ClassVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from moto.elb.models import elb_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import IAMBackend

from cloudformation_emulator.errors import RefusedError
from cloudformation_emulator.settings import STAND_IN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from moto.iam.models import Certificate

QUOTA = 20
"""Server certificates of an account, unless AWS was asked for more."""
_LIMITS = {
    "certificateBody": 16_384,
    "privateKey": 16_384,
    "certificateChain": 2_097_152,
}
"""Characters, from the API model of UploadServerCertificate."""
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_BLOCKS = re.compile(
    r"(?:\s*-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----\s"
    r"[A-Za-z0-9+/=\s]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----\s*)+"
)


class CertificateBackend(IAMBackend):
    """moto's IAM, whose server certificates are checked as AWS checks them."""

    settled: ClassVar[bool] = True
    """False: a listener does not find a certificate when it first names it, as happens on AWS."""

    def upload_server_certificate(
        self,
        cert_name: str,
        cert_body: str,
        private_key: str,
        cert_chain: str | None = None,
        path: str | None = None,
    ) -> Certificate:
        """Store a certificate, or say why not in IAM's words."""
        sizes = {"certificateBody": cert_body, "privateKey": private_key}
        for name, value in {**sizes, "certificateChain": cert_chain or " "}.items():
            _refuse_size(name, value)
        if not _NAME.fullmatch(cert_name):
            raise RefusedError(
                "ValidationError",
                f"The specified value for serverCertificateName is invalid: {cert_name}",
            )
        if any(one.cert_name == cert_name for one in self.certificates.values()):
            raise RefusedError(
                "EntityAlreadyExists",
                f"The Server Certificate with name {cert_name} already exists.",
            )
        if len(self.certificates) >= QUOTA:
            raise RefusedError(
                "LimitExceeded",
                f"Cannot exceed quota for ServerCertificatesPerAccount: {QUOTA}",
            )
        _judge(cert_body, private_key, cert_chain)
        return super().upload_server_certificate(
            cert_name, cert_body, private_key, cert_chain, path
        )

    def delete_server_certificate(self, name: str) -> None:
        """Delete a certificate that no listener uses; raises DeleteConflict otherwise."""
        arn = self.get_server_certificate(name).arn
        for user in users(self.account_id, arn):
            raise RefusedError(
                "DeleteConflict",
                f"Certificate: {name} is currently in use by {user}. "
                "Please remove it first before deleting it from IAM.",
            )
        super().delete_server_certificate(name)


CertificateBackend.__module__ = IAMBackend.__module__


def users(account: str, arn: str) -> Iterator[str]:
    """Give the ARNs of the load balancers that use a certificate, in every region."""
    for region, classic in elb_backends[account].items():
        for balancer in classic.load_balancers.values():
            if any(one.ssl_certificate_id == arn for one in balancer.listeners):
                prefix = f"arn:aws:elasticloadbalancing:{region}:{account}"
                yield f"{prefix}:loadbalancer/{balancer.name}"
    for second in elbv2_backends[account].values():
        for one in second.load_balancers.values():
            if any(arn in listener.certificates for listener in one.listeners.values()):
                yield one.arn


def _refuse_size(name: str, value: str) -> None:
    if not value or len(value) > _LIMITS[name]:
        raise RefusedError(
            "ValidationError",
            f"1 validation error detected: Value at '{name}' failed to satisfy constraint: "
            f"Member must have length between 1 and {_LIMITS[name]}, inclusive",
        )


def _judge(body: str, private_key: str, chain: str | None) -> None:
    """Refuse what is not PEM, a key of another certificate, and a chain out of order."""
    certificate = _certificates(body, "Unable to parse certificate")[0]
    if private_key != STAND_IN:
        _refuse_other_key(certificate, private_key)
    if chain:
        _refuse_disorder([certificate, *_certificates(chain, "Unable to parse certificate chain")])


def _refuse_other_key(certificate: x509.Certificate, private_key: str) -> None:
    try:
        key = serialization.load_pem_private_key(private_key.encode(), None)
    except (ValueError, TypeError) as error:
        raise RefusedError(
            "MalformedCertificate",
            "Unable to parse key; the body must contain a valid PEM-encoded, unencrypted key",
        ) from error
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise RefusedError(
            "KeyPairMismatch", "Public Key Certificate and Private Key doesn't match."
        )


def _certificates(text: str, problem: str) -> list[x509.Certificate]:
    """Read PEM blocks; text between them is refused, as aws/aws-cli#715 shows."""
    try:
        found = x509.load_pem_x509_certificates(text.encode()) if _BLOCKS.fullmatch(text) else []
    except ValueError:
        found = []
    if not found:
        raise RefusedError(
            "MalformedCertificate",
            f"{problem}. Please ensure the certificate is in PEM format.",
        )
    return found


def _refuse_disorder(chain: Sequence[x509.Certificate]) -> None:
    """Refuse a chain in which a certificate is not the issuer of the one before it."""
    for index, (subject, issuer) in enumerate(itertools.pairwise(chain), start=-1):
        try:
            subject.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise RefusedError(
                "MalformedCertificate",
                "Unable to validate certificate chain. The certificate chain must start with the "
                "immediate signing certificate, followed by any intermediaries in order. The "
                f"index within the chain of the invalid certificate is: {index}",
            ) from error
