"""ssl.lock pins intermediates: the same text for the same chain, and nothing taken on trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sslstack.certificates import lock
from sslstack.errors import InputError
from sslstack.files import Reader
from support import pki

if TYPE_CHECKING:
    from pathlib import Path

ROOT = pki.root()
CA = pki.issue("CA: 'quoted' # and\nmore", ROOT, ca=True)
OTHER = pki.issue("Other", ROOT, ca=True)
PINNED = lock.Pinned(certificate=CA.certificate, url="http://ca.example/ca.crt")
ENTRIES = {
    "web": lock.Entry(fingerprint="ab" * 32, intermediates=(PINNED,)),
    "api": lock.Entry(fingerprint="cd" * 32, intermediates=()),
}


def _load(text: str, folder: Path) -> dict[str, lock.Entry]:
    (folder / lock.NAME).write_text(text, encoding="utf-8")
    return dict(lock.load_lock(folder / lock.NAME, Reader()))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Whatever an authority calls itself; the order of the certificates does not count."""
    text = lock.write_lock(ENTRIES)
    assert text == lock.write_lock(dict(reversed(ENTRIES.items())))
    assert text.endswith("\n")
    with_one = {"web": ENTRIES["web"]}
    assert _load(lock.write_lock(with_one), tmp_path) == with_one


def test_no_lock_is_an_empty_lock(tmp_path: Path) -> None:
    assert lock.load_lock(tmp_path / lock.NAME, Reader()) == {}
    assert lock.write_lock({}) == ""


def test_a_lock_that_was_changed_by_hand_is_refused(tmp_path: Path) -> None:
    """At the line that was changed."""
    text = lock.write_lock({"web": ENTRIES["web"]})
    other = OTHER.pem.decode().replace("\n", "\n        ").rstrip()
    own = CA.pem.decode().replace("\n", "\n        ").rstrip()
    for changed, line in (
        (text.replace(own, other), 7),
        (text.replace("BEGIN CERT", "BEGIN C"), 7),
        (text.replace("version: 1", "version: 2"), 3),
        (text.replace("url:", "ulr:"), 7),
        (text.replace("intermediates:", "intermediate:"), 6),
        ("version: 1\ncertificates: [web]\n", 1),
    ):
        with pytest.raises(InputError) as caught:
            _load(changed, tmp_path)
        assert caught.value.findings[0].rule == "lock.invalid"
        assert abs(caught.value.findings[0].location.line - line) <= 1
