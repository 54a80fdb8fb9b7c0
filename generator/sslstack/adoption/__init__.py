"""A load balancer that somebody made by hand: read, declared, taken into a stack."""

from sslstack.adoption.choose import choose
from sslstack.adoption.declare import Declared, declare
from sslstack.adoption.model import TYPE, LiveLoadBalancer
from sslstack.adoption.own import Own, own
from sslstack.adoption.read import read
from sslstack.adoption.template import as_it_is
from sslstack.adoption.write import Path, same, written

__all__ = [
    "TYPE",
    "Declared",
    "LiveLoadBalancer",
    "Own",
    "Path",
    "as_it_is",
    "choose",
    "declare",
    "own",
    "read",
    "same",
    "written",
]
