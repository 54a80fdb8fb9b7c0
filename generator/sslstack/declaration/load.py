"""ssl.yml read into its models; what is wrong is reported with line and column."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from sslstack import catalogue, documents
from sslstack.catalogue import Level
from sslstack.declaration import explain, levels, texts
from sslstack.declaration.model import Ssl
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sslstack.files import Reader

FILE_NAME = "ssl.yml"

LISTED = 100
"""Errors that are listed of one file; a stranger's may have any number."""

ENVIRONMENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The content of an ssl.yml, and the place of everything in it.

    It is as in an environment where one is named; `overridden` are the paths of the values that
    come from that environment.
    """

    ssl: Ssl
    document: documents.Document
    environment: str = ""
    overridden: frozenset[documents.DocumentPath] = frozenset()

    def at(self, *path: str | int) -> Location:
        """Return the place of a value, or of the nearest thing around it."""
        return self.document.locate(path)

    @property
    def levels(self) -> Mapping[str, Level]:
        """The levels of rules that are set under `checks`, by the rule's present id."""
        checks = self.ssl.checks.items()
        return {
            catalogue.find_current_id(rule): Level(Severity(one.level), one.reason)
            for rule, one in checks
        }

    def at_key(self, *path: str | int) -> Location:
        """Return the place of a key, or of the nearest thing around it."""
        return self.document.locate_key(path)

    def overrides(self, path: documents.DocumentPath) -> bool:
        """Return whether a value comes from the environment, by itself or with what it is in."""
        return documents.is_below(path, self.overridden)


def load(path: Path, reader: Reader) -> Declaration:
    """Read an ssl.yml; raises InputError with every finding."""
    return validate(documents.load(path, reader))


def validate(document: documents.Document) -> Declaration:
    """Validate a document as a declaration; raises InputError with every finding."""
    if document.data is None:
        raise InputError.at(
            Location(document.file),
            "declaration.empty",
            "the file declares nothing",
            hint="begin with 'version: 1'",
        )
    _limit_environments(document)
    found = [
        *texts.check_texts(document),
        *levels.check_levels(document),
        *_find_odd_numbers(document),
    ]
    told = {finding.location for finding in found}
    more = 0
    try:
        ssl = Ssl.model_validate(document.data)
    except ValidationError as errors:
        explained, more = explain.explain_errors(document, errors, LISTED)
        found += [finding for finding in explained if finding.location not in told]
    else:
        if not found:
            return Declaration(ssl=ssl, document=document)
    raise InputError(_limit_findings(document, found, more))


def _limit_environments(document: documents.Document) -> None:
    """Refuse more environments than anybody has: each is checked, and may have a template."""
    data = document.data if isinstance(document.data, dict) else {}
    environments = data.get("environments")
    if isinstance(environments, dict) and len(environments) > ENVIRONMENTS:
        raise InputError.at(
            document.locate_key(("environments",)),
            "declaration.value",
            f"environments: has {len(environments):,} environments, more than {ENVIRONMENTS}",
            hint="declare the rest in the ssl.yml of another stack",
        )


def _limit_findings(document: documents.Document, found: list[Finding], more: int) -> list[Finding]:
    """Return the first findings of a file, and how many there are besides; `more` were not made."""
    rest = max(len(found) - LISTED, 0) + more
    if not rest:
        return found
    message = f"{rest:,} more errors are not listed"
    place = Location(document.file)
    return [*found[:LISTED], Finding(rule="declaration.value", message=message, location=place)]


def make_schema() -> str:
    """Return the JSON Schema of ssl.yml as text; committed beside this module."""
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(described | Ssl.model_json_schema(), indent=2) + "\n"


def _find_odd_numbers(document: documents.Document) -> Iterator[Finding]:
    """Refuse integers that YAML readers read differently: 0443 is 291 to those of YAML 1.1."""
    for path, text in document.numbers.items():
        if path[-1] == "account":
            continue  # text, whatever its digits
        name = ".".join(map(str, path))
        value = document.data
        for step in path:
            value = value[step]
        yield Finding(
            rule="declaration.value",
            message=f"{name}: {text[:60]} is not a plain decimal number",
            location=document.locate(path),
            hint=f"write {value}",
        )
