"""Format values of a template: short, and without secrets."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sslstack import escaping
from sslstack.certificates import formats, names, signatures
from sslstack.redaction import redact_value

if TYPE_CHECKING:
    from sslstack.changes import PropertyChange
    from sslstack.diff import EntryChange

_WIDTH = 160
_SECRET = re.compile(r"\{\{resolve:secretsmanager:([^:}]+):SecretString:([^:}]*):[^:}]*:(\w+)\}\}")
_SHORT = 12
"""Characters of a version that are shown."""


def value(path: str, given: Any) -> str:
    """Return a property's value in one line; `(none)` if it is absent.

    Certificates are shortened to subject, end and fingerprint. Known and possible secrets are
    hidden, references to them are not.
    """
    if given is None:
        return "(none)"
    given = redact_value(path, given)
    text = given if isinstance(given, str) else _function(given) or _written(given)
    if "-----BEGIN" in text:
        return _certificates(text)
    shown = escaping.escape_line(shorten(text))
    return shown if len(shown) <= _WIDTH else shown[: _WIDTH - 1] + "…"


def shorten(text: str) -> str:
    """Shorten references to a secret: its name, its key, the beginning of its version."""
    return _SECRET.sub(lambda m: f"secret {m[1]} {m[2]} version {m[3][:_SHORT]}", text)


def entries(one: EntryChange) -> tuple[str, str]:
    """Return both sides of an output, a parameter or another entry, in words.

    The value of an output, if it differs; else the keys that differ, such as
    `Type String, Default 80`.
    """
    path = f"{one.section}.{one.name}"
    sides = (one.before, one.after)
    held = [side for side in sides if side is not None]
    if not all(isinstance(side, dict) and not _function(side) for side in held):
        return value(path, one.before), value(path, one.after)
    keys = [key for key in dict.fromkeys(key for side in held for key in side)
            if len(held) == 1 or held[0].get(key) != held[1].get(key)]  # fmt: skip
    if "Value" in keys:
        keys = ["Value"]
    before, after = (_entry(path, side, keys) for side in sides)
    return before, after


def _entry(path: str, side: Any, keys: list[str]) -> str:
    if side is None:
        return value(path, None)
    if keys == ["Value"]:
        return value(path, side.get("Value"))
    return ", ".join(f"{key} {value(f'{path}/{key}', side[key])}" for key in keys if key in side)


def _function(given: Any) -> str:
    """Return an intrinsic function in short form; empty for anything else."""
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
    held = formats.read_contents(text.encode()).certificates
    folded = [
        f"'{names.describe_subject(one)}' until {one.not_valid_after_utc:%Y-%m-%d} "
        f"({signatures.compute_fingerprint(one)[:12]})"
        for one in held
    ]
    return " <- ".join(folded) or "(PEM without a certificate)"


def change(one: PropertyChange) -> tuple[str, str]:
    """Return both sides of a property's change."""
    return value(one.path, one.before), value(one.path, one.after)
