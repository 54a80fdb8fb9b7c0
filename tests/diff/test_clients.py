"""Which clients are the public depends on what their networks cover, not on how it is written."""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sslstack.diff import Effect
from sslstack.diff.clients import find_beyond, is_public
from support.templates import review

if TYPE_CHECKING:
    from collections.abc import Sequence

SCATTERED = tuple(f"{first}.7.{third}.0/24" for first in range(11, 27) for third in range(1, 32, 2))
"""256 networks of 256 addresses, none beside another."""
HALVES = ("0.0.0.0/1", "128.0.0.0/1")


@st.composite
def networks(draw: st.DrawFn) -> str:
    """Give a network of either version, of any size."""
    bits = draw(st.sampled_from([32, 128]))
    prefix = draw(st.integers(0, bits))
    address = draw(st.integers(0, 2**bits - 1)) >> (bits - prefix) << (bits - prefix)
    kind = ipaddress.IPv4Network if bits == 32 else ipaddress.IPv6Network
    return str(kind((address, prefix)))


def _split(source: str, deep: int) -> set[str]:
    network = ipaddress.ip_network(source)
    return {
        str(one) for one in network.subnets(min(deep, network.max_prefixlen - network.prefixlen))
    }


@given(st.lists(networks(), max_size=5), st.integers(1, 4))
def test_how_networks_are_written_does_not_count(sources: list[str], deep: int) -> None:
    parts = {part for one in sources for part in _split(one, deep)}
    assert is_public(parts) == is_public(sources)
    assert find_beyond(parts, sources) == find_beyond(sources, parts) == frozenset()


@given(st.lists(networks(), max_size=5), networks())
def test_more_clients_are_never_less_public(sources: list[str], more: str) -> None:
    assert is_public([*sources, more]) >= is_public(sources)


@pytest.mark.parametrize(
    ("sources", "public"),
    [
        (HALVES, True),
        (("::/1", "8000::/1"), True),
        (SCATTERED, True),
        (SCATTERED[:-1], False),
        (tuple(f"203.0.{third}.0/24" for third in range(256)), False),  # is one /16
        (tuple(f"203.{third // 256}.{third % 256}.0/24" for third in range(257)), True),
        (tuple(f"10.{third}.0.0/16" for third in range(256)), False),
        (("203.0.0.0/16",), False),
        (("203.0.0.0/16", "198.51.0.0/16"), True),
        (("2001:db8::/32", "2a00::/32"), True),
    ],
)
def test_many_networks_are_the_public_together(sources: Sequence[str], public: bool) -> None:  # noqa: FBT001 - a table
    assert is_public(sources) is public


def _rule(port: int, source: str, **more: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": source, **more}


def _group(*rules: dict[str, Any], **more: Any) -> str:
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": rules}}
    return json.dumps({"Resources": {"Group": group, **more}})


def _effects(before: str, after: str) -> set[tuple[str, Effect]]:
    return {(one.kind, one.effect) for one in review(before, after).consequences}


EXPOSED = ("exposure.group", Effect.EXPOSED)
WIDENED = ("exposure.ingress", Effect.WEAKER)
LISTED = {"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "SourcePrefixListId": "pl-1"}
OWN_LIST = LISTED | {"SourcePrefixListId": {"Fn::GetAtt": ["List", "PrefixListId"]}}


def _list(*networks: str) -> dict[str, Any]:
    entries = [{"Cidr": one} for one in networks]
    return {"List": {"Type": "AWS::EC2::PrefixList", "Properties": {"Entries": entries}}}


REDIS_INSIDE = _group(_rule(6379, "10.0.0.0/8"))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (REDIS_INSIDE, _group(*(_rule(6379, one) for one in HALVES)), {EXPOSED, WIDENED}),
        (REDIS_INSIDE, _group(*(_rule(6379, one) for one in SCATTERED)), {EXPOSED, WIDENED}),
        (REDIS_INSIDE, _group(_rule(6379, "203.0.113.0/24")), {WIDENED}),
        (_group(_rule(6379, "0.0.0.0/0")), _group(*(_rule(6379, one) for one in HALVES)), set()),
        (_group(*(_rule(6379, one) for one in HALVES)), _group(_rule(6379, "0.0.0.0/0")), set()),
        (REDIS_INSIDE, _group(LISTED), {EXPOSED, WIDENED}),
        (REDIS_INSIDE, _group(OWN_LIST, **_list("10.1.0.0/16")), set()),
        (REDIS_INSIDE, _group(OWN_LIST, **_list(*HALVES)), {EXPOSED, WIDENED}),
        (REDIS_INSIDE, _group(_rule(6379, "{{resolve:ssm:clients}}")), {EXPOSED, WIDENED}),
        (_group(_rule(9999, "10.0.0.0/8")), _group(_rule(9999, "0.0.0.0/0")), {WIDENED}),
        (_group(_rule(9999, "0.0.0.0/0")), _group(_rule(9999, "10.0.0.0/8")), set()),
        (_group(_rule(9990, "0.0.0.0/0")), _group(_rule(9990, "0.0.0.0/0", ToPort=9999)),
         {WIDENED}),
        (_group(_rule(9990, "0.0.0.0/0", ToPort=9999)),
         _group(_rule(9990, "0.0.0.0/0", ToPort=9994), _rule(9995, "0.0.0.0/0", ToPort=9999)),
         set()),
        (_group(_rule(9990, "0.0.0.0/0")), _group(_rule(9990, "0.0.0.0/0", IpProtocol=-1)),
         {EXPOSED, WIDENED}),
        ("", _group(_rule(9999, "0.0.0.0/0")), set()),
    ],
)  # fmt: skip
def test_what_a_security_group_opens_to_more_clients(
    before: str, after: str, expected: set[tuple[str, Effect]]
) -> None:
    """Of a prefix list only the ID is known, unless it is in the template: it may be anybody's."""
    assert _effects(before, after) == expected


def test_a_rule_that_is_a_resource_of_its_own() -> None:
    """Its group may be declared elsewhere; a rule for members of another group opens nothing."""
    ingress = {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {
        "GroupId": {"Fn::ImportValue": "elsewhere"}, **_rule(9999, "0.0.0.0/0")}}  # fmt: skip
    assert _effects(REDIS_INSIDE, _group(_rule(6379, "10.0.0.0/8"), In=ingress)) == {WIDENED}
    members = {"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379,
               "SourceSecurityGroupId": "sg-1"}  # fmt: skip
    assert _effects(REDIS_INSIDE, _group(_rule(6379, "10.0.0.0/8"), members)) == set()
