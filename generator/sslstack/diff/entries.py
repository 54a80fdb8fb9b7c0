"""Pair the entries of two lists: by their keys, by their content, or by their position."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Pair = tuple[int, str, Any, Any]

_KEYS: Mapping[str, tuple[str, ...]] = {
    "Listeners": ("LoadBalancerPort",),
    "Policies": ("PolicyName",),
    "AppCookieStickinessPolicy": ("PolicyName",),
    "LBCookieStickinessPolicy": ("PolicyName",),
    "Attributes": ("Name",),
    "LoadBalancerAttributes": ("Key",),
    "TargetGroupAttributes": ("Key",),
    "ListenerAttributes": ("Key",),
    "Tags": ("Key",),
    "SecurityGroupIngress": ("IpProtocol", "FromPort", "ToPort"),
    "SecurityGroupEgress": ("IpProtocol", "FromPort", "ToPort"),
    "Certificates": ("CertificateArn",),
    "Targets": ("Id", "Port"),
}
"""Lists without an order, by the property's name, and what names an entry in them: pages of the
resources in https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference."""
_UNORDERED = frozenset({
    "Subnets", "SecurityGroups", "AvailabilityZones", "PolicyNames", "InstancePorts", "Instances",
    "SecurityGroupIds", "DependsOn", "SubjectAlternativeNames",
})  # fmt: skip
"""Lists of single values whose order does not count."""


def pair(name: str, old: list[Any], new: list[Any]) -> Iterator[Pair]:
    """Yield index, name, before and after of the entries of a list that differ.

    The index is that in the new list, for removed entries that in the old one.
    """
    if name in _KEYS and all(isinstance(one, dict) for one in (*old, *new)):
        yield from _by_key(_KEYS[name], old, new)
    elif name in _UNORDERED:
        yield from _left_over(old, new)
    else:
        yield from _by_place(old, new)


def _written(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=str)


def _key(keys: tuple[str, ...], item: Mapping[str, Any]) -> str:
    """Name an entry: `443`, `tcp 80-90`; numbers and their texts are the same."""
    parts = [item[key] for key in keys if key in item]
    texts = [str(one) if isinstance(one, str | int | float) else _written(one) for one in parts]
    if keys[0] == "IpProtocol" and len(texts) == len(keys):
        protocol, first, last = texts
        return f"{protocol} {first}" + (f"-{last}" if first != last else "")
    return " ".join(texts)


def _by_key(
    keys: tuple[str, ...], old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]
) -> Iterator[Pair]:
    """Pair the entries that have the same key; equal entries first."""
    left, added = _without_equal(old, new)
    held: dict[str, list[tuple[int, Any]]] = {}
    for index, item in reversed(left):
        held.setdefault(_key(keys, item), []).append((index, item))
    for index, item in added:
        key = _key(keys, item)
        before = held[key].pop()[1] if held.get(key) else None
        yield index, key or str(index), before, item
    for key, several in held.items():
        for index, item in reversed(several):
            yield index, key or str(index), item, None


def _left_over(old: list[Any], new: list[Any]) -> Iterator[Pair]:
    """Yield the values that only one list has; how often they occur counts."""
    left, added = _without_equal(old, new)
    for number, (index, item) in enumerate(added):
        yield index, str(index), left[number][1] if number < len(left) else None, item
    for index, item in left[len(added) :]:
        yield index, str(index), item, None


def _without_equal(
    old: list[Any], new: list[Any]
) -> tuple[list[tuple[int, Any]], list[tuple[int, Any]]]:
    """Return the entries that only one of two lists has, with their indexes."""
    known: dict[str, list[int]] = {}
    for index in range(len(old) - 1, -1, -1):
        known.setdefault(_written(old[index]), []).append(index)
    equal: set[int] = set()
    added: list[tuple[int, Any]] = []
    for index, item in enumerate(new):
        if same := known.get(_written(item)):
            equal.add(same.pop())
        else:
            added.append((index, item))
    return [(index, item) for index, item in enumerate(old) if index not in equal], added


def _by_place(old: list[Any], new: list[Any]) -> Iterator[Pair]:
    """Find inserted and removed entries, so that those that only move are not differences."""
    written = [[_written(item) for item in one] for one in (old, new)]
    matcher = difflib.SequenceMatcher(a=written[0], b=written[1], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = min(i2 - i1, j2 - j1)
        for offset in range(pairs):
            index = j1 + offset
            yield index, str(index), old[i1 + offset], new[index]
        for index in range(i1 + pairs, i2):
            yield index, str(index), old[index], None
        for index in range(j1 + pairs, j2):
            yield index, str(index), None, new[index]
