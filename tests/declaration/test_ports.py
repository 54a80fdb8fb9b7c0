"""A port is written in one way, wherever one is written; others are refused with the right one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sslstack import cli, documents
from sslstack.declaration.load import validate
from sslstack.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from sslstack.findings import Finding

_ODD_TARGETS = [
    ("web:0443", "web:443"),
    ("web:00443", "web:443"),
    ("web:+443", "web:443"),
    ("web:443 ", "web:443"),
    ("web: 443", "web:443"),
    ("web:4_43", "web:443"),
    ("web:443/tcp", "web:443"),
    ("web:0x1bb", "web:443"),
    ("web:٤٤٣", "web:443"),
    ("web:0", ""),
    ("web:65536", ""),
    ("web:99999", ""),
]
_EXAMPLE = "write, for example, web:443: {certificate: mydomain.crt}"


def _findings(text: str) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        validate(documents.parse(text.encode(), "ssl.yml"))
    return caught.value.findings


@pytest.mark.parametrize(("target", "meant"), _ODD_TARGETS)
@pytest.mark.parametrize("above", ["", "environments:\n  prod:\n    "])
def test_an_odd_target_is_refused(target: str, meant: str, above: str) -> None:
    (finding,) = _findings(f'version: 1\n{above}listeners: {{"{target}": {{certificate: a.b}}}}\n')
    assert "with a port from 1 to 65535" in finding.message
    assert finding.hint == (f"write {meant}" if meant else _EXAMPLE)


@pytest.mark.parametrize(("target", "meant"), [*_ODD_TARGETS, ("web:443\n", "web:443")])
@pytest.mark.parametrize("command", ["create", "update", "delete"])
def test_an_odd_target_is_refused_on_the_command_line(
    target: str,
    meant: str,
    command: str,
    workdir: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del workdir
    assert cli.run([command, target, *(["a.crt"] if command != "delete" else [])]) == 2
    shown = capsys.readouterr().err
    assert "is not service:port, as in web:443" in shown
    assert meant == "" or f"did you mean {meant}?" in shown


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("0443", "write 443"),
        ("+443", "write 443"),
        ("0x1bb", "write 443"),
        ("0o673", "write 443"),
        ("443/tcp", "write 443, a number without quotes"),
        ("'443 '", "write 443, a number without quotes"),
        ("4_43", "write 443, a number without quotes"),
        ("7:23", "write 7, a number without quotes"),
        ("0", "write 1 or more"),
        ("65536", "write 65535 or less"),
    ],
)
@pytest.mark.parametrize(
    "place",
    ["services: {w: {ports: [PORT]}}", "services: {w: {health_check: {port: PORT}}}",
     "environments: {prod: {services: {w: {ports: [80, PORT]}}}}"],
)  # fmt: skip
def test_an_odd_number_is_refused(written: str, hint: str, place: str) -> None:
    (finding,) = _findings("version: 1\n" + place.replace("PORT", written) + "\n")
    assert finding.rule == "declaration.value"
    assert finding.hint == hint
    assert finding.location.line == 2
