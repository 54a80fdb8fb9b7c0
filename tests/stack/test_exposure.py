"""Which published ports get a listener, and what is said of those that do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sslstack import files, workspace
from sslstack.app import pipeline
from sslstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sslstack.findings import Finding


def _build(
    folder: Path, ports: Sequence[Any], ssl: str = "", image: str = "example/app"
) -> tuple[list[str], list[tuple[str, str]]]:
    """Give the listeners of one service `app` as text, and severities with rules."""
    service = {"image": image, "ports": list(ports)}
    (folder / "docker-compose.yml").write_text(json.dumps({"services": {"app": service}}))
    (folder / "ssl.yml").write_text(f"version: 1\n{ssl}\n")
    stack = workspace.StackFolder(root=folder, folder=folder, name="")
    try:
        loaded = pipeline.load(stack, files.Reader())
    except InputError as error:
        return [], _rules(error.findings)
    listeners = [
        f"{one.protocol}:{one.port} -> {one.target.protocol}:{one.target.port}"
        for balancer in loaded.stack.load_balancers
        for one in balancer.balancer.listeners
    ]
    return listeners, _rules(loaded.findings)


def _rules(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [
        (one.severity.value, one.rule)
        for one in findings
        if one.rule not in ("health-check.default", "listener.plaintext-443")
    ]


_ERROR = [("error", "port.undeclared-well-known")]
_UNDECLARED = [("warning", "port.undeclared")]
_NOTICE = [("notice", "port.exposed")]


@pytest.mark.parametrize(
    ("ports", "ssl", "listeners", "rules"),
    [
        (["80:3000", "8080:1"], "", ["HTTP:80 -> HTTP:3000", "HTTP:8080 -> HTTP:1"], []),
        (["9000:9000"], "", [], _UNDECLARED),
        (["9000:9000"], "listeners: {app:9000: {}}", ["TCP:9000 -> TCP:9000"], []),
        (["9000:9000"], "services: {app: {ports: [9000]}}", ["TCP:9000 -> TCP:9000"], []),
        (["9000:9000"], "services: {app: {ports: []}}", [], []),
        (["9000:9000"], "services: {app: {scheme: internal}}", ["TCP:9000 -> TCP:9000"], []),
        (["5432:5432"], "", [], _ERROR),
        (["7000:5432"], "", [], _ERROR),
        (["5432:7000"], "", [], _ERROR),
        (["80:2375"], "", [], _ERROR),
        (["5432:5432"], "services: {app: {ports: []}}", [], []),
        (["5432:5432"], "services: {app: {scheme: internal}}", ["TCP:5432 -> TCP:5432"], []),
        (["5432:5432"], "listeners: {app:5432: {}}", ["TCP:5432 -> TCP:5432"], _NOTICE),
        (["5432:5432"], "services: {app: {ports: [5432]}}", ["TCP:5432 -> TCP:5432"], _NOTICE),
    ],
)
def test_declares_exposure(
    tmp_path: Path, ports: list[str], ssl: str, listeners: list[str], rules: list[tuple[str, str]]
) -> None:
    """HTTP ports are served; others when they are named; well-known ones are an error."""
    assert _build(tmp_path, ports, ssl) == (listeners, rules)


@pytest.mark.parametrize(
    ("ingress", "counts"),
    [
        ("203.0.113.0/24", True),
        ("8.0.0.0/8", True),
        ("10.0.0.0/8", True),
        ("fc00::/7", True),
        ("0.0.0.0/0", False),
        ("::/0", False),
        ("0.0.0.0/1", False),
        ("128.0.0.0/7", False),
        ("8.0.0.0/7", False),
        ("2000::/3", False),
        ("::ffff:0:0/96", False),
    ],
)
def test_counts_narrow_clients_as_a_declaration(
    tmp_path: Path, ingress: str, *, counts: bool
) -> None:
    """No public network wider than /8 is a choice of clients, in any of the entries."""
    ssl = f"services: {{app: {{ingress: ['203.0.113.7/32', '{ingress}']}}}}"
    listeners, rules = _build(tmp_path, ["6379:6379"], ssl)
    assert (bool(listeners), rules) == (counts, [] if counts else _ERROR)


def test_tells_that_rules_of_existing_groups_are_not_checked(tmp_path: Path) -> None:
    """Security groups count as a declaration, with a notice."""
    ssl = "services: {app: {security_groups: [sg-0123456789abcdef0]}}"
    listeners, rules = _build(tmp_path, ["6379:6379"], ssl)
    assert (listeners, rules) == (["TCP:6379 -> TCP:6379"], [("notice", "port.security-groups")])


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "172.20.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.1.1",
        "[fd00::1]",
        "[fe80::1]",
    ],
)
def test_withholds_ports_bound_to_private_addresses(tmp_path: Path, address: str) -> None:
    """Until they are declared in one of three ways; HTTP ports, too."""
    ports = [f"{address}:80:3000"]
    warning = [("warning", "port.private-address")]
    served = ["HTTP:80 -> HTTP:3000"]
    assert _build(tmp_path, ports) == ([], warning)
    assert _build(tmp_path, ports, "services: {app: {scheme: internal}}") == (served, [])
    assert _build(tmp_path, ports, "listeners: {app:80: {}}") == (served, [])
    assert _build(tmp_path, ["203.0.113.9:80:3000"]) == (served, [])


@pytest.mark.parametrize(
    ("ports", "rules"),
    [
        (["53:53/udp"], [("warning", "port.protocol")]),
        (["10000-20000:10000-20000/udp"], [("warning", "port.protocol")]),
        (["10000-20000:10000-20000"], _UNDECLARED),
        (["27017-27019:27017-27019"], _ERROR),
        (["8000-8002:8000"], _UNDECLARED),
        (["8080-8081:80"], [("error", "port.range")]),
        (["127.0.0.1:5432:5432", "[::1]:6379:6379"], []),
    ],
)
def test_reports_once_for_each_entry(
    tmp_path: Path, ports: list[str], rules: list[tuple[str, str]]
) -> None:
    """However many ports a range has; a long one holds well-known ports by chance."""
    assert _build(tmp_path, ports)[1] == rules


def test_serves_other_ports_beside_udp(tmp_path: Path) -> None:
    """A UDP port keeps nothing else from being served."""
    listeners, rules = _build(tmp_path, ["80:3000", "53:53/udp"])
    assert (listeners, rules) == (["HTTP:80 -> HTTP:3000"], [("warning", "port.protocol")])


_CERTIFICATE = "certificate: 'arn:aws:acm:eu-central-1:123456789012:certificate/abc'"


@pytest.mark.parametrize(
    ("target", "published", "application", "said", "expected"),
    [
        (8443, 8443, "https", "", "TCP:8443 -> TCP:8443"),
        (8443, 8443, "https", _CERTIFICATE, "HTTPS:8443 -> HTTPS:8443"),
        (8443, 8443, "tls", _CERTIFICATE, "SSL:8443 -> SSL:8443"),
        (9000, 443, "grpcs", _CERTIFICATE, "SSL:443 -> SSL:443"),
        (9000, 443, "wss", _CERTIFICATE, "SSL:443 -> SSL:443"),
        (8443, 443, "https", f"secure: false, {_CERTIFICATE}", "HTTPS:443 -> HTTP:8443"),
        (443, 443, "", "", "TCP:443 -> TCP:443"),
        (443, 443, "http", "", "HTTP:443 -> HTTP:443"),
        (3000, 443, "", "", "HTTP:443 -> HTTP:3000"),
        (443, 443, "", _CERTIFICATE, "HTTPS:443 -> HTTP:443"),
        (443, 443, "", f"secure: true, {_CERTIFICATE}", "HTTPS:443 -> HTTPS:443"),
        (993, 993, "", f"secure: true, {_CERTIFICATE}", "SSL:993 -> SSL:993"),
        (143, 993, "", _CERTIFICATE, "SSL:993 -> TCP:143"),
        (5671, 5671, "", f"secure: true, {_CERTIFICATE}", "SSL:5671 -> SSL:5671"),
    ],
)
def test_follows_what_compose_says_of_the_backend(  # noqa: PLR0917 - a table
    tmp_path: Path, target: int, published: int, application: str, said: str, expected: str
) -> None:
    """The backend speaks what the compose file says; without a certificate TLS passes through."""
    port = {"target": target, "published": str(published), "app_protocol": application}
    ssl = f"listeners: {{app:{published}: {{{said}}}}}" if said else ""
    listeners, _ = _build(tmp_path, [port], ssl)
    assert listeners == [expected.replace("SSL:443 -> SSL:443", "SSL:443 -> SSL:9000")]


def test_warns_of_plaintext_to_a_port_of_tls(tmp_path: Path) -> None:
    """Container port 443 without app_protocol behind HTTPS; `secure` in either way settles it."""
    warning = [("warning", "backend.plaintext-443")]
    ssl = f"listeners: {{app:443: {{{_CERTIFICATE}}}}}"
    assert _build(tmp_path, ["443:443"], ssl)[1] == warning
    for secure in ("true", "false"):
        said = f"listeners: {{app:443: {{secure: {secure}, {_CERTIFICATE}}}}}"
        assert _build(tmp_path, ["443:443"], said)[1] == []


def test_keeps_listeners_of_one_secure_backend_together(tmp_path: Path) -> None:
    """Listeners of one instance port are all secure or all plain."""
    port = {"target": 8443, "published": "443", "app_protocol": "https"}
    ssl = f"listeners: {{app:443: {{{_CERTIFICATE}}}}}"
    listeners, rules = _build(tmp_path, ["80:8443", port], ssl)
    assert listeners == ["HTTP:80 -> HTTPS:8443", "HTTPS:443 -> HTTPS:8443"]
    assert rules == []


@pytest.mark.parametrize("port", [22, 25, 143, 389, 587, 3306, 5432])
def test_refuses_a_certificate_where_tls_does_not_begin(tmp_path: Path, port: int) -> None:
    """The server starts TLS itself after its greeting, or encrypts without it."""
    ssl = f"listeners: {{app:{port}: {{{_CERTIFICATE}}}}}"
    assert ("error", "listener.starts-tls-itself") in _build(tmp_path, [f"{port}:{port}"], ssl)[1]


def test_refuses_an_unknown_security_policy(tmp_path: Path) -> None:
    """With the nearest name; `checks` lowers it for a new one."""
    said = f"security_policy: ELBSecurityPolicy-TLS-1-2-2017-02, {_CERTIFICATE}"
    ssl = f"listeners: {{app:443: {{{said}}}}}"
    rule = "listener.unknown-security-policy"
    assert _build(tmp_path, ["443:3000"], ssl)[1] == [("error", rule)]
    lowered = f"{ssl}\nchecks: {{{rule}: {{level: warning, reason: new at AWS}}}}"
    assert _build(tmp_path, ["443:3000"], lowered)[1] == [("warning", rule)]
