"""The documentation names commands, files and rules that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sslstack import catalogue
from sslstack.cli import COMMANDS

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "generator").rglob("*.md")]
_LINK = re.compile(r"\]\(([^)#:\s]+)(#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    targets = [match[1] for match in _LINK.finditer(page.read_text("utf-8"))]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_exist(page: Path) -> None:
    named = re.findall(r"`sslstack ([a-z][\w-]+)", page.read_text("utf-8"))
    assert set(named) <= set(COMMANDS)


def test_rules_exist() -> None:
    """A rule that is renamed is renamed in the documentation, too."""
    pages = [page for page in PAGES if page.name != "CHANGELOG.md"]
    subjects = {rule.partition(".")[0] for rule in catalogue.read_rules() if "." in rule}
    keys = {"backend", "certificate", "compose", "service"}  # keys of ssl.yml too
    named = {
        (page.name, name)
        for page in pages
        for name in re.findall(r"`([a-z-]+\.[a-z0-9-]+)`", page.read_text("utf-8"))
        if name.partition(".")[0] in subjects - keys
        and name != "compose.files"
        and not name.endswith((".yml", ".yaml"))
    }
    assert {(page, name) for page, name in named if name not in catalogue.read_rules()} == set()
