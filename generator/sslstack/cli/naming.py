"""By which names a command takes a stack: its folder's, and the one that every line calls it by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import files, workspace
from sslstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder


def find(names: Sequence[str] = ()) -> tuple[StackFolder, ...]:
    """Give the stacks of the working folder, all of them or those named.

    Raises InputError, also with what keeps stacks from saying their names where one is not there.
    """
    unread: list[Finding] = []

    def ask(stack: StackFolder) -> str:
        try:
            return name(stack)
        except InputError as error:
            unread.extend(error.findings)
            return ""

    try:
        return workspace.find(names, ask)
    except InputError as error:
        raise InputError([*error.findings, *unread]) from error


def name_or_folder(folder: StackFolder) -> str:
    """Give the name of a stack, that of its folder where the files cannot be read."""
    try:
        return name(folder)
    except InputError:
        return str(folder)


def name(folder: StackFolder, reader: files.Reader | None = None) -> str:
    """Give the name of a stack; raises InputError where the files that say it cannot be read."""
    from sslstack import declaration, documents, stack  # noqa: PLC0415 - for the few who need it
    from sslstack.stack.build import default_name  # noqa: PLC0415

    reader = reader or files.Reader()
    data = documents.load(folder.declaration, reader).data
    if isinstance(data, dict) and data.get("stack"):
        return str(data["stack"])
    declared = declaration.load(folder.declaration, reader)
    return default_name(stack.load_project(declared, folder.folder, reader).name)
