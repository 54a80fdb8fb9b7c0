"""Where declarations and templates are: `stacks/<name>/` and `templates/<name>.yaml`.

An application's own repository may keep its declarations at the root instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack.errors import InputError
from sslstack.findings import Finding, Location, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

STACKS = "stacks"
TEMPLATES = "templates"
DECLARATION = "ssl.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFolder:
    """A folder of declarations; `name` is empty for the root, where the stack's name counts."""

    root: Path
    folder: Path
    name: str

    @property
    def declaration(self) -> Path:
        """The ssl.yml of this stack."""
        return self.folder / DECLARATION

    def template(self, stack_name: str) -> Path:
        """Give the path of the generated template."""
        return self.root / TEMPLATES / f"{self.name or stack_name}.yaml"

    def __str__(self) -> str:
        return self.name or str(self.folder)


def find(names: Sequence[str] = ()) -> tuple[StackFolder, ...]:
    """Give the stacks of the working folder, all of them or those named.

    Inside `stacks/<name>/` that stack alone is meant, as git means the work tree around.
    Raises InputError for a name that is not there, and when there is no stack at all.
    """
    here = Path.cwd()
    if here.parent.name == STACKS and not names:
        root = Path("../..")
        return (StackFolder(root=root, folder=root / STACKS / here.name, name=here.name),)
    found = _all(Path())
    if not found:
        raise InputError.at(
            Location(str(Path(STACKS))),
            "stack.none",
            f"there is no {STACKS}/<name>/{DECLARATION} and no ./{DECLARATION}",
            hint="'sslstack init' writes one beside a compose file",
        )
    if not names:
        return found
    by_name = {str(stack): stack for stack in found}
    unknown = [name for name in names if _clean(name) not in by_name]
    if unknown:
        raise InputError(_unknown(name, list(by_name)) for name in unknown)
    return tuple(by_name[_clean(name)] for name in dict.fromkeys(names))


def _all(root: Path) -> tuple[StackFolder, ...]:
    """Find the root's own declaration, then every folder below stacks/, by name."""
    found = []
    if (root / DECLARATION).exists():
        found.append(StackFolder(root=root, folder=root, name=""))
    stacks = root / STACKS
    folders = sorted(p for p in stacks.iterdir() if p.is_dir()) if stacks.is_dir() else []
    found += [
        StackFolder(root=root, folder=folder, name=folder.name)
        for folder in folders
        if not folder.name.startswith(".")
    ]
    return tuple(found)


def _clean(name: str) -> str:
    """Take `stacks/web/`, as the shell completes it, for `web`."""
    return name.rstrip("/").removeprefix(f"{STACKS}/") or name


def _unknown(name: str, known: list[str]) -> Finding:
    near = nearest(name, known)
    return Finding(
        rule="stack.unknown",
        message=f"there is no stack '{name}'",
        location=Location(STACKS),
        hint=f"did you mean '{near}'?" if near else f"there are: {', '.join(known)}",
    )
