"""ssl.yml: what people declare about TLS."""

from sslstack.declaration.environments import apply_environment, expand_environments, list_varied
from sslstack.declaration.load import FILE_NAME, Declaration, load, make_schema

__all__ = [
    "FILE_NAME",
    "Declaration",
    "apply_environment",
    "expand_environments",
    "list_varied",
    "load",
    "make_schema",
]
