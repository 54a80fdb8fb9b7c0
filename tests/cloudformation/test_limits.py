"""Limits are said before CloudFormation says so."""

from __future__ import annotations

from typing import Any

import pytest

from sslstack.cloudformation import limits
from sslstack.findings import Severity


def _template(**counts: int) -> dict[str, Any]:
    return {
        section: {f"N{i}": {"Type": "T"} for i in range(number)}
        for section, number in counts.items()
    }


@pytest.mark.parametrize(
    ("template", "text", "expected"),
    [
        (_template(Resources=450), "", []),
        (_template(Resources=451), "", [("template.near-limit", Severity.WARNING)]),
        (_template(Resources=501), "", [("template.limit", Severity.ERROR)]),
        (_template(Outputs=201), "", [("template.limit", Severity.ERROR)]),
        (_template(Parameters=201), "", [("template.limit", Severity.ERROR)]),
        ({}, "x" * 51_201, [("template.size", Severity.NOTICE)]),
        ({}, "x" * 1_000_001, [("template.limit", Severity.ERROR)]),
        ({"a": ["{{resolve:x}}"] * 61}, "", [("template.limit", Severity.ERROR)]),
        (
            {"Resources": {f"C{i}": {"Type": "AWS::IAM::ServerCertificate"} for i in range(21)}},
            "",
            [("template.quota", Severity.WARNING)],
        ),
    ],
)
def test_limits(template: dict[str, Any], text: str, expected: list[tuple[str, Severity]]) -> None:
    found = limits.judge(template, text, "t.yaml")
    assert [(finding.rule, finding.severity) for finding in found] == expected
