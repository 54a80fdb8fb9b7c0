"""Variables and labels of a service: written out, from its files, and from outside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sslstack import files
from sslstack.compose import dotenv, private
from sslstack.compose.go_numbers import format_float
from sslstack.findings import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.files import Reader


_TRUE = frozenset({"true", "yes", "on", "y"})
_FALSE = frozenset({"false", "no", "off", "n"})


def read_boolean(value: Any) -> Any:
    """Read what people write for true and false."""
    if not isinstance(value, str):
        return value
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ValueError(f"'{value}' is not true or false")


def print_scalar(value: Any) -> str:
    """Return a scalar as Docker Compose prints it within a map of texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format_float(value)
    return "" if value is None else str(value)


def read_mapping(value: Any) -> dict[str, str | None]:
    """Return a list of `KEY=value` or a mapping as a mapping; a key alone has None.

    Raises ValueError for a key with a space after it.
    """
    if isinstance(value, dict):
        return {key: None if item is None else print_scalar(item) for key, item in value.items()}
    found: dict[str, str | None] = {}
    for item in value or []:
        key, equals, rest = print_scalar(item).partition("=")
        if key != key.rstrip():
            raise ValueError(f"variable '{key}' has a space before '='")
        found[key] = rest if equals else None
    return found


def read_labels(value: Any) -> dict[str, str]:
    """Return labels as a mapping of texts; one without a value is empty."""
    return {key: item or "" for key, item in read_mapping(value).items()}


@dataclass(frozen=True, slots=True)
class Values:
    """Variables or labels of a service by name, and the places of those that files set."""

    values: Mapping[str, str | None]
    places: Mapping[str, Location]


def resolve_environment(
    service: Mapping[str, Any], variables: Mapping[str, str], reader: Reader | None
) -> Values:
    """Return a service's environment: its files, under what is written, under nothing else.

    A name without a value takes that from outside; what is not there either stays empty.
    Raises ValueError for a file that is needed and does not exist.
    """
    found: dict[str, str | None] = {}
    places: dict[str, Location] = {}
    written = read_mapping(service.get("environment"))
    # What a file's values refer to is looked up outside first, then in `environment`.
    outer = {**{k: v for k, v in written.items() if v is not None}, **variables}
    for path, required, form in _list_files(service.get("env_file")):
        content = None if reader is None else _read_file(path, reader, required=required)
        if content is not None:
            known = {k: v for k, v in found.items() if v is not None}
            if form not in ("", "raw"):
                raise ValueError(
                    f"format '{form}' of {path} is not supported; remove it, or use raw"
                )
            if form == "raw":
                read = _read_raw(content, variables)
            else:
                read = dotenv.read(content, path, outer, known)
            found |= {key: item.value for key, item in read.items()}
            places |= {key: Location(path, item.line) for key, item in read.items()}
    for key, value in written.items():
        found[key] = variables.get(key) if value is None else value
        places.pop(key, None)
    return Values(found, places)


def read_file_labels(value: Any, reader: Reader) -> Values:
    """Return the labels in a service's label files. Raises ValueError."""
    found: dict[str, str | None] = {}
    places: dict[str, Location] = {}
    for path in [value] if isinstance(value, str) else value or []:
        read = dotenv.read(_read_file(path, reader, required=True) or b"", path, {})
        found |= {key: item.value for key, item in read.items()}
        places |= {key: Location(path, item.line) for key, item in read.items()}
    return Values(found, places)


def _list_files(value: Any) -> list[tuple[str, bool, str]]:
    entries = [value] if isinstance(value, (str, dict)) else value or []
    return [
        (e, True, "") if isinstance(e, str)
        else (e["path"], read_boolean(e.get("required", True)), e.get("format", ""))
        for e in entries
    ]  # fmt: skip


def _read_file(path: str, reader: Reader, *, required: bool) -> bytes | None:
    try:
        return private.read_file(Path(path), reader)
    except OSError as error:
        if required:
            reason = files.describe_error(error)
            raise ValueError(f"the file {path} cannot be read: {reason}") from error
        return None


def _read_raw(content: bytes, variables: Mapping[str, str]) -> dict[str, dotenv.Variable]:
    """Read `format: raw`: every line is NAME=value, quotes and dollars included."""
    bare: dict[str, dotenv.Variable] = {}
    found: dict[str, dotenv.Variable] = {}
    for row, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not key or any(c.isspace() for c in key.lstrip()):
            raise ValueError(f"line {row} of the file does not begin with a variable's name")
        if equals:
            found[key] = dotenv.Variable(value, row)
        elif key in variables:
            bare[key] = dotenv.Variable(variables[key], row)
    return bare | found
