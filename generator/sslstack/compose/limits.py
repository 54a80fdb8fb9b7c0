"""Limits on the work of loading a compose project: small files can ask for a lot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.errors import InputError
from sslstack.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sslstack.findings import Location

FILES = 1_000
"""Files that a project reads by `include` and `extends`, each as often as it is named."""
VALUES = 1_000_000
"""Values of all files of a project, aliases and services that are extended written out."""
VARIABLE = 1_000_000
"""Characters of one value once its variables are filled in."""
CHARACTERS = 16_000_000
"""Characters of all values that hold variables, and of all variables of env files."""
FINDINGS = 200
"""Findings of one kind of check; nobody reads more."""


@dataclass(slots=True)
class Budget:
    """Counts what the loading of one project has asked for so far."""

    files: int = 0
    values: int = 0
    characters: int = 0

    def add_file(self, at: Location) -> None:
        """Count a file that is included or extended; raises InputError beyond the limit."""
        self.files += 1
        if self.files > FILES:
            _refuse(at, f"includes and extends name more than {FILES:,} files")

    def add_values(self, number: int, at: Location) -> None:
        """Count values; raises InputError beyond the limit."""
        self.values += number
        if self.values > VALUES:
            _refuse(
                at,
                f"the project holds more than {VALUES:,} values with aliases written out",
            )

    def add_characters(self, number: int, at: Location) -> None:
        """Count characters filled in for variables; raises InputError beyond the limit."""
        self.characters += number
        if self.characters > CHARACTERS:
            message = (
                f"the project is longer than {CHARACTERS:,} characters with its variables filled in"
            )
            _refuse(at, message)


def _refuse(at: Location, message: str) -> None:
    raise InputError.at(
        at, "compose.limit", message, hint="split the project, or write fewer repetitions"
    )


def limit_findings(found: Iterable[Finding]) -> Iterator[Finding]:
    """Return the first FINDINGS findings, and a finding that more were left out."""
    for number, finding in enumerate(found):
        if number == FINDINGS:
            message = f"more than {FINDINGS} findings: the others are not shown"
            yield Finding(rule="compose.limit", message=message, location=finding.location)
            return
        yield finding
