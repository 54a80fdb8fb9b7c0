"""The templates of many stacks: generated, compared with the files, written."""

from __future__ import annotations

import contextlib
import datetime
import difflib
import importlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import app, files
from sslstack.app import collisions, generating, parallel
from sslstack.cache import Cache
from sslstack.errors import InputError
from sslstack.findings import Finding, merge_environments
from sslstack.source_redaction import redact_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one template; small, because it may come from another process.

    `failed`: there is no template. One that was made may have errors as well, if a certificate
    has expired: generation knows no clock, `check` does. `made` is what to write.
    """

    template: str = ""
    stack: str = ""
    environment: str = ""
    fresh: bool = True
    difference: str = ""
    failed: bool = False
    findings: tuple[Finding, ...] = ()
    made: generating.Generated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of all templates: `errors` where one could not be made, else `findings`."""

    outcomes: tuple[Outcome, ...]
    errors: tuple[Finding, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mode:
    write: bool
    online: bool
    now: datetime.datetime


def generate_all(
    folders: Sequence[StackFolder],
    *,
    write: bool,
    online: bool,
    force: bool = False,
    progress: parallel.Progress = parallel.show_nothing,
) -> Result:
    """Generate the templates of stacks and their environments.

    With `write` those that changed are written, with `force` also over a file by hand; else each
    outcome has the difference. `online`: missing intermediate certificates are fetched. Two
    folders that make the same stack or template are an error, and then nothing is written.
    """
    mode = _Mode(write=write, online=online, now=datetime.datetime.now(datetime.UTC))
    results = parallel.map_items(
        folders,
        recall=partial(_recall, mode=mode),
        work=partial(_make_all, mode=mode),
        warm_up=_warm_up,
        progress=progress,
    )
    collided = collisions.find_collisions(
        {
            folder: [(one.stack, one.template) for one in some if not one.failed]
            for folder, some in zip(folders, results, strict=True)
        }
    )
    if not collided:
        results = [[_write(one, force=force) for one in some] for some in results]
    failed = [one for some in results for one in _findings(o for o in some if o.failed)]
    return Result(
        outcomes=() if collided else tuple(one for some in results for one in some),
        errors=(*failed, *collided),
        findings=tuple(one for some in results for one in _findings(some)),
    )


def _findings(outcomes: Iterable[Outcome]) -> tuple[Finding, ...]:
    """Return the findings on the templates of one stack."""
    return merge_environments([(one.environment, one.findings) for one in outcomes])


def _recall(folder: StackFolder, *, mode: _Mode) -> list[Outcome] | None:
    """Return what was made before; `--check` is a gate and trusts no cache."""
    made = generating.recall_all(folder, Cache(folder.root, enabled=mode.write))
    return None if made is None else [_describe(one, mode.now) for one in made]


def _make_all(folder: StackFolder, *, mode: _Mode) -> list[Outcome]:
    """Make the templates of a stack; an error in one does not hide another."""
    cache = Cache(folder.root, enabled=mode.write)
    return [_make(unit, cache, mode) for unit in generating.units(folder, cache)]


def _make(folder: StackFolder, cache: Cache, mode: _Mode) -> Outcome:
    generate = partial(_generate_online, now=mode.now) if mode.online else generating.generate
    try:
        made = generate(folder, cache)
    except InputError as error:
        return Outcome(failed=True, environment=folder.environment, findings=error.findings)
    if mode.write:
        return replace(_describe(made, mode.now), made=None if made.fresh else made)
    return _describe(made, mode.now, "" if made.fresh else _difference(made))


def _write(outcome: Outcome, *, force: bool) -> Outcome:
    """Write a template that changed."""
    try:
        if outcome.made is not None:
            generating.write(outcome.made, force=force)
    except InputError as error:
        return Outcome(failed=True, environment=outcome.environment, findings=error.findings)
    return outcome


def _describe(made: generating.Generated, now: datetime.datetime, difference: str = "") -> Outcome:
    return Outcome(
        template=made.template,
        stack=made.stack,
        environment=made.environment,
        fresh=made.fresh,
        difference=difference,
        findings=made.findings_at(now),
    )


def _generate_online(
    folder: StackFolder, cache: Cache, *, now: datetime.datetime
) -> generating.Generated:
    """Generate; where only issuers are missing, fetch them and generate again."""
    try:
        return generating.generate(folder, cache)
    except InputError as error:
        if not app.pipeline.is_resolvable(error):
            raise
    found = app.pipeline.resolve(folder, now)
    if found.findings:
        raise InputError(found.findings)
    return generating.generate(folder, cache)


def _difference(made: generating.Generated) -> str:
    """Return a unified diff from the file on disk to the text that it should have."""
    path = Path(made.template)
    before, name = "", "/dev/null"
    if not files.is_linked(path):  # a link may lead to any file of the user's
        with contextlib.suppress(OSError):
            before, name = files.read(path).decode("utf-8", "replace"), made.template
    lines = difflib.unified_diff(
        redact_source(before).splitlines(keepends=True),
        made.text.splitlines(keepends=True),
        name,
        made.template,
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _warm_up() -> None:
    """Import all stages once, before other processes begin as copies of this one."""
    importlib.import_module("sslstack.app.pipeline")
