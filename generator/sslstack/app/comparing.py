"""The stacks of the working folder beside those of a revision, for `sslstack diff`."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sslstack import cloudformation, declaration, diff, files, git, workspace
from sslstack.app import baseline, collisions, generating, stack_names
from sslstack.cache import Cache
from sslstack.errors import InputError
from sslstack.findings import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sslstack.app.baseline import BaseTemplate
    from sslstack.diff import Review, Side
    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder

_NOT_HERE = {"stack.none", "stack.unknown"}
"""Rules of a stack that is not declared now; the base may have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What names mean now: `folders` of stacks, and the names of none, with the `error` of those.

    Without names all stacks are meant, and the error is that there is none.
    """

    folders: tuple[StackFolder, ...]
    missing: tuple[str, ...] = ()
    error: InputError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A template as it is now, and the name of the stack that it deploys."""

    folder: StackFolder
    made: generating.Generated
    deployed: str


def compare(stacks: Sequence[str], base: str) -> list[Review]:
    """Compare the stacks of the working folder with those of a revision.

    A stack that only the revision has is one that was removed, under the name that it had there.
    Raises InputError for a name that neither of them has, and RevisionError.
    """
    found = find(stacks)
    collisions.refuse_collisions(found.folders)
    root = found.folders[0].root if found.folders else Path()
    commit = git.resolve(base, root)
    then = baseline.templates(commit, root)
    known = frozenset[str]().union(*(one.names for one in then))
    if found.error is not None and (not then or not known.issuperset(found.missing)):
        raise found.error
    now = _make(found.folders)
    paired = _paired(now, then)
    left = [one for one in _meant(then, stacks, found, root) if one not in paired.values()]
    others = _make(_around(root, found.folders)) if left else []
    elsewhere = _paired(others, then)
    moved = [one for one in others if elsewhere.get(one.made.template) in left]
    gone = [one for one in left if one not in elsewhere.values()]
    reviews = [_review(one, paired.get(one.made.template), base, commit) for one in now]
    reviews += [_review(one, elsewhere[one.made.template], base, commit) for one in moved]
    return reviews + [_removed(one, [*now, *others], base) for one in gone]


def find(stacks: Sequence[str]) -> Found:
    """Find the stacks that names mean; raises InputError where one cannot be told."""
    folders: dict[StackFolder, None] = {}
    missing: list[str] = []
    findings: list[Finding] = []
    for names in [[one] for one in stacks] or [[]]:
        try:
            folders |= dict.fromkeys(stack_names.find_stacks(names))
        except InputError as error:
            if {one.rule for one in error.findings} - _NOT_HERE:
                raise
            findings += error.findings
            missing += [workspace.clean_name(one) for one in names]
    return Found(
        folders=tuple(folders),
        missing=tuple(missing),
        error=InputError(findings) if findings else None,
    )


def _meant(
    then: Iterable[BaseTemplate], stacks: Sequence[str], found: Found, root: Path
) -> list[BaseTemplate]:
    """Give the templates of the base that names mean there; all of them without a name."""
    if not stacks and root == Path():
        return list(then)
    given = {workspace.clean_name(one) for one in stacks} - {"."}
    names = {*given, *found.missing, *map(str, found.folders)}
    return [one for one in then if one.names & names]


def _around(root: Path, folders: Sequence[StackFolder]) -> list[StackFolder]:
    return [one for one in workspace.all_below(root) if one not in folders]


def _make(folders: Iterable[StackFolder]) -> list[_Made]:
    return [
        _made(unit)
        for one in folders
        for unit in generating.units(one, Cache(one.root, enabled=False))
    ]


def _made(folder: StackFolder) -> _Made:
    made = generating.generate(folder, Cache(folder.root, enabled=False))
    deployed = made.stack
    if folder.environment:
        declared = declaration.load(folder.declaration, files.Reader()).ssl
        deployed = declared.environments[folder.environment].stack or made.stack
    return _Made(folder=folder, made=made, deployed=deployed)


def _paired(now: Sequence[_Made], then: Sequence[BaseTemplate]) -> dict[str, BaseTemplate]:
    """Give the template of the base by that of the same deployed stack now.

    The path counts only where the base does not say what the stack's name was. An environment
    that had no template of its own was deployed with that of its stack.
    """
    by_stack = {(one.stack, one.environment): one for one in reversed(then) if one.stack}
    by_name = {one.deployed: one for one in then if one.deployed != one.stack}
    by_path = {str(one.path): one for one in then if not one.stack}
    paired: dict[str, BaseTemplate] = {}
    for one in now:
        stack = one.made.stack
        known = (
            by_stack.get((stack, one.folder.environment)),
            by_name.get(one.deployed) if one.deployed != stack else None,
            by_path.get(one.made.template),
            by_stack.get((stack, "")),
            by_path.get(str(one.folder.within("").template(stack))),
        )
        if found := next((each for each in known if each is not None), None):
            paired[one.made.template] = found
    return paired


def _review(one: _Made, pair: BaseTemplate | None, base: str, commit: str) -> Review:
    path = Path(one.made.template)
    before = _written_by_hand(one, commit) if pair is None else pair.content
    at = path if pair is None else pair.path
    return diff.review(
        one.made.template,
        base if at == path else f"{base}:{at}",
        _side(before, f"{base}:{at}"),
        diff.side(one.made.text, cloudformation.loads(one.made.text, one.made.template)),
        now=datetime.datetime.now(datetime.UTC),
        origins=one.made.origins,
        images=one.made.images,
    )


def _written_by_hand(one: _Made, commit: str) -> bytes | None:
    """Give the template that stood in the place of a new one, unless it is of another stack."""
    content = git.show(commit, Path(one.made.template), one.folder.root)
    if content is None or content.startswith(workspace.MARK.encode()):
        return None
    return content


def _side(content: bytes | None, name: str) -> Side:
    """Read a template of the base; None where the base has none.

    Raises InputError for a file without resources: to be compared with it is to be compared with
    nothing, and nothing could become weaker.
    """
    if content is None:
        return diff.side("", {})
    text = content.decode("utf-8", "replace")
    template = cloudformation.loads(text, name)
    if not _has_resources(template):
        message = "is not a CloudFormation template with resources, so it cannot be compared"
        raise InputError.at(Location(name), "template.form", message, hint="choose another --base")
    return diff.side(text, template)


def _has_resources(template: Mapping[str, Any]) -> bool:
    resources = template.get("Resources")
    return isinstance(resources, dict) and any(
        str(name).startswith("Fn::ForEach::") or (isinstance(one, dict) and "Type" in one)
        for name, one in resources.items()
    )


def _removed(one: BaseTemplate, now: Sequence[_Made], base: str) -> Review:
    """Compare a template that no stack makes any more with what is deployed instead, if any."""
    heir = ""
    for each in now:
        if not each.folder.environment and one.environment and each.made.stack == one.stack:
            declared = declaration.load(each.folder.declaration, files.Reader()).ssl
            heir = each.made.text if one.environment in declared.environments else ""
    taken = any(each.made.template == str(one.path) for each in now)
    path = f"{base}:{one.path}" if taken else str(one.path)
    return diff.review(
        path, base, _side(one.content, path), _side(heir.encode() if heir else None, path)
    )
