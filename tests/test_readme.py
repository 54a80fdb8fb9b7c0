"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support import stories

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
FIRST, MAKE, WRONG = BLOCKS


def _shown(block: str, folder: Path) -> str:
    """Replay a block; the README shows both streams as a terminal does."""
    story = stories.Story("".join(f"  {line}\n" for line in block.splitlines()), {})
    played = stories.play(story, folder, ROOT / "stacks")
    return "".join(
        f"{line.removeprefix('  ').removeprefix('2> ')}\n" for line in played.splitlines()
    )


@pytest.fixture
def app(workdir: Path) -> Path:
    """Give a folder with the compose file the README prints, and its certificate."""
    for name in ("mydomain.crt", "mydomain.chain", "root.pem"):
        shutil.copy(ROOT / "stacks" / "convox" / name, workdir)
    compose = re.search(r"cat docker-compose.yml\n(.*?)^\$", FIRST, re.MULTILINE | re.DOTALL)
    assert compose is not None
    (workdir / "docker-compose.yml").write_text(compose[1])
    return workdir


def test_the_main_job(app: Path) -> None:
    assert _shown(FIRST, app) == FIRST


def test_what_is_wrong_is_said_at_once(app: Path) -> None:
    declaration = re.search(r"cat ssl.yml\n(.*?)^\$", WRONG, re.MULTILINE | re.DOTALL)
    assert declaration is not None
    (app / "ssl.yml").write_text(declaration[1])
    assert _shown(WRONG, app) == WRONG


def test_make_stack_finds_nothing_to_do() -> None:
    if not (ROOT / ".venv" / ".installed").exists():
        pytest.skip("not run from the repository's own .venv")
    # Started by a make of its own, another make would tell of folders it enters.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    shown = [
        subprocess.run(
            ["sh", "-c", "make stack 2>&1"],
            cwd=ROOT, check=True, text=True, env=environment, capture_output=True,
        ).stdout
        for _ in range(2)
    ]  # fmt: skip
    assert f"$ make stack\n{shown[1]}" == MAKE


def test_every_example_is_in_the_table() -> None:
    listed = re.findall(r"^\| \[(\w+)\]\(stacks/\1/ssl.yml\)", TEXT, re.MULTILINE)
    folders = [folder.name for folder in (ROOT / "stacks").iterdir() if folder.is_dir()]
    assert sorted(listed) == sorted(folders)


def test_every_command_in_the_table_is_one() -> None:
    from sslstack.cli import COMMANDS  # noqa: PLC0415 - what is compared

    named = set(re.findall(r"`sslstack ([\w-]+)", TEXT))
    assert named <= set(COMMANDS)
