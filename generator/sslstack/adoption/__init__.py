"""A load balancer that somebody made by hand: read, declared, taken into a stack."""

from sslstack.adoption.choose import choose
from sslstack.adoption.declare import Declared, declare
from sslstack.adoption.model import LiveLoadBalancer
from sslstack.adoption.own import Own, own
from sslstack.adoption.read import read
from sslstack.adoption.receiver import Receiver, has, receiver
from sslstack.adoption.template import as_it_is, subnets
from sslstack.adoption.write import Path, beneath, same, written

__all__ = [
    "Declared",
    "LiveLoadBalancer",
    "Own",
    "Path",
    "Receiver",
    "as_it_is",
    "beneath",
    "choose",
    "declare",
    "has",
    "own",
    "read",
    "receiver",
    "same",
    "subnets",
    "written",
]
