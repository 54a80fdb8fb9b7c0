"""A private key is compared with its certificate, and nothing of it is said."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from sslstack.certificates import key_match, keys
from sslstack.findings import Severity
from support import inputs, pki

KINDS: tuple[pki.KeyKind, ...] = ("p256", "p384", "p521", "rsa2048", "rsa3072", "ed25519")
LEAVES = {kind: pki.issue(f"{kind}.example", None, kind=kind, domains=["a"]) for kind in KINDS}
OTHERS = {kind: pki.issue(f"other-{kind}", None, kind=kind, domains=["a"]) for kind in KINDS}
LEAF = LEAVES["p256"]
PASSWORD = b"secret"
PLAIN, LOCKED = NoEncryption(), BestAvailableEncryption(PASSWORD)
FORMS = {
    "pkcs8": (Encoding.PEM, PrivateFormat.PKCS8, PLAIN),
    "pkcs8-der": (Encoding.DER, PrivateFormat.PKCS8, PLAIN),
    "pkcs8-locked": (Encoding.PEM, PrivateFormat.PKCS8, LOCKED),
    "pkcs8-locked-der": (Encoding.DER, PrivateFormat.PKCS8, LOCKED),
    "traditional": (Encoding.PEM, PrivateFormat.TraditionalOpenSSL, PLAIN),
    "traditional-der": (Encoding.DER, PrivateFormat.TraditionalOpenSSL, PLAIN),
    "traditional-locked": (Encoding.PEM, PrivateFormat.TraditionalOpenSSL, LOCKED),
    "openssh": (Encoding.PEM, PrivateFormat.OpenSSH, PLAIN),
    "openssh-locked": (Encoding.PEM, PrivateFormat.OpenSSH, LOCKED),
}


def _rules(leaf: pki.Issued, content: bytes, password: bytes | None = None) -> list[str]:
    found = key_match.check_key(
        leaf.certificate, inputs.source(content, "private_key"), password=password
    )
    return [one.rule for one in found if one.severity is Severity.ERROR]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["p256", "rsa2048"])
def test_a_key_in_any_form_is_recognised(form: str, kind: pki.KeyKind) -> None:
    leaf, other = LEAVES[kind], OTHERS[kind]
    password = PASSWORD if "locked" in form else None
    own, foreign = (one.key.private_bytes(*FORMS[form]) for one in (leaf, other))
    assert _rules(leaf, own, password) == []
    assert _rules(leaf, foreign, password) == ["key.mismatch"]
    if password:
        assert _rules(leaf, own) == ["key.password"]
        assert _rules(leaf, own, b"wrong") == ["key.password"]
    else:
        assert _rules(leaf, own, b"needless") == []


@pytest.mark.parametrize("own", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_only_the_own_key_matches(own: pki.KeyKind, other: pki.KeyKind) -> None:
    expected = [] if own == other else ["key.mismatch"]
    assert _rules(LEAVES[own], LEAVES[other].key_pem) == expected


def test_the_right_key_among_several() -> None:
    assert _rules(LEAF, OTHERS["p256"].key_pem + LEAF.key_pem) == []


def test_parameters_before_an_ec_key() -> None:
    """`openssl ecparam -genkey` writes them."""
    block = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    traditional = LEAF.key.private_bytes(*FORMS["traditional"])
    assert _rules(LEAF, block + traditional) == []


def test_a_key_in_a_store() -> None:
    store = pkcs12.serialize_key_and_certificates(
        b"x", LEAF.key, LEAF.certificate, None, LOCKED  # type: ignore[arg-type] # an EC key
    )  # fmt: skip
    assert _rules(LEAF, store, PASSWORD) == []
    assert _rules(LEAF, store) == ["key.password"]
    assert _rules(OTHERS["p256"], store, PASSWORD) == ["key.mismatch"]


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        (LEAF.pem, "key.missing", "holds a certificate ('p256.example') and no private key"),
        (b"", "key.unreadable", "private_key.pem is empty"),
        (LEAF.key_pem[:120], "key.unreadable", "is cut off"),
        (LEAF.key_pem.replace(b"M", b"N", 1), "key.unreadable", "is damaged"),
        (b"ssh-rsa AAAA", "key.missing", "is an SSH public key, it holds no private key"),
    ],
)
def test_what_is_no_key_is_said(content: bytes, rule: str, words: str) -> None:
    found = list(key_match.check_key(LEAF.certificate, inputs.source(content, "private_key")))
    assert [one.rule for one in found] == [rule]
    assert words in found[0].message


def test_an_openssh_key_may_ask_for_milliards_of_rounds() -> None:
    """It is refused at once, whatever the password."""
    lines = LEAF.key.private_bytes(*FORMS["openssh-locked"]).splitlines()
    body = base64.b64decode(b"".join(lines[1:-1]))
    salt = body.index(b"\x00\x00\x00\x18\x00\x00\x00\x10") + 8
    body = body[: salt + 16] + b"\x7f\xff\xff\xff" + body[salt + 20 :]
    block = b"\n".join([lines[0], base64.b64encode(body), lines[-1]])
    assert _rules(LEAF, block, PASSWORD) == ["key.unreadable"]


def test_what_iam_does_not_take() -> None:
    """Such a key (RSA of 20,000 bits) takes minutes to make, so its facts are given."""
    facts = keys.KeyFacts(public=b"", length=20_000, encrypted=False, openssh=False)
    found = list(key_match._check_facts(facts, None, inputs.source(b"", "private_key")))  # noqa: SLF001
    assert [one.rule for one in found] == ["key.too-long"]
