"""The stack: what is to be deployed, as a plain value."""

from sslstack.stack.build import build
from sslstack.stack.certificate_files import Material, list_public_files, load_material
from sslstack.stack.checks import check_stack
from sslstack.stack.convox import check_labels
from sslstack.stack.key_pairs import check_private_keys, list_declared_keys
from sslstack.stack.model import LoadBalancer, Stack
from sslstack.stack.project import list_published, load_project

__all__ = [
    "LoadBalancer",
    "Material",
    "Stack",
    "build",
    "check_labels",
    "check_private_keys",
    "check_stack",
    "list_declared_keys",
    "list_public_files",
    "list_published",
    "load_material",
    "load_project",
]
