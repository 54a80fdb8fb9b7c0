"""No text of ssl.yml may move a terminal, or show other words than it holds."""

from __future__ import annotations

import json

import pytest

from sslstack import documents
from sslstack.declaration.load import validate
from sslstack.errors import InputError

PLACES = (
    "listeners: {w:1: {security_policy: X}}",
    "listeners: {w:1: {certificate: X}}",
    "services: {w: {stickiness: {cookie: X}}}",
    "services: {w: {access_logs: {bucket: X}}}",
    "services: {w: {access_logs: {bucket: abc, prefix: X}}}",
    "services: {w: {ingress: [X]}}",
    "services: {X: {}}",
    "checks: {certificate.unused: {level: notice, reason: X}}",
    "certificates: {c: {certificate: a.crt, domains: [X]}}",
    "certificates: {c: {request: {domains: [X], hosted_zone: Z1}}}",
    "compose: {profiles: [X]}",
    "stack: X",
    "X: 1",
    "environments: {p: {profile: X}}",
    "environments: {p: {bucket: X}}",
    "environments: {p: {role_arn: X}}",
    "environments: {p: {parameters: {A: X}}}",
    "environments: {p: {parameters: {A: [b, X]}}}",
    "environments: {p: {parameters: {X: b}}}",
    "environments: {p: {tags: {a: X}}}",
    "environments: {p: {tags: {X: b}}}",
    "environments: {p: {stack: X}}",
    "environments: {p: {listeners: {w:1: {security_policy: X}}}}",
)
HIDDEN = {
    "a\nb": "a line break (U+000A)",
    "ab\r": "a line break (U+000D)",
    "a\u2028b": "a line break (U+2028)",
    "a\x1b[2Jb": "the control character U+001B",
    "a\x9b2Jb": "the control character U+009B",
    "a\u202eb": "U+202E (RIGHT-TO-LEFT OVERRIDE)",
    "a\u2066b": "U+2066 (LEFT-TO-RIGHT ISOLATE)",
    "a\u200bb": "U+200B (ZERO WIDTH SPACE)",
    "\ufeffab": "U+FEFF (ZERO WIDTH NO-BREAK SPACE)",
    "a\u00adb": "U+00AD (SOFT HYPHEN)",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", HIDDEN, ids=ascii)
def test_hidden_characters_are_refused_at_their_place(place: str, text: str) -> None:
    """Once, in every value and key, at its line and column, with a hint."""
    given = f"version: 1\n{place.replace('X', json.dumps(text))}\n"
    with pytest.raises(InputError) as caught:
        validate(documents.parse(given.encode(), "ssl.yml"))
    (finding,) = caught.value.findings
    assert finding.rule == "declaration.control-character"
    assert f"contains {HIDDEN[text]}" in finding.message.replace("the invisible character ", "")
    assert (finding.location.line, finding.location.column) == (2, place.index("X") + 1)
    assert finding.hint


def test_letters_of_every_script_are_taken() -> None:
    reason = "größer, 東京, עברית, ไทย, non\u00a0breaking, 🎉"
    text = f"version: 1\nchecks: {{certificate.unused: {{level: notice, reason: '{reason}'}}}}\n"
    declared = validate(documents.parse(text.encode(), "ssl.yml"))
    assert declared.ssl.checks["certificate.unused"].reason == reason
