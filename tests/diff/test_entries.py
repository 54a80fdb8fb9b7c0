"""Entries of lists are compared by what names them: what moves is no change."""

from __future__ import annotations

from typing import Any

import pytest

from sslstack.diff.compare import labelled_differences

HTTP = {"LoadBalancerPort": "80", "Protocol": "HTTP", "InstancePort": "8080"}
HTTPS = {"LoadBalancerPort": "443", "Protocol": "HTTPS", "InstancePort": "8080"}
MAIL = {"LoadBalancerPort": "25", "Protocol": "TCP", "InstancePort": "25"}


def _rule(port: int, source: str = "0.0.0.0/0") -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": source}


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("Listeners", [HTTP, HTTPS], [HTTPS, HTTP], []),
        ("Listeners", [HTTP, HTTPS], [MAIL, HTTPS, HTTP], [("/0", "/25", None, MAIL)]),
        ("Listeners", [HTTP, HTTPS], [HTTPS], [("/0", "/80", HTTP, None)]),
        ("Listeners", [HTTP, HTTPS], [{**HTTPS, "InstancePort": "9"}, MAIL],
         [("/0/InstancePort", "/443/InstancePort", "8080", "9"), ("/1", "/25", None, MAIL),
          ("/0", "/80", HTTP, None)]),
        ("Tags", [{"Key": "a", "Value": 1}, {"Key": "b", "Value": 2}],
         [{"Key": "b", "Value": 3}, {"Key": "a", "Value": 1}], [("/0/Value", "/b/Value", 2, 3)]),
        ("SecurityGroupIngress", [_rule(80), _rule(443)], [_rule(443), _rule(80)], []),
        ("SecurityGroupIngress", [_rule(80, "10.0.0.0/8"), _rule(80)], [_rule(80)],
         [("/0", "/tcp 80", _rule(80, "10.0.0.0/8"), None)]),
        ("Subnets", ["a", "b"], ["b", "a"], []),
        ("Subnets", ["a", "b"], ["c", "a"], [("/0", "/0", "b", "c")]),
        ("Command", ["a", "b"], ["b", "a"], None),
        ("Listeners", [{"Fn::If": ["A", HTTP, HTTPS]}], [HTTP], None),
    ],
)  # fmt: skip
def test_entries_by_key(name: str, old: list[Any], new: list[Any], said: Any) -> None:
    """The path has the entry's number, the label its name."""
    found = list(labelled_differences(old, new, f"/{name}", f"/{name}"))
    if said is None:
        assert found
    else:
        assert found == [
            (f"/{name}{path}", f"/{name}{label}", one, other) for path, label, one, other in said
        ]


def test_many_rules_of_one_port() -> None:
    """Ten thousand entries of one key are paired without comparing each with each."""
    old = [_rule(80, f"10.{n // 250}.{n % 250}.0/24") for n in range(10_000)]
    changed = [{**one, "Description": "x"} for one in reversed(old)]
    found = list(labelled_differences(old, changed, "/SecurityGroupIngress"))
    assert sum(path.endswith("/Description") for path, *_ in found) == 10_000
