"""Certificates and chains for load balancers."""

from sslstack.certificates.load import load
from sslstack.certificates.model import Chain, Source
from sslstack.certificates.trusted import public_key

__all__ = ["Chain", "Source", "load", "public_key"]
