"""Where stacks are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from sslstack import cli, workspace
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


def test_inside_a_stacks_folder_no_other_stack_has_a_name(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is that folder a root, with a template beside its declaration."""
    _declare("stacks/a", "stacks/b")
    monkeypatch.chdir(workdir / "stacks" / "b")
    assert _names("b") == _names(".") == ["b"]
    with pytest.raises(InputError, match="there is no stack 'a'"):
        workspace.find(["a"])


def test_a_name_is_a_folders_or_else_the_stacks(workdir: Path) -> None:
    """What several stacks are named names none; folders suffice where all names are theirs."""
    _declare("stacks/a", "stacks/b", "stacks/c", ".")
    assert workdir.is_dir()
    named = {".": "shop", "a": "b", "b": "site", "c": "site"}

    def names(*wanted: str) -> list[str]:
        return [str(one) for one in workspace.find(wanted, lambda stack: named[str(stack)])]

    assert names("shop", ".", "b") == [".", "b"]
    with pytest.raises(InputError) as caught:
        names("site", "shp")
    assert [(one.rule, one.hint) for one in caught.value.findings] == [
        ("stack.ambiguous", "name one of: b, c"),
        ("stack.unknown", "did you mean 'shop'?"),
    ]
    named.clear()
    assert names("a", "b") == ["a", "b"]


@pytest.mark.parametrize(
    ("declared", "below", "hint"),
    [
        (".", "docs", "'sslstack -C ..' runs"),
        ("stacks/a", "docs/more", "'sslstack -C ../..' runs"),
        ("stacks/a", "stacks", "'sslstack -C ..' runs"),
        ("stacks/a", "stacks/a/certs", "'sslstack -C ..' runs"),
        ("other", "docs", "'sslstack init' writes"),
    ],
)
def test_below_a_folder_that_declares_stacks_it_is_named(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, declared: str, below: str, hint: str
) -> None:
    _declare(declared)
    (workdir / below).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(workdir / below)
    with pytest.raises(InputError) as caught:
        workspace.find()
    assert caught.value.findings[0].hint.startswith(hint)


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


def test_inside_a_stack_the_templates_of_others_are_not_left_over(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only a command that is for every stack can tell that no stack makes a template."""
    for name in ("api", "web"):
        folder = workdir / "stacks" / name
        folder.mkdir(parents=True)
        (folder / "ssl.yml").write_text("version: 1\n")
        ports = f"name: {name}\nservices: {{{name}: {{image: x, ports: ['80:80']}}}}\n"
        (folder / "docker-compose.yml").write_text(ports)
    assert cli.run(["generate"]) == 0
    monkeypatch.chdir(workdir / "stacks" / "web")
    capsys.readouterr()
    assert cli.run(["generate", "--check", "--frozen"]) == 0
    assert "no stack makes it" not in capsys.readouterr().err
