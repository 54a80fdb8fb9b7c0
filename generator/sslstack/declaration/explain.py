"""Pydantic's errors in the words of ssl.yml: what is wrong, where, and what to type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sslstack import redaction
from sslstack.declaration import forms, keys, render
from sslstack.declaration.values import guess_target
from sslstack.findings import Finding, find_nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from sslstack.documents import Document, DocumentPath

_SHOWN = 60
"""Characters of a wrong value that a message repeats."""
_SECTIONS = frozenset({"checks", "certificates", "listeners", "services", "environments",
                       "parameters", "tags"})  # fmt: skip
"""Keys whose entries have names that people choose."""


class _Error(NamedTuple):
    """One error: where it is, and what is wrong there.

    `missing` is the key that is missing, `inner` are the keys below one that is wrong.
    """

    path: DocumentPath
    kind: str
    given: Any
    context: Mapping[str, Any]
    missing: str
    is_key: bool
    inner: tuple[str, ...]

    @property
    def name(self) -> str:
        return ".".join(map(str, self.path))

    @property
    def key(self) -> str:
        """The last key that ssl.yml defines: `ports` for an entry of the list as well."""
        steps = [step for step in self.path if isinstance(step, str)]
        if len(steps) > 1 and steps[-2] in _SECTIONS and _is_section(steps[:-1]):
            return f"{steps[-2]}[key]" if self.is_key else f"{steps[-2]}.*"
        return steps[-1] if steps else ""

    @property
    def shown(self) -> str:
        """The value as it might be written in the file, shortened."""
        text = json.dumps(self.given, ensure_ascii=False, default=str)
        if "-----BEGIN" in text:
            return "a PEM block"  # it might be a private key
        text = redaction.hide_secrets(text)  # before it is cut
        return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _is_section(steps: list[str]) -> bool:
    """Return whether a path ends at a section; an environment may be called `listeners`."""
    inside = steps[2:] if steps[0] == "environments" and len(steps) > 1 else steps
    return len(inside) == 1


def explain_errors(
    document: Document, errors: ValidationError, listed: int
) -> tuple[list[Finding], int]:
    """Return a finding for each of the first `listed` mistakes, and how many more there are."""
    every = [_read_error(document.data, error) for error in errors.errors(include_url=False)]
    wrong_keys = {error.path for error in every if error.is_key}
    meant = {
        (*error.path[:-1], _find_near_key(error))
        for error in every[:listed]
        if error.kind == "extra_forbidden"
    }
    mistakes = [
        error
        for error in every
        if not _follows(error, wrong_keys)
        and not _is_echo(error)
        and not (error.missing and (*error.path, error.missing) in meant)
    ]
    explained = [_make_finding(document, error) for error in mistakes[:listed]]
    return explained, len(mistakes) - len(explained)


def _is_echo(error: _Error) -> bool:
    """Return whether a list is called too short only because of items that are wrong themselves."""
    is_short = error.kind == "too_short" and isinstance(error.given, (list, tuple))
    return is_short and len(error.given) >= error.context["min_length"]


def _read_error(data: Any, error: ErrorDetails) -> _Error:
    path, left, value = _descend(data, error["loc"])
    kind, missing = error["type"], ""
    if kind == "missing":  # a key with nothing behind it is there
        missing = str(left[-1] if left else path[-1])
        path = path if left else path[:-1]
    is_key = left == ["[key]"]
    inner = tuple(map(str, value)) if is_key and isinstance(value, dict) else ()
    return _Error(path, kind, error["input"], error.get("ctx", {}), missing, is_key, inner)


def _descend(data: Any, loc: tuple[Any, ...]) -> tuple[DocumentPath, list[str | int], Any]:
    """Split pydantic's path into what is in the document and what is not, with the value.

    Pydantic adds the tags of unions and "[key]" to its paths; a missing key is not there.
    """
    path: list[str | int] = []
    left: list[str | int] = []
    for step in loc:
        if (isinstance(data, dict) and step in data) or (
            isinstance(step, int) and isinstance(data, list)
        ):
            data = data[step]
            path.append(step)
        else:
            left.append(step)
    return tuple(path), left, data


def _follows(error: _Error, wrong_keys: set[DocumentPath]) -> bool:
    """Return whether an error only follows from another: one mistake is one finding.

    What is below a key that is wrong follows, and pydantic counts a list's valid entries only.
    """
    if error.kind == "too_short" and error.given:
        return True
    ends = range(1, len(error.path) + (not error.is_key))
    return any(error.path[:end] in wrong_keys for end in ends)


def _make_finding(document: Document, error: _Error) -> Finding:
    if error.kind == "extra_forbidden":
        return _report_unknown_key(document, error)
    if error.kind == "missing":
        return _report_missing(document, error)
    message, hint = EXPLANATIONS[error.kind](error)
    subject = error.name or "the file"
    place = document.locate_key if error.is_key else document.locate
    return Finding(
        rule="declaration.value",
        message=f"{subject}: {message}",
        location=place(error.path),
        hint=hint,
    )


def _report_unknown_key(document: Document, error: _Error) -> Finding:
    near, key = _find_near_key(error), str(error.path[-1])
    homes = [] if near else keys.find_homes(key)
    return Finding(
        rule="declaration.unknown-key",
        message=f"unknown key '{_shorten(key)}'",
        location=document.locate_key(error.path),
        hint=f"did you mean '{near}'?"
        if near
        else f"move it to {' or '.join(homes)}"
        if homes
        else f"known here: {', '.join(keys.list_keys(error.path[:-1]))}",
    )


def _find_near_key(error: _Error) -> str:
    key = str(error.path[-1])[:_SHOWN]
    return find_nearest(key.lower(), keys.list_keys(error.path[:-1])) or ""


def _report_missing(document: Document, error: _Error) -> Finding:
    inside = f" from {error.name}" if error.path else ""
    section = str(error.path[0]) if error.path else ""
    form = forms.FORMS.get(error.missing)
    hint = _MISSING.get((section, error.missing)) or (f"add {form.example}" if form else "")
    return Finding(
        rule="declaration.missing",
        message=f"'{error.missing}' is missing{inside}",
        location=document.locate(error.path),
        hint=hint,
    )


_MISSING = {
    ("", "version"): "begin with 'version: 1'",
    ("checks", "reason"): "explain why the level differs: reason: ...",
    ("checks", "level"): "write level: error, warning or notice",
}
"""Hints by section and missing key."""

_Explained = tuple[str, str]

_ONLY = {
    "version": ("1", "write version: 1, the only version of ssl.yml that this sslstack reads"),
    "load_balancer": ("classic", "write load_balancer: classic, the only kind that is supported"),
}
"""Keys of which only one word is of use, whatever else is known, and hints."""


def _explain_word(error: _Error) -> _Explained:
    choices = error.context["expected"].replace("'", "")
    options = choices.replace(" or ", ", ").split(", ")
    meant = forms.guess_word(error.given, options) or find_nearest(
        str(error.given)[:_SHOWN], options
    )
    message = f"{error.shown} is not {choices}"
    if (only := _ONLY.get(error.key)) and meant != only[0]:
        return message, only[1]
    return message, f"write {error.path[-1]}: {meant or choices}"


def _explain_truth(error: _Error) -> _Explained:
    meant = forms.guess_truth(error.given)
    hint = f"write {error.path[-1]}: {meant or 'true or false'}"
    return f"expected true or false, not {error.shown}", hint


def _explain_number(error: _Error) -> _Explained:
    number = forms.guess_number(error.key, error.given)
    without = ", a number without quotes" if isinstance(error.given, str) else ""
    hint = f"write {number}{without}" if number is not None else "write a whole number"
    return f"expected a whole number, not {error.shown}", hint


def _explain_text(error: _Error) -> _Explained:
    scalar = isinstance(error.given, bool | int | float)
    if error.key == "account" and scalar:
        return f"expected text, not {error.shown}", (
            "put it in quotes: unquoted numbers lose leading zeros"
        )
    quoted = scalar and error.key in forms.QUOTABLE
    hint = f"put it in quotes: {json.dumps(error.shown)}" if quoted else _suggest_example(error)
    return f"expected text, not {error.shown}", hint


def _explain_mapping(error: _Error) -> _Explained:
    message = f"expected a mapping, not {error.shown}"
    inner = forms.INNER.get(error.key)
    text = error.given if isinstance(error.given, str) else ""
    if error.key == "listeners" and (target := guess_target(text.rstrip(":"))):
        return message, f"write {target}: with a colon at its end"
    if inner and _is_short(error.given, inner):
        value = [error.given] if inner in forms.LISTS and text else error.given
        return message, f"write {error.path[-1]}: {render.write_flow({inner: value})}"
    return message, _suggest_example(error)


def _is_short(given: Any, inner: str) -> bool:
    """Return whether a value can be repeated in a hint as that of the key that is meant."""
    if inner in forms.LISTS and isinstance(given, list):
        return all(isinstance(one, str | int) for one in given) and len(str(given)) < _SHOWN
    return isinstance(given, str) and 0 < len(given) < _SHOWN and inner != "ports"


def _explain_list(error: _Error) -> _Explained:
    message = f"expected a list, not {error.shown}"
    if isinstance(error.given, str | int | float) and error.path:
        return message, f"write a list: {error.path[-1]}: [{error.shown}]"
    return message, _suggest_example(error)


def _explain_too_small(error: _Error) -> _Explained:
    least = error.context["ge"]
    return f"{error.shown} is too small", f"write {least} or more"


def _explain_too_large(error: _Error) -> _Explained:
    most = error.context["le"]
    return f"{error.shown} is too large", f"write {most} or less"


def _explain_too_short(error: _Error) -> _Explained:
    if not error.given:
        return "must not be empty", _suggest_example(error)
    return _explain_form(error)


def _explain_too_long(error: _Error) -> _Explained:
    what = "characters" if isinstance(error.given, str) else "entries"
    most = error.context["max_length"]
    return f"has {len(error.given):,} {what}, more than {most:,}", f"use {most:,} {what} at most"


def _explain_form(error: _Error) -> _Explained:
    form = forms.FORMS.get(error.key)
    message = f"{error.shown} is not {form.words if form else 'of the form that is needed'}"
    guess = forms.GUESSES.get(error.key)
    meant = guess(str(error.given)) if guess else ""
    return message, f"write {meant}" if meant else _suggest_level(error) or _suggest_example(error)


def _suggest_level(error: _Error) -> str:
    """Return what to write where the levels of a listener are mixed up."""
    if error.key != "listeners[key]":
        return ""
    name = str(error.path[-1])
    if name in keys.list_keys(error.path):
        return f"indent '{name}' below the service:port that it belongs to"
    if error.inner and (target := guess_target(f"{name}:{error.inner[0]}")):
        return f"write {target} in one key"
    return ""


def _explain_own_error(error: _Error) -> _Explained:
    """Return what a validator of ours says: `message; hint`, or a message alone."""
    message, _, hint = str(error.context["error"]).partition("; ")
    return message, hint or _suggest_example(error)


def _suggest_example(error: _Error) -> str:
    form = forms.FORMS.get(error.key)
    if form is None:
        return ""
    own_name = error.key.endswith(".*") and error.path
    example = f"{_shorten(str(error.path[-1]))}: {form.example}" if own_name else form.example
    return f"write, for example, {example}"


EXPLANATIONS: Mapping[str, Callable[[_Error], _Explained]] = {
    "bool_type": _explain_truth,
    "dict_type": _explain_mapping,
    "greater_than_equal": _explain_too_small,
    "int_type": _explain_number,
    "less_than_equal": _explain_too_large,
    "literal_error": _explain_word,
    "model_type": _explain_mapping,
    "string_pattern_mismatch": _explain_form,
    "string_too_long": _explain_too_long,
    "string_too_short": _explain_too_short,
    "string_type": _explain_text,
    "too_long": _explain_too_long,
    "too_short": _explain_too_short,
    "tuple_type": _explain_list,
    "value_error": _explain_own_error,
}
"""By pydantic's type of error: a test finds out which types the models can raise."""


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
