"""Credentials known by their form are hidden in messages, excerpts and values; others are shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sslstack import cli
from sslstack.errors import SslstackError
from sslstack.findings import Finding, Location
from sslstack.redaction import HIDDEN, hide_keys, hide_secrets, redact_assigned, redact_value
from sslstack.source_redaction import redact_source
from sslstack.views.excerpt import lines_of

if TYPE_CHECKING:
    from pathlib import Path

_LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2"
_HEX = "0a1b2c3d4e5f60718293a4b5c6d7e8f9" * 2
TOKENS = [
    *(f"gh{kind}_{_LETTERS[:36]}" for kind in "pousr"),
    f"github_pat_{_LETTERS[:22]}_{_LETTERS}",
    f"glpat-{_LETTERS[:20]}",
    f"xoxb-123456789012-123456789012-{_LETTERS[:24]}",
    f"xoxe.xoxp-1-{_LETTERS}",
    f"xapp-1-A0123456789-{_LETTERS}",
    "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
    f"IQoJb3JpZ2lu{_LETTERS}{_LETTERS}",
    f"sk_live_{_LETTERS[:24]}",
    f"npm_{_LETTERS[:36]}",
    f"pypi-{_LETTERS}{_LETTERS}",
    f"dckr_pat_{_LETTERS[:27]}",
    f"AIza{_LETTERS[:35]}",
    f"ya29.{_LETTERS}",
    f"hvs.{_LETTERS}",
    f"{_LETTERS[:14]}.atlasv1.{_LETTERS}{_LETTERS}",
    f"sk-proj-{_LETTERS}",
    f"SG.{_LETTERS[:22]}.{_LETTERS[:43]}",
    f"dop_v1_{_HEX}",
    f"shpat_{_HEX[:32]}",
    f"eyJ{_LETTERS}.eyJ{_LETTERS}.{_LETTERS}",
]
URLS = {
    "https://user:pa55@host.example/x": "pa55",
    "HTTPS://user:pa55@host.example": "pa55",
    "postgres://app:p@ss/w0rd@db.example:5432/app": "ss/w0rd",
    "redis://:pa55@cache.example": "pa55",
    "git+https://user:pa%355@host.example": "pa%355",
    "amqp://a:pa55@one.example,amqp://b:pa55@two.example": "pa55",
}
SHOWN = [
    "https://host.example:443/users/@me",
    "https://${User}:${Password}@host.example",
    "https://user@host.example",
    "mailto:user@host.example",
    "image ghcr.io/app/web@sha256:" + _HEX,
    "commit 0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d",
    "Users/MyName/Projects/MyProject2/Certs/x",
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/MyApp1/50dc6c495c0c9188",
    "a bearer certificate-authentication",
    "sk-documentation-of-a-service-without-numbers",
    "task-definition-of-service-number-1-in-cluster-number-2",
]


@pytest.mark.parametrize("token", TOKENS)
def test_well_known_tokens_are_hidden(token: str) -> None:
    for text in (token, f"unknown option '{token}'", f"x={token}, y", f"https://{token}@host"):
        shown = hide_secrets(text)
        assert token not in shown
        assert HIDDEN in shown
        assert token[-12:] not in shown


@pytest.mark.parametrize("url", URLS)
def test_passwords_in_urls_are_hidden(url: str) -> None:
    shown = hide_secrets(f"cannot read '{url}'")
    assert URLS[url] not in shown
    assert shown.startswith("cannot read '")
    assert ".example" in shown


@pytest.mark.parametrize("text", SHOWN)
def test_what_looks_like_a_credential_is_shown(text: str) -> None:
    assert hide_secrets(text) == text


def test_credentials_are_hidden_wherever_a_message_is_made(tmp_path: Path) -> None:
    token, url = TOKENS[0], "https://user:pa55@host.example"
    finding = Finding(rule="x.y", message=token, hint=url, location=Location("x"))
    error = SslstackError(token, hint=url)
    for shown in (finding.message, finding.hint, str(error), error.hint):
        assert HIDDEN in shown
        assert "pa55" not in shown
    written = tmp_path / "docker-compose.yml"
    for text in (f"a: [{token}\n", f"image: {url}/x\n", f"a: {token}\nb: {url}\n"):
        written.write_text(text)
        assert not any(lines_of(str(written)))
        assert token not in redact_source(text)
        assert "pa55" not in redact_source(text)


def test_credentials_in_values_of_any_name_are_hidden() -> None:
    for token in TOKENS:
        assert token not in json.dumps(redact_value("/Environment", {"X": f"a {token} b"}))


def test_a_token_as_an_option_is_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    for argument in (TOKENS[0], f"--{TOKENS[0]}", "https://user:pa55@host.example"):
        assert cli.run(["check", argument]) != 0
        printed = "".join(capfd.readouterr())
        assert TOKENS[0] not in printed
        assert "pa55" not in printed


def test_data_is_printed_with_its_tokens() -> None:
    for token in TOKENS:
        assert hide_keys(token) == token


@pytest.mark.parametrize(
    "text",
    [
        "password = pa55w0rd",
        "password   =\t'pa55w0rd'",
        'export DB_PASSWORD = "pa55w0rd"',
        "secret_key := pa55w0rd",
        "api_key ?= pa55w0rd",
        "if token == 'pa55w0rd':",
        "token=pa55w0rd",
    ],
)
def test_assigned_secrets_are_hidden_with_blanks_around_the_sign(text: str) -> None:
    shown = redact_assigned(text)
    assert "pa55w0rd" not in shown
    assert shown.startswith(text[: text.index("=") - 1].rstrip(" :?"))


def test_looking_for_credentials_is_linear() -> None:
    for hostile in (
        "a://" * 10_000, "a://:" * 10_000, "a://b:@" * 10_000, "eyJ" * 4_000,
        "eyJaaaaaaaaaa." * 10_000, "sk-" * 4_000, "sk-a" * 20_000, "Bearer a" * 10_000,
        "A/" * 30_000, ("a" * 39 + " ") * 4_000, "bearer " * 10_000, "ghp_" * 20_000,
        "password" + " " * 10_000 + "=", "a = " * 4_000, "=" * 50_000, "aaaa:=" * 10_000,
    ):  # fmt: skip
        assert len(hide_secrets(hostile)) <= len(hostile) * 3
        assert redact_assigned(hostile)
