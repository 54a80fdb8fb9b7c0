"""Security policies of load balancers, as data.

`elb_policies.json` contains the predefined policies with their protocols and ciphers, and
for each the AWS page it comes from and what is uncertain about it.
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
"""The policy of a listener that does not choose one: `default_for` in `elb_policies.json`."""
RESERVED_PREFIXES = ("ELBSecurityPolicy-", "ELBSample-")
"""Prefixes that custom policies may not have: elb-create-https-ssl-load-balancer,
classic guide 2023."""
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
"""Their common names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityPolicy:
    """A predefined policy: which protocols and ciphers a client may use.

    `protocols` and `ciphers` may be None: AWS does not document them for each policy.
    """

    name: str
    protocols: tuple[str, ...] | None
    ciphers: tuple[str, ...] | None

    @property
    def weaknesses(self) -> tuple[str, ...]:
        """What RFC 9325 and RFC 8996 advise against, the weakest first."""
        protocols = [p for p in WEAK_PROTOCOLS if p in (self.protocols or ())]
        ciphers = [w for w in WEAK_CIPHERS if any(w in c for c in self.ciphers or ())]
        return tuple(SPOKEN.get(name, name) for name in (*protocols, *ciphers))

    @property
    def forward_secret(self) -> bool | None:
        """Whether every cipher has forward secrecy; None if the ciphers are unknown."""
        if self.ciphers is None:
            return None
        return all(cipher.startswith(_FRESH_KEY) for cipher in self.ciphers)


def default_policy(kind: Kind) -> str:
    """Return the default policy of a listener: the strongest that most clients support."""
    match kind:
        case "classic":
            return STRONGEST_OF_CLASSIC
        case "application" | "network":
            return RECOMMENDED
        case _:
            assert_never(kind)


@functools.cache
def predefined(kind: Kind) -> Mapping[str, SecurityPolicy]:
    """Return the predefined policies that a kind of load balancer has, by name.

    Some policies have other ciphers on a classic load balancer than on the newer kinds.
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
    """Return the possible attributes of a custom policy of a classic load balancer."""
    custom = facts()["classic_custom"]
    versions = (*WEAK_PROTOCOLS, "TLSv1.2")
    names = {classic.REFERENCE, classic.ORDER, *(classic.PROTOCOL_PREFIX + one for one in versions)}
    for value in custom.values():
        if isinstance(value, list):
            names.update(item for item in value if isinstance(item, str))
    return frozenset(names)


@functools.cache
def facts() -> Mapping[str, Any]:
    """Return the content of `elb_policies.json`."""
    text = resources.files(__package__).joinpath("elb_policies.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _known(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
