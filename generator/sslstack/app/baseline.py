"""The generated templates of a revision, each with the stack that it deploys.

A pull request may remove a stack or rename its folder: what it is compared with is the template
of the same deployed stack, wherever that was.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sslstack import documents, git, workspace
from sslstack.errors import InputError
from sslstack.stack.build import make_stack_name

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADER = re.compile(
    rf"{re.escape(workspace.MARK)}from (?P<compose>.+) and (?P<declaration>.*ssl\.yml)"
    r"(, environment (?P<environment>.+))?\.\r?\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseTemplate:
    """A generated template of a revision.

    `stack` is the stack's name and `deployed` the one that it has in the environment; both are
    empty where the revision does not say them, and then the path alone identifies it. `folder` is
    the name of the folder below stacks/ that declared it, `.` for a declaration at the root.
    """

    path: Path
    content: bytes
    environment: str = ""
    stack: str = ""
    deployed: str = ""
    folder: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Give the names by which a command took the stack in this revision."""
        return frozenset(filter(None, (self.folder, self.stack)))


def templates(commit: str, root: Path) -> tuple[BaseTemplate, ...]:
    """Give the generated templates of a commit, and those by hand in the place of one.

    Raises as `git.show` does.
    """
    folder = root / workspace.TEMPLATES
    paths = [
        folder / name for name in git.list_names(commit, folder, root) if name.endswith(".yaml")
    ]
    return tuple(found for path in paths if (found := _template(commit, path, root)) is not None)


def _template(commit: str, path: Path, root: Path) -> BaseTemplate | None:
    content = git.show(commit, path, root)
    if content is None:
        return None
    if not content.startswith(workspace.MARK.encode()):
        declared_in = root / workspace.STACKS / path.stem / workspace.DECLARATION
        by_hand = BaseTemplate(path=path, content=content, folder=path.stem)
        return by_hand if _show(commit, declared_in, root) else None
    header = _HEADER.match(content.decode("utf-8", "replace"))
    if header is None:
        return BaseTemplate(path=path, content=content, folder=path.stem)
    declared = _mapping(commit, root / header["declaration"], root)
    environment = header["environment"] or ""
    composed = [root / name for name in header["compose"].split(" + ")]
    stack = _stack_name(commit, declared, composed, root)
    own = _below(_below(declared or {}, "environments"), environment)
    return BaseTemplate(
        path=path,
        content=content,
        environment=environment,
        stack=stack,
        deployed=_text(own.get("stack")) or stack,
        folder=Path(header["declaration"]).parent.name or ".",
    )


def _stack_name(
    commit: str, declared: dict[str, Any] | None, composed: Sequence[Path], root: Path
) -> str:
    """Give the stack's name; empty where the files that say it cannot be read."""
    if declared is None:
        return ""
    return _text(declared.get("stack")) or _project_name(commit, declared, composed, root)


def _project_name(commit: str, declared: dict[str, Any], paths: Sequence[Path], root: Path) -> str:
    """Give the stack's name as the compose files' `name:` or their folder makes it.

    Empty where variables may make another.
    """
    read = [_mapping(commit, path, root) for path in paths]
    if None in read:
        return ""
    names = [_text((one or {}).get("name")) for one in read]
    folder = Path(os.path.abspath(paths[0].parent))  # noqa: PTH100 - as it was in the revision
    name = next((name for name in reversed(names) if name), folder.name)
    variables = _show(commit, paths[0].parent / ".env", root)
    if "$" in name or b"COMPOSE_PROJECT_NAME" in variables or "compose" in declared:
        return ""
    return make_stack_name(re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-"))


def _show(commit: str, path: Path, root: Path) -> bytes:
    """Read a file that only helps to find a name; empty where there is none to read."""
    try:
        return git.show(commit, path, root) or b""
    except git.RevisionError:
        return b""


def _mapping(commit: str, path: Path, root: Path) -> dict[str, Any] | None:
    """Read a YAML file of the commit; None where there is none that can be read."""
    try:
        data = documents.parse(_show(commit, path, root), str(path)).data
    except InputError:
        return None
    return data if isinstance(data, dict) else None


def _below(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
