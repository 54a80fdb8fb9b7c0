"""Golden cases: declarations in, template text or findings out, to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from sslstack import workspace
from sslstack.app import cached_checks, pipeline
from sslstack.cache import Cache
from sslstack.errors import InputError
from sslstack.files import Reader
from sslstack.findings import Severity
from sslstack.views import findings as view
from support import pki

FOLDER = Path(__file__).parent / "cases"


@pytest.mark.golden
@pytest.mark.parametrize("case", sorted(p.name for p in FOLDER.iterdir()))
def test_case(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, golden: bool) -> None:
    """The template is what stands there, and cfn-lint has no objection to it."""
    monkeypatch.chdir(FOLDER)
    root = Path(case)
    folder = workspace.StackFolder(root=root, folder=root, name="")
    try:
        made = pipeline.synthesize(folder, Reader())
        name, text = "template.yaml", made.text
        errors = [
            f
            for f in cached_checks.check_generated(made, Cache(tmp_path), pki.NOW)
            if f.severity is Severity.ERROR
        ]
        assert errors == []
    except InputError as error:
        name, text = "findings.txt", view.text(error.findings)
    expected = FOLDER / case / name
    if golden:
        expected.write_text(text, "utf-8")
    assert expected.read_text("utf-8") == text
