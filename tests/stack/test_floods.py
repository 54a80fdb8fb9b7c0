"""Thousands of mistakes of one kind are counted, not listed, and cost no more than reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sslstack import cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NUMBER = 3000
SERVICES = "services:\n" + "".join(
    f"  web{n}: {{image: a, ports: ['443:3000']}}\n" for n in range(300)
)
PORTS = "services: {web: {image: a, ports: ['10000-29999:10000-29999']}}\n"
WEB = "services: {web: {image: a, ports: ['443:3000']}}\n"


def _entries(form: str) -> str:
    return "".join(f"  {form.format(number)}\n" for number in range(NUMBER))


def _cases() -> Iterator[tuple[str, str, str]]:
    many = ", ".join(str(number) for number in range(1, NUMBER))
    yield (
        "unknown keys",
        WEB,
        "k:\n" + _entries("k{}: 1") + "".join(f"l{n}: 1\n" for n in range(NUMBER)),
    )
    yield (
        "keys of a listener",
        WEB,
        f"listeners:\n  web:443: {{{', '.join(f'k{n}: 1' for n in range(NUMBER))}}}\n",
    )
    yield "services", SERVICES, "services:\n" + _entries("x{}: {{}}")
    yield "targets", SERVICES, "listeners:\n" + _entries("x{}:443: {{}}")
    yield "ports", PORTS, "listeners:\n" + _entries("web:1{:04}: {{secure: 5}}")
    yield (
        "closed ports",
        PORTS,
        "listeners:\n" + "".join(f"  web:{n}: {{}}\n" for n in range(1, NUMBER)),
    )
    yield "listed ports", PORTS, f"services: {{web: {{ports: [{many}]}}}}\n"
    yield "rules", WEB, "checks:\n" + _entries("x{}: {{level: notice, reason: x}}")
    yield "networks", WEB, f"services: {{web: {{ingress: [{many}]}}}}\n"
    yield "certificates", WEB, "certificates:\n" + _entries("c{}: a.crt")
    yield (
        "environments",
        WEB,
        "environments:\n" + _entries("e{}: {{services: {{web: {{idle_timeout: 9}}}}}}"),
    )
    yield (
        "hidden characters",
        WEB,
        "environments: {p: {tags: {" + ", ".join(f'"{n}\\e": a' for n in range(NUMBER)) + "}}}\n",
    )


CASES = list(_cases())


@pytest.mark.parametrize("case", CASES, ids=[name for name, _, _ in CASES])
def test_a_flood_of_findings_is_counted(
    case: tuple[str, str, str], workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, composed, declared = case
    (workdir / "docker-compose.yml").write_text(composed)
    (workdir / "ssl.yml").write_text(f"version: 1\nstack: x\n{declared}")
    cli.run(["check"])
    shown = "".join(capsys.readouterr())
    assert "Traceback" not in shown
    assert len(shown) < 100_000
