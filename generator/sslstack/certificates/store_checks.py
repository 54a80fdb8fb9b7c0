"""Whether a kind of load balancer accepts a key from the store of its certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from sslstack.certificates import checks, names
from sslstack.certificates.problems import Problem, make_notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cryptography import x509

    from sslstack.kinds import Kind, Store

Objection = tuple["Store", "Callable[[str], bool]", bool, str]
"""Where a key comes from, which keys are meant, whether they are refused for certain, and words."""
_CLASSIC: tuple[Objection, ...] = (
    ("acm", lambda key: not key.startswith("RSA"), True,
     "a classic load balancer does not accept a certificate with an EC key from ACM"),
    ("acm", lambda key: key == "RSA 4096", True,
     "a classic load balancer does not accept an RSA 4096 certificate from ACM"),
    ("iam", lambda key: key == "RSA 3072", False,
     "AWS lists RSA 2048 and 4096 for classic load balancers, not 3072"),
)  # fmt: skip
"""elb-add-or-delete-listeners, classic guide of 2023."""
_NETWORK: tuple[Objection, ...] = (
    ("iam", lambda key: key == "RSA 4096", True,
     "a network load balancer accepts an RSA 4096 certificate from IAM, then its listener fails"),
    ("acm", lambda key: key == "RSA 4096", True,
     "a network load balancer does not accept an RSA 4096 certificate"),
)  # fmt: skip
"""create-tls-listener, guide of network load balancers."""


def _objections(load_balancer: Kind) -> tuple[Objection, ...]:
    match load_balancer:
        case "classic":
            return _CLASSIC
        case "network":
            return _NETWORK
        case "application":
            return ()
        case _:
            assert_never(load_balancer)


def check_store(leaf: x509.Certificate, load_balancer: Kind, store: Store) -> Iterator[Problem]:
    """Check a leaf's key by where it goes."""
    key = checks.describe_key(leaf)
    for place, refuses, certain, words in _objections(load_balancer):
        if place == store and refuses(key):
            message = f"'{names.describe_subject(leaf)}': {words}"
            if certain:
                hint = "use RSA 2048"
                yield Problem(rule="certificate.key-and-store", message=message, hint=hint)
            else:
                yield make_notice("certificate.key-not-listed", message, "use RSA 2048")
