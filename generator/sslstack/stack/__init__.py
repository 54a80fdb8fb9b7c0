"""The stack: what is to be deployed, as a plain value."""

from sslstack.stack.build import build
from sslstack.stack.checks import check
from sslstack.stack.convox import check_labels
from sslstack.stack.key_pairs import declared_keys, private_keys
from sslstack.stack.material import Material, gather, public_files
from sslstack.stack.model import LoadBalancer, Stack
from sslstack.stack.project import load_project, published

__all__ = [
    "LoadBalancer",
    "Material",
    "Stack",
    "build",
    "check",
    "check_labels",
    "declared_keys",
    "gather",
    "load_project",
    "private_keys",
    "public_files",
    "published",
]
