"""A repository with one stack, and an account: what the tests of commands begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support import pki, reviewed_deployment

if TYPE_CHECKING:
    from pathlib import Path

    from support.emulated import Cloud


DECLARATION = """\
version: 1
stack: shop
certificates:
  site: {certificate: site.crt, private_key: site.key, untrusted: true}
listeners:
  web:443: {certificate: site}
"""


@pytest.fixture
def app(workdir: Path, account: Cloud, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a repository whose stack `shop` has a certificate and a key, and an account for it."""
    account.enter(monkeypatch)
    (workdir / "docker-compose.yml").write_text(
        "services: {web: {image: x, ports: ['443:3000']}}\n"
    )
    declare(workdir)
    certify(workdir, "first")
    return workdir


def declare(folder: Path, more: str = "") -> None:
    """Write ssl.yml, with more at its end."""
    (folder / "ssl.yml").write_text(DECLARATION + more)


def certify(folder: Path, name: str, *, key: bool = True) -> None:
    """Put another certificate in the place of the one that is there; its key, or none."""
    names = [f"{name}.example"]
    issued = pki.issue(names[0], None, domains=names, kind="rsa2048", days=pki.LASTING)
    (folder / "site.crt").write_bytes(issued.pem)
    if key:
        (folder / "site.key").write_bytes(issued.key_pem)
    else:
        (folder / "site.key").unlink(missing_ok=True)


def deploy(account: Cloud, *options: str) -> int:
    """Deploy as reviewed, with the account's network; gives the exit code."""
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    return reviewed_deployment.deploy("--yes", *given, *options)


def stack(account: Cloud) -> dict[str, Any]:
    """Give the stack as AWS describes it."""
    (found,) = account.stacks.describe_stacks(StackName="shop")["Stacks"]
    told: dict[str, Any] = found
    return told
