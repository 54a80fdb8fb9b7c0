"""The difference of two templates is exact, and replacements are followed."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sslstack import diff
from sslstack.changes import Action, Replacement
from sslstack.diff.compare import differences
from support.templates import AUTHENTICATED, SECURE, changed, load

CERTIFICATE = "AWS::IAM::ServerCertificate"


def test_equal_templates_have_no_difference() -> None:
    for text in (SECURE, AUTHENTICATED):
        assert not diff.compare(load(text), load(text))
    assert not diff.compare({}, {})


def test_a_renewed_certificate_is_replaced_and_its_listener_follows() -> None:
    other = changed(SECURE, ("PrivateKey:", "# PrivateKey:"))
    found = diff.compare(load(SECURE), load(other))
    replaced, follows = found.resources
    assert (replaced.type, replaced.replacement) == (CERTIFICATE, Replacement.TRUE)
    assert [one.path for one in replaced.properties] == ["/Properties/PrivateKey"]
    assert follows.replacement is Replacement.FALSE
    assert [one.cause for one in follows.properties] == [replaced.logical_id]
    assert follows.properties[0].path.endswith("/SSLCertificateId")


@pytest.mark.parametrize(
    ("pair", "replacement"),
    [
        (("Scheme: internet-facing", "Scheme: internal"), Replacement.TRUE),
        (("GroupDescription: Clients", "GroupDescription: Visitors"), Replacement.TRUE),
        (("Interval: ", "Interval: 2"), Replacement.FALSE),
        (("CidrIp: 0.0.0.0/0", "CidrIp: 10.0.0.0/8"), Replacement.FALSE),
    ],
)
def test_what_replaces(pair: tuple[str, str], replacement: Replacement) -> None:
    found = diff.compare(load(SECURE), load(changed(SECURE, pair)))
    assert found.resources[0].replacement is replacement


def test_a_health_check_replaces_when_it_appears_only() -> None:
    """AWS::ElasticLoadBalancing::LoadBalancer says so; the schema only says "conditionally"."""
    without = load(SECURE)
    (balancer,) = [r for r in without["Resources"].values() if "Balancer" in r["Type"]]
    del balancer["Properties"]["HealthCheck"]
    assert diff.compare(load(SECURE), without).resources[0].replacement is Replacement.TRUE


def test_a_replaced_group_does_not_replace_its_load_balancer() -> None:
    other = changed(SECURE, ("GroupDescription: Clients", "GroupDescription: Visitors"))
    group, balancer = diff.compare(load(SECURE), load(other)).resources
    assert group.replacement is Replacement.TRUE
    assert balancer.replacement is Replacement.FALSE
    assert balancer.properties[0].cause == group.logical_id


def test_added_and_removed_resources_and_entries() -> None:
    added = diff.compare({}, load(SECURE))
    removed = diff.compare(load(SECURE), {})
    assert {one.action for one in added.resources} == {Action.ADD}
    assert {one.action for one in removed.resources} == {Action.REMOVE}
    assert [one.logical_id for one in added.resources] == [
        one.logical_id for one in removed.resources
    ]
    assert {one.section for one in added.entries} >= {"Parameters", "Outputs", "Description"}


def test_an_item_put_into_a_list_is_one_difference() -> None:
    old = {"Listeners": [{"Port": n} for n in range(5)]}
    new = {"Listeners": [{"Port": 9}, *old["Listeners"]]}
    assert list(differences(old, new)) == [("/Listeners/0", None, {"Port": 9})]


_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text("ab~/", max_size=3))
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text("ab~/", max_size=2), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_TREES, _TREES)
def test_something_is_said_exactly_where_something_differs(old: Any, new: Any) -> None:
    """An absent key and null are one: CloudFormation knows no null."""
    said = list(differences(old, new))
    assert bool(said) == (
        json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True)
    ) or all(before is None and after is None for _, before, after in said)
    assert all(before != after or before is None for _, before, after in said)


@given(st.data())
def test_only_what_was_touched_is_named(data: st.DataObject) -> None:
    before = load(SECURE)
    after = copy.deepcopy(before)
    name = data.draw(st.sampled_from(sorted(after["Resources"])))
    after["Resources"][name]["Metadata"] = {"touched": data.draw(st.text(max_size=3))}
    found = diff.compare(before, after)
    assert [one.logical_id for one in found.resources] == [name]
    assert found.entries == ()


def test_no_import_of_cfn_lint() -> None:
    """It would cost 0.7 s; the schemas are read as files."""
    code = (
        "import sys; from sslstack import diff;"
        "diff.compare({'Resources': {'A': {'Type': 'AWS::IAM::ServerCertificate',"
        " 'Properties': {'Path': '/'}}}}, {'Resources': {'A': {'Type':"
        " 'AWS::IAM::ServerCertificate', 'Properties': {'Path': '/x/'}}}});"
        "print('cfnlint' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
