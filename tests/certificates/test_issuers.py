"""Missing issuers are fetched, within limits, and nobody is trusted for having a name."""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs7, pkcs12

from sslstack.certificates import fetch, issuers, roots
from support import authority, pki

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = pki.root("Root")


@pytest.fixture
def server() -> Iterator[authority.Authority]:
    with authority.serving() as running:
        yield running


def _chase(leaf: pki.Issued, *anchors: pki.Issued, private: bool = True) -> issuers.FetchedChain:
    trusted = roots.make_private_roots([one.certificate for one in anchors or (ROOT,)])
    fetcher = fetch.HttpFetcher(private=private)
    return issuers.fetch_issuers(leaf.certificate, [], trusted, fetcher, at=pki.NOW)


def _authority(server: authority.Authority, path: str = "/ca") -> pki.Issued:
    """Make an intermediate that is served at a path."""
    issuer = pki.issue("CA", ROOT, ca=True)
    server.answers[path] = authority.ok(issuer.der)
    return issuer


def _leaf(server: authority.Authority, issuer: pki.Issued, *paths: str) -> pki.Issued:
    urls = [path if "://" in path or ":" in path else server.url + path for path in paths]
    return pki.issue("web.example", issuer, domains=["web.example"], urls=urls)


FORMS: dict[str, Callable[[pki.Issued], bytes]] = {
    "der": lambda ca: ca.der,
    "pem": lambda ca: ca.pem,
    "der-newline": lambda ca: ca.der + b"\n",
    "p7c": lambda ca: pkcs7.serialize_certificates(
        [ROOT.certificate, ca.certificate], Encoding.DER
    ),
    "p7b": lambda ca: pkcs7.serialize_certificates([ca.certificate], Encoding.PEM),
    "bundle": lambda ca: pki.pem(ROOT, ca),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_issuer_in_any_form(server: authority.Authority, form: str) -> None:
    """Whatever the content type says."""
    issuer = pki.issue("CA", ROOT, ca=True)
    server.answers["/ca"] = authority.ok(FORMS[form](issuer), "text/html")
    chased = _chase(_leaf(server, issuer, "/ca"))
    assert chased.resolved.trusted
    assert chased.resolved.chain.intermediates == (issuer.certificate,)
    assert chased.urls[issuer.certificate] == f"{server.url}/ca"
    assert server.asked == ["/ca"]


def test_four_deep(server: authority.Authority) -> None:
    issuer, urls = ROOT, list[str]()
    for number in range(4):
        above = urls[-1:]
        issuer = pki.issue(f"CA {number}", issuer, ca=True, urls=above)
        server.answers[f"/{number}"] = authority.ok(issuer.der)
        urls.append(f"{server.url}/{number}")
    chased = _chase(_leaf(server, issuer, "/3"))
    assert chased.resolved.trusted
    assert len(chased.resolved.chain.intermediates) == 4
    assert server.asked == ["/3", "/2", "/1", "/0"]


def test_every_address_of_a_certificate_is_tried(server: authority.Authority) -> None:
    issuer = _authority(server)
    chased = _chase(
        _leaf(server, issuer, "ldap://ca.example/cn", "https://ca.example/x", "/gone", "/ca")
    )
    assert chased.resolved.trusted
    assert [said for _, said in chased.attempts] == [
        "refused: ldap is not http",
        "refused: https is not http",
        "answered 404",
        "returned 'CA'",
    ]


def test_redirects(server: authority.Authority) -> None:
    issuer = _authority(server)
    for number in range(5):
        server.answers[f"/{number}"] = authority.moved(f"/{number - 1}" if number else "/ca")
    assert _chase(_leaf(server, issuer, "/3")).resolved.trusted
    chased = _chase(_leaf(server, issuer, "/4"))
    assert chased.attempts[0][1] == "redirects more than 4 times"
    server.answers["/loop"] = authority.moved("/loop")
    server.answers["/tls"] = authority.moved("https://127.0.0.1/ca")
    server.answers["/file"] = authority.moved("file:///etc/passwd")
    server.answers["/nowhere"] = authority.status(302)
    for path, said in (
        ("/loop", "redirects more than 4 times"),
        ("/tls", "refused: https is not http"),
        ("/file", "refused: file is not http"),
        ("/nowhere", "answered 302 without a Location"),
    ):
        assert _chase(_leaf(server, issuer, path)).attempts[0][1] == said


ANSWERS: dict[str, tuple[authority.Answer, str]] = {
    "huge": (authority.ok(b"\0" * (fetch.BODY + 1)), "sends more than 256 KiB"),
    "endless": (authority.endless, "sends more than 256 KiB"),
    "cut off": (authority.cut_off(ROOT.der), "broke off before the end"),
    "no http": (b"220 mail.example ESMTP\r\n", "does not speak HTTP"),
    "hung up": (b"", "broke the connection"),
    "error": (authority.status(500), "answered 500"),
    "web page": (authority.ok(b"<!doctype html>"), "returned no certificate"),
    "nothing": (authority.ok(b""), "returned no certificate"),
    "truncated": (authority.ok(ROOT.der[:300]), "returned no certificate"),
    "impostor": (
        authority.ok(pki.issue("CA", ROOT, ca=True, key_name="impostor").der),
        "returned 'CA', which did not sign 'web.example'",
    ),
    "somebody": (authority.ok(ROOT.der), "returned 'Root', which did not sign 'web.example'"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_bad_answers_are_said_and_give_nothing(server: authority.Authority, kind: str) -> None:
    answer, said = ANSWERS[kind]
    server.answers["/ca"] = answer
    chased = _chase(_leaf(server, pki.issue("CA", ROOT, ca=True), "/ca"))
    assert not chased.resolved.trusted
    assert chased.resolved.chain.intermediates == ()
    assert chased.attempts == ((f"{server.url}/ca", said),)
    assert said in chased.describe()


@pytest.mark.parametrize("kind", ["silent", "drip"])
def test_slow_answers_end_with_the_time(
    server: authority.Authority, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A byte now and then does not keep a connection open."""
    monkeypatch.setattr(fetch, "FETCH", 0.3)
    server.answers["/ca"] = getattr(authority, kind)
    begun = time.monotonic()
    chased = _chase(_leaf(server, pki.issue("CA", ROOT, ca=True), "/ca"))
    assert chased.attempts[0][1] == "did not answer in time"
    assert time.monotonic() - begun < 3


def test_no_more_than_sixteen_requests(server: authority.Authority) -> None:
    issuer = pki.issue("CA", ROOT, ca=True)
    chased = _chase(_leaf(server, issuer, *(f"/{number}" for number in range(20))))
    assert len(server.asked) == 16
    assert chased.attempts[-1][1] == "skipped: the limit of 16 requests is reached"


def test_authorities_that_signed_each_other_make_no_circle(server: authority.Authority) -> None:
    one = pki.root("One")
    first = pki.issue("One", pki.root("Other"), ca=True, urls=[f"{server.url}/other"])
    second = pki.issue("Other", one, ca=True, urls=[f"{server.url}/one"])
    server.answers |= {"/one": authority.ok(first.der), "/other": authority.ok(second.der)}
    chased = _chase(_leaf(server, first, "/one"))
    assert not chased.resolved.trusted
    assert sorted(server.asked) == ["/one", "/other"]


SPELLINGS = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]",
    "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
]  # fmt: skip


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_reaches_a_private_address(server: authority.Authority, host: str) -> None:
    issuer = _authority(server)
    port = server.server_address[1]
    chased = _chase(_leaf(server, issuer, f"http://{host}:{port}/ca"), private=False)
    assert server.asked == []
    assert chased.attempts[0][1].startswith(("refused: ", "failed: "))


def test_a_redirect_to_a_private_address_is_not_followed(
    server: authority.Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first address counts as public here, for the test has no other to ask."""
    issuer = _authority(server)
    port = server.server_address[1]
    server.answers["/there"] = authority.moved(f"http://127.0.0.2:{port}/ca")
    monkeypatch.setattr(fetch, "is_public", lambda address: str(address) == "127.0.0.1")
    chased = _chase(_leaf(server, issuer, "/there"), private=False)
    assert server.asked == ["/there"]
    assert chased.attempts[0][1] == (
        "refused: 127.0.0.2 is 127.0.0.2, not a public address (--allow-private-addresses)"
    )


def test_a_name_that_is_private_is_not_asked(
    server: authority.Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if only one of its addresses is."""
    issuer = _authority(server)
    port = server.server_address[1]
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port))
               for host in ("192.88.99.1", "8.8.8.8", "10.0.0.1")]  # fmt: skip
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    chased = _chase(_leaf(server, issuer, f"http://ca.example:{port}/ca"), private=False)
    assert "not a public address" in chased.attempts[0][1]
    assert server.asked == []


def test_the_address_checked_is_the_address_connected_to(
    server: authority.Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes between check and connection (rebinding) is resolved once."""
    issuer = _authority(server)
    port = server.server_address[1]
    resolved: list[str] = []

    def rebinding(host: str, *_: object, **__: object) -> list[object]:
        if host == "ca.example":
            resolved.append(host)
        address = "127.0.0.1" if len(resolved) < 2 else "10.255.255.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(fetch, "is_public", lambda address: str(address) == "127.0.0.1")
    chased = _chase(_leaf(server, issuer, f"http://ca.example:{port}/ca"), private=False)
    assert chased.resolved.trusted
    assert resolved == ["ca.example"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False), ("127.0.0.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False),
        ("255.255.255.255", False), ("192.0.2.1", False), ("198.18.0.1", False), ("::1", False),
        ("fe80::1", False), ("fc00::1", False), ("fec0::1", False), ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False), ("2002:a00:1::", False), ("2001:db8::1", False),
        ("ff02::1", False), ("fd00:ec2::254", False), ("::ffff:93.184.215.14", True),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, *, public: bool) -> None:
    assert fetch.is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    "url", ["http://", "http:///x", "http://[", "http://x:99999/", "http://a b/", "x" * 3000, "//x"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(fetch.FetchError, match=r"^refused: "):
        fetch.HttpFetcher().fetch(url)


def test_nobody_there() -> None:
    """A port that is closed again, and a name that cannot exist (RFC 6761)."""
    with authority.serving() as server:
        url = server.url
    with pytest.raises(fetch.FetchError, match="refuses connections"):
        fetch.HttpFetcher(private=True).fetch(f"{url}/ca")
    with pytest.raises(fetch.FetchError, match="failed: "):
        fetch.HttpFetcher(private=True).fetch("http://ca.invalid/ca")


def test_a_store_is_no_answer(server: authority.Authority) -> None:
    """PKCS#12 may ask for hours of key derivation: it is not opened at all."""
    issuer = pki.issue("CA", ROOT, ca=True)
    store = pkcs12.serialize_key_and_certificates(
        b"ca", None, issuer.certificate, None, NoEncryption()
    )
    server.answers["/ca"] = authority.ok(store)
    chased = _chase(_leaf(server, issuer, "/ca"))
    assert not chased.resolved.trusted
    assert chased.attempts[0][1] == "returned no certificate"


def test_nothing_is_asked_after_the_time_is_over(
    server: authority.Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading answers counts as well as waiting for them."""
    issuer = pki.issue("CA", ROOT, ca=True)
    server.answers["/ca"] = authority.ok(issuer.der)
    monkeypatch.setattr(fetch, "TOTAL", 0.0)
    chased = _chase(_leaf(server, issuer, "/ca"))
    assert chased.attempts[0][1] == "skipped: the limit of 0 seconds is reached"
    assert server.asked == []
