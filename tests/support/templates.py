"""Templates for tests of the difference: a real one, changed by replacing text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sslstack import cloudformation, diff

ROOT = Path(__file__).parents[2] / "templates"
SECURE = (ROOT / "secure.yaml").read_text("utf-8")
AUTHENTICATED = (ROOT / "authenticated.yaml").read_text("utf-8")


def load(text: str) -> dict[str, Any]:
    """Give a template in long form."""
    return cloudformation.loads(text, "t.yaml")


def changed(text: str, *pairs: tuple[str, str], count: int = -1) -> str:
    """Replace text that is there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, count)
    return text


def review(before: str, after: str) -> diff.Review:
    """Compare two texts; an empty one is no template."""
    sides = [diff.side(text, load(text) if text else {}) for text in (before, after)]
    return diff.review("templates/t.yaml", "HEAD", *sides)
