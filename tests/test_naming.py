"""A stack answers to the name that every line calls it by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sslstack import cli
from sslstack.app import stack_names
from sslstack.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("declaration", "compose", "name"),
    [
        ("version: 1\nstack: shop\n", "services: {}\n", "shop"),
        ("version: 1\nlisteners: {wrong: 1}\nstack: 'shop'\n", "services: [wrong]\n", "shop"),
        ("version: 1\n", "name: my_shop\nservices: {}\n", "my-shop"),
    ],
)
def test_a_stack_by_its_name(workdir: Path, declaration: str, compose: str, name: str) -> None:
    """Which another mistake in its files does not take away."""
    for folder in ("stacks/web", "stacks/broken"):
        (workdir / folder).mkdir(parents=True)
    (workdir / "stacks" / "web" / "ssl.yml").write_text(declaration)
    (workdir / "stacks" / "web" / "docker-compose.yml").write_text(compose)
    (workdir / "stacks" / "broken" / "ssl.yml").write_text("}")
    assert [str(one) for one in stack_names.find_stacks([name, "web"])] == ["web"]
    with pytest.raises(InputError, match="there is no stack 'other'"):
        stack_names.find_stacks(["other"])


def test_a_name_that_two_folders_declare(workdir: Path) -> None:
    for folder in ("a", "b"):
        (workdir / "stacks" / folder).mkdir(parents=True)
        (workdir / "stacks" / folder / "ssl.yml").write_text("version: 1\nstack: site\n")
    with pytest.raises(InputError, match="several folders declare stack 'site'"):
        stack_names.find_stacks(["site"])


def test_what_keeps_a_stack_from_saying_its_name_is_told(
    workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name worked until the file was broken."""
    folder = workdir / "stacks" / "folder"
    folder.mkdir(parents=True)
    (folder / "ssl.yml").write_text("version: 1\nstack: myweb\n  bad: {{\n")
    assert cli.run(["generate", "myweb"]) == 2
    said = capsys.readouterr().err
    assert "there is no stack 'myweb'" in said
    assert "stacks/folder/ssl.yml:3:" in said
