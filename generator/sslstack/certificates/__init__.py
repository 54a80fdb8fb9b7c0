"""Certificates and chains for load balancers: read, judged, resolved."""

from sslstack.certificates.load import load
from sslstack.certificates.model import Chain, Source

__all__ = ["Chain", "Source", "load"]
