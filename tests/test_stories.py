"""Every story under tests/cli turns out as it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import stories

FOLDER = Path(__file__).parent / "cli"


@pytest.mark.golden
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_story(path: Path, workdir: Path, examples: Path, *, golden: bool) -> None:
    """The commands print what the story says, to the letter."""
    text = path.read_text("utf-8")
    story = stories.parse(text)
    actual = stories.play(story, workdir, examples)
    if golden:
        path.write_text(actual + story.tail, "utf-8")
    assert story.script == actual
