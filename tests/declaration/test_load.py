"""ssl.yml is read into its models; whatever is wrong has a place and a way out."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from sslstack import declaration, documents
from sslstack.declaration.load import validate
from sslstack.declaration.model import Ssl
from sslstack.errors import InputError

ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/1"


def _declared(text: str) -> declaration.Declaration:
    return validate(documents.parse(text.encode(), "ssl.yml"))


def _refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        _declared(text)
    return str(caught.value)


def test_defaults() -> None:
    ssl = _declared("version: 1\nlisteners:\n  web:443:\nservices:\n  web:\n").ssl
    assert ssl.load_balancer == "classic"
    assert ssl.key_delivery == "secretsmanager"
    assert ssl.listeners["web:443"].protocol is None
    assert ssl.services["web"].idle_timeout == 60
    assert ssl.services["web"].health_check.interval == 30


def test_declarations_are_frozen() -> None:
    ssl = _declared("version: 1").ssl
    with pytest.raises(ValueError, match="frozen"):
        ssl.stack = "other"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "ssl.yml: error: the file declares nothing"),
        ("[]", "expected a mapping, not []"),
        ("version: 2", "version: 2 is not 1"),
        ("stack: x", "'version' is missing"),
        ("version: 1\nstack: 1up", 'stack: "1up" is not letters, digits and hyphens'),
        ("version: 1\nlisteners: {w:1: {certificate: 5}}", "expected a mapping, not 5"),
        ("version: 1\nlisteners: {w:1: {certificate: 'arn:aws:s3:::b'}}", "not the ARN of a"),
        ("version: 1\nlisteners: {w:1: {certificate: {}}}", "needs one of certificate, arn or"),
        (
            f"version: 1\ncertificates: {{c: {{arn: '{ARN}', chain: x}}}}",
            "chain needs a certificate file, not arn",
        ),
        ("version: 1\nservices: {w: {health_check: {interval: 5}}}", "timeout 5 is not less"),
        ("version: 1\nservices: {w: {health_check: {path: health}}}", "health_check.path"),
        (
            "version: 1\nservices: {w: {ingress: [10.0.0.0/8], security_groups: [sg-0123abcd]}}",
            "needs ingress or security_groups, not both",
        ),
        ("version: 1\nservices: {w: {security_groups: [web]}}", '"web" is not the id of a'),
        ("version: 1\nservices: {w: {stickiness: {cookie: a, duration: 1}}}", "not both"),
        ("version: 1\nservices: {w: {idle_timeout: 4000}}", "4000 is too large"),
        ("version: 1\nservices: {w: {ingress: []}}", "no client could connect"),
        ("version: 1\nservices: {w: {ingress: [everywhere]}}", '"everywhere" is not an IPv4'),
        ("version: 1\nservices: {w: {ports: ['80']}}", 'expected a whole number, not "80"'),
        ("version: 1\nregions: {}", "unknown key 'regions'"),
        ("version: 1\nenvironments: {p: {region: Frankfurt}}", '"Frankfurt" is not an AWS region'),
    ],
)
def test_refusals(text: str, expected: str) -> None:
    assert expected in _refusal(text)


def test_a_key_pasted_in_place_of_a_path_is_not_repeated() -> None:
    """Wherever a private key is pasted by mistake, the message does not show it."""
    lines = ["-----BEGIN PRIVATE KEY-----", "TUlJQ0FOQVJZ", "-----END PRIVATE KEY-----"]
    key = "|\n" + "".join(f"      {line}\n" for line in lines)
    for place in ("certificate", "private_key", "arn", "chain", "domains"):
        text = f"version: 1\ncertificates:\n  web:\n    {place}: {key}"
        assert "TUlJQ0FOQVJZ" not in _refusal(text)
    for place in ("stack", "load_balancer", "version"):
        assert "TUlJQ0FOQVJZ" not in _refusal(f"version: 1\n{place}2: 1\n{place}: {key}")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("environments: {prod: {parameters: {SiteKey: KEY}}}", 2),
        ("environments: {prod: {parameters: {SiteKey: [a, KEY]}}}", 2),
        ("environments: {prod: {profile: KEY}}", 2),
        ("environments: {prod: {tags: {key: KEY}}}", 2),
        ("services: {w: {health_check: {path: /}}}\nsurprise: {is: KEY}", 3),
        ("certificates: {web: {certificate: a, private_key: KEY}}", 2),
    ],
)
def test_a_private_key_is_refused_wherever_it_stands(path: str, line: int) -> None:
    """Also where any text will do, once, and with nothing of it."""
    key = '"-----BEGIN EC PRIVATE KEY-----\\nTUlJQ0FOQVJZ\\n-----END EC PRIVATE KEY-----"'
    with pytest.raises(InputError) as caught:
        _declared("version: 1\n" + path.replace("KEY", key))
    (finding,) = [one for one in caught.value.findings if one.rule == "declaration.private-key"]
    assert finding.location.line == line
    assert "TUlJQ0FOQVJZ" not in f"{caught.value}{finding.hint}"
    assert not [one for one in caught.value.findings if one.rule == "declaration.value"]


def test_what_needs_quotes_is_said() -> None:
    """YAML takes the digits of an account for a number."""
    with pytest.raises(InputError) as caught:
        _declared("version: 1\nenvironments: {prod: {account: 012345678901}}")
    assert "put it in quotes" in caught.value.findings[0].hint


@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1", "us-isob-east-1",
                                    "eusc-de-east-1", "ap-southeast-12"])  # fmt: skip
def test_a_region_of_any_partition(region: str) -> None:
    declared = _declared(f"version: 1\nenvironments: {{prod: {{region: {region}}}}}")
    assert declared.ssl.environments["prod"].region == region


@pytest.mark.golden
def test_the_committed_schema_is_that_of_the_models(*, golden: bool) -> None:
    path = Path(declaration.__file__).with_name("ssl.schema.json")
    if golden:
        path.write_text(declaration.make_schema(), "utf-8")
    assert path.read_text("utf-8") == declaration.make_schema()


def test_the_schema_accepts_the_examples(examples: Path) -> None:
    """What an editor shows as right is what we take."""
    validator = jsonschema_rs.validator_for(json.loads(declaration.make_schema()))
    for path in sorted(examples.glob("*/ssl.yml")):
        data = documents.parse(path.read_bytes(), str(path)).data
        assert list(validator.iter_errors(data)) == []
        assert isinstance(Ssl.model_validate(data), Ssl)
    assert not validator.is_valid({"version": 1, "stak": "x"})


def test_a_flood_of_errors_is_counted() -> None:
    """Nobody reads fifty thousand lines."""
    with pytest.raises(InputError) as caught:
        _declared("version: 1\n" + "".join(f"k{number}: 1\n" for number in range(1000)))
    assert len(caught.value.findings) == 101
    assert "ssl.yml: error: 900 more errors are not listed" in str(caught.value)


def test_a_required_key_with_nothing_behind_it_is_missing() -> None:
    assert "'version' is missing" in _refusal("version:\n")
    said = _refusal("version: 1\nchecks: {W9107: {level: notice, reason: }}\n")
    assert "'reason' is missing from checks.W9107" in said
