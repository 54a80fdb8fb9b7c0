"""Values of a template as a reader wants them: short, and without secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sslstack import escaping
from sslstack.certificates import formats, links, names
from sslstack.redaction import redact_value

if TYPE_CHECKING:
    from sslstack.changes import PropertyChange

_WIDTH = 160


def value(path: str, given: Any) -> str:
    """Give a property's value in one line; `(none)` where it is absent.

    Certificates are folded into subject, end and fingerprint. What is or may be a secret is
    hidden, references to one are not.
    """
    if given is None:
        return "(none)"
    given = redact_value(path, given)
    text = given if isinstance(given, str) else _function(given) or _written(given)
    if "-----BEGIN" in text:
        return _certificates(text)
    shown = escaping.line(text)
    return shown if len(shown) <= _WIDTH else shown[: _WIDTH - 1] + "…"


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
