"""Certificates and chains for load balancers."""

from sslstack.certificates.backend_keys import read_public_key
from sslstack.certificates.model import CertificateFiles, Chain, Source, write_pem
from sslstack.certificates.report import (
    CertificateReport,
    check_certificate,
    check_delivery,
)

__all__ = [
    "CertificateFiles",
    "CertificateReport",
    "Chain",
    "Source",
    "check_certificate",
    "check_delivery",
    "read_public_key",
    "write_pem",
]
