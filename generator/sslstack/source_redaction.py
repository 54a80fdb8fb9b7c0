"""Secrets in the source of YAML and JSON: hidden in place, so that lines keep their numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sslstack import key_text, secret_names
from sslstack.late_patterns import compile_late
from sslstack.redaction import HIDDEN, credential_spans, redact_assigned, walk_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DEEPEST = 200
"""Levels of a file that are read; real files are not nested deeper."""
_SHORTEST = 4


class _Scalar(str):
    """A scalar with its place in the text: two offsets."""

    span: tuple[int, int]
    plain: bool

    __slots__ = ("plain", "span")


def redact_source(text: str, secrets: Sequence[str] = ()) -> str:
    """Return YAML or JSON without private keys, credentials, values of secret names, `secrets`.

    What cannot be read as YAML is looked through line by line.
    """
    spans = dict.fromkeys([*key_text.find_keys(text), *credential_spans(text)], "")
    for span, shown in _find_named(text):
        spans[span] = shown
    parts, at = [], 0
    for (begin, end), shown in sorted(spans.items(), key=_first_and_longest):
        if begin >= at:
            parts += [text[at:begin], shown or _hide_lines(text[begin:end])]
        at = max(at, end)
    redacted = "".join([*parts, text[at:]])
    for secret in sorted(secrets, key=len, reverse=True):
        redacted = redacted.replace(secret, HIDDEN) if len(secret) >= _SHORTEST else redacted
    return redacted


def _first_and_longest(item: tuple[tuple[int, int], str]) -> tuple[int, int]:
    (begin, end), _ = item
    return begin, -end


def _hide_lines(part: str) -> str:
    """Return as many lines as the part has, with nothing but their indentation."""
    kept = part[: len(part.rstrip())]
    breaks = (f"{found[0]}{HIDDEN}" for found in re.finditer(r"\r?\n[ \t]*", kept))
    return HIDDEN + "".join(breaks) + part[len(kept) :]


def _find_named(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Return the places of what is secret by its name, with what is shown there instead."""
    tree = _read_tree(text)
    if tree is None:
        yield from _find_in_lines(text)
        return
    found: list[tuple[tuple[int, int], str]] = []

    def note(literal: Any, *, secret: bool) -> Any:
        if not isinstance(literal, _Scalar):
            return literal
        begin, end = literal.span
        value = _read_type(literal)
        if secret and not secret_names.is_harmless(value, ""):
            found.append(((begin, end), _hide_lines(text[begin:end])))
        elif len(literal) > _SHORTEST and redact_assigned(str(literal)) != literal:
            written = text[begin:end]
            shown = redact_assigned(written)
            found.append(((begin, end), _hide_lines(written) if shown == written else shown))
        return literal

    walk_values(tree, False, note)  # noqa: FBT003 - nothing around it
    yield from found


def _read_type(scalar: _Scalar) -> Any:
    """Return a truth value or none where a plain scalar is one."""
    known = {"true": True, "false": False, "null": None, "~": None}
    return known.get(scalar.lower(), str(scalar)) if scalar.plain else str(scalar)


def _read_tree(text: str) -> Any:
    """Read YAML into mappings, lists and scalars with places; None where that is not possible."""
    import yaml  # noqa: PLC0415 - late, most commands show no source

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    stack: list[tuple[str, Any, list[Any]]] = [("", None, [])]  # tag, kind, what it holds
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.ScalarEvent):
                stack[-1][2].append(_expand_tag(event.tag, _make_scalar(event)))
            elif isinstance(event, yaml.AliasEvent):
                stack[-1][2].append(None)
            elif isinstance(event, yaml.CollectionStartEvent):
                kind = dict if isinstance(event, yaml.MappingStartEvent) else list
                stack.append((event.tag or "", kind, []))
            elif isinstance(event, yaml.CollectionEndEvent):
                tag, kind, held = stack.pop()
                stack[-1][2].append(_expand_tag(tag, _make_mapping(held) if kind is dict else held))
            if len(stack) > _DEEPEST:
                return None
    except (yaml.YAMLError, ValueError):
        return None
    return stack[0][2]


def _make_scalar(event: Any) -> _Scalar:
    scalar = _Scalar(event.value)
    scalar.span = (event.start_mark.index, event.end_mark.index)
    scalar.plain = not event.style
    return scalar


def _make_mapping(held: list[Any]) -> dict[Any, Any]:
    keys = (str(key) for key in held[::2])
    found: dict[Any, Any] = {}
    for key, value in zip(keys, held[1::2], strict=True):
        found[key if key not in found else f"{key} "] = value
    return found


def _expand_tag(tag: str | None, value: Any) -> Any:
    """Return an intrinsic function in its long form."""
    if not tag or not tag.startswith("!") or tag.startswith("!!"):
        return value
    name = tag[1:]
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_ENTRY = compile_late(
    r"(?P<lead>^\s*(?:- +)*+|[{,\[]\s*|(?<=\")\s+)"
    r"(?P<quote>[\"']?)(?P<name>[\w./-]{1,120}+)(?P=quote)\s*:(?:\s+|(?<=\":)|$)"
)
_VALUE = compile_late(r"\"(?:[^\"\\]|\\.)*+(?:\"|$)|'(?:[^']|'')*+(?:'|$)|[^\s{\[\]},][^\]},]*+")
_REFERS = compile_late(r"!(?:Ref|GetAtt|ImportValue|FindInMap)\b")


def _find_in_lines(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Return what is secret by the names in the lines of a text that is not YAML."""
    inside, at = -1, 0  # the indentation of a secret entry whose value follows
    for line in text.splitlines(keepends=True):
        indent, words = len(line) - len(line.lstrip()), line.strip()
        if words and inside >= 0:
            if indent > inside or (indent == inside and words.startswith("- ")):
                yield (at + indent, at + len(line.rstrip())), HIDDEN
                at += len(line)
                continue
            inside = -1
        for found in _ENTRY.finditer(line):
            if not secret_names.is_secret_name(found["name"]):
                continue
            rest = line[found.end() :].strip()
            if not rest or rest[0] in "|>[{":
                inside = indent
            value = _VALUE.match(line.rstrip(), found.end())
            if value and not _REFERS.match(value[0]) and not secret_names.is_harmless(
                value[0].strip("\"' "), found["name"]
            ):  # fmt: skip
                yield (at + value.start(), at + value.end()), HIDDEN
        at += len(line)
