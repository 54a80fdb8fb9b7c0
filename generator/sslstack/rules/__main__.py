"""`python -m sslstack.rules`: write the pages of the rules into docs/rules."""

from __future__ import annotations

from pathlib import Path

from sslstack import files
from sslstack.rules.pages import pages


def main() -> None:
    """Write what has changed, and remove pages of rules that are no more."""
    folder = Path("docs/rules")
    written = pages()
    for path in folder.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        files.write(folder / name, text.encode(), durable=False)


if __name__ == "__main__":
    main()
