"""Two edits of one declaration at once: none is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sslstack import declaration, files
from support import pki

_PORTS = range(8001, 8009)


@pytest.mark.usefixtures("workdir")
def test_no_edit_is_lost() -> None:
    """Each that says OK is in ssl.yml; the others name the reason and may be run again."""
    ports = ", ".join(f"'{port}:3000'" for port in _PORTS)
    Path("docker-compose.yml").write_text(f"services: {{web: {{image: x, ports: [{ports}]}}}}\n")
    Path("ssl.yml").write_text("version: 1\nstack: shop\n")
    issued = pki.issue("a.example", None, domains=["a.example"], kind="rsa2048", days=pki.LASTING)
    Path("site.crt").write_bytes(issued.pem)
    Path("roots.pem").write_bytes(issued.pem)
    command = [sys.executable, "-m", "sslstack", "create"]
    started = {
        port: subprocess.Popen(
            [*command, f"web:{port}", "site.crt", "--roots", "roots.pem"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for port in _PORTS
    }  # fmt: skip
    said = {port: process.communicate()[1] for port, process in started.items()}
    done = {port for port, process in started.items() if process.returncode == 0}
    declared = declaration.load(Path("ssl.yml"), files.Reader()).ssl.listeners
    assert done
    assert set(declared) == {f"web:{port}" for port in done}
    for port in set(_PORTS) - done:
        assert started[port].returncode == 2
        assert "changed while this command ran" in said[port]
        assert "run the same command again" in said[port]
