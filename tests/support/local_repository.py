"""A repository and an emulated AWS, as a deployment that is local has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sslstack.app import emulating
from support import pki

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sslstack.app.emulating import EmulatedAccount


@pytest.fixture
def repository(workdir: Path, warm: None) -> Path:
    """Give a repository whose stack has a certificate, its private root, and its key."""
    del warm
    root = pki.root("Root")
    leaf = pki.issue("web.example", root, domains=["web.example"], kind="rsa2048", days=pki.LASTING)
    leaf.write(workdir, "web")
    (workdir / "root.pem").write_bytes(root.pem)
    (workdir / "docker-compose.yml").write_text("services: {web: {image: x, ports: ['443:80']}}\n")
    (workdir / "ssl.yml").write_text(
        "version: 1\nstack: app\nlisteners:\n"
        "  web:443: {certificate: {certificate: web.crt, private_key: web.key, roots: root.pem}}\n"
    )
    return workdir


@pytest.fixture
def here(warm: None) -> Iterator[EmulatedAccount]:
    """Give an emulated account that is empty, and the way to it."""
    del warm
    with emulating.start(delay=0, account="123456789012", notify=print) as running:
        yield running
