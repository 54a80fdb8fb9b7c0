"""An ssl.yml that is edited: opened, checked with an edit in it, and written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sslstack import declaration, files
from sslstack.app import pipeline
from sslstack.declaration import edit
from sslstack.errors import InputError
from sslstack.findings import Location, Severity
from sslstack.stack import load_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sslstack.app.pipeline import Loaded
    from sslstack.compose import Project
    from sslstack.declaration import Declaration
    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """The ssl.yml that is edited: its stack, its text and what it declares now."""

    folder: StackFolder
    text: str
    declared: Declaration

    @property
    def file(self) -> str:
        """The path of the ssl.yml, for messages."""
        return str(self.folder.declaration)

    def set(self, text: str, path: tuple[str, ...], value: Any) -> str:
        """Give a text of this ssl.yml with a value set; raises InputError."""
        return edit.set_value(text, path, value, file=self.file)

    def delete(self, text: str, path: tuple[str, ...]) -> str:
        """Give a text of this ssl.yml without an entry; raises InputError."""
        return edit.delete(text, path, file=self.file)


def open_stack(folder: StackFolder) -> Editing:
    """Read the ssl.yml of a stack, which begins now where there is none; raises InputError."""
    path = folder.declaration
    try:
        content = files.read(path)
    except FileNotFoundError:
        content = edit.NEW.encode()
    except OSError as error:
        reason = f"cannot be read: {files.describe_error(error)}"
        raise InputError.at(Location(str(path)), "file.unreadable", reason) from error
    declared = declaration.load(path, files.Reader({path: content}))
    return Editing(folder=folder, text=content.decode(), declared=declared)


def project(editing: Editing) -> Project:
    """Load the compose project of the stack; raises InputError."""
    return load_project(editing.declared, editing.folder.folder, files.Reader())


def load_edited(editing: Editing, text: str, beside: Mapping[Path, bytes] | None = None) -> Loaded:
    """Give what an edited text declares; raises InputError with the errors that it brings.

    They name the file but no line in it: the edited text is not what stands there. `beside`
    holds files that are to be written with it. Every environment is checked as well.
    """
    path = editing.folder.declaration
    contents = {path: text.encode(), **(beside or {})}
    found: list[Finding] = []
    loaded: list[Loaded] = []
    for name in ("", *declaration.list_varied(editing.declared)):
        try:
            reader = files.Reader(contents)
            loaded.append(pipeline.load(editing.folder.within(name), reader, incomplete=True))
        except InputError as error:
            found += [_without_line(one, str(path)) for one in error.findings]
    if errors := [one for one in found if one.severity is Severity.ERROR]:
        raise InputError(errors)
    return loaded[0]


def _without_line(finding: Finding, file: str) -> Finding:
    return replace(finding, location=Location(file)) if finding.location.file == file else finding


def check_unchanged(editing: Editing) -> Loaded | None:
    """Give what is declared now, None where that has errors of its own."""
    try:
        return load_edited(editing, editing.text)
    except InputError:
        return None


def has_errors(editing: Editing, errors: Iterable[Finding]) -> bool:
    """Tell whether all of some errors are those of the declarations as they are now."""
    try:
        load_edited(editing, editing.text)
    except InputError as error:
        known = {(one.rule, one.message) for one in error.findings}
        return all((one.rule, one.message) in known for one in errors)
    return False


def write(editing: Editing, text: str, beside: Mapping[Path, bytes] | None = None) -> None:
    """Write the edited text, whole or not at all, after what it names; raises OSError.

    Raises InputError where somebody else has written the declaration since it was read.
    """
    with files.lock(editing.folder.folder):
        if open_stack(editing.folder).text != editing.text:
            raise InputError.at(
                Location(editing.file),
                "file.changed",
                "changed while this command ran, so nothing is written",
                hint="run the same command again",
            )
        for path, content in (beside or {}).items():
            files.write(path, content)
        files.write(editing.folder.declaration, text.encode())
