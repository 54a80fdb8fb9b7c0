"""What load balancers, IAM and browsers require of certificates and keys.

Sources: the CA/Browser Forum's baseline requirements (6.1.5, 7.1.3), and UploadServerCertificate in
the IAM API reference for the lengths.
"""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

LEAST_RSA_BITS = 2048
CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
"""Names of the supported curves, by the name that cryptography uses."""
SIGNATURE_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
SERVER_USAGES = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
"""Extended key usages that include TLS servers."""
BODY_LIMIT, KEY_LIMIT, CHAIN_LIMIT = 16_384, 16_384, 2_097_152
"""Characters in PEM that IAM accepts."""
