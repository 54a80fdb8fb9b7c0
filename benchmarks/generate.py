"""`generate` and `check`: cold, with nothing changed, for 1 to 1000 stacks, for 300 services."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from benchmarks.measure import report

EXAMPLE = Path(__file__).parent.parent / "stacks" / "convox"


def main() -> None:
    """Print one line a measurement: least, middle and most time, and peak memory."""
    print(f"{'':<34} {'least':>7} {'middle':>7} {'most':>7}   {'memory':>9}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "projects"
        os.environ["XDG_CACHE_HOME"] = f"{temporary}/cache"
        for number in (1, 10, 100, 1000):
            _stacks(folder, number)
        _services(folder)


def _stacks(folder: Path, number: int) -> None:
    root = folder / str(number)
    for index in range(number):
        shutil.copytree(EXAMPLE, root / "stacks" / f"s{index:04}")
        _rename(root / "stacks" / f"s{index:04}" / "ssl.yml", f"s{index:04}")
    few = 5 if number <= 10 else 2
    clear = lambda: _clear(root)  # noqa: E731 - short, and only here
    cold = report(f"generate, {number}, cold", ["generate"], root, runs=few, before=clear)
    report(f"generate, {number}, nothing changed", ["generate"], root, runs=few)
    if number <= 100:
        report(f"check, {number}, first", ["check"], root, runs=1)
        report(f"check, {number}, nothing changed", ["check"], root, runs=few)
    print(f"{'':<34} {cold / number * 1000:7.1f} ms a stack to generate")


def _services(folder: Path) -> None:
    """One stack of 300 services, of which 60 are published; the rest talk among themselves."""
    stack = folder / "large" / "stacks" / "large"
    shutil.copytree(EXAMPLE, stack)
    services, listeners = [], []
    for index in range(300):
        ports = "\n    ports: ['443:3000', '80:3000']" if index < 60 else ""
        services.append(
            f"  s{index}:\n    image: example/s{index}:1{ports}\n"
            "    environment:\n      A: ${TAG:-1}\n      B: two\n"
            "    depends_on: {}\n    restart: always\n"
        )
        listeners += [f"  s{index}:443: {{certificate: mydomain}}\n"] if index < 60 else []
    (stack / "docker-compose.yml").write_text("services:\n" + "".join(services))
    declaration = (stack / "ssl.yml").read_text().split("listeners:")[0]
    (stack / "ssl.yml").write_text(declaration + "listeners:\n" + "".join(listeners))
    root = folder / "large"
    report("generate, 300 services, cold", ["generate"], root, before=lambda: _clear(root))
    report("generate, 300 services, unchanged", ["generate"], root)
    report("check, 300 services, first", ["check"], root, runs=1)
    report("check, 300 services, unchanged", ["check"], root)


def _rename(declaration: Path, name: str) -> None:
    declaration.write_text(declaration.read_text().replace("stack: mydomain", f"stack: {name}"))


def _clear(root: Path) -> None:
    for path in (root / "templates", Path(os.environ["XDG_CACHE_HOME"]) / "sslstack"):
        shutil.rmtree(path, ignore_errors=True)
