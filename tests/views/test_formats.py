"""Findings for programs: SARIF for code scanning, annotations for GitHub, excerpts for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from sarif_pydantic import Sarif

from sslstack.findings import Finding, Location, Severity
from sslstack.views.excerpt import excerpt, lines_of
from sslstack.views.github import as_github
from sslstack.views.sarif import as_sarif

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = "50% of\n::error::nothing, really: \x1b"
FINDINGS = [
    Finding(
        rule="E9101",
        message="HTTP cannot be joined with TCP",
        location=Location("stacks/a b/ssl.yml", 7, 3),
        related=Location("templates/a.yaml", 33, 9),
        hint="choose one",
        url="https://docs.aws.amazon.com/x",
    ),
    Finding(
        rule="template.stale",
        message=HOSTILE,
        location=Location("templates/a.yaml"),
        severity=Severity.WARNING,
    ),
    Finding(
        rule="I9152", message="so", location=Location("/abs/t.yaml", 1), severity=Severity.NOTICE
    ),
]


def _unknown(model: Any) -> Iterator[str]:
    """Give the keys that the standard does not have, wherever they are."""
    if isinstance(model, BaseModel):
        yield from model.model_extra or {}
        for name in type(model).model_fields:
            yield from _unknown(getattr(model, name))
    elif isinstance(model, list):
        for item in model:
            yield from _unknown(item)


def test_sarif_is_what_the_standard_says() -> None:
    """Types and keys are checked against models of SARIF 2.1.0."""
    sarif = Sarif.model_validate(json.loads(as_sarif(FINDINGS)))
    assert set(_unknown(sarif)) <= {"$schema", "columnKind", "uri_base_id"}
    assert sarif.version == "2.1.0"


def test_sarif_has_every_finding_at_its_place() -> None:
    (run,) = json.loads(as_sarif(FINDINGS))["runs"]
    first, *rest = sorted(run["results"], key=lambda result: result["level"])
    assert [result["level"] for result in (first, *rest)] == ["error", "note", "warning"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "stacks/a%20b/ssl.yml", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 7, "startColumn": 3},
    }
    assert first["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 33
    rules = run["tool"]["driver"]["rules"]
    assert rules[first["ruleIndex"]]["helpUri"] == "https://docs.aws.amazon.com/x"
    assert "region" not in rest[-1]["locations"][0]["physicalLocation"]


def test_a_finding_keeps_its_fingerprint_when_its_line_moves() -> None:
    def fingerprints(line: int) -> set[str]:
        moved = Finding(rule="E1", message="m", location=Location("f", line))
        results = json.loads(as_sarif([moved]))["runs"][0]["results"]
        return {result["partialFingerprints"]["finding/v1"] for result in results}

    assert fingerprints(1) == fingerprints(2)


def test_no_findings_are_a_run_without_results() -> None:
    assert json.loads(as_sarif([]))["runs"][0]["results"] == []


def test_github_annotations_cannot_be_escaped_from() -> None:
    """A hostile message stays one command on one line."""
    lines = as_github(FINDINGS).splitlines()
    assert len(lines) == 3
    assert lines[1] == (
        "::error file=stacks/a b/ssl.yml,line=7,col=3,title=E9101::"
        "HTTP cannot be joined with TCP%0Achoose one"
    )
    assert lines[2].startswith("::warning file=templates/a.yaml,title=template.stale::50%25 of%0A")


def test_an_excerpt_points_at_the_column() -> None:
    assert excerpt(Location("f", 2, 3), ["one", "  two"]) == "    2 |   two\n      |   ^\n"
    assert excerpt(Location("f"), ["one"]) == ""
    assert excerpt(Location("f", 9), ["one"]) == ""
    wide = excerpt(Location("f", 1, 500), ["x" * 499 + "here" + "y" * 99])
    assert "here" not in wide.splitlines()[0][:10]
    assert max(map(len, wide.splitlines())) <= 110


def test_an_excerpt_shows_the_place_beyond_a_hundred_columns() -> None:
    line = "a" * 140 + "HERE" + "b" * 140
    source, caret = excerpt(Location("f", 1, 141), [line]).splitlines()
    assert source[len(caret) - 1 :].startswith("HERE")


def test_an_excerpt_puts_the_caret_below_the_column_of_a_line_with_tabs() -> None:
    source, caret = excerpt(Location("f", 1, 4), ["\ta\tHERE"]).splitlines()
    assert source[len(caret) - 1 :].startswith("HERE")
    source, caret = excerpt(Location("f", 1, 4), ["\x1b[2JHERE"]).splitlines()
    assert source == "    1 | \\x1b[2JHERE"


def test_an_excerpt_shows_no_secret(tmp_path: Path) -> None:
    source = tmp_path / "template.yaml"
    source.write_text(
        "PrivateKey: |\n  -----BEGIN PRIVATE KEY-----\n  AAAA\n  -----END PRIVATE KEY-----\n"
        "Password: hunter2\nprivate_key: web.key\nx: 1\n"
    )
    lines = lines_of(str(source))
    assert [number for number in range(1, 8) if excerpt(Location("f", number, 1), lines)] == [6, 7]
    assert excerpt(Location("f", 7), lines) == ""
    source.write_text('{"a": "-----BEGIN RSA PRIVATE KEY-----..."}')
    assert excerpt(Location("f", 1, 1), lines_of(str(source))) == ""


def test_a_fingerprint_is_the_same_tomorrow() -> None:
    """Code scanning takes another fingerprint for a new alert."""
    place = Location("ssl.yml", 3, 5)
    prints = set()
    for distance in ("in 9 days", "in 8 days", "in 30 hours"):
        message = f"certificate 'x' expires {distance}, on 2026-12-08"
        found = as_sarif([Finding(rule="certificate.expiring", message=message, location=place)])
        result = json.loads(found)["runs"][0]["results"][0]
        prints.add(result["partialFingerprints"]["finding/v1"])
    assert len(prints) == 1
