"""The whole sequence: the same bytes everywhere, nothing done twice, nothing half-written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sslstack import workspace
from sslstack.app import generating, pipeline
from sslstack.cache import Cache
from sslstack.errors import InputError
from sslstack.files import Reader

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(workdir: Path) -> workspace.StackFolder:
    """Give a copy of an example, alone in its repository."""
    shutil.copytree(ROOT / "stacks" / "several", workdir / "stacks" / "several")
    (found,) = workspace.find()
    return found


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Tokyo", "TAG": "other"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR", "PYTHONUTF8": "0"},
        {"PYTHONHASHSEED": "3", "PYTHONOPTIMIZE": "1", "HOME": "/nonexistent"},
    ],
)
def test_the_same_bytes_on_every_machine(
    folder: workspace.StackFolder, environment: dict[str, str]
) -> None:
    """Hash seed, locale, time zone, shell variables and home change nothing."""
    command = [sys.executable, "-m", "sslstack", "generate"]
    subprocess.run(command, check=True, env={"PATH": os.environ["PATH"], **environment})
    expected = (ROOT / "templates" / "several.yaml").read_bytes()
    assert (folder.root / "templates" / "several.yaml").read_bytes() == expected


def test_nothing_changed_is_told_from_the_cache(folder: workspace.StackFolder) -> None:
    cache = Cache(folder.root)
    assert generating.recall(folder, cache) is None
    made = generating.generate(folder, cache)
    generating.write(made)
    known = generating.recall(folder, cache)
    assert known is not None
    assert known.text == made.text
    assert known.fresh


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "stacks/several/.env").write_text("TAG=2\n"),
        lambda root: (root / "stacks/several/.env").unlink(),
        lambda root: (root / "stacks/several/docker-compose.override.yml").write_text("{}\n"),
        lambda root: (root / "stacks/several/compose.yaml").write_text("services: {}\n"),
        lambda root: (root / "stacks/several/certs/wildcard.crt").write_text(""),
        lambda root: (root / "templates/several.yaml").unlink(),
        lambda root: (root / "templates/several.yaml").write_text("edited by hand"),
        lambda _: shutil.rmtree(Path(os.environ["XDG_CACHE_HOME"]) / "sslstack"),
    ],
)
def test_whatever_matters_is_noticed(folder: workspace.StackFolder, change: object) -> None:
    """Also a file that was not there before and now would be read first."""
    cache = Cache(folder.root)
    generating.write(generating.generate(folder, cache))
    assert generating.recall(folder, cache) is not None
    change(folder.root)  # type: ignore[operator]
    assert generating.recall(folder, cache) is None


VARIED = """
environments:
  test: {}
  prod: {services: {web: {draining: 5}}}
"""


def _vary(folder: workspace.StackFolder) -> list[workspace.StackFolder]:
    """Give the stack two environments, one of them varied; and give what is generated now."""
    with folder.declaration.open("a") as declaration:
        declaration.write(VARIED)
    return list(generating.units(folder, Cache(folder.root)))


def test_a_varied_environment_is_generated_and_remembered_by_itself(
    folder: workspace.StackFolder,
) -> None:
    cache = Cache(folder.root)
    units = _vary(folder)
    assert [unit.environment for unit in units] == ["", "prod"]
    assert generating.recall_all(folder, cache) is None
    made = [generating.generate(unit, cache) for unit in units]
    for one in made:
        generating.write(one)
    assert "Timeout: 5\n" in made[1].text
    assert "environment prod" in made[1].text.splitlines()[0]
    assert "Timeout: 5\n" not in made[0].text
    known = generating.recall_all(folder, cache)
    assert known is not None
    assert [(one.template, one.text) for one in known] == [(m.template, m.text) for m in made]
    assert list(generating.units(folder, cache)) == units
    Path(made[1].template).unlink()
    assert generating.recall_all(folder, cache) is None
    assert generating.recall(folder, cache) is not None


def test_a_declaration_that_cannot_be_read_has_no_environments(
    folder: workspace.StackFolder,
) -> None:
    """One finding says so, not one an environment."""
    _vary(folder)
    folder.declaration.write_text("version: 3" + VARIED)
    assert list(generating.units(folder, Cache(folder.root))) == [folder]


@pytest.mark.parametrize("vary", [False, True])
def test_a_run_with_nothing_to_do_imports_no_stage(
    folder: workspace.StackFolder, *, vary: bool
) -> None:
    """Neither cfn-lint nor troposphere nor the certificates' library; the rest is reading."""
    if vary:
        _vary(folder)
    script = (
        "import sys; from sslstack import cli; code = cli.run([sys.argv[1]]); "
        "print(code, *sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    for command in ("generate", "check"):
        argv = [sys.executable, "-c", script, command]
        subprocess.run(argv, check=True, capture_output=True, cwd=folder.root)
    for command in ("generate", "check"):
        argv = [sys.executable, "-c", script, command]
        done = subprocess.run(argv, check=True, capture_output=True, text=True, cwd=folder.root)
        code, *modules = done.stdout.split()
        assert code == "0"
        heavy = {"cfnlint", "troposphere", "pydantic", "cryptography", "yaml", "boto3", "jinja2"}
        assert heavy & set(modules) == set()


def test_findings_of_all_stages_at_once(folder: workspace.StackFolder) -> None:
    (folder.folder / "docker-compose.yml").write_text("services:\n  web: {imagee: x}\n")
    (folder.folder / "ssl.yml").write_text("version: 1\nstak: x\n")
    with pytest.raises(InputError) as caught:
        pipeline.synthesize(folder, Reader())
    assert {f.rule for f in caught.value.findings} == {
        "compose.unknown-key",
        "declaration.unknown-key",
    }


def test_errors_leave_the_old_template(folder: workspace.StackFolder) -> None:
    command = [sys.executable, "-m", "sslstack", "generate"]
    subprocess.run(command, check=True, capture_output=True)
    template = folder.root / "templates" / "several.yaml"
    before = template.read_bytes()
    (folder.folder / "certs" / "wildcard.crt").write_text("no certificate")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "holds nothing in a known format" in done.stderr
    assert template.read_bytes() == before


def test_a_killed_run_leaves_the_old_template_or_the_new(folder: workspace.StackFolder) -> None:
    """Killed at many moments, a run leaves one of the two, whole; the next one mends all."""
    command = [sys.executable, "-m", "sslstack", "generate"]
    subprocess.run(command, check=True, capture_output=True)
    template = folder.root / "templates" / "several.yaml"
    old = template.read_bytes()
    compose = folder.folder / "docker-compose.yml"
    compose.write_text(compose.read_text().replace("80:3000", "80:3333"))
    for moment in range(8):
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as run:
            time.sleep(0.15 + moment * 0.03)
            run.kill()
        assert template.read_bytes() == old or b"3333" in template.read_bytes()
        template.write_bytes(old)
    subprocess.run(command, check=True, capture_output=True)
    assert b"3333" in template.read_bytes()
    assert [p.name for p in template.parent.iterdir()] == ["several.yaml"]


def test_many_stacks_take_both_cores_and_give_the_same(workdir: Path) -> None:
    """With more than a few stacks other processes help; the templates are the same."""
    for index in range(12):
        shutil.copytree(ROOT / "stacks" / "internal", workdir / "stacks" / f"s{index:02}")
    command = [sys.executable, "-m", "sslstack", "generate"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr.count("written") == 12
    one = (workdir / "templates" / "s07.yaml").read_text()
    assert one.replace("s07", "internal") == (ROOT / "templates" / "internal.yaml").read_text()
