"""Options and fixtures of the whole suite."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from support import fault_table

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent

pytest_plugins = ("support.emulated_fixtures", "support.shop_stack", "support.fault_count")

# In CI the same examples every time: a change lands or not for its own sake.
_SAME = bool(os.environ.get("CI"))
for _profile, _examples in (("default", 30), ("all", 200)):
    settings.register_profile(_profile, deadline=None, derandomize=_SAME, max_examples=_examples)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--golden`: rewrite what golden tests expect; read the diff afterwards."""
    parser.addoption("--golden", action="store_true", help="rewrite golden files and stories")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> bool:
    """Tell whether golden files are to be rewritten."""
    return bool(request.config.getoption("--golden"))


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder that is the working folder for the length of a test."""
    monkeypatch.chdir(tmp_path)
    for name in ("SSLSTACK_TRACEBACK", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture(scope="session", autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what tests remember away from the user's own cache; give its folder."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def examples() -> Path:
    """Give the folder of the example stacks."""
    return ROOT / "stacks"


def pytest_report_header() -> str:
    """Tell which faults are tried, and how to try them again."""
    tried = "all" if fault_table.ALL else fault_table.turn()
    return f"faults: SSLSTACK_FAULTS={tried}" + (", CI" if _SAME else "")
