"""Which names have secret values, and which values are harmless under such a name.

Names are read as words: `MasterUserPassword`, `master_user_password` and `masterUserPassword` are
the same. `PasswordLength`, `SecretArn` or `TokenType` are about a secret, and hold none.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from sslstack.arn import is_arn
from sslstack.late_patterns import compile_late

_WORD = compile_late(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SECRET_WORD = compile_late(
    r"(?:^|.*[a-z])?(?:passwords?|passwd|passphrases?|passcodes?|credentials?|secrets?|apikeys?"
    r"|privatekeys?|secretkeys?|accesskeys?|authkeys?)$|^(?:[a-z]{2,12})?tokens?$|^(?:pwd|pw|creds|psk)$"
)
_SECRET_PAIRS = frozenset(
    (first, second)
    for first in ("api", "access", "private", "secret", "auth", "signing", "encryption", "shared",
                  "account", "session", "bearer", "license", "decryption", "hmac", "ssh")
    for second in ("key", "keys")
) | {("connection", "string"), ("key", "material"), ("pre", "shared"), ("pass", "phrase"),
     ("pass", "word"), ("pass", "code")}  # fmt: skip
_ABOUT = frozenset({
    "age", "algorithm", "alias", "allowed", "arn", "arns", "attempts", "audience", "authorizer",
    "condition", "conditions", "config", "configuration", "configurations", "count", "days",
    "description", "enabled", "endpoint", "expiration", "expire", "expires", "expiry", "export",
    "file", "files", "fingerprint", "format", "from", "hours", "id", "ids", "issuer", "label",
    "labels", "length", "lifetime", "location", "manager", "maximum", "minimum", "minutes",
    "mode", "name", "names", "parameter", "parameters", "path", "paths", "policies", "policy",
    "provider", "providers", "ref", "reference", "region", "required", "reset", "rotate",
    "rotation", "rule", "rules", "seconds", "source", "stage", "stages", "status", "template",
    "ttl", "type", "types", "unit", "units", "uri", "url", "usage", "validity", "version",
    "versions",
})  # fmt: skip
_VERBS = frozenset(
    ("generate", "manage", "require", "requires", "enable", "exclude", "include", "use", "allow",
     "rotate", "rotation", "disable", "has", "is", "with", "no")
)  # fmt: skip
_SERVICE_TOKEN = ["service", "token"]
"""Of custom resources: the ARN of what makes them."""
_PARAMETER_TYPES = compile_late(r"String|Number|CommaDelimitedList|List<.+>|AWS::[\w:]+(?:<.+>)?")

_VARIABLE = compile_late(r"\$\{[\w.: ]++\}")
_REFERENCE = compile_late(r"\{\{resolve:[^}]*+\}\}")
_PUNCTUATION = compile_late(r"[\s:/@.,;&?=_|#+-]*")
_MASK = compile_late(r"\*{4,}|\((?:hidden|none)\)")
_KEY_FILE = compile_late(r"[\w~./@ -]{1,250}\.(?:key|pem|crt|cer|csr|p12|pfx|der|jks|kdbx|chain)")
_PATH = compile_late(r"(?=.*[./~])[\w~./@-]{1,250}")
_PRIVATE_KEY_NAME = compile_late(r"private_?key$", re.IGNORECASE)


def _split_words(name: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(name)]
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    return words


def is_secret_name(name: str) -> bool:
    """Return whether what has this name is a secret."""
    words = _split_words(name)
    if not words or words[-1] in _ABOUT or words[0] in _VERBS or words == _SERVICE_TOKEN:
        return False
    if words[-1] == "pass" or any(map(_SECRET_WORD.match, words)):
        return True
    return any(pair in _SECRET_PAIRS for pair in itertools.pairwise(words))


def is_secret_within(name: str, *, around: bool) -> bool:
    """Return whether an entry is secret by its name, or by that of what is around it."""
    if is_secret_name(name):
        return True
    words = _split_words(name)
    return around and not (words and words[-1] in _ABOUT)


def is_parameter_type(kind: str) -> bool:
    """Return whether this is the type of a template's parameter."""
    return bool(_PARAMETER_TYPES.fullmatch(kind))


def is_harmless(value: Any, path: str) -> bool:
    """Return whether a value under a secret name is none: a reference, a mask, the name of a file.

    `path` is the name, or a JSON pointer that ends with it. A number may be a secret; a truth
    value is none.
    """
    if value is None or isinstance(value, bool):
        return True
    text = str(value).strip()
    rest = _REFERENCE.sub("", _VARIABLE.sub("", text))
    if not text or (rest != text and _PUNCTUATION.fullmatch(rest)):
        return True
    if _MASK.fullmatch(text) or is_arn(text) or _KEY_FILE.fullmatch(text):
        return True
    return bool(_PRIVATE_KEY_NAME.search(path) and _PATH.fullmatch(text))
