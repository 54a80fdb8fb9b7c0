"""How far we agree with Docker Compose, and how long both take.

The corpus of real projects with Docker Compose's answers is beside the project, in ../shared;
without it only the times are measured.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import report, run

ROOT = Path(__file__).parent.parent
CORPUS = (ROOT.parent / "shared" / "corpus" / "compose").resolve()


def main() -> None:
    """Print the agreement by field and as a whole, then times for 10 and 300 services."""
    if CORPUS.is_dir():
        command = f"{sys.executable} -m sslstack compose --env-from-shell {{args}}"
        score = [sys.executable, str(CORPUS / "score.py"), "--cmd", command]
        subprocess.run([*score, "--corpus", str(CORPUS), "--show", "5"], check=False)
    else:
        print("no corpus beside the project: agreement is not measured")
    with tempfile.TemporaryDirectory() as folder:
        for number in (10, 300):
            _times(Path(folder), number)


def _times(folder: Path, number: int) -> None:
    services = "".join(
        f"  s{i}:\n    image: example/s{i}:${{TAG:-1}}\n    ports: ['{8000 + i}:80']\n"
        f"    environment:\n      A: one\n      B: ${{B:-two}}\n    restart: always\n"
        f"    volumes: ['./data:/data:ro']\n    depends_on: [{f's{i - 1}' if i else ''}]\n"
        for i in range(number)
    )
    (folder / "docker-compose.yml").write_text(f"services:\n{services}")
    report(f"sslstack compose, {number} services", ["compose"], folder)
    found = Path(sys.executable).parent.parent.glob("lib/*/site-packages/compose/docker-compose")
    for binary in found:
        theirs = run([str(binary), "config", "--format", "json"], folder)
        print(f"{'Docker Compose itself':<34} {theirs.seconds:7.3f} s {theirs.memory:23.1f} MiB")


if __name__ == "__main__":
    main()
