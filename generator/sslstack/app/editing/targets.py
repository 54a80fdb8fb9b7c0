"""Which stack a target belongs to, and what an edited ssl.yml declares."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import workspace
from sslstack.app import collisions, pipeline, stack_names
from sslstack.app.editing import session
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, find_nearest, list_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sslstack.app.editing.session import Editing
    from sslstack.app.pipeline import Loaded
    from sslstack.workspace import StackFolder


def open_target(target: str, stack: str | None, *, declared: bool) -> Editing:
    """Find the stack of a target: the one that declares it, or whose compose file has it.

    Raises InputError when none or several do.
    """
    editings = [session.open_stack(folder) for folder in _folders(stack)]
    targets = [_declared(one) if declared else _published(one) for one in editings]
    having = [one for one, own in zip(editings, targets, strict=True) if target in own]
    if len(having) == 1:
        return having[0]
    if not having and len(editings) == 1 and not declared:
        return editings[0]  # the pipeline says why, at the line of the compose file
    known = sorted({one for own in targets for one in own})
    finding = _several(target, having) if having else _unknown(target, known, declared=declared)
    alone = editings[0].file if len(editings) == 1 else workspace.STACKS
    raise InputError([replace(finding, location=Location(alone))])


def open_only(stack: str | None) -> Editing:
    """Open the named stack, or the only one; raises InputError where there are several."""
    folders = _folders(stack)
    if len(folders) > 1:
        raise workspace.several(folders)
    return session.open_stack(folders[0])


def check_edit(
    editing: Editing,
    text: str,
    beside: Mapping[Path, bytes] | None = None,
    *,
    known: Sequence[Finding] = (),
) -> Loaded:
    """Return what an edited text declares; raises InputError with the errors in it.

    A stack name that is used twice is an error as well. A finding that is also among the `known`
    ones has the place from there: the file that was typed.
    """
    try:
        loaded = session.load_edited(editing, text, beside)
    except InputError as error:
        raise InputError([_placed(one, known) for one in error.findings]) from error
    folder, name = editing.folder, loaded.stack.name
    collisions.refuse_made({folder: pipeline.list_templates(folder, loaded.declared, name)})
    return loaded


def _placed(finding: Finding, known: Sequence[Finding]) -> Finding:
    same = [one for one in known if (one.rule, one.message) == (finding.rule, finding.message)]
    return replace(finding, location=same[0].location) if same else finding


def _several(target: str, having: Sequence[Editing]) -> Finding:
    stacks = ", ".join(str(e.folder) for e in having)
    return Finding(
        rule="target.ambiguous",
        message=f"several stacks have {target}: {stacks}",
        location=Location(workspace.STACKS),
        hint="choose one: " + " or ".join(f"--stack {e.folder}" for e in having),
    )


def _unknown(target: str, known: Sequence[str], *, declared: bool) -> Finding:
    what = f"no listener {target}" if declared else f"no compose file publishes {target}"
    none = "none are declared" if declared else "none are published"
    near = find_nearest(target, known)
    return Finding(
        rule="target.unknown",
        message=what if known else f"{what}; {none}",
        location=Location(workspace.STACKS),
        hint=f"did you mean '{near}'? there are: {list_names(known)}"
        if near
        else f"there are: {list_names(known)}"
        if known
        else f"sslstack create {target} CERT KEY declares it"
        if declared
        else "publish the port in the compose file",
    )


def _folders(stack: str | None) -> tuple[StackFolder, ...]:
    """Return the stacks to search; a compose file without ssl.yml is a new stack."""
    try:
        return stack_names.find_stacks([stack] if stack else [])
    except InputError:
        if stack or Path(workspace.STACKS).is_dir():
            raise
        return (workspace.StackFolder(root=Path(), folder=Path(), name=""),)


def _declared(editing: Editing) -> list[str]:
    return list(editing.declared.ssl.listeners)


def _published(editing: Editing) -> list[str]:
    return [
        f"{service.name}:{port.number}"
        for service in session.project(editing).services.values()
        for port in service.ports
        if port.number is not None
    ]
