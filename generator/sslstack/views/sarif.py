"""Findings as SARIF 2.1.0, for code scanning (OASIS, 27 March 2020)."""

from __future__ import annotations

import hashlib
import re
from importlib import metadata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sslstack import catalogue, escaping
from sslstack.findings import Finding, Location, Severity, sort_findings

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_DISTANCE = re.compile(r"(?:\bin )?\b\d+ (?:hour|day|week|month)s?\b(?: (?:ago|left|from now))?")
"""What changes from day to day in a message that also says the date."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def as_sarif(findings: Iterable[Finding]) -> str:
    """Give one run with a result for each finding; files are named from the working folder."""
    found = sort_findings(findings)
    rules = {one.rule: one for one in reversed(found)}
    indices = {rule: index for index, rule in enumerate(sorted(rules))}
    run = {
        "tool": {
            "driver": {
                "name": "sslstack",
                "version": metadata.version("sslstack"),
                "rules": [_rule(rules[rule]) for rule in sorted(rules)],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The working folder."}}},
        "results": [_result(one, indices[one.rule]) for one in found],
    }
    value = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return escaping.format_json(value) + "\n"


def _rule(example: Finding) -> dict[str, Any]:
    """Describe a rule by what is known of it from one of its findings (3.49)."""
    described: dict[str, Any] = {"id": example.rule}
    if (rule := catalogue.read_rules().get(example.rule)) is not None:
        described["shortDescription"] = {"text": rule.sentence}
        described["defaultConfiguration"] = {"level": _LEVELS[rule.level]}
    if example.url:
        described["helpUri"] = example.url
    return described


def _result(finding: Finding, index: int) -> dict[str, Any]:
    text = finding.message + (f"\n{finding.hint}" if finding.hint else "")
    text = escaping.escape_lines(text).replace("](", "] (")  # no link of a stranger's (3.11.6)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": _physical(finding.location)}],
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
    }
    if finding.reason:
        result["properties"] = {"reason": finding.reason}
    if finding.related is not None:
        result["relatedLocations"] = [
            {
                "physicalLocation": _physical(finding.related),
                "message": {"text": "in the generated template"},
            }
        ]
    return result


def _physical(location: Location) -> dict[str, Any]:
    """Give a place; lines and columns count from 1 there as here, 0 is left out."""
    path = location.file.replace("\\", "/")
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(path)}}
    if not path.startswith("/"):
        place["artifactLocation"]["uriBaseId"] = "SRCROOT"
    if location.line:
        place["region"] = {"startLine": location.line}
        if location.column:
            place["region"]["startColumn"] = location.column
    return place


def _fingerprint(finding: Finding) -> str:
    """Tell a finding from others wherever its line moves to, today and tomorrow (3.27.17)."""
    message = _DISTANCE.sub("", finding.message)
    content = f"{finding.rule}\n{finding.location.file}\n{message}"
    return hashlib.sha256(content.encode()).hexdigest()[:32]
