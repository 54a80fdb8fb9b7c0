"""Ports in both syntaxes, as Docker Compose reads them."""

from __future__ import annotations

import pytest

from sslstack.compose import parser, ports
from sslstack.findings import Severity


def _read(text: str) -> list[tuple[str, str, int, str]]:
    (document,), _ = parser.parse(f"p: {text}".encode(), "c.yml")
    entries, findings = ports.read_entries("web", document.get("p"))
    found, warnings = ports.read_ports("web", entries)
    assert findings + warnings == []
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
        ("[{target: 80, published: 80}, '80:80']", [("", "80", 80, "tcp")] * 2),
        ("['80:80', '80:80/tcp', '0.0.0.0:80:80']", [("0.0.0.0", "80", 80, "tcp")]),
        ("[80, {target: 80}, {target: 80, published: ''}]", [("", "", 80, "tcp")] * 2),
        ("[':80']", [("", "", 80, "tcp")]),
        ("['080:0081']", [("", "80", 81, "tcp")]),
        ("['08000-08002:80']", [("", "8000-8002", 80, "tcp")]),
        ("[{target: '081', published: '080'}]", [("", "80", 81, "tcp")]),
        ("[{target: 80, published: '0'}]", [("", "", 80, "tcp")]),
        ("[{target: 80, protocol: TCP}]", [("", "", 80, "tcp")]),
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
        ("['81-80:81-80']", "ends below its start"),
        ("['1-3:1-2']", "differ in length"),
        ("['80:80/icmp']", "'icmp' is not tcp, udp or sctp"),
        ("['1.2.3:80:80']", "'1.2.3' is not an IP address"),
        ("['80:']", "has no container port"),
        ("['389/tcp:389/tcp']", "'389/tcp' is not a port"),
        ("['80:80/tcp/udp']", "'tcp/udp' is not tcp, udp or sctp"),
        ("['[::1:80:80']", "the brackets of '[::1' do not match"),
        ("['::1]:80:80']", "'::1]' is not an IP address"),
        ("['[[::1]]:80:80']", "the brackets of '[[::1]]' do not match"),
        ("['[::1%lo]:80:80']", "'::1%lo' is not an IP address"),
        ("['127.0.0.01:80:80']", "'127.0.0.01' is not an IP address"),
        ("[{target: 80, host_ip: localhost}]", "host_ip: 'localhost' is not an IP address"),
        ("[{target: 80, host_ip: '[::1]'}]", "host_ip: '[::1]' is not an IP address"),
        ("[{target: 80, host_ip: ''}]", "host_ip: '' is not an IP address"),
        ("[{target: 80, host_ip: '::1%lo'}]", "host_ip: '::1%lo' is not an IP address"),
        ("['80:0']", "a container has no port 0"),
        ("['80:\uff18\uff10']", "'\uff18\uff10' is not a port"),
        ("[80.0]", "a port is text, a whole number or a mapping: 80 is a fraction"),
        ("[{target: 80, published: 80.0}]", "published: 80 is a fraction"),
        ("[{target: '0x50'}]", "target '0x50' is not a whole number"),
        ("[{published: '80'}]", "needs a target"),
    ],
)
def test_refusals(text: str, message: str | None) -> None:
    (document,), _ = parser.parse(f"p: {text}".encode(), "c.yml")
    _, findings = ports.read_entries("web", document.get("p"))
    assert len(findings) == 1
    assert findings[0].location.line == 1
    if message:
        assert message in findings[0].message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[{target: 70000}]", "target 70000 is not a port (1 to 65535)"),
        ("[{target: 0, published: 80}]", "target 0 is not a port"),
        ("[{target: 80, published: a}]", "published 'a' is not a port"),
        ("[{target: 80, published: '65536'}]", "published '65536' is not a port"),
        ("[{target: 80, published: '80/tcp'}]", "published '80/tcp' is not a port"),
    ],
)
def test_impossible_ports_are_reported_and_not_served(text: str, message: str) -> None:
    """Docker Compose takes it and prints it; the engine would refuse it."""
    (document,), _ = parser.parse(f"p: {text}".encode(), "c.yml")
    entries, findings = ports.read_entries("web", document.get("p"))
    assert (len(entries), findings) == (1, [])
    found, (warning,) = ports.read_ports("web", entries)
    assert found == []
    assert warning.severity is Severity.WARNING
    assert message in warning.message


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:7f00:1", True),
        ("::ffff:10.0.0.1", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
    ],
)
def test_loopback(address: str, *, expected: bool) -> None:
    """An IPv4 address written as IPv6 is the IPv4 address."""
    (document,), _ = parser.parse(f"p: [{{target: 80, host_ip: '{address}'}}]".encode(), "c.yml")
    entries, _ = ports.read_entries("web", document.get("p"))
    ((port,), _) = ports.read_ports("web", entries)
    assert port.is_loopback is expected
