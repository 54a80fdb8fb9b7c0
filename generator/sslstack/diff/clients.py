"""Which clients a set of sources lets in: private networks, an allow list, or the public."""

from __future__ import annotations

import functools
import ipaddress
from typing import TYPE_CHECKING

from sslstack.networks import NOT_ROUTED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sslstack.networks import Network


UNKNOWN = "clients that are not in the template"
"""Source where the groups, their rules or the networks in them are not in the template."""
MEMBERS = "others"
"""Source of a rule that lets in the members of a security group: never the public."""
_ALLOW_LIST = {4: 16, 6: 32}
"""Shortest prefix of a network that is one organization's; a wider one is the public."""

_SHOWN = 5
"""How many items of a long list a message shows."""


def find_outside(sources: Iterable[str]) -> frozenset[str]:
    """Return the sources that are not in a private network."""
    return frozenset(one for one in sources if one == UNKNOWN or _is_outside(_network(one)))


def is_public(sources: Collection[str]) -> bool:
    """Return whether all sources together are, or may be, the public.

    What they cover counts, not how it is written: the two halves of the internet are all of it.
    One network up to the size of an allow list belongs to one organization; several networks
    that are as large together do not.
    """
    if UNKNOWN in sources:
        return True
    networks = [one for one in map(_network, sources) if one is not None and _is_outside(one)]
    return any(
        _are_wide(_merge(networks, version), limit) for version, limit in _ALLOW_LIST.items()
    )


def find_beyond(sources: Iterable[str], known: Collection[str]) -> frozenset[str]:
    """Return the sources that the known ones together do not cover."""
    networks = [one for one in map(_network, known) if one is not None]
    held = {one for version in _ALLOW_LIST for one in _merge(networks, version)}
    return frozenset(one for one in sources if one not in known and not _lies_in(one, held))


def list_sources(sources: Iterable[str]) -> str:
    """Return the sources as a sorted list in words, shortened if it is long."""
    return list_words(sorted(sources), " networks")


def list_words(words: Sequence[str], what: str = "") -> str:
    """Join words with commas; of many, the first ones and how many more there are."""
    if len(words) <= _SHOWN + 1:
        return ", ".join(words)
    return f"{', '.join(words[:_SHOWN])} and {len(words) - _SHOWN} more{what}"


def is_network(text: str) -> bool:
    """Return whether a text is a network in CIDR notation, or an address."""
    return _network(text) is not None


def _are_wide(networks: Collection[Network], prefix: int) -> bool:
    """Return whether merged networks of one version are more than one organization has."""
    limit = max((1 << (one.max_prefixlen - prefix) for one in networks), default=0)
    size = sum(one.num_addresses for one in networks)
    return size > limit or (size == limit and len(networks) > 1)


def _merge(networks: Iterable[Network], version: int) -> list[Network]:
    same = [one for one in networks if one.version == version]
    return [*ipaddress.collapse_addresses(same)]  # type: ignore[type-var] # of one version


def _lies_in(source: str, held: Collection[Network]) -> bool:
    network = _network(source)
    if network is None:
        return False
    return any(network.supernet(new_prefix=n) in held for n in range(network.prefixlen + 1))


def _is_outside(network: Network | None) -> bool:
    return network is not None and not any(
        network.version == inside.version and network.subnet_of(inside)  # type: ignore[arg-type]
        for inside in NOT_ROUTED
    )


@functools.lru_cache(maxsize=4096)
def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
