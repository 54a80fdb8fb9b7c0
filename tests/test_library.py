"""The interface for programs: pinned, imported late, and its page's example runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import sslstack

PAGE = Path(__file__).parent.parent / "docs" / "library.md"


def test_the_names_are_pinned() -> None:
    """Programs depend on them: removing one is a breaking change."""
    assert sslstack.__all__ == (
        "Finding",
        "Severity",
        "SslstackError",
        "check",
        "compare",
        "connect",
        "deploy_stack",
        "find_stacks",
        "generate_all",
        "generate_checked",
        "list_declared",
        "resolve",
    )


@pytest.mark.parametrize("name", sslstack.__all__)
def test_every_name_exists_and_is_documented(name: str) -> None:
    """Each name can be imported, has a docstring, and is on the page."""
    assert getattr(sslstack, name).__doc__
    assert f"`{name}" in PAGE.read_text("utf-8")


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As for any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sslstack.nothing


def test_importing_the_package_imports_no_stage() -> None:
    """Importing `sslstack` costs nothing until a name is used."""
    code = "import sys, sslstack; print([m for m in sys.modules if m.startswith('sslstack.')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_the_example_runs(workdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It generates a template and prints the findings."""
    (workdir / "docker-compose.yml").write_text(
        "name: site\nservices: {web: {image: x, ports: ['80:8080']}}\n"
    )
    (workdir / "ssl.yml").write_text("version: 1\n")
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    exec(example, {})  # noqa: S102 - the page is ours
    assert capsys.readouterr().out.startswith("templates/site.yaml written\n")
