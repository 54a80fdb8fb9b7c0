"""The reference of ssl.yml in docs is what the models say."""

from __future__ import annotations

from pathlib import Path

import pytest

from sslstack.declaration.reference import write_reference

PAGE = Path(__file__).parent.parent.parent / "docs" / "ssl-yml.md"


@pytest.mark.golden
def test_the_committed_page_is_that_of_the_models(*, golden: bool) -> None:
    if golden:
        PAGE.write_text(write_reference(), "utf-8")
    assert PAGE.read_text("utf-8") == write_reference()


def test_every_key_has_a_description() -> None:
    """Without one a reader sees a name and has to guess."""
    rows = [line for line in write_reference().splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.endswith("|  |")] == []
