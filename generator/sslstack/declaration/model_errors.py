"""Pydantic's errors as values: where one is in ssl.yml, and what is wrong there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sslstack import redaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from sslstack.documents import DocumentPath

SHOWN = 60
"""Characters of a wrong value that a message repeats."""
_SECTIONS = frozenset({"checks", "certificates", "listeners", "services", "environments",
                       "parameters", "tags"})  # fmt: skip
"""Keys whose entries have names that people choose."""


class ModelError(NamedTuple):
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
        """The path in the form that messages use."""
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
        return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _is_section(steps: list[str]) -> bool:
    """Return whether a path ends at a section; an environment may be called `listeners`."""
    inside = steps[2:] if steps[0] == "environments" and len(steps) > 1 else steps
    return len(inside) == 1


def read_error(data: Any, error: ErrorDetails) -> ModelError:
    """Read one of pydantic's errors about the data of a document."""
    path, left, value = _descend(data, error["loc"])
    kind, missing = error["type"], ""
    if kind == "missing":  # a key with nothing behind it is there
        missing = str(left[-1] if left else path[-1])
        path = path if left else path[:-1]
    is_key = left == ["[key]"]
    inner = tuple(map(str, value)) if is_key and isinstance(value, dict) else ()
    return ModelError(path, kind, error["input"], error.get("ctx", {}), missing, is_key, inner)


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


def shorten(text: str) -> str:
    """Shorten a text for a message."""
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
