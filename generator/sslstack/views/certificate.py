"""A certificate with its chain as text for people and as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sslstack import escaping
from sslstack.certificates import checks, names, signatures
from sslstack.views import findings as findings_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography import x509

    from sslstack.certificates import CertificateReport, Chain
    from sslstack.findings import Finding


def text(chain: Chain, *, trusted: bool) -> str:
    """Give a few lines: whose it is, its names, its validity, key and chain."""
    leaf = chain.leaf
    above = [names.describe_subject(one) for one in chain.intermediates]
    rows = {
        "subject": names.describe_subject(leaf),
        "names": ", ".join(map(names.escape_name, chain.domains)) or "none",
        "valid": f"{_moment(leaf.not_valid_before_utc)} to {_moment(leaf.not_valid_after_utc)}",
        "key": checks.describe_key(leaf),
        "issuer": names.describe_issuer(leaf),
        "chain": " <- ".join(above) or "none",
        "trusted": "yes" if trusted else "no",
        "sha256": chain.fingerprint,
    }
    return "".join(f"{name + ':':<9}{value}\n" for name, value in rows.items())


def as_json(examined: CertificateReport, findings: Sequence[Finding]) -> str:
    """Give an object: `ok`, the findings, the certificate, and chain and body as PEM.

    `certificate` is null where the file holds none. Version 1; keys are added, not changed.
    """
    chain = examined.chain
    value = {
        "version": 1,
        "ok": examined.usable and not any(f.severity.value == "error" for f in findings),
        "trusted": examined.trusted,
        "findings": json.loads(findings_view.as_json(findings)),
        "certificate": None if chain is None else _described(chain.leaf) | _leaf(chain),
        "chain": [] if chain is None else [_described(one) for one in chain.intermediates],
        "pem": None if chain is None else {"certificate": chain.body, "chain": chain.chain},
    }
    return escaping.format_json(value) + "\n"


def _described(one: x509.Certificate) -> dict[str, Any]:
    return {
        "subject": names.describe_subject(one),
        "issuer": names.describe_issuer(one),
        "serial": f"{one.serial_number:x}",
        "not_before": _moment(one.not_valid_before_utc),
        "not_after": _moment(one.not_valid_after_utc),
        "key": checks.describe_key(one),
        "sha256": signatures.compute_fingerprint(one),
    }


def _leaf(chain: Chain) -> dict[str, Any]:
    return {
        "domains": list(map(names.escape_name, chain.domains)),
        "public_key_sha256": chain.public_key_fingerprint,
    }


def _moment(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
