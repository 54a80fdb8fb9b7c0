"""git runs nothing that a repository names, and "cannot be read" is never "does not exist"."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from sslstack import files, git
from sslstack.errors import UnavailableError
from support import git_repository


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a repository with one template, `old`, and another file that is not committed."""
    folder = tmp_path / "project"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "web.yaml").write_text("old")
    git_repository.begin(folder)
    (folder / "templates" / "new.yaml").write_text("new")
    return folder


def _show(folder: Path, name: str = "templates/web.yaml", revision: str = "HEAD") -> bytes | None:
    return git.show(git.resolve(revision, folder), folder / name, folder)


@pytest.mark.parametrize(
    "name", ["templates/new.yaml", "templates", "nowhere/web.yaml", "templates/web.yaml/x", "[ab]*"]
)
def test_what_a_revision_does_not_have_is_none(project: Path, name: str) -> None:
    assert _show(project) == b"old"
    assert _show(project, name) is None


def test_names_in_a_folder_of_a_revision(project: Path) -> None:
    commit = git.resolve("HEAD", project)
    assert git.list_names(commit, project / "templates", project) == ("web.yaml",)
    assert git.list_names(commit, project, project) == ("templates",)
    assert git.list_names(commit, project / "nowhere", project) == ()


@pytest.mark.parametrize("name", ["--output=x", "nowhere", "HEAD:templates", "HEAD^", ""])
def test_an_unknown_revision_is_refused(project: Path, name: str) -> None:
    with pytest.raises(git.RevisionError):
        git.resolve(name, project)


@pytest.mark.parametrize("other", ["refs/tags/origin/main", "refs/heads/origin/main"])
def test_a_name_of_several_revisions_is_refused(project: Path, other: str) -> None:
    """A tag that a fetch brings along would be compared with in the branch's place."""
    git_repository.git(project, "config", "core.warnAmbiguousRefs", "false")
    git_repository.git(project, "update-ref", "refs/remotes/origin/main", "HEAD")
    base = git.resolve("origin/main", project)
    git_repository.commit(project)
    git_repository.git(project, "update-ref", other, "HEAD")
    with pytest.raises(git.RevisionError, match="revision 'origin/main' is ambiguous"):
        git.resolve("origin/main", project)
    assert git.resolve("refs/remotes/origin/main", project) == base


def test_no_repository_and_no_commits(tmp_path: Path) -> None:
    with pytest.raises(git.RevisionError, match="not a git repository"):
        git.resolve("HEAD", tmp_path)
    git_repository.git(tmp_path, "init", "-q")
    with pytest.raises(git.RevisionError, match="no commits yet"):
        git.resolve("HEAD", tmp_path)


def _bare(folder: Path, config: str) -> None:
    """Make a folder look like a bare repository."""
    for name in ("objects", "refs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "keep").touch()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text(config)


_TRAP = """\
[core]
	repositoryformatversion = 1
	bare = false
	worktree = .
	fsmonitor = touch {mark}
	sshCommand = touch {mark}
	pager = touch {mark}
	alternateRefsCommand = touch {mark}
[extensions]
	partialClone = origin
[remote "origin"]
	promisor = true
	url = .
	uploadpack = touch {mark}; false
[protocol "file"]
	allow = always
"""


def test_a_folder_that_looks_like_a_bare_repository_is_a_folder(
    project: Path, tmp_path: Path
) -> None:
    """Nor does it hide the work tree around it from the folder's own templates."""
    mark = tmp_path / "ran"
    for folder in (project / "templates", project / "stacks"):
        _bare(folder, _TRAP.format(mark=mark))
    git_repository.commit(project)
    assert _show(project) == b"old"
    assert git.find_tracked([project / "templates" / "web.yaml"], project)
    assert git.find_ignored([project / "templates" / "other"], project) == frozenset()
    assert not mark.exists()


def test_what_the_configuration_names_is_not_run(project: Path, tmp_path: Path) -> None:
    """An archive brings its .git along, with every program that git would start."""
    mark = tmp_path / "ran"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "post-checkout", "pre-commit"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    with (project / ".git" / "config").open("a") as config:
        config.write(_TRAP.format(mark=mark).replace("worktree = .", f"worktree = {tmp_path}"))
        config.write(f"[core]\n\thooksPath = {hooks}\n")
        config.write(f'[diff "x"]\n\ttextconv = touch {mark};\n\tcommand = touch {mark};\n')
        config.write(f'[filter "x"]\n\tsmudge = touch {mark}\n\tclean = touch {mark}\n')
    (project / ".gitattributes").write_text("* diff=x filter=x\n")
    (project / ".git" / "info" / "exclude").write_text("*.key\n")
    path, key = project / "templates" / "web.yaml", project / "web.key"
    os.utime(path, (0, 0))  # git would look again whether it has changed
    assert _show(project) == b"old"
    assert git.find_tracked([path, key], project) == {path}
    assert git.find_ignored([path, key], project) == {key}
    git.set_config(project, "diff.sslstack.textconv", "x")
    git.remove_config(project, "diff.sslstack")
    assert not mark.exists()


def test_a_lost_object_is_not_an_absent_file(project: Path) -> None:
    blob = git_repository.git(project, "rev-parse", "HEAD:templates/web.yaml")
    tree = git_repository.git(project, "rev-parse", "HEAD:templates")
    for name in (blob, tree):
        path = project / ".git" / "objects" / name[:2] / name[2:]
        kept = path.read_bytes()
        path.chmod(stat.S_IRWXU)
        path.unlink()
        git._read_tree.cache_clear()  # noqa: SLF001 - objects do not get lost otherwise
        with pytest.raises(UnavailableError, match="git cannot read the repository"):
            _show(project)
        path.write_bytes(kept)
    git._read_tree.cache_clear()  # noqa: SLF001
    assert _show(project) == b"old"


@pytest.mark.parametrize("what", ["blob:none", "tree:0"])
def test_a_partial_clone_fetches_nothing_and_hides_nothing(
    project: Path, tmp_path: Path, what: str
) -> None:
    """The remote is at hand, and is not asked: git would run whatever it says to reach it."""
    git_repository.git(project, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    arguments = ["-q", "--no-checkout", f"--filter={what}", project.as_uri(), str(clone)]
    git_repository.git(tmp_path, "clone", *arguments)
    with pytest.raises(UnavailableError, match="git cannot read the repository"):
        _show(clone)


def test_a_shallow_clone_knows_only_its_own_commit(project: Path, tmp_path: Path) -> None:
    git_repository.commit(project)
    clone = tmp_path / "clone"
    git_repository.git(tmp_path, "clone", "-q", "--depth=1", project.as_uri(), str(clone))
    assert _show(clone) == b"old"
    with pytest.raises(git.RevisionError, match="unknown revision"):
        git.resolve("HEAD^", clone)


@pytest.mark.parametrize("linked", ["templates", "templates/web.yaml"])
def test_a_link_in_the_revision_is_not_an_absent_file(project: Path, linked: str) -> None:
    path = project / linked
    path.rename(project / "moved")
    path.symlink_to(project / "moved")
    git_repository.commit(project)
    with pytest.raises(git.RevisionError, match=f"{linked} is a symbolic link in"):
        _show(project)


def test_a_submodule_in_the_revision_is_not_an_absent_file(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "keys").mkdir(parents=True)
    (other / "keys" / "web.key").touch()
    git_repository.begin(other)
    git_repository.git(project, "submodule", "add", "-q", other.as_uri(), "stacks")
    git_repository.commit(project)
    with pytest.raises(git.RevisionError, match="stacks is a submodule in"):
        _show(project, "stacks/web.yaml")
    key = project / "stacks" / "keys" / "web.key"
    assert git.find_tracked([key, project / "templates" / "web.yaml"], project)
    assert git.find_ignored([key, project / "templates" / "web.yaml"], project) == frozenset()
    assert git.find_work_tree(project / "stacks" / "keys") == project / "stacks"
    assert git.find_tracked([key], project / "stacks") == {key}


def test_a_linked_work_tree_is_read(project: Path, tmp_path: Path) -> None:
    """Its .git is a file that names a folder elsewhere."""
    other = tmp_path / "other"
    git_repository.git(project, "worktree", "add", "-q", "--detach", str(other))
    assert _show(other) == b"old"
    git.set_config(other, "diff.sslstack.textconv", "x")
    assert git_repository.git(project, "config", "diff.sslstack.textconv") == "x"


def test_variables_of_the_environment_name_no_other_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "README").write_text("other")
    git_repository.begin(other)
    traced = tmp_path / "trace"
    for name, value in {
        "GIT_DIR": f"{other}/.git",
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": f"{other}/.git/index",
        "GIT_OBJECT_DIRECTORY": f"{other}/.git/objects",
        "GIT_NAMESPACE": "x",
        "GIT_TRACE": str(traced),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": f"touch {traced}",
    }.items():
        monkeypatch.setenv(name, value)
    assert _show(project) == b"old"
    assert git.find_tracked([project / "templates" / "web.yaml"], project)
    assert not traced.exists()


def test_git_is_not_taken_from_the_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PATH with `.` in it, or with nothing between two colons, names the working folder."""
    program = project / "git"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", f".::{os.environ['PATH']}")
    assert _show(Path()) == b"old"
    assert not (tmp_path / "ran").exists()


def test_a_file_that_is_too_large_is_refused(project: Path) -> None:
    with (project / "templates" / "web.yaml").open("wb") as stream:
        stream.truncate(files.LIMIT + 1)
    git_repository.commit(project)
    with pytest.raises(git.RevisionError, match="larger than"):
        _show(project)


def test_tracked_and_ignored_see_through_linked_folders(project: Path) -> None:
    (project / "keys").mkdir()
    (project / "keys" / "web.key").touch()
    (project / "linked").symlink_to("keys")
    git_repository.commit(project)
    (project / ".gitignore").write_text("*.pem\n")
    paths = [project / "linked" / name for name in ("web.key", "new.key", "new.pem")]
    assert git.find_tracked(paths, project) == {paths[0]}
    assert git.find_ignored(paths, project) == {paths[2]}


def test_outside_of_a_repository_nothing_is_tracked(tmp_path: Path) -> None:
    assert git.find_tracked([tmp_path / "a"], tmp_path) == frozenset()
    assert git.find_ignored([tmp_path / "a"], tmp_path) == frozenset()


def test_a_damaged_repository_is_an_error(project: Path) -> None:
    shutil.rmtree(project / ".git" / "refs")
    with pytest.raises(UnavailableError, match="git cannot read the repository"):
        git.find_tracked([project / "templates" / "web.yaml"], project)
    with pytest.raises(UnavailableError):
        _show(project)


def test_a_file_outside_the_repository_is_refused(project: Path, tmp_path: Path) -> None:
    with pytest.raises(git.RevisionError, match="outside the git repository"):
        git.show(git.resolve("HEAD", project), tmp_path / "web.yaml", project)
    assert git.find_tracked([tmp_path / "web.yaml"], project) == frozenset()


def test_without_a_folder_for_temporary_files(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(project / "nowhere"))
    with pytest.raises(UnavailableError, match="git cannot be started: no such file or directory"):
        git.resolve("HEAD", project)
