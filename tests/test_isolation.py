"""No module of a stranger's repository is imported, whatever starts Python there."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import cloudformation_emulator as emulator
from sslstack import cli, isolation
from support import git_repository, pki

if TYPE_CHECKING:
    from pathlib import Path

_LIBRARIES = ("click", "yaml", "pydantic", "cryptography", "jinja2", "cfnlint", "troposphere")
_SERVERS = ("flask", "moto", "werkzeug", "boto3", "botocore")
_STANDARD = ("json", "token", "queue", "pathlib", "runpy", "site", "ssl", "socket", "logging")
_STARTUP = ("sitecustomize", "usercustomize", "conftest", "setup")


@pytest.fixture
def app(workdir: Path) -> Path:
    """Give a healthy app in a repository of its own."""
    (workdir / "docker-compose.yml").write_text(
        "name: shop\nservices: {web: {image: x, ports: ['443:3000']}}\n"
    )
    issued = pki.issue("a.example", None, domains=["a.example"], kind="rsa2048", days=pki.LASTING)
    (workdir / "site.crt").write_bytes(issued.pem)
    (workdir / "ssl.yml").write_text(
        "version: 1\ncertificates: {site: {certificate: site.crt, untrusted: true}}\n"
        "listeners: {web:443: {certificate: site}}\n"
    )
    assert cli.run(["generate"]) == 0
    git_repository.begin(workdir)
    return workdir


def _plant(folder: Path, names: tuple[str, ...], mark: Path) -> None:
    """Put modules into a folder that leave a mark when they are imported."""
    program = f"open({str(mark)!r}, 'a').write(__name__)\n"
    for name in names:
        (folder / f"{name}.py").write_text(program)
    (folder / "evil.pth").write_text(f"import os; os.system('touch {mark}')\n")
    for package in ("sslstack", "cloudformation_emulator"):
        (folder / package).mkdir()
        for name in ("__init__", "__main__"):
            (folder / package / f"{name}.py").write_text(program)


@pytest.fixture
def mark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file that a planted module writes."""
    return tmp_path_factory.mktemp("mark") / "ran"


def _diff(folder: Path, **environment: str) -> str:
    done = subprocess.run(
        ["git", "diff", "main", "stranger", "--", "site.crt"],
        cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def _renew_on_a_branch(app: Path) -> None:
    git_repository.git(app, "checkout", "-qb", "stranger")
    issued = pki.issue("b.example", None, domains=["b.example"], kind="rsa2048", days=pki.LASTING)
    (app / "site.crt").write_bytes(issued.pem)


@pytest.mark.parametrize("environment", [{}, {"PYTHONPATH": "."}, {"PYTHONPATH": ":sub"}])
def test_git_diff_of_a_branch_runs_nothing_of_it(
    app: Path, mark: Path, environment: dict[str, str]
) -> None:
    assert cli.run(["git-setup"]) == 0
    git_repository.commit(app)
    _renew_on_a_branch(app)
    _plant(app, (*_LIBRARIES, *_STANDARD, *_STARTUP), mark)
    git_repository.commit(app)
    shown = _diff(app, **environment)
    assert "+certificate: b.example" in shown
    assert "BEGIN CERTIFICATE" not in shown
    assert not mark.exists()


def test_git_diff_goes_on_where_sslstack_has_gone(app: Path) -> None:
    """The certificate is shown as it is written, and git does not fail."""
    assert cli.run(["git-setup"]) == 0
    git_repository.commit(app)
    command = git_repository.git(app, "config", "diff.sslstack.textconv")
    assert sys.executable in command
    _renew_on_a_branch(app)
    git_repository.commit(app)
    for gone in ("/nowhere/python", "/bin/false"):
        replaced = command.replace(shlex.quote(sys.executable), gone)
        git_repository.git(app, "config", "diff.sslstack.textconv", replaced)
        assert " -----BEGIN CERTIFICATE-----" in _diff(app)


def test_git_diff_shows_files_with_odd_names(app: Path) -> None:
    """A name is neither an option nor standard input, nor a word of the shell."""
    assert cli.run(["git-setup"]) == 0
    names = ["-h.crt", "a b.crt", "$(touch ran).crt", "'.crt"]
    for name in names:
        (app / name).write_bytes((app / "site.crt").read_bytes())
    with (app / ".gitattributes").open("a") as attributes:
        attributes.write("- diff=sslstack\n")
    (app / "-").write_text("minus\n")
    git_repository.git(app, "add", "-A", "-N")
    shown = git_repository.git(app, "diff")
    assert shown.count("+certificate: a.example") == len(names)
    assert "+minus" in shown
    assert not (app / "ran").exists()


def test_git_setup_writes_a_line_feed_in_a_name_as_part_of_its_pattern(app: Path) -> None:
    """A folder whose name has a line feed adds no line of its own to .gitattributes."""
    folder = app / "stacks" / "a\n* filter=planted\n"
    folder.mkdir(parents=True)
    (folder / "docker-compose.yml").write_text("services: {web: {image: x, ports: ['443:80']}}\n")
    (folder / "ssl.yml").write_text(
        "version: 1\ncertificates: {a: {certificate: bundle}}\n"
        "listeners: {'web:443': {certificate: a}}\n"
    )
    (folder / "bundle").write_bytes((app / "site.crt").read_bytes())
    assert cli.run(["git-setup"]) == 0
    name = (folder / "bundle").relative_to(app).as_posix()
    attributes = git_repository.git(app, "check-attr", "-z", "filter", "diff", "--", name, "other")
    values = attributes.split("\0")[2::3]
    assert values == ["unspecified", "sslstack", "unspecified", "unspecified"]


def test_git_setup_leaves_no_cache_that_a_branch_could_fill(app: Path) -> None:
    git_repository.git(app, "config", "diff.sslstack.cachetextconv", "true")
    assert cli.run(["git-setup"]) == 0
    assert "cachetextconv" not in git_repository.git(app, "config", "--list", "--local")


def test_git_setup_writes_through_no_link(
    workdir: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path_factory.mktemp("home") / "profile"
    target.write_text("precious\n")
    git_repository.git(workdir, "init", "-q")
    (workdir / ".gitattributes").symlink_to(target)
    assert cli.run(["git-setup"]) == 2
    assert "symbolic link" in capsys.readouterr().err
    assert target.read_text() == "precious\n"


@pytest.mark.parametrize("path", [None, ".", ":sub"])
def test_the_emulator_imports_nothing_of_the_working_folder(
    workdir: Path, mark: Path, path: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An honest token.py or flask.py beside ssl.yml does no harm either."""
    (workdir / "sub").mkdir()
    for folder in (workdir, workdir / "sub"):
        _plant(folder, (*_SERVERS, *_LIBRARIES, *_STANDARD, *_STARTUP), mark)
    if path is not None:
        monkeypatch.setenv("PYTHONPATH", path)
    with emulator.start(delay=0) as aws:
        aws.relent()
    assert not mark.exists()


@pytest.mark.parametrize("command", ["generate", "check", "diff", "list"])
def test_a_command_imports_nothing_of_the_working_folder(
    app: Path, mark: Path, command: str
) -> None:
    """Neither as the installed program nor by `python -m`, which looks there first."""
    program = "from sslstack.__main__ import main; main()"
    _plant(app, (*_LIBRARIES, *_SERVERS, *_STARTUP), mark)
    shutil.rmtree(app / "sslstack")  # it would run in place of ours: see SECURITY.md
    started = [
        [sys.executable, "-m", "sslstack", command],
        [sys.executable, "-P", "-c", program, command],
        [sys.executable, "-c", program, command],
    ]
    for argv in started:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=app)
        assert done.returncode == 0, done.stderr
        assert not mark.exists(), argv


def test_what_stays_on_the_path(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders elsewhere, which the user has named; and in `/` everything is below."""
    (workdir / "sub").mkdir()
    kept = [entry for entry in sys.path if entry]
    given = ["", str(workdir), *kept, str(workdir / "sub")]
    monkeypatch.setattr(sys, "path", list(given))
    isolation.forget_working_folder()
    assert sys.path == kept
    monkeypatch.chdir("/")
    monkeypatch.setattr(sys, "path", ["/", *given])
    isolation.forget_working_folder()
    assert sys.path == given[1:]


def test_a_removed_working_folder_is_said(workdir: Path) -> None:
    """It ended with a traceback, before anything could print."""
    script = 'mkdir gone; cd gone; rmdir ../gone; "$0" -m sslstack check'
    ended = subprocess.run(
        ["sh", "-c", script, sys.executable],
        cwd=workdir,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, "the working folder was removed" in ended.stderr) == (2, True)
