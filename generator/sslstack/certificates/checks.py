"""What a load balancer, AWS or a browser rejects in a server certificate.

`CHECKS` lists them; each gives problems for one leaf. None looks at the clock, see `expiry`.
Sources: the CA/Browser Forum's baseline requirements (7.1.2.7, 6.3.2), RFC 5280, RFC 9525,
and for what AWS takes its guides: elb-listener-config, import-certificate-prerequisites,
id_credentials_server-certs, UploadServerCertificate.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from sslstack.certificates import encodings, extensions, names, requirements
from sslstack.certificates.problems import Problem, make_warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sslstack.certificates.model import CertificateFiles, Chain

_USUAL_RSA_BITS = (2048, 3072, 4096)
_LONGEST = datetime.timedelta(days=398)
"""Baseline requirements 6.3.2: browsers refuse what a public authority issues for longer."""


def check_leaf(chain: Chain, files: CertificateFiles, *, public: bool) -> Iterator[Problem]:
    """Check a leaf with its chain; with `public`, the chain leads to a root that browsers know."""
    for rule in CHECKS:
        yield from rule(chain.leaf)
    yield from _check_domains(chain.leaf, files)
    yield from _check_lengths(chain)
    yield from _check_intermediates(chain)
    if public:
        yield from _check_validity(chain.leaf)


def _quote_name(leaf: x509.Certificate) -> str:
    return f"'{names.describe_subject(leaf)}'"


def _check_version(leaf: x509.Certificate) -> Iterator[Problem]:
    if leaf.version is not x509.Version.v3:
        yield Problem(
            rule="certificate.version",
            message=f"{_quote_name(leaf)} is not an X.509 certificate of version 3",
            hint="request a new certificate; version 1 has no subject alternative names",
        )


def _check_extensions(leaf: x509.Certificate) -> Iterator[Problem]:
    if (flaw := extensions.find_flaw(leaf)) is not None:
        yield Problem(rule="certificate.extensions", message=f"{_quote_name(leaf)}: {flaw}")


def describe_key(leaf: x509.Certificate) -> str:
    """Name a certificate's key as people do: `RSA 2048`, `P-256`, `Ed25519`."""
    try:
        key = leaf.public_key()
    except (ValueError, UnsupportedAlgorithm):
        explicit = encodings.has_explicit_parameters(leaf)
        return "EC with explicit parameters" if explicit else "an unreadable key"
    match key:
        case rsa.RSAPublicKey() if encodings.is_pss_key(leaf):
            return f"RSASSA-PSS {key.key_size}"
        case rsa.RSAPublicKey():
            return f"RSA {key.key_size}"
        case ec.EllipticCurvePublicKey():
            curve = requirements.CURVES.get(key.curve.name, key.curve.name)
            explicit = encodings.has_explicit_parameters(leaf)
            return f"{curve} with explicit parameters" if explicit else curve
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
        case dsa.DSAPublicKey():
            return f"DSA {key.key_size}"
        case _:
            return "a key of an unknown kind"


def _check_key(leaf: x509.Certificate) -> Iterator[Problem]:
    kind = describe_key(leaf)
    name, _, bits = kind.partition(" ")
    if name == "RSA" and int(bits) >= requirements.LEAST_RSA_BITS:
        if int(bits) not in _USUAL_RSA_BITS:
            message = (
                f"{_quote_name(leaf)} has a key of {kind} bits; AWS documents 2048, 3072 and 4096"
            )
            yield make_warning("certificate.key-size", message, "use RSA 2048 or P-256")
    elif name == "RSA":
        message = (
            f"{_quote_name(leaf)} has a key of {kind} bits; AWS and browsers require 2048 or more"
        )
        yield Problem(rule="certificate.weak-key", message=message, hint="use RSA 2048 or P-256")
    elif kind not in requirements.CURVES.values():
        message = f"{_quote_name(leaf)} has a key type that load balancers do not support: {kind}"
        named = "make a key that names its curve: openssl ecparam -name prime256v1 -genkey -noout"
        hint = named if "explicit" in kind else "use RSA 2048 or P-256"
        yield Problem(rule="certificate.key-type", message=message, hint=hint)


def _check_signature(leaf: x509.Certificate) -> Iterator[Problem]:
    try:
        algorithm = leaf.signature_hash_algorithm
    except UnsupportedAlgorithm:
        algorithm = None
    if isinstance(algorithm, requirements.SIGNATURE_HASHES):
        if encodings.has_pss_signature(leaf):
            message = (
                f"{_quote_name(leaf)} is signed with RSASSA-PSS, which some clients do not accept"
            )
            hint = "request a new one signed with sha256WithRSAEncryption"
            yield make_warning("certificate.pss-signature", message, hint)
        return
    called = algorithm.name.upper() if algorithm else leaf.signature_algorithm_oid._name  # noqa: SLF001 - the library's one name for it
    message = f"{_quote_name(leaf)} is signed with {called}, which browsers do not accept"
    hint = "request a new one signed with SHA-256"
    yield Problem(rule="certificate.weak-signature", message=message, hint=hint)


def _check_names(leaf: x509.Certificate) -> Iterator[Problem]:
    alternative = extensions.find_extension(leaf, x509.SubjectAlternativeName)
    dns = names.read_dns_names(leaf)
    addresses = alternative.get_values_for_type(x509.IPAddress) if alternative else []
    if not dns and not addresses:
        message = (
            f"{_quote_name(leaf)} has no subject alternative name; browsers ignore the common name"
        )
        yield Problem(
            rule="certificate.no-names",
            message=message,
            hint="request a certificate with its domains as DNS names",
        )
    for name in dict.fromkeys(dns):
        if (oddity := names.find_oddity(name)) is not None:
            message = f"the name '{names.escape_name(name)}' in {_quote_name(leaf)} {oddity}"
            yield make_warning("certificate.odd-name", message, "it matches no host")
        elif names.has_underscore(name):
            message = (
                f"the name '{names.escape_name(name)}' in {_quote_name(leaf)} has an underscore"
            )
            hint = "public authorities may not issue it, and some clients refuse it"
            yield make_warning("certificate.odd-name", message, hint)


def check_server_usage(leaf: x509.Certificate) -> Iterator[Problem]:
    """Report a leaf that was issued for something else, e-mail or clients for example."""
    extended = extensions.find_extension(leaf, x509.ExtendedKeyUsage)
    if extended is not None and not requirements.SERVER_USAGES & set(extended):
        message = f"{_quote_name(leaf)} is not for servers (extendedKeyUsage lacks serverAuth)"
        hint = "ask the certificate authority for a TLS server certificate"
        yield Problem(rule="certificate.not-for-servers", message=message, hint=hint)


def _check_key_usage(leaf: x509.Certificate) -> Iterator[Problem]:
    usage = extensions.find_extension(leaf, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        message = f"{_quote_name(leaf)} may not sign (keyUsage lacks digitalSignature): "
        message += "handshakes with forward secrecy fail"
        yield make_warning("certificate.key-usage", message, "request a new certificate")
    if extensions.is_authority(leaf):
        message = f"{_quote_name(leaf)} is a CA certificate, not a server certificate"
        hint = "name the certificate that it issued for your domains; its own key can sign any name"
        yield make_warning("certificate.is-authority", message, hint)


def _check_special(leaf: x509.Certificate) -> Iterator[Problem]:
    if extensions.find_extension(leaf, x509.PrecertPoison) is not None:
        message = f"{_quote_name(leaf)} is a precertificate (CT poison), which clients reject"
        hint = "ask the certificate authority for the certificate itself"
        yield Problem(rule="certificate.precertificate", message=message, hint=hint)
    features = extensions.find_extension(leaf, x509.TLSFeature)
    if features is not None and x509.TLSFeatureType.status_request in features:
        message = (
            f"{_quote_name(leaf)} requires OCSP stapling, which AWS load balancers do not support"
        )
        yield make_warning(
            "certificate.must-staple", message, "request a certificate without must-staple"
        )
    yield from check_critical_extensions(leaf)


def check_critical_extensions(leaf: x509.Certificate) -> Iterator[Problem]:
    """Return critical extensions that clients do not know: they refuse such a certificate."""
    for oid in extensions.find_unknown_critical(leaf):
        message = f"{_quote_name(leaf)} has an unknown critical extension ({oid})"
        yield make_warning("certificate.unknown-critical", message, "clients may reject it")


CHECKS: tuple[Callable[[x509.Certificate], Iterator[Problem]], ...] = (
    _check_extensions,
    _check_version,
    _check_key,
    _check_signature,
    _check_names,
    check_server_usage,
    _check_key_usage,
    _check_special,
)


def _check_domains(leaf: x509.Certificate, files: CertificateFiles) -> Iterator[Problem]:
    """Match declared domains with the names of the leaf, as clients do (RFC 9525)."""
    for index, (domain, _) in enumerate(files.domains):
        try:
            covered = names.covers_domain(leaf, domain)
        except ValueError:
            message = f"'{names.escape_name(domain)}' is not a domain name"
            yield Problem(rule="domain.invalid", message=message, about="domains", index=index)
            continue
        if not covered:
            held = ", ".join(map(names.escape_name, names.read_dns_names(leaf)[:5])) or "none"
            yield Problem(
                rule="domain.not-covered",
                message=f"{_quote_name(leaf)} does not cover {names.escape_name(domain)}",
                hint=f"its names are: {held}",
                about="domains",
                index=index,
            )


def _check_lengths(chain: Chain) -> Iterator[Problem]:
    if len(chain.body) > requirements.BODY_LIMIT:
        message = f"{_quote_name(chain.leaf)} has {len(chain.body)} characters in PEM; IAM takes "
        yield Problem(rule="certificate.too-long", message=f"{message}{requirements.BODY_LIMIT}")
    if len(chain.chain) > requirements.CHAIN_LIMIT:
        message = (
            f"the chain of {_quote_name(chain.leaf)} has {len(chain.chain)} characters in PEM; "
        )
        message += f"IAM takes {requirements.CHAIN_LIMIT}"
        yield Problem(rule="chain.too-long", message=message, about="chain")


def _check_intermediates(chain: Chain) -> Iterator[Problem]:
    """Clients check every certificate they are sent."""
    for one in chain.intermediates:
        if encodings.has_pss_signature(one):
            message = (
                f"'{names.describe_subject(one)}' is signed with RSASSA-PSS, which some clients do "
            )
            hint = "ask the certificate authority for a chain with other signatures"
            yield make_warning("chain.pss-signature", f"{message}not take", hint, about="chain")
        if one.not_valid_after_utc < chain.leaf.not_valid_after_utc:
            message = f"{_quote_name(one)} ends on {one.not_valid_after_utc:%Y-%m-%d}, before "
            message += f"{_quote_name(chain.leaf)} on {chain.leaf.not_valid_after_utc:%Y-%m-%d}"
            hint = "renew before the earlier date"
            yield make_warning("chain.ends-first", message, hint, about="chain")


def _check_validity(leaf: x509.Certificate) -> Iterator[Problem]:
    span = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    if span > _LONGEST:
        message = (
            f"{_quote_name(leaf)} is valid for {span.days} days; browsers refuse more than 398"
        )
        yield make_warning("certificate.long-lived", message, "request a shorter validity")
