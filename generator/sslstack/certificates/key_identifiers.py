"""Key identifiers of a chain: whether each certificate names the key of its issuer."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from sslstack.certificates import names, signatures
from sslstack.certificates.problems import Problem, make_warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography import x509

    from sslstack.certificates.model import Chain
    from sslstack.certificates.roots import Roots


def check_key_identifiers(chain: Chain, roots: Roots) -> Iterator[Problem]:
    """Warn of a certificate that names another key than its issuer's, up to the root.

    OpenSSL refuses such a chain, browsers go by names and signatures (RFC 5280, 4.2.1.1).
    """
    path = (chain.leaf, *chain.intermediates)
    for child, issuer in itertools.pairwise(path):
        if _names_another_key(child, issuer):
            yield _report_key_identifier(child, issuer)
    anchors = [one for one in roots.certificates if signatures.is_signed_by(path[-1], one)]
    if anchors and all(_names_another_key(path[-1], one) for one in anchors):
        yield _report_key_identifier(path[-1], anchors[0])


def _names_another_key(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    own, wanted = (
        signatures.read_key_identifiers(issuer)[0],
        signatures.read_key_identifiers(child)[1],
    )
    return bool(own and wanted and own != wanted)


def _report_key_identifier(child: x509.Certificate, issuer: x509.Certificate) -> Problem:
    message = f"'{names.describe_subject(child)}' names another key identifier than its issuer "
    message += f"'{names.describe_subject(issuer)}' has"
    hint = "some clients will not find the issuer; ask the certificate authority"
    return make_warning("chain.key-identifier", message, hint, about="chain")
