"""Everything that `sslstack check` finds in stacks and templates."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import app
from sslstack.app import cached_checks, collisions, generating, parallel, repository
from sslstack.app.cached_checks import NO_OPTIONS
from sslstack.cache import Cache
from sslstack.errors import InputError
from sslstack.findings import merge_environments, sort_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sslstack.app.cached_checks import Options
    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings; `usable` if every stack and template could be read, so that it was checked."""

    findings: tuple[Finding, ...]
    usable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What was found in a stack or template, and whether it could be read.

    `made` are the stack's name and templates, `used` is what git is asked about.
    """

    findings: tuple[Finding, ...]
    readable: bool = True
    made: tuple[tuple[str, str], ...] = ()
    used: tuple[repository.Used, ...] = ()


def check(
    folders: Sequence[StackFolder],
    templates: Sequence[Path] = (),
    options: Options = NO_OPTIONS,
    progress: parallel.Progress = parallel.show_nothing,
) -> Report:
    """Check stacks and templates, with options for cfn-lint's rules.

    A file that cannot be read is a finding. Raises UnavailableError where git cannot read the
    repository.
    """
    now = datetime.datetime.now(datetime.UTC)
    results = parallel.map_items(
        [*folders, *templates],
        recall=partial(_recall, now=now, options=options),
        work=partial(_check_one, now=now, options=options),
        warm_up=_warm_up,
        progress=progress,
    )
    collided = collisions.find_collisions(
        {folder: one.made for folder, one in zip(folders, results, strict=False)}
    )
    found = [one for some in results for one in some.findings]
    in_git = _check_git([one.used for one in results])
    usable = not collided and all(one.readable for one in results)
    return Report(findings=(*found, *collided, *in_git), usable=usable)


def _recall(
    target: StackFolder | Path, *, now: datetime.datetime, options: Options
) -> _Checked | None:
    if isinstance(target, Path):
        return _recall_template(target, now, options)
    cache = Cache(target.root)
    found: list[tuple[str, tuple[Finding, ...]]] = []
    made = generating.recall_all(target, cache)
    for one in made or ():
        findings = None if one.keys else cached_checks.cached_findings(one, cache, now, options)
        if findings is None:
            return None
        found.append((one.environment, findings))
    if not made:
        return None
    used = tuple(_list_used(target, one) for one in made)
    return _Checked(findings=merge_environments(found), made=_names(made), used=used)


def _recall_template(path: Path, now: datetime.datetime, options: Options) -> _Checked | None:
    try:
        findings = cached_checks.cached_template_findings(path, Cache(Path()), now, options)
    except InputError:
        return None
    return None if findings is None else _Checked(findings=findings)


def _names(made: Iterable[generating.Generated]) -> tuple[tuple[str, str], ...]:
    return tuple((one.stack, one.template) for one in made)


def _check_one(target: StackFolder | Path, *, now: datetime.datetime, options: Options) -> _Checked:
    if isinstance(target, Path):
        try:
            findings = cached_checks.check_template(target, Cache(Path()), now, options)
        except InputError as error:
            return _Checked(findings=error.findings, readable=False)
        return _Checked(findings=findings)
    cache = Cache(target.root)
    units = [_check_unit(unit, cache, now, options) for unit in generating.units(target, cache)]
    return _Checked(
        findings=merge_environments([(name, one.findings) for name, one in units]),
        readable=all(one.readable for _, one in units),
        made=tuple(pair for _, one in units for pair in one.made),
        used=tuple(used for _, one in units for used in one.used),
    )


def _check_unit(
    unit: StackFolder, cache: Cache, now: datetime.datetime, options: Options
) -> tuple[str, _Checked]:
    """Check a stack as it is, or as it is in an environment; returns that name as well."""
    try:
        made = generating.generate(unit, cache)
        keys = app.linting.check_private_keys(unit) if made.keys else ()
        findings = sort_findings([*cached_checks.check_generated(made, cache, now, options), *keys])
    except InputError as error:
        used = repository.used_keys(unit)
        return unit.environment, _Checked(findings=error.findings, readable=False, used=used)
    used = (_list_used(unit, made),)
    return unit.environment, _Checked(findings=findings, made=_names([made]), used=used)


def _list_used(folder: StackFolder, made: generating.Generated) -> repository.Used:
    """Return the inputs and private keys of a template."""
    unit = folder.within(made.environment)
    return repository.Used(folder=unit, inputs=made.inputs, keys=made.keys, levels=made.levels)


def _check_git(used: Sequence[Sequence[repository.Used]]) -> Iterator[Finding]:
    """Find what git lacks, and has and should not have, of all stacks."""
    found = iter(repository.check([one for some in used for one in some]))
    for some in used:
        yield from merge_environments([(one.folder.environment, next(found)) for one in some])


def _warm_up() -> None:
    """Load the rules once, before other processes begin as copies of this one."""
    app.linting.load_rules()
