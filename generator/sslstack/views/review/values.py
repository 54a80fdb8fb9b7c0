"""Values of a template as a reader wants them: short, and without secrets."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sslstack.certificates import formats, links, names

if TYPE_CHECKING:
    from sslstack.changes import PropertyChange

HIDDEN = "(hidden)"
_WIDTH = 160
_KEY = re.compile(r"PRIVATE KEY-----")
_SECRET = re.compile(r"(private_?key|password|secret_?string|token)(/|$)", re.IGNORECASE)
_REFERENCE = "{{resolve:"


def value(path: str, given: Any) -> str:
    """Give a property's value in one line; `(none)` where it is absent.

    Certificates are folded into subject, end and fingerprint. What is or may be a secret is
    hidden, references to one are not.
    """
    if given is None:
        return "(none)"
    text = given if isinstance(given, str) else _function(given) or _written(given)
    if _KEY.search(text) or (_SECRET.search(path) and not _harmless(given, text)):
        return HIDDEN
    if "-----BEGIN" in text:
        return _certificates(text)
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= _WIDTH else shown[: _WIDTH - 1] + "…"


def _harmless(given: Any, text: str) -> bool:
    """Tell a reference to a secret, or a name of a key, from a secret."""
    return _REFERENCE in text or (isinstance(given, dict) and _function(given) != "")


def _function(given: Any) -> str:
    """Give an intrinsic function in short form; empty for anything else."""
    if not isinstance(given, dict) or len(given) != 1:
        return ""
    ((name, argument),) = given.items()
    if name != "Ref" and not str(name).startswith("Fn::"):
        return ""
    shown = argument if isinstance(argument, str) else ".".join(map(str, _listed(argument)))
    return f"!{str(name).removeprefix('Fn::')} {shown}"


def _listed(argument: Any) -> list[Any]:
    return argument if isinstance(argument, list) else [_written(argument)]


def _written(given: Any) -> str:
    if isinstance(given, bool | int | float):
        return json.dumps(given)
    return json.dumps(given, ensure_ascii=False, default=str)


def _certificates(text: str) -> str:
    held = formats.read(text.encode()).certificates
    folded = [
        f"'{names.subject(one)}' until {one.not_valid_after_utc:%Y-%m-%d} "
        f"({links.fingerprint(one)[:12]})"
        for one in held
    ]
    return " <- ".join(folded) or "(PEM that holds no certificate)"


def change(one: PropertyChange) -> tuple[str, str]:
    """Give both sides of a property's change."""
    return value(one.path, one.before), value(one.path, one.after)


def redacted(text: str) -> str:
    """Give a template's text with the bodies of private keys hidden."""
    blocks = re.sub(
        r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----)",
        rf"\1 {HIDDEN} \2",
        text,
        flags=re.DOTALL,
    )
    return re.sub(
        r"(?m)^(\s*\"?(?:PrivateKey|SecretString|Password)\"?:\s*)(?![\s\"']*(?:\{\{resolve:|!|\|))\S.*$",
        rf"\1{HIDDEN}",
        blocks,
    )
