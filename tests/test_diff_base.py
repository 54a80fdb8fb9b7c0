"""`sslstack diff` compares a stack with what was deployed of it, wherever that was declared."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from sslstack import cli
from support import git_repository

if TYPE_CHECKING:
    from pathlib import Path


def _declare(folder: Path, more: str = "", ports: str = "80:3000") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "docker-compose.yml").write_text(
        f"services: {{web: {{image: x, ports: ['{ports}']}}}}\n"
    )
    (folder / "ssl.yml").write_text(f"version: 1\n{more}")


def _commit(folder: Path) -> None:
    shutil.rmtree(folder / "templates", ignore_errors=True)
    assert cli.run(["generate"]) == 0
    git_repository.commit(folder)


@pytest.fixture
def project(workdir: Path) -> Path:
    """Give a repository with the stacks `web`, `api` and, by its own name, `shop`."""
    git_repository.git(workdir, "init", "-q", "-b", "main")
    for name in ("web", "api"):
        _declare(workdir / "stacks" / name)
    _declare(workdir / "stacks" / "store", "stack: shop\n")
    _commit(workdir)
    return workdir


def _diff(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    """Compare with main; gives the exit code and the reviews with differences by template."""
    capsys.readouterr()
    code = cli.run(["diff", "--base", "main", "--format", "json", "--exit-code", *options])
    reviews = json.loads(capsys.readouterr().out)["templates"]
    return code, {one["template"]: one for one in reviews if one["resources"]}


def _actions(review: dict[str, Any]) -> set[str]:
    return {one["action"] for one in review["resources"]}


def test_nothing_differs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.is_dir()
    assert _diff(capsys) == (0, {})


def test_a_removed_stack_is_seen(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(project / "stacks" / "web")
    (project / "templates" / "web.yaml").unlink()
    code, found = _diff(capsys)
    assert (code, list(found)) == (1, ["templates/web.yaml"])
    assert _actions(found["templates/web.yaml"]) == {"Remove"}
    assert cli.run(["diff", "--base", "main", "--fail-on", "removed"]) == 1
    assert cli.run(["diff", "--base", "main", "--fail-on", "weaker"]) == 0


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_a_removed_stack_is_seen_under_its_name(
    project: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """Its folder is gone with its template, or the folder alone; the gate is the same."""
    shutil.rmtree(project / "stacks" / "web")
    options = ["--base", "main", "--format", form, "--fail-on", "removed"]
    capsys.readouterr()
    assert cli.run(["diff", "web", *options]) == 1
    assert "removed with its DNS name" in capsys.readouterr().out
    (project / "templates" / "web.yaml").unlink()
    assert cli.run(["diff", "api", "stacks/web/", *options]) == 1
    shown = capsys.readouterr().out
    assert "removed with its DNS name" in shown
    assert "templates/web.yaml" in shown
    assert cli.run(["diff", "api", *options]) == 0
    assert cli.run(["diff", "web", "wbe", *options]) == 2
    assert "there is no stack 'wbe'" in capsys.readouterr().err


def test_a_removed_stack_is_seen_under_what_ssl_yml_called_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(project / "stacks")
    for name in ("store", "shop"):
        code, found = _diff(capsys, name)
        assert (code, list(found)) == (1, ["templates/store.yaml"])
        assert _actions(found["templates/store.yaml"]) == {"Remove"}


def test_a_removed_environment_is_seen_with_its_stack(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also inside the folder of the stack."""
    _declare(project / "stacks" / "store", _PROD % "prod")
    _commit(project)
    _declare(project / "stacks" / "store", "stack: shop\n")
    for name in ("store", "shop"):
        code, found = _diff(capsys, name)
        assert (code, list(found)) == (1, ["templates/store.prod.yaml"])
        assert _actions(found["templates/store.prod.yaml"]) == {"Remove"}
    assert _diff(capsys, "web") == (0, {})
    monkeypatch.chdir(project / "stacks" / "store")
    assert _diff(capsys)[0] == 1


def test_a_removed_stack_whose_template_has_no_header(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "templates" / "web.yaml"
    path.write_text(path.read_text().split("\n\n", 1)[1])
    git_repository.commit(project)
    path.unlink()
    shutil.rmtree(project / "stacks" / "web")
    for names in ([], ["web"]):
        code, found = _diff(capsys, *names)
        assert (code, list(found)) == (1, ["templates/web.yaml"])


def test_the_old_name_of_a_folder_means_the_stack_that_has_moved(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "stacks" / "store").rename(project / "stacks" / "moved")
    _declare(project / "stacks" / "moved", "stack: shop\n", "8080:3000")
    code, found = _diff(capsys, "store")
    assert (code, list(found)) == (1, ["templates/moved.yaml"])
    assert _actions(found["templates/moved.yaml"]) == {"Modify"}


def test_a_stack_that_gets_another_name_is_removed_under_the_old_one(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _declare(project / "stacks" / "store", "stack: bazaar\n")
    code, found = _diff(capsys, "store")
    assert code == 1
    assert {name: _actions(review) for name, review in found.items()} == {
        "templates/store.yaml": {"Add"},
        "main:templates/store.yaml": {"Remove"},
    }


@pytest.mark.parametrize("broken", ["ssl.yml", "docker-compose.yml"])
def test_files_of_the_base_that_cannot_be_read_name_no_stack(
    project: Path, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    """The template is compared with the one in its place, not with nothing."""
    path = project / "stacks" / "web" / broken
    path.write_text("version: 1\nversion: 1\n")
    git_repository.commit(project)
    _declare(project / "stacks" / "web", "stack: site\n")
    assert _diff(capsys) == (1, {})  # the description alone: it has the stack's name


def test_the_removal_of_all_stacks_is_seen(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("stacks", "templates"):
        shutil.rmtree(project / name)
    code, found = _diff(capsys)
    assert (code, sorted(found)) == (1, [f"templates/{n}.yaml" for n in ("api", "store", "web")])


@pytest.mark.parametrize(("old", "new"), [("store", "moved"), ("store", "web")])
def test_a_renamed_folder_is_the_same_stack(
    project: Path, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    """Its template is compared with the one of the old folder, not with nothing."""
    shutil.rmtree(project / "stacks" / new, ignore_errors=True)
    (project / "stacks" / old).rename(project / "stacks" / new)
    _declare(project / "stacks" / new, "stack: shop\n", "8080:3000")
    assert cli.run(["generate"]) == 0
    code, found = _diff(capsys)
    assert code == 1
    review = found[f"templates/{new}.yaml"]
    assert _actions(review) == {"Modify"}
    assert review["base"] == "main:templates/store.yaml"
    if new == "web":  # whose own stack has gone
        assert _actions(found["main:templates/web.yaml"]) == {"Remove"}


def test_a_folder_s_name_was_the_stack_s(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The base has no `stack:`, so that its folder named the stack; now ssl.yml does."""
    (project / "stacks" / "web").rename(project / "stacks" / "site")
    _declare(project / "stacks" / "site", "stack: web\n", "8080:3000")
    code, found = _diff(capsys)
    assert (code, list(found)) == (1, ["templates/site.yaml"])
    assert _actions(found["templates/site.yaml"]) == {"Modify"}


def test_a_stack_at_the_root_that_moves(workdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git_repository.git(workdir, "init", "-q", "-b", "main")
    _declare(workdir, "stack: shop\n")
    _commit(workdir)
    _declare(workdir / "stacks" / "web", "stack: shop\n")
    for name in ("ssl.yml", "docker-compose.yml"):
        (workdir / name).unlink()
    assert _diff(capsys) == (0, {})


def test_another_name_is_another_stack(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Renamed in place, or with its folder: the deployed stack has no declaration any more."""
    _declare(project / "stacks" / "store", "stack: bazaar\n")
    (project / "stacks" / "web").rename(project / "stacks" / "site")
    code, found = _diff(capsys)
    assert code == 1
    assert {name: _actions(review) for name, review in found.items()} == {
        "templates/site.yaml": {"Add"},
        "templates/store.yaml": {"Add"},
        "main:templates/store.yaml": {"Remove"},
        "templates/web.yaml": {"Remove"},
    }


def test_two_stacks_that_change_folders_change_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, other in (("web", "api"), ("api", "web")):
        _declare(project / "stacks" / name, f"stack: {other}\n")
    assert _diff(capsys) == (0, {})


_PROD = "stack: shop\nenvironments: {%s: {stack: shop-live, services: {web: {idle_timeout: 9}}}}\n"


def test_an_environment_that_is_renamed_with_its_folder(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its deployed stack has a name of its own."""
    _declare(project / "stacks" / "store", _PROD % "prod")
    _commit(project)
    (project / "stacks" / "store").rename(project / "stacks" / "moved")
    _declare(project / "stacks" / "moved", _PROD % "live")
    assert _diff(capsys) == (0, {})
    _declare(project / "stacks" / "moved", (_PROD % "live").replace("9", "10"))
    code, found = _diff(capsys)
    assert (code, list(found)) == (1, ["templates/moved.live.yaml"])


def test_a_new_environment_is_compared_with_its_stack(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "stacks" / "store").rename(project / "stacks" / "moved")
    _declare(project / "stacks" / "moved", _PROD % "prod")
    code, found = _diff(capsys)
    assert (code, list(found)) == (1, ["templates/moved.prod.yaml"])
    assert _actions(found["templates/moved.prod.yaml"]) == {"Modify"}


def test_a_template_by_hand_is_compared_with_the_one_in_its_place(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "templates" / "web.yaml"
    path.write_text(path.read_text().split("\n\n", 1)[1])
    git_repository.commit(project)
    assert _diff(capsys) == (0, {})


@pytest.mark.parametrize("what", ["link", "folder link", "damaged"])
def test_a_base_that_cannot_be_read_opens_no_gate(
    project: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    path = project / "templates" / "web.yaml"
    if what == "link":
        path.rename(project / "elsewhere.yaml")
        path.symlink_to("../elsewhere.yaml")
    elif what == "folder link":
        (project / "templates").rename(project / "elsewhere")
        (project / "templates").symlink_to("elsewhere")
    else:
        path.write_text("# Generated by sslstack from a\nResources: [")
    git_repository.commit(project)
    git_repository.git(project, "checkout", "-qb", "pull-request")
    (project / "templates").unlink() if what == "folder link" else path.unlink()
    assert cli.run(["generate"]) == 0
    capsys.readouterr()
    assert cli.run(["diff", "--base", "main", "--fail-on", "weaker"]) == 2
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [
        "", "\n", "# nothing\n", "- a list\n", "text\n", "Resources: [\n", "Resources: null\n",
        "Resources: [a]\n", "Resources: !Unknown {A: 1}\n", "Resources: {}\n",
        "Resources: {A: {Type: T}}\nResources: {}\n", "apiVersion: v1\nkind: Service\n",
        "version: https://git-lfs.github.com/spec/v1\noid: sha256\n", "\0", "\ufeff\u0000",
    ],
)  # fmt: skip
def test_a_base_without_resources_opens_no_gate(
    project: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    """It is not a template that was deployed, so that everything would be new."""
    for number, begin in enumerate(["", "# Generated by sslstack from a\n"]):
        (project / "templates" / "web.yaml").write_text(begin + content)
        git_repository.commit(project)
        capsys.readouterr()
        assert cli.run(["diff", "web", "--fail-on", "weaker"]) == 2, number
        assert "templates/web.yaml" in capsys.readouterr().err


def test_one_stack_alone_is_compared_where_it_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside its folder as well; the other stacks have not gone."""
    _declare(project / "stacks" / "web", "", "8080:3000")
    code, found = _diff(capsys, "web")
    assert (code, list(found)) == (1, ["templates/web.yaml"])
    monkeypatch.chdir(project / "stacks" / "web")
    code, found = _diff(capsys)
    assert (code, list(found)) == (1, ["../../templates/web.yaml"])
    assert _actions(found["../../templates/web.yaml"]) == {"Modify"}
