"""The request in a healthcheck of the compose file."""

from __future__ import annotations

from typing import Any

import pytest

from sslstack.compose.model import read_service
from sslstack.findings import Location
from sslstack.stack.probes import Probe, find_probe

_HEALTH = Probe(secure=False, port=3000, path="/health")


def _probe(test: Any, **service: Any) -> Probe | None:
    return _find({"healthcheck": {"test": test}, **service})


def _find(members: dict[str, Any]) -> Probe | None:
    return find_probe(read_service("web", members, (), Location("compose.yaml", 1, 1)))


@pytest.mark.parametrize(
    "test",
    [
        ["CMD", "curl", "-f", "http://localhost:3000/health"],
        ["CMD", "/usr/bin/curl", "-fsS", "localhost:3000/health"],
        ["CMD", "curl", "--fail", "--silent", "--max-time", "3", "http://127.0.0.1:3000/health"],
        ["CMD", "curl", "-fsSo", "/dev/null", "http://localhost:3000/health"],
        ["CMD", "curl", "-fm5", "-I", "http://[::1]:3000/health"],
        ["CMD", "curl", "-X", "GET", "--url", "http://localhost:3000/health"],
        ["CMD", "curl", "-H", "Accept: text/plain", "http://localhost:3000/health#top"],
        ["CMD", "wget", "-qO-", "http://localhost:3000/health"],
        ["CMD", "wget", "-nv", "-t1", "--spider", "http://localhost:3000/health"],
        ["CMD", "wget", "--tries=1", "-O", "-", "0.0.0.0:3000/health"],
        ["CMD", "wget", "-q", "-Y", "off", "-O", "/dev/null", "http://localhost:3000/health"],
        ["CMD", "sh", "-c", "curl -f http://localhost:3000/health || exit 1"],
        ["CMD-SHELL", "curl -f http://localhost:3000/health || exit 1"],
        ["CMD-SHELL", "curl -f 'http://localhost:3000/health'||exit 1"],
        ["CMD-SHELL", "wget --spider -q http://localhost:3000/health >/dev/null 2>&1"],
        ["CMD-SHELL", "curl -s --noproxy localhost localhost:3000/health | grep -q OK || exit 1"],
        ["CMD-SHELL", "which curl && curl -f localhost:3000/health"],
        ["CMD-SHELL", "test \"$(curl -sw '%{http_code}' http://localhost:3000/health)\" = 200"],
        ["CMD-SHELL", "if ! timeout 5 curl -f http://localhost:3000/health; then exit 1; fi"],
        ["CMD-SHELL", "curl -d x localhost:3000/post; wget -O- localhost:3000/health\nexit 0"],
    ],
)  # fmt: skip
def test_finds_the_request(test: list[str]) -> None:
    """Of curl or wget, with whatever options, in every form of a healthcheck."""
    assert _probe(test) == _HEALTH


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost", Probe(secure=False, port=80, path="/")),
        ("https://localhost:8443/up?full=1", Probe(secure=True, port=8443, path="/up?full=1")),
        ("https://127.0.0.1", Probe(secure=True, port=443, path="/")),
        ("localhost:99999/", None),
        ("ftp://localhost/health", None),
        ("http://db:3000/health", None),
        ("http://me:secret@localhost:3000/health", None),
        ("http://localhost:3000/a b", None),
        ("http://localhost:3000/{a,b}", None),
    ],
)
def test_reads_the_address(url: str, expected: Probe | None) -> None:
    """Only the container itself counts, and only what a load balancer can ask."""
    assert _probe(["CMD", "curl", "-kf", url]) == expected


@pytest.mark.parametrize(
    "words",
    [
        ["curl", "-X", "POST", "localhost:3000/health"],
        ["curl", "-XPOST", "localhost:3000/health"],
        ["curl", "--data", "x", "localhost:3000/health"],
        ["curl", "-u", "me:secret", "localhost:3000/health"],
        ["curl", "-H", "Host: example.com", "localhost:3000/health"],
        ["curl", "-H", "X-Forwarded-Proto: https", "localhost:3000/health"],
        ["curl", "--unix-socket", "/run/app.sock", "http://localhost/health"],
        ["wget", "--post-data=x", "localhost:3000/health"],
        ["wget", "--header=Host: example.com", "localhost:3000/health"],
        ["pg_isready", "-U", "postgres"],
    ],
)
def test_leaves_out_what_a_load_balancer_cannot_repeat(words: list[str]) -> None:
    """No methods, headers, content or credentials, and nothing but HTTP."""
    assert _probe(["CMD", *words]) is None


@pytest.mark.parametrize("test", [None, [], ["NONE"], ["CMD"], ["CMD-SHELL", "curl"]])
def test_finds_nothing_where_nothing_is_asked(test: Any) -> None:
    """No healthcheck, a disabled one, an empty one."""
    assert _probe(test) is None


def test_ignores_a_disabled_healthcheck() -> None:
    """`disable: true` beats the test."""
    check = {"test": ["CMD", "curl", "localhost:3000/health"], "disable": True}
    assert _find({"healthcheck": check}) is None


def test_reads_variables_of_the_service() -> None:
    """The shell in the container sees its environment; what is not there stays unknown."""
    test = ["CMD-SHELL", "curl -f http://localhost:${PORT:-80}/health"]
    assert _probe(test, environment={"PORT": "3000"}) == _HEALTH
    assert _probe(test) == Probe(secure=False, port=80, path="/health")
    assert _probe(["CMD-SHELL", "curl -f http://localhost:$PORT/health"]) is None
