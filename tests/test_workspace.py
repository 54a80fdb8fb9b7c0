"""Where stacks are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from sslstack import workspace
from sslstack.errors import InputError


def _declare(*folders: str) -> None:
    for folder in folders:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / "ssl.yml").write_text("version: 1\n")


def _names(*names: str) -> list[str]:
    return [str(stack) for stack in workspace.find(names)]


def test_stacks_by_name_and_the_root_first(workdir: Path) -> None:
    _declare("stacks/b", "stacks/a", "stacks/.hidden", ".")
    assert workdir.is_dir()
    assert _names() == [".", "a", "b"]
    assert _names("b", "stacks/a/", "b") == ["b", "a"]


def test_templates_are_named_after_the_folder_or_the_stack(workdir: Path) -> None:
    _declare("stacks/a", ".")
    root, one = workspace.find()
    assert workdir.is_dir()
    assert root.template("mydomain") == Path("templates/mydomain.yaml")
    assert one.template("mydomain") == Path("templates/a.yaml")
    assert root.within("prod").template("mydomain") == Path("templates/mydomain.prod.yaml")
    assert one.within("prod").template("mydomain") == Path("templates/a.prod.yaml")
    assert one.within("prod").within("") == one


def test_inside_a_stacks_folder_that_stack_is_meant(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _declare("stacks/a", "stacks/b")
    monkeypatch.chdir(workdir / "stacks" / "b")
    (one,) = workspace.find()
    assert one.name == "b"
    assert one.template("x").resolve() == workdir / "templates" / "b.yaml"


def test_a_folder_without_a_declaration_is_not_passed_over(workdir: Path) -> None:
    """Its missing ssl.yml is an error later on, not silence."""
    (workdir / "stacks" / "forgotten").mkdir(parents=True)
    assert _names() == ["forgotten"]


@pytest.mark.usefixtures("workdir")
def test_unknown_names_and_none_at_all() -> None:
    with pytest.raises(InputError, match="there is no stacks/"):
        workspace.find()
    _declare("stacks/web")
    with pytest.raises(InputError) as caught:
        workspace.find(["wbe", "none"])
    assert [f.message for f in caught.value.findings] == [
        "there is no stack 'none'",
        "there is no stack 'wbe'",
    ]
    assert caught.value.findings[1].hint == "did you mean 'web'?"
    _declare(".")
    with pytest.raises(InputError) as caught:
        workspace.find(["none"])
    assert caught.value.findings[0].hint == "there are: . (for ./ssl.yml), web"
