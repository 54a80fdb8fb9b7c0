"""ssl.yml read into its models; what does not fit is said with line and column."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from sslstack import catalogue, documents, redaction
from sslstack.catalogue import Level
from sslstack.declaration import levels
from sslstack.declaration.model import Ssl
from sslstack.declaration.values import meant_port, meant_target
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sslstack.files import Reader

    Path_ = documents.DocumentPath

FILE_NAME = "ssl.yml"

LISTED = 100
"""Errors that are listed of one file; a stranger's may have any number."""
_SHOWN = 60
"""Characters of a wrong value that a message repeats."""

_TYPES = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "string_type": "text",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "tuple_type": "a list",
}
_HINTS = {
    ("account", "string_type"): "put it in quotes: a number loses the zeros it begins with",
}
"""By key and pydantic's kind of error."""
_MISSING = {
    ("", "version"): "begin with 'version: 1'",
    ("checks", "reason"): "say why the level differs: reason: ...",
    ("checks", "level"): "write level: error, warning or notice",
}
"""By section and missing key."""
_VERSION = "write version: 1, the only version of ssl.yml that this sslstack reads"
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "too_short": ("min_length", "not shorter than"),
    "too_long": ("max_length", "not longer than"),
    "string_too_short": ("min_length", "not shorter than"),
    "string_too_long": ("max_length", "not longer than"),
}
_FORMS: Mapping[tuple[str, ...], str] = {
    ("listeners", "*", "[key]"): "service:port, as in web:443, with a port from 1 to 65535",
    ("certificates", "*", "[key]"): "letters, digits, '.', '_' and '-'",
    ("checks", "*", "reason"): "a reason",
    ("stack",): "letters, digits and hyphens, a letter first, at most 128",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The content of an ssl.yml, and where everything in it stands.

    It is as in an environment where one is named; `overridden` are the paths of the values that
    stand under that environment.
    """

    ssl: Ssl
    document: documents.Document
    environment: str = ""
    overridden: frozenset[documents.DocumentPath] = frozenset()

    def at(self, *path: str | int) -> Location:
        """Give the place of a value, or of the nearest thing around it."""
        return self.document.locate(path)

    @property
    def levels(self) -> Mapping[str, Level]:
        """The levels of rules that are set under `checks`, by the rule's present id."""
        checks = self.ssl.checks.items()
        return {
            catalogue.current(rule): Level(Severity(one.level), one.reason) for rule, one in checks
        }

    def at_key(self, *path: str | int) -> Location:
        """Give the place of a key, or of the nearest thing around it."""
        return self.document.locate_key(path)

    def overrides(self, path: documents.DocumentPath) -> bool:
        """Tell whether a value stands under the environment, by itself or with what it is in."""
        return documents.is_below(path, self.overridden)


def load(path: Path, reader: Reader) -> Declaration:
    """Read an ssl.yml; raises InputError with every finding."""
    return judge(documents.load(path, reader))


def judge(document: documents.Document) -> Declaration:
    """Validate a document as a declaration; raises InputError with every finding."""
    if document.data is None:
        raise InputError.at(
            Location(document.file),
            "declaration.empty",
            "nothing is declared here",
            hint="begin with 'version: 1'",
        )
    found = [_private_key(document, path) for path in _private_keys(document.data)]
    told = {finding.location for finding in found}
    wrong_levels = (*levels.check(document), *_odd_numbers(document))
    told |= {finding.location for finding in wrong_levels}
    try:
        ssl = Ssl.model_validate(document.data)
    except ValidationError as errors:
        every = errors.errors(include_url=False)
        others = [_finding(document, dict(error)) for error in every[:LISTED]]
        if more := len(every) - LISTED:
            wrong_levels += _not_listed(document, more)
        rest = (one for one in others if one.location not in told)
        raise InputError([*found, *wrong_levels, *rest]) from None
    found += wrong_levels
    if found:
        raise InputError(found)
    return Declaration(ssl=ssl, document=document)


def _not_listed(document: documents.Document, more: int) -> tuple[Finding, ...]:
    message = f"{more:,} more errors are not listed"
    place = Location(document.file)
    return (Finding(rule="declaration.value", message=message, location=place),) if more > 0 else ()


def schema() -> str:
    """Give the JSON Schema of ssl.yml as text; committed beside this module."""
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(described | Ssl.model_json_schema(), indent=2) + "\n"


def _finding(document: documents.Document, error: dict[str, Any]) -> Finding:
    """Say one of pydantic's errors in our words, at its place in the document."""
    path, left = _descend(document.data, error["loc"])
    kind = error["type"]
    name = ".".join(map(str, path))
    value = _shown(error["input"])
    if kind == "extra_forbidden":
        known = _known_keys(path)
        near = nearest(str(path[-1]), known)
        return Finding(
            rule="declaration.unknown-key",
            message=f"unknown key '{path[-1]}'",
            location=document.locate_key(path),
            hint=f"did you mean '{near}'?" if near else f"known here: {', '.join(known)}",
        )
    if kind == "missing":
        *inside, key = (*path, left[-1]) if left else path  # a key with nothing behind it is there
        message = f"'{key}' is missing" + (f" from {'.'.join(map(str, inside))}" if inside else "")
        hint = _MISSING.get((str(inside[0]) if inside else "", str(key)), "")
        return _at(document, path, "declaration.missing", message, hint)
    if kind == "literal_error":
        choices = error["ctx"]["expected"].replace("'", "")
        near = nearest(str(error["input"]), choices.replace(" or ", ", ").split(", "))
        hint = f"did you mean '{near}'?" if near else _VERSION if path == ("version",) else ""
        return _at(document, path, "declaration.value", f"{name}: {value} is not {choices}", hint)
    hint = _hint(path, left, kind, error["input"])
    if kind == "tuple_type" and isinstance(error["input"], str | int | float) and path and not hint:
        hint = f"write a list: {path[-1]}: [{value}]"
    if kind in _TYPES:
        message = f"{name or document.file}: expected {_TYPES[kind]}, not {value}"
    elif kind in _BOUNDS:
        limit, words = _BOUNDS[kind]
        message = f"{name}: {value} is not allowed; {words} {error['ctx'][limit]}"
    elif kind == "value_error":
        message = f"{name}: {error['ctx']['error']}"
    else:
        message = f"{name}: {value} is not {_form(error)}"
    return _at(document, path, "declaration.value", message, hint, key=left == ["[key]"])


def _odd_numbers(document: documents.Document) -> Iterator[Finding]:
    """Refuse integers that YAML readers read differently: 0443 is 291 to those of YAML 1.1."""
    for path, text in document.numbers.items():
        if path[-1] == "account":
            continue  # text, whatever its digits
        name = ".".join(map(str, path))
        value = document.data
        for step in path:
            value = value[step]
        message = f"{name}: {text[:_SHOWN]} is not a plain decimal number"
        yield _at(document, path, "declaration.value", message, f"write {value}")


def _hint(path: Path_, left: list[str | int], kind: str, given: Any) -> str:
    """Give what to write in place of a value, where that can be told."""
    if not path or not isinstance(given, str):
        return _HINTS.get((str(path[-1]), kind), "") if path else ""
    if left == ["[key]"] and (target := meant_target(given)):
        return f"write {target}"
    if kind == "int_type" and (port := meant_port(given)):
        return f"write {port}, a number without quotes"
    return _HINTS.get((str(path[-1]), kind), "")


def _private_keys(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Give the paths of texts that hold a private key, whatever the models take there."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _private_keys(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _private_keys(inner, (*path, index))
    elif isinstance(value, str) and redaction.holds_private_key(value):
        yield path


def _private_key(document: documents.Document, path: Path_) -> Finding:
    return _at(
        document,
        path,
        "declaration.private-key",
        f"{'.'.join(map(str, path))}: a private key stands here, where everybody can read it",
        "take it out, and have the certificate reissued if it was committed; 'private_key: FILE' "
        "names its file, outside git",
    )


def _at(
    document: documents.Document,
    path: Path_,
    rule: str,
    message: str,
    hint: str = "",
    *,
    key: bool = False,
) -> Finding:
    place = document.locate_key(path) if key else document.locate(path)
    return Finding(rule=rule, message=message, location=place, hint=hint)


def _descend(data: Any, loc: tuple[Any, ...]) -> tuple[Path_, list[str | int]]:
    """Split pydantic's path into what stands in the document and what does not.

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
    return tuple(path), left


def _form(error: dict[str, Any]) -> str:
    given = error["loc"]
    if given[0] == "environments":  # the same sections as at the top
        given = given[2:]
    loc = tuple("*" if i == 1 else step for i, step in enumerate(given))
    pattern = error.get("ctx", {}).get("pattern")
    return _FORMS.get(loc) or (f"of the form {pattern}" if pattern else error["msg"])


def _shown(value: Any) -> str:
    """Show a value as it might stand in the file, never at length."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if "-----BEGIN" in text:
        return "a PEM block"  # it might be a private key
    text = redaction.hide_keys(text)  # before it is cut
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _known_keys(path: Path_) -> list[str]:
    """Give the keys that the model around a path knows."""
    models: list[type[BaseModel]] = [Ssl]
    for step in path[:-1]:
        fields = [m.model_fields[str(step)] for m in models if str(step) in m.model_fields]
        # A step that is no field is a key or an index chosen by the user: same models below.
        models = [m for field in fields for m in _models_in(field.annotation)] or models
    return [name for model in models for name in model.model_fields]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
