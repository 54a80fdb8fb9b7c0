"""A load balancer that somebody made by hand: read, declared, taken into a stack."""

from sslstack.adoption.choose import choose
from sslstack.adoption.declare import DeclaredLoadBalancer, declare
from sslstack.adoption.model import LiveLoadBalancer
from sslstack.adoption.read import read
from sslstack.adoption.references import StackReferences, read_references
from sslstack.adoption.target_stack import TargetStack, has_load_balancer, read_target
from sslstack.adoption.template import build_import, find_subnets
from sslstack.adoption.write import (
    Path,
    belongs_to_environment,
    edit_declaration,
    find_unchanged,
)

__all__ = [
    "DeclaredLoadBalancer",
    "LiveLoadBalancer",
    "Path",
    "StackReferences",
    "TargetStack",
    "belongs_to_environment",
    "build_import",
    "choose",
    "declare",
    "edit_declaration",
    "find_subnets",
    "find_unchanged",
    "has_load_balancer",
    "read",
    "read_references",
    "read_target",
]
