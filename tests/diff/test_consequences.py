"""What a change means is said in words, and what becomes weaker is called so."""

from __future__ import annotations

import datetime

import pytest

from sslstack import diff
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.diff import Effect, Review
from support import pki
from support.templates import AUTHENTICATED, SECURE, changed, load, review

W, R, OUT = Effect.WEAKER, Effect.REMOVED, Effect.OUTAGE
C, S = Effect.CHANGE, Effect.STRONGER
POLICY = "ELBSecurityPolicy-TLS-1-2-2017-01"


def _said(found: Review) -> set[tuple[str, Effect]]:
    return {(one.kind, one.effect) for one in found.consequences}


CHANGES: dict[str, tuple[str, tuple[str, str], set[tuple[str, Effect]]]] = {
    "weaker policy": (
        SECURE, (POLICY, "ELBSecurityPolicy-2016-08"),
        {("listener.policy", W), ("listener.interrupted", OUT)},
    ),
    "backend in plaintext": (
        SECURE, ("InstanceProtocol: HTTPS", "InstanceProtocol: HTTP"),
        {("backend.tls", W), ("listener.interrupted", OUT)},
    ),
    "backend not authenticated": (
        AUTHENTICATED, ("BackendServerAuthenticationPolicyType", "SomeOtherPolicyType"),
        {("backend.authentication", W), ("listener.interrupted", OUT)},
    ),
    "another scheme": (
        SECURE, ("Scheme: internet-facing", "Scheme: internal"),
        {("load-balancer.replaced", R), ("exposure.scheme", S)},
    ),
    "fewer clients": (
        SECURE, ("CidrIp: 0.0.0.0/0", "CidrIp: 10.0.0.0/8"), {("exposure.clients", S)},
    ),
    "health check": (SECURE, ("Target: ", "Target: x"), {("exposure.health-check", C)}),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_and_its_reverse(name: str) -> None:
    """What weakens in one direction strengthens in the other."""
    text, pair, expected = CHANGES[name]
    other = changed(text, pair)
    assert _said(review(text, other)) == expected
    turned = {W: S, S: W}
    assert _said(review(other, text)) == {(kind, turned.get(e, e)) for kind, e in expected}


def test_what_is_retained_goes_on_without_the_stack() -> None:
    """Nobody loses it: no listener is closed, and its DNS name stays."""
    load_balancer = "    Type: AWS::ElasticLoadBalancing::LoadBalancer\n"
    kept = changed(SECURE, (load_balancer, f"{load_balancer}    DeletionPolicy: Retain\n"))
    found = review(kept, "")
    assert ("load-balancer.released", C) in _said(found)
    assert not {kind for kind, _ in _said(found)} & {"load-balancer.removed", "listener.closed"}
    assert {one.type for one in found.diff.resources if one.retained} == {CLASSIC}
    assert {"load-balancer.removed", "listener.closed"} <= {
        one for one, _ in _said(review(SECURE, ""))
    }


def test_tls_taken_off_and_put_on() -> None:
    lines = SECURE.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if "Protocol: HTTPS" in line)
    plain = "".join(
        line.replace("HTTPS", "HTTP") if n == at else line
        for n, line in enumerate(lines)
        if not (at < n < at + 7 and ("SSLCertificateId" in line or "PolicyNames" in line
                                    or "ssl-negotiation" in line))
    )  # fmt: skip
    found = review(SECURE, plain)
    assert ("listener.tls", W) in _said(found)
    assert found.weaker
    assert ("listener.tls", S) in _said(review(plain, SECURE))


def test_a_new_stack_and_its_end() -> None:
    new, gone = review("", SECURE), review(SECURE, "")
    assert ("load-balancer.added", C) in _said(new)
    assert not new.weaker
    assert ("load-balancer.removed", R) in _said(gone)
    assert ("certificate.removed", C) in _said(gone)


def _with_certificate(*issued: pki.Issued) -> str:
    """Give a template whose certificate is another one, with its chain."""
    lines = SECURE.splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if "CertificateBody: |" in line)
    end = next(n for n, line in enumerate(lines) if "PrivateKey:" in line)
    blocks = [
        f"      {key}: |\n" + "".join(f"        {line}\n" for line in pem.decode().splitlines())
        for key, pem in zip(
            ("CertificateBody", "CertificateChain"),
            (issued[0].pem, pki.pem(*issued[1:])),
            strict=True,
        )
        if pem
    ]
    return "".join([*lines[:start], *blocks, *lines[end:]])


ROOT = pki.root()
CA, OTHER_CA = (pki.issue(name, ROOT, ca=True) for name in ("CA", "Other CA"))


def _leaf(issuer: pki.Issued = CA, **options: object) -> pki.Issued:
    names = {"domains": ["web.example", "www.web.example"]}
    return pki.issue("web.example", issuer, **(names | options))  # type: ignore[arg-type] # as issue() has them


def _messages(before: pki.Issued, after: pki.Issued, *chains: pki.Issued) -> dict[str, str]:
    one, other = chains or (CA, CA)
    found = review(_with_certificate(before, one), _with_certificate(after, other))
    return {item.kind: item.message for item in found.consequences}


def test_a_renewal_says_key_names_and_dates() -> None:
    said = _messages(_leaf(), _leaf(days=300))
    assert said["certificate.renewed"] == (
        "'web.example' renewed with the same key; valid until 2027-02-13 -> 2027-09-11"
    )
    said = _messages(_leaf(), _leaf(key_name="another", domains=["web.example", "shop.example"]))
    assert said["certificate.replaced"].startswith(
        "'web.example' replaced by a certificate for other names, with a new key; valid until "
    )
    found = review(
        _with_certificate(_leaf(), CA),
        _with_certificate(_leaf(domains=["web.example", "shop.example"]), CA),
    )
    names = {(one.message, one.effect) for one in found.consequences if "names" in one.kind}
    assert names == {("names lost: www.web.example", R), ("names added: shop.example", C)}


def test_a_wildcard_that_covers_a_name_loses_none() -> None:
    wildcard = _leaf(domains=["web.example", "*.web.example"])
    assert "names lost" not in _messages(_leaf(), wildcard).get("certificate.names", "")
    found = review(_with_certificate(wildcard, CA), _with_certificate(_leaf(), CA))
    assert ("certificate.names", R) in _said(found)


@pytest.mark.parametrize("days", [-400, 400])
def test_a_certificate_that_is_not_valid_is_said_to_be_so(days: int) -> None:
    """Where it is added, and where it takes the place of one that is."""
    text = _with_certificate(_leaf(), CA)
    sides = (diff.side("", {}), diff.side(text, load(text)))
    for before, kinds in ((sides[0], {"certificate.invalid"}), (sides[1], set())):
        now = pki.NOW - datetime.timedelta(days=days)
        found = diff.review("t.yaml", "HEAD", before, sides[1], now=now)
        assert {one.kind for one in found.consequences if one.effect is OUT} == kinds


def test_a_listener_that_shows_a_certificate_for_other_names() -> None:
    """Clients of the names it no longer has are lost, though no certificate is changed."""
    before = _with_certificate(_leaf(), CA)
    other = load(_with_certificate(_leaf(domains=["shop.example"]), CA))["Resources"]
    after = load(before)
    after["Resources"]["Other"] = other["ShopCertificate"]
    for resource in after["Resources"].values():
        for listener in resource["Properties"].get("Listeners", ()):
            listener["SSLCertificateId"] = {"Fn::GetAtt": ["Other", "Arn"]}
    found = diff.review("t.yaml", "HEAD", diff.side(before, load(before)), diff.side("", after))
    assert ("listener.names", R) in _said(found)


def test_another_issuer_and_another_chain() -> None:
    said = _messages(_leaf(), _leaf(OTHER_CA), CA, OTHER_CA)
    assert said["certificate.issuer"] == "issuer changes from 'CA' to 'Other CA'"
    assert said["certificate.chain"] == "chain changes from CA to Other CA"


def test_a_shorter_validity_is_weaker() -> None:
    found = review(_with_certificate(_leaf(), CA), _with_certificate(_leaf(days=5), CA))
    assert ("certificate.renewed", W) in _said(found)


def test_a_key_written_out_is_weaker() -> None:
    key = next(line for line in SECURE.splitlines() if "PrivateKey:" in line)
    found = review(SECURE, SECURE.replace(key, '      PrivateKey: "-----BEGIN PRIVATE KEY-----"'))
    assert ("certificate.exposed", W) in _said(found)
    assert all("BEGIN" not in one.message for one in found.consequences)
