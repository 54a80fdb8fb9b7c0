"""Ports in both syntaxes, as Docker Compose reads them."""

from __future__ import annotations

import pytest

from sslstack.compose import ports, tree


def _read(text: str) -> list[tuple[str, str, int, str]]:
    (document,), _ = tree.parse(f"p: {text}".encode(), "c.yml")
    found, findings = ports.read("web", document.get("p"))
    assert findings == []
    return [(p.host_ip, p.published, p.target, p.protocol) for p in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("['443:3000']", [("", "443", 3000, "tcp")]),
        ("[3000, '3001']", [("", "", 3000, "tcp"), ("", "", 3001, "tcp")]),
        ("[22:22]", [("", "22", 22, "tcp")]),
        ("['53:53/UDP']", [("", "53", 53, "udp")]),
        ("['127.0.0.1:80:81']", [("127.0.0.1", "80", 81, "tcp")]),
        ("['127.0.0.1::81']", [("127.0.0.1", "", 81, "tcp")]),
        ("['[::1]:82:82', '::1:82:82']", [("::1", "82", 82, "tcp")]),
        ("[':83:83']", [("", "83", 83, "tcp")]),
        ("['9-11:9-11']", [("", "10", 10, "tcp"), ("", "11", 11, "tcp"), ("", "9", 9, "tcp")]),
        ("['99-100']", [("", "", 100, "tcp"), ("", "", 99, "tcp")]),
        ("['8000-8002:80']", [("", "8000-8002", 80, "tcp")]),
        ("['3000-3001']", [("", "", 3000, "tcp"), ("", "", 3001, "tcp")]),
        ("[{target: 80, published: '8080', protocol: udp}]", [("", "8080", 80, "udp")]),
        ("[{target: 80, published: 8000-8002}]", [("", "8000-8002", 80, "tcp")]),
        ("[{target: 80}]", [("", "", 80, "tcp")]),
        ("['80:80', '80:80/tcp', '0.0.0.0:80:80']", [("0.0.0.0", "80", 80, "tcp")]),
        ("[80, {target: 80}, {target: 80, published: ''}]", [("", "", 80, "tcp")] * 2),
        ("[':80']", [("", "", 80, "tcp")]),
    ],
)
def test_ports(text: str, expected: list[tuple[str, str, int, str]]) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("['80-81:90-95']", None),
        ("['a:80']", "'a' is not a port"),
        ("['80:70000']", "70000 is not a port"),
        ("['81-80:81-80']", "runs backwards"),
        ("['1-3:1-2']", "differ in length"),
        ("['80:80/icmp']", "'icmp' is not tcp, udp or sctp"),
        ("['1.2.3:80:80']", "'1.2.3' is not an IP address"),
        ("['80:']", "names no port"),
        ("[{published: '80'}]", "needs a target"),
    ],
)
def test_refusals(text: str, message: str | None) -> None:
    (document,), _ = tree.parse(f"p: {text}".encode(), "c.yml")
    _, findings = ports.read("web", document.get("p"))
    assert len(findings) == 1
    assert findings[0].location.line == 1
    if message:
        assert message in findings[0].message
