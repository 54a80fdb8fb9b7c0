"""What is never shown: private keys, values of secret names, values the caller knows are secret.

The one rule for every format, message, excerpt and stored finding. Three strengths:

    hide_keys     private keys of any form, and base64 of them: for every text that is printed
    hide_secrets  also passwords in URLs and well-known tokens: for messages and excerpts
    redact_value  also literal values by the name they have: for properties of templates

`source_redaction` does the same for the lines of YAML and JSON.

AWS masks NoEcho values in its own answers but not where they land (AWS_FACTS 3.1, 3.5), and
shows what anybody wrote into a template, so the last word is ours.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sslstack import access_tokens, key_text, secret_names
from sslstack.late_patterns import compile_late
from sslstack.secret_names import is_secret_name

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Mapping, Sequence

HIDDEN = "(hidden)"

_SHORTEST = 4
_TELLING = 6
_ASSIGNMENT = compile_late(
    r"(?P<name>[A-Za-z_][\w.-]{1,80}+)(?P<sign>[ \t]{0,20}+(?:[:+?!]?=){1,3}+[ \t]{0,20}+"
    r"|(?<=\")\s*:\s*(?=\")|(?<=\\\")\s*:\s*(?=\\\"))"
    r"(?P<value>\\?\"[^\"\\\n]*+\\?\"|'[^'\n]*+'|[^\s\"'&;,]++)"
)
_OPTION = compile_late(r"(?P<name>--[a-z][a-z-]{1,40}+)(?P<sign>[ ])(?P<value>[^\s\"'-][^\s\"']*+)")
_WHOLE_VALUE = ("Ref", "Fn::GetAtt", "Fn::ImportValue", "Fn::FindInMap", "Fn::GetAZs", "Condition")
"""Functions whose arguments are names."""
_NAMED = (
    ("Name", "Value"), ("Key", "Value"), ("name", "value"), ("key", "value"),
    ("ParameterKey", "ParameterValue"), ("OptionName", "Value"), ("AttributeKey", "Value"),
)  # fmt: skip
"""Pairs of keys by which lists write a mapping: ECS environments, tags, parameters, options."""
_DECLARED = ("Default", "AllowedValues")
"""What may be secret in the declaration of a template's parameter."""


def hide_keys(text: str) -> str:
    """Return a text without private keys, whatever form they have; the rest stays as it is."""
    return _replace(text, key_text.find_keys(text))


def hide_secrets(text: str) -> str:
    """Return a text without private keys, passwords in URLs and tokens known by their form."""
    return _replace(text, [*key_text.find_keys(text), *credential_spans(text)])


def credential_spans(text: str) -> list[tuple[int, int]]:
    """Return the places of passwords in URLs and of well-known tokens, without references."""
    found = access_tokens.spans(text)
    return [(at, end) for at, end in found if not secret_names.is_harmless(text[at:end], "")]


def _replace(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts, at = [], 0
    for begin, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if begin >= at:
            parts += [text[at:begin], HIDDEN]
        at = max(at, end)
    return "".join([*parts, text[at:]]) if parts else text


def holds_private_key(text: str) -> bool:
    """Return whether a text holds a private key, or what is left of one."""
    return bool(key_text.find_keys(text))


def map_text(value: Any, change: Callable[[str], str]) -> Any:
    """Return a value with every text in it, keys too, changed; nothing is hidden by name."""
    if isinstance(value, dict):
        return {map_text(key, change): map_text(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        if any(isinstance(one, str) and key_text.has_marker(one) for one in value):
            return [HIDDEN if isinstance(one, str) else map_text(one, change) for one in value]
        return [map_text(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """Return a text without private keys, credentials and the given secrets.

    Secrets of up to three characters are no secrets: hiding them would shred every text.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) < _SHORTEST:
            break
        text = text.replace(secret, HIDDEN)
    return hide_secrets(text)


def is_secret(path: str) -> bool:
    """Return whether a property holds a secret by its name, or by that of one around it.

    `path` is a JSON pointer or a single name.
    """
    return _is_inherited(path.strip("/").split("/"))


def _is_inherited(steps: Sequence[str], *, secret: bool = False) -> bool:
    for step in steps:
        secret = secret_names.is_secret_within(step, around=secret)
    return secret


def redact_value(path: str, value: Any, secrets: Sequence[str] = ()) -> Any:
    """Return a property's value as it may be shown; `path` is its JSON pointer.

    References to secrets stay: the name and version of a secret are public.
    """

    def hide(literal: Any, *, secret: bool) -> Any:
        if secret and not secret_names.is_harmless(literal, path):
            return HIDDEN
        return redact_assigned(redact(literal, secrets)) if isinstance(literal, str) else literal

    return walk_values(value, is_secret(path), hide)


def find_literal_secrets(template: Any) -> tuple[str, ...]:
    """Return the literal values of a template that are secret by their names, for `redact`.

    Of texts with several lines each line counts. Values under six characters are left out:
    they would be found everywhere.
    """
    lines = (line.strip() for value in find_secret_values(template) for line in value.splitlines())
    return tuple(dict.fromkeys(line for line in lines if len(line) >= _TELLING))


def find_secret_values(template: Any) -> frozenset[str]:
    """Return every literal value of a template that is secret by its name, numbers as texts."""
    found: set[str] = set()

    def note(literal: Any, *, secret: bool) -> Any:
        if secret and not secret_names.is_harmless(literal, ""):
            found.add(str(literal))
        return literal

    walk_values(template, False, note)  # noqa: FBT003 - nothing around it
    return frozenset(found)


def walk_values(value: Any, secret: bool, hide: Callable[..., Any]) -> Any:  # noqa: FBT001
    """Return a value with its literals replaced by what `hide(literal, secret=...)` gives for them.

    `secret` tells whether the value is one by the names around it.
    """
    if isinstance(value, dict):
        return _walk_mapping(value, secret, hide)
    if isinstance(value, list | tuple):
        secret = secret or any(isinstance(one, str) and key_text.has_marker(one) for one in value)
        return [walk_values(one, secret, hide) for one in value]
    return hide(value, secret=secret)


def _walk_mapping(value: Mapping[Any, Any], secret: bool, hide: Callable[..., Any]) -> Any:  # noqa: FBT001
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name in _WHOLE_VALUE:
            return {name: walk_values(argument, False, hide)}  # noqa: FBT003 - names are shown
        if str(name).startswith("Fn::"):
            return {name: _walk_function(str(name), argument, secret, hide)}
    kind = value.get("Type")
    named = _find_named_value(value)
    shown = {}
    for key, inner in value.items():
        within = secret_names.is_secret_within(str(key), around=secret)
        if isinstance(kind, str) and "::" in kind and "Properties" in value:  # a resource
            within = is_secret_name(str(key))
        elif isinstance(kind, str) and secret_names.is_parameter_type(kind):
            within = secret and key in _DECLARED
        elif key == named:
            within = True
        shown[key] = walk_values(inner, within, hide)
    return shown


def _find_named_value(value: Mapping[Any, Any]) -> str:
    """Return the key of the value in a pair of a secret name and a value; else empty."""
    for name, key in _NAMED:
        if key in value and isinstance(value.get(name), str) and is_secret_name(value[name]):
            return key
    return ""


def _walk_function(name: str, argument: Any, secret: bool, hide: Callable[..., Any]) -> Any:  # noqa: FBT001
    """Return the argument of an intrinsic function; names and separators in it are shown."""
    if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2:  # noqa: PLR2004
        separator, items = argument
        literals = [one for one in items if isinstance(one, str)] if isinstance(items, list) else []
        if literals and literals[0].startswith("{{resolve:") and literals[-1].endswith("}}"):
            return argument
        return [separator, walk_values(items, secret, hide)]
    if name in ("Fn::If", "Fn::Split", "Fn::Select") and isinstance(argument, list) and argument:
        return [argument[0], *walk_values(argument[1:], secret, hide)]
    if name == "Fn::Sub" and isinstance(argument, list) and len(argument) == 2:  # noqa: PLR2004
        return [walk_values(argument[0], secret, hide), walk_values(argument[1], secret, hide)]
    return walk_values(argument, secret, hide)


def redact_assigned(text: str) -> str:
    """Return a text without the secrets in it.

    JSON in a string, NAME=value, --token value, URLs.
    """
    if text[:1] in ("{", "[") and text.rstrip()[-1:] in ("}", "]"):
        try:
            held = json.loads(text)
            shown = redact_value("", held)
        except ValueError:
            pass
        except RecursionError:
            return HIDDEN  # nobody nests so deep for a reader
        else:
            return text if shown == held else json.dumps(shown, ensure_ascii=False)
    text = _replace(text, credential_spans(text))
    text = _OPTION.sub(_hide_assigned, text) if "--" in text else text
    return _ASSIGNMENT.sub(_hide_assigned, text)


def _hide_assigned(found: re.Match[str]) -> str:
    value = found["value"].replace("\\", "").strip("\"'")
    if not is_secret_name(found["name"]) or secret_names.is_harmless(value, found["name"]):
        return found[0]
    return f"{found['name']}{found['sign']}{HIDDEN}"
