"""What a change set's description leaves open, and the resource itself decides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sslstack.changes import Replacement
from sslstack.deploy import describe

_CHECK = {"Target": "HTTP:80/a", "Interval": "30"}


def _entry(
    before: dict[str, Any] | None, after: dict[str, Any] | None, **target: str
) -> dict[str, Any]:
    sides = {"BeforeContext": before, "AfterContext": after}
    target = {"Attribute": "Properties", "RequiresRecreation": "Conditionally"} | target
    return {
        "Action": "Modify",
        "LogicalResourceId": "WebLoadBalancer",
        "ResourceType": "AWS::ElasticLoadBalancing::LoadBalancer",
        "Replacement": "Conditional",
        "Details": [{"Target": target, "Evaluation": "Static"}],
        **{side: json.dumps({"Properties": told}) for side, told in sides.items() if told},
    }


_EDITED = ({"HealthCheck": _CHECK}, {"HealthCheck": _CHECK | {"Target": "HTTP:80/b"}})


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (_entry(*_EDITED, Path="/Properties/HealthCheck/Target"), Replacement.FALSE),
        (_entry(*_EDITED, Name="HealthCheck"), Replacement.FALSE),
        (_entry(None, None, Path="/Properties/HealthCheck/Target"), Replacement.CONDITIONAL),
        (_entry({"Scheme": "x"}, _EDITED[1], Name="HealthCheck"), Replacement.CONDITIONAL),
        (_entry(*_EDITED, Name="Scheme"), Replacement.CONDITIONAL),
        (_entry(*_EDITED, Name="Unheard"), Replacement.CONDITIONAL),
        (_entry(*_EDITED) | {"Details": []}, Replacement.CONDITIONAL),
        (_entry(*_EDITED) | {"AfterContext": "no JSON"}, Replacement.CONDITIONAL),
        (_entry(*_EDITED) | {"AfterContext": "[]"}, Replacement.CONDITIONAL),
    ],
)
def test_a_condition_is_decided_by_the_resource_before_and_after(
    entry: dict[str, Any], expected: Replacement
) -> None:
    """A health check that is edited replaces nothing; one that comes does, as far as we know."""
    found = describe.parse_change(entry)
    assert found.replacement is expected
    assert all(one.replacement is expected for one in found.properties)
