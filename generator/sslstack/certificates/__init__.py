"""Certificates and chains for load balancers."""

from sslstack.certificates.examine import Examined, examine
from sslstack.certificates.model import Chain, Declared, Source, pem
from sslstack.certificates.trusted import public_key

__all__ = ["Chain", "Declared", "Examined", "Source", "examine", "pem", "public_key"]
