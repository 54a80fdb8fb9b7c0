"""What is said to be next can be done where it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from sslstack.cli import next_step


@pytest.mark.parametrize(
    ("makefile", "included", "is_target"),
    [
        (None, "stack:\n", False),
        ("include sslstack.mk\n", "stack: sslstack  ## made\n", True),
        ("-include other.mk sslstack.mk # ours\n", "stack:\n", True),
        ("include sslstack.mk\n", None, False),
        ("# include sslstack.mk\n", "stack:\n", False),
        ("all: stack\n\nstack : ssl.yml\n\tsslstack generate\n", None, True),
        ("one stack two::\n\tsslstack generate\n", None, True),
        (".PHONY: stack\nstack-check:\nstack := web\nmy.stack:\n# stack:\n\tstack:\n", None, False),
    ],
)
@pytest.mark.usefixtures("workdir")
def test_make_is_named_where_it_has_the_target(
    capsys: pytest.CaptureFixture[str],
    makefile: str | None,
    included: str | None,
    *,
    is_target: bool,
) -> None:
    for name, text in (("Makefile", makefile), ("sslstack.mk", included)):
        if text is not None:
            Path(name).write_text(text)
    next_step.say()
    command = "make stack" if is_target else "sslstack generate"
    assert capsys.readouterr().err == f"next: {command}, and review the template\n"
