"""Certificates and chains for load balancers."""

from sslstack.certificates.examine import Examined, check_delivery, examine
from sslstack.certificates.model import Chain, Declared, Source, pem
from sslstack.certificates.trusted import public_key

__all__ = [
    "Chain",
    "Declared",
    "Examined",
    "Source",
    "check_delivery",
    "examine",
    "pem",
    "public_key",
]
