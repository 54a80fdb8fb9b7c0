"""Pydantic's errors in the words of ssl.yml: what is wrong, where, and what to type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sslstack.declaration import forms, keys, render
from sslstack.declaration.model_errors import SHOWN, ModelError, read_error, shorten
from sslstack.declaration.values import guess_target
from sslstack.findings import Finding, find_nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import ValidationError

    from sslstack.documents import Document, DocumentPath


def explain_errors(
    document: Document, errors: ValidationError, listed: int
) -> tuple[list[Finding], int]:
    """Return a finding for each of the first `listed` mistakes, and how many more there are."""
    every = [read_error(document.data, error) for error in errors.errors(include_url=False)]
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


def _is_echo(error: ModelError) -> bool:
    """Return whether a list is called too short only because of items that are wrong themselves."""
    is_short = error.kind == "too_short" and isinstance(error.given, (list, tuple))
    return is_short and len(error.given) >= error.context["min_length"]


def _follows(error: ModelError, wrong_keys: set[DocumentPath]) -> bool:
    """Return whether an error only follows from another: one mistake is one finding.

    What is below a key that is wrong follows, and pydantic counts a list's valid entries only.
    """
    if error.kind == "too_short" and error.given:
        return True
    ends = range(1, len(error.path) + (not error.is_key))
    return any(error.path[:end] in wrong_keys for end in ends)


def _make_finding(document: Document, error: ModelError) -> Finding:
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


def _report_unknown_key(document: Document, error: ModelError) -> Finding:
    near, key = _find_near_key(error), str(error.path[-1])
    homes = [] if near else keys.find_homes(key)
    return Finding(
        rule="declaration.unknown-key",
        message=f"unknown key '{shorten(key)}'",
        location=document.locate_key(error.path),
        hint=f"did you mean '{near}'?"
        if near
        else f"move it to {' or '.join(homes)}"
        if homes
        else f"known here: {', '.join(keys.list_keys(error.path[:-1]))}",
    )


def _find_near_key(error: ModelError) -> str:
    key = str(error.path[-1])[:SHOWN]
    return find_nearest(key.lower(), keys.list_keys(error.path[:-1])) or ""


def _report_missing(document: Document, error: ModelError) -> Finding:
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


def _explain_word(error: ModelError) -> _Explained:
    choices = error.context["expected"].replace("'", "")
    options = choices.replace(" or ", ", ").split(", ")
    meant = forms.guess_word(error.given, options) or find_nearest(
        str(error.given)[:SHOWN], options
    )
    message = f"{error.shown} is not {choices}"
    if (only := _ONLY.get(error.key)) and meant != only[0]:
        return message, only[1]
    return message, f"write {error.path[-1]}: {meant or choices}"


def _explain_truth(error: ModelError) -> _Explained:
    meant = forms.guess_truth(error.given)
    hint = f"write {error.path[-1]}: {meant or 'true or false'}"
    return f"expected true or false, not {error.shown}", hint


def _explain_number(error: ModelError) -> _Explained:
    number = forms.guess_number(error.key, error.given)
    without = ", a number without quotes" if isinstance(error.given, str) else ""
    hint = f"write {number}{without}" if number is not None else "write a whole number"
    return f"expected a whole number, not {error.shown}", hint


def _explain_text(error: ModelError) -> _Explained:
    scalar = isinstance(error.given, bool | int | float)
    if error.key == "account" and scalar:
        return f"expected text, not {error.shown}", (
            "put it in quotes: unquoted numbers lose leading zeros"
        )
    quoted = scalar and error.key in forms.QUOTABLE
    hint = f"put it in quotes: {json.dumps(error.shown)}" if quoted else _suggest_example(error)
    return f"expected text, not {error.shown}", hint


def _explain_mapping(error: ModelError) -> _Explained:
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
        return all(isinstance(one, str | int) for one in given) and len(str(given)) < SHOWN
    return isinstance(given, str) and 0 < len(given) < SHOWN and inner != "ports"


def _explain_list(error: ModelError) -> _Explained:
    message = f"expected a list, not {error.shown}"
    if isinstance(error.given, str | int | float) and error.path:
        return message, f"write a list: {error.path[-1]}: [{error.shown}]"
    return message, _suggest_example(error)


def _explain_too_small(error: ModelError) -> _Explained:
    least = error.context["ge"]
    return f"{error.shown} is too small", f"write {least} or more"


def _explain_too_large(error: ModelError) -> _Explained:
    most = error.context["le"]
    return f"{error.shown} is too large", f"write {most} or less"


def _explain_too_short(error: ModelError) -> _Explained:
    if not error.given:
        return "must not be empty", _suggest_example(error)
    return _explain_form(error)


def _explain_too_long(error: ModelError) -> _Explained:
    what = "characters" if isinstance(error.given, str) else "entries"
    most = error.context["max_length"]
    return f"has {len(error.given):,} {what}, more than {most:,}", f"use {most:,} {what} at most"


def _explain_form(error: ModelError) -> _Explained:
    form = forms.FORMS.get(error.key)
    message = f"{error.shown} is not {form.words if form else 'of the form that is needed'}"
    guess = forms.GUESSES.get(error.key)
    meant = guess(str(error.given)) if guess else ""
    return message, f"write {meant}" if meant else _suggest_level(error) or _suggest_example(error)


def _suggest_level(error: ModelError) -> str:
    """Return what to write where the levels of a listener are mixed up."""
    if error.key != "listeners[key]":
        return ""
    name = str(error.path[-1])
    if name in keys.list_keys(error.path):
        return f"indent '{name}' below the service:port that it belongs to"
    if error.inner and (target := guess_target(f"{name}:{error.inner[0]}")):
        return f"write {target} in one key"
    return ""


def _explain_own_error(error: ModelError) -> _Explained:
    """Return what a validator of ours says: `message; hint`, or a message alone."""
    message, _, hint = str(error.context["error"]).partition("; ")
    return message, hint or _suggest_example(error)


def _suggest_example(error: ModelError) -> str:
    form = forms.FORMS.get(error.key)
    if form is None:
        return ""
    own_name = error.key.endswith(".*") and error.path
    example = f"{shorten(str(error.path[-1]))}: {form.example}" if own_name else form.example
    return f"write, for example, {example}"


EXPLANATIONS: Mapping[str, Callable[[ModelError], _Explained]] = {
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
