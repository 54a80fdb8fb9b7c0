"""What AWS says about TLS at its load balancers: security policies, as data.

`elb_policies.json` holds the predefined policies with their protocols and ciphers, and
beside each the AWS page it comes from and what is uncertain about it.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, assert_never

from sslstack.balancers import classic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.kinds import Kind

STRONGEST_OF_CLASSIC = "ELBSecurityPolicy-TLS-1-2-2017-01"
"""TLS 1.2 only; no policy of classic load balancers has TLS 1.3."""
RECOMMENDED = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
"""What AWS recommends: TLS 1.2 and 1.3, forward secret, post-quantum key agreement."""
OF_AWS = "ELBSecurityPolicy-2016-08"
"""What a listener gets that names no policy: `default_for` in `elb_policies.json`."""
RESERVED_PREFIXES = ("ELBSecurityPolicy-", "ELBSample-")
"""Own policies may not be named so: elb-create-https-ssl-load-balancer, classic guide 2023."""
WEAK_CIPHERS = ("RC4", "DES-CBC", "CAMELLIA", "DHE-DSS", "EXP-", "NULL", "PSK", "SEED", "IDEA")
_FRESH_KEY = ("ECDHE-", "DHE-", "EDH-", "TLS_")
WEAK_PROTOCOLS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")
PROTOCOLS = (*WEAK_PROTOCOLS, "TLSv1.2", "TLSv1.3")
"""Versions, weakest first, as `elb_policies.json` and the attributes of policies name them."""
SPOKEN: Mapping[str, str] = {
    "TLSv1": "TLS 1.0",
    "TLSv1.1": "TLS 1.1",
    "TLSv1.2": "TLS 1.2",
    "TLSv1.3": "TLS 1.3",
    "DES-CBC": "3DES",
}
"""What people call them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityPolicy:
    """A predefined policy: which protocols and ciphers a client may use.

    `protocols` and `ciphers` are None where AWS's documentation does not say.
    """

    name: str
    protocols: tuple[str, ...] | None
    ciphers: tuple[str, ...] | None

    @property
    def weaknesses(self) -> tuple[str, ...]:
        """Name what RFC 9325 and RFC 8996 advise against, strongest objection first."""
        protocols = [p for p in WEAK_PROTOCOLS if p in (self.protocols or ())]
        ciphers = [w for w in WEAK_CIPHERS if any(w in c for c in self.ciphers or ())]
        return tuple(SPOKEN.get(name, name) for name in (*protocols, *ciphers))

    @property
    def forward_secret(self) -> bool | None:
        """Tell whether every cipher agrees on a fresh key; None where ciphers are not known."""
        if self.ciphers is None:
            return None
        return all(cipher.startswith(_FRESH_KEY) for cipher in self.ciphers)


def default_policy(kind: Kind) -> str:
    """Give the policy of a listener where ssl.yml names none: the strongest for most clients."""
    match kind:
        case "classic":
            return STRONGEST_OF_CLASSIC
        case "application" | "network":
            return RECOMMENDED
        case _:
            assert_never(kind)


@functools.cache
def predefined(kind: Kind) -> Mapping[str, SecurityPolicy]:
    """Give the predefined policies that a kind of load balancer has, by name.

    Some names mean other ciphers on a classic load balancer than on the newer kinds.
    """
    section = facts()[_section(kind)]
    return {
        name: SecurityPolicy(
            name=name,
            protocols=_known(entry.get("protocols")),
            ciphers=_known(entry.get("ciphers")),
        )
        for name, entry in section.items()
        if kind in entry.get("load_balancers", ["classic"])
    }


def _section(kind: Kind) -> str:
    match kind:
        case "classic":
            return "classic"
        case "application" | "network":
            return "v2"
        case _:
            assert_never(kind)


@functools.cache
def negotiable() -> frozenset[str]:
    """Give the attributes of a policy of one's own, of a classic load balancer."""
    custom = facts()["classic_custom"]
    versions = (*WEAK_PROTOCOLS, "TLSv1.2")
    names = {classic.REFERENCE, classic.ORDER, *(classic.PROTOCOL_PREFIX + one for one in versions)}
    for value in custom.values():
        if isinstance(value, list):
            names.update(item for item in value if isinstance(item, str))
    return frozenset(names)


@functools.cache
def facts() -> Mapping[str, Any]:
    """Give the whole of `elb_policies.json`."""
    text = resources.files(__package__).joinpath("elb_policies.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _known(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
