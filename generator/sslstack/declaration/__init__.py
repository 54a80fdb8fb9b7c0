"""ssl.yml: what people declare about TLS."""

from sslstack.declaration.environments import everywhere, varied, within
from sslstack.declaration.load import FILE_NAME, Declaration, load, schema

__all__ = ["FILE_NAME", "Declaration", "everywhere", "load", "schema", "varied", "within"]
