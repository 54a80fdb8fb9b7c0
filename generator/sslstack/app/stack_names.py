"""By which names a command finds a stack: its folder's, and the stack's own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import app, workspace
from sslstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder


def find_stacks(names: Sequence[str] = ()) -> tuple[StackFolder, ...]:
    """Find the stacks of the working folder, all of them or those named.

    Raises InputError. Where a name is unknown, it also has what keeps stacks from being read.
    """
    unread: list[Finding] = []

    def read_name(folder: StackFolder) -> str:
        try:
            return app.pipeline.read_stack_name(folder)
        except InputError as error:
            unread.extend(error.findings)
            return ""

    try:
        return workspace.find(names, read_name)
    except InputError as error:
        raise InputError([*error.findings, *unread]) from error


def find_stack(name: str | None) -> StackFolder:
    """Find the stack of a name, or the only one; raises InputError where there are several."""
    found = find_stacks(() if name is None else (name,))
    if len(found) > 1:
        raise workspace.several(found)
    return found[0]


def name_or_folder(folder: StackFolder) -> str:
    """Return the name of a stack, that of its folder where its files cannot be read."""
    try:
        return app.pipeline.read_stack_name(folder)
    except InputError:
        return str(folder)
