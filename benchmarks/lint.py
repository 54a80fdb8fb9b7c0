"""What checking templates costs: `sslstack check` of many against as many runs of cfn-lint."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEMPLATES = 100
FEW = 5


def main() -> None:
    """Print seconds for changed and unchanged templates, and the ratio to cfn-lint."""
    text = (ROOT / "templates" / "several.yaml").read_text()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(TEMPLATES):
            (folder / f"{number}.yaml").write_text(text.replace("Network", f"N{number}", 1) + "\n")
        files = [f"{number}.yaml" for number in range(TEMPLATES)]
        check = [sys.executable, "-m", "sslstack", "check", *files]
        ours = _seconds(check, folder)
        again = _seconds(check, folder)
        cfn_lint = str(Path(sys.executable).with_name("cfn-lint"))
        theirs = sum(_seconds([cfn_lint, "--", file], folder) for file in files[:FEW]) / FEW
        print(f"{TEMPLATES} changed templates, one check    {ours:8.2f} s")
        print(f"nothing changed                      {again:8.2f} s")
        print(f"cfn-lint, one template               {theirs:8.2f} s")
        ratio = theirs * TEMPLATES / ours
        print(f"{TEMPLATES} runs of cfn-lint would take {ratio:.1f} times as long")


def _seconds(command: list[str], folder: Path) -> float:
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
