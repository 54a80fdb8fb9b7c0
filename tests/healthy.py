"""A healthy stack with one certificate: its declarations, and the files that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support import pki

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = "services: {web: {image: x, ports: ['443:80']}}\n"
DECLARED = """\
version: 1
stack: web
listeners:
  web:443: {certificate: {certificate: web.crt, roots: root.pem}}
"""


def write_certificates(folder: Path) -> None:
    """Write the certificate and the root that DECLARED names."""
    root = pki.root()
    (folder / "web.crt").write_bytes(pki.issue("web", root, domains=["web.example"]).pem)
    (folder / "root.pem").write_bytes(root.pem)


def write_stack(folder: Path) -> None:
    """Write the whole stack."""
    (folder / "docker-compose.yml").write_text(COMPOSE)
    (folder / "ssl.yml").write_text(DECLARED)
    write_certificates(folder)
