"""What is never shown: private keys, values of NoEcho parameters, properties that hold secrets.

AWS masks NoEcho values in its own answers but not where they land (AWS_FACTS 3.1, 3.5), and
shows what anybody wrote into a template, so that the last word is ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

HIDDEN = "(hidden)"

_SHORTEST = 4
_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?)-----"
    r"(?s:.*?)(?:-----END (?P=label)-----|\Z)"
)
_SECRET_PATH = re.compile(
    r"private_?key|pass(word|phrase|wd)|secret_?(string|binary|value|key)|client_?secret"
    r"|(auth|access|api|bearer|session)_?(token|key)|credential",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\{\{resolve:[^}]*\}\}")
_MASK = re.compile(r"\*{4,}")


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """Give a text without PEM private keys (whole or cut off) and without the given secrets.

    Secrets of up to three characters are no secrets: hiding them would shred every text.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) < _SHORTEST:
            break
        text = text.replace(secret, HIDDEN)
    return _PRIVATE_KEY.sub(HIDDEN, text)


def redact_value(path: str, value: Any, secrets: Sequence[str] = ()) -> Any:
    """Give a property's value as it may be shown; `path` is its JSON pointer.

    A dynamic reference holds no secret but says which version is meant, so it stays.
    """
    if isinstance(value, Mapping):
        return {k: redact_value(f"{path}/{k}", v, secrets) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [redact_value(f"{path}/{i}", v, secrets) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return HIDDEN if value is not None and is_secret(path) else value
    if is_secret(path) and not (_REFERENCE.fullmatch(value) or _MASK.fullmatch(value)):
        return HIDDEN
    return redact(value, secrets)


def is_secret(path: str) -> bool:
    """Tell whether a property of this path holds a secret, by its name."""
    return bool(_SECRET_PATH.search(path.rpartition("/")[2] or path))
