"""Keys of the certificates of a stack, delivered by `push` and `deploy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from sslstack import cli
from support import pki, shop_stack

if TYPE_CHECKING:
    from pathlib import Path

    from support.emulated import Cloud


def test_the_review_shows_where_a_reference_to_a_key_differs(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two versions of one secret begin alike; a new key pair is a visible change."""
    assert shop_stack.deploy(account) == 0
    shop_stack.certify(app, "second")
    capsys.readouterr()
    assert shop_stack.deploy(account) == 0
    printed = capsys.readouterr().out
    (line,) = (line for line in printed.splitlines() if "PrivateKey (replaces):" in line)
    before, after = line.partition(": ")[2].split(" -> ")
    assert before != after
    assert "private_key version" in before


def test_a_renewed_certificate_does_not_keep_the_old_key(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """By parameter, too: where the key is not at hand nothing is proposed."""
    shop_stack.declare(app, "key_delivery: parameter\n")
    assert shop_stack.deploy(account) == 0
    (app / "site.key").unlink()
    assert shop_stack.deploy(account) == 0  # the stack has the key of this certificate
    shop_stack.certify(app, "second", key=False)
    capsys.readouterr()
    assert shop_stack.deploy(account) == 2
    assert (
        "ssl.yml:4:46: error: 'site.key': no such file [key.unreadable]" in capsys.readouterr().err
    )
    assert shop_stack.stack(account)["StackStatus"] == "CREATE_COMPLETE"


def test_a_key_given_as_a_parameter_is_read_like_any_other(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another certificate's is refused, an encrypted one opened, and then none is asked for."""
    shop_stack.declare(app, "key_delivery: parameter\n")
    (app / "other.key").write_bytes(pki.issue("other", None).key_pem)
    assert shop_stack.deploy(account, "--parameter=SitePrivateKey=@other.key") == 2
    said = "the private key in --parameter SitePrivateKey does not belong to certificate site"
    assert said in capsys.readouterr().err
    plain = load_pem_private_key((app / "site.key").read_bytes(), None)
    locked = plain.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw"))
    (app / "site.key").write_bytes(locked)
    (app / "password").write_text("pw\n")
    given = "--parameter=SitePrivateKey=@site.key"
    assert shop_stack.deploy(account, given) == 2
    assert "[key.password]" in capsys.readouterr().err
    assert shop_stack.deploy(account, given, "--password-file=password") == 0
    assert shop_stack.deploy(account) == 0  # the stack has it: nothing needs to be opened
    (name,) = account.certificates
    assert shop_stack.deploy(account, "--tag=a=b") == 0
    assert account.certificates == [name]


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (", private_key: site.key", "[key.unreadable]\n  hint: give '--parameter SitePrivateKey="),
        ("", "keep that file out of git; or give '--parameter SitePrivateKey=@FILE'"),
    ],
)
def test_a_key_that_is_nowhere_is_to_be_given(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str], declared: str, said: str
) -> None:
    """With `key_delivery: parameter`, as the name of the parameter says."""
    declaration = shop_stack.DECLARATION.replace(", private_key: site.key", declared)
    (app / "ssl.yml").write_text(f"{declaration}key_delivery: parameter\n")
    (app / "site.key").rename(app / "elsewhere.key")
    assert shop_stack.deploy(account) == 2
    assert said in capsys.readouterr().err
    assert shop_stack.deploy(account, "--parameter=SitePrivateKey=@elsewhere.key") == 0


def test_push_compares_what_goes_as_a_parameter(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop_stack.declare(app, "key_delivery: parameter\n")
    assert cli.run(["push"]) == 0
    assert "sends the keys as parameters" in capsys.readouterr().err
    (app / "site.key").write_bytes(pki.issue("other", None).key_pem)
    assert cli.run(["push"]) == 2
    assert "does not belong to certificate site" in capsys.readouterr().err


def test_a_private_key_may_lie_in_the_home_of_whoever_delivers_it(
    app: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = app / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (app / "site.key").rename(home / "site.key")
    (app / "ssl.yml").write_text(shop_stack.DECLARATION.replace("site.key", "~/site.key"))
    assert cli.run(["push"]) == 0
    (home / "site.key").write_bytes(pki.issue("other", None).key_pem)
    capsys.readouterr()
    assert cli.run(["check"]) == 1
    assert "[key.mismatch]" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"garbled"])
def test_a_key_that_is_nowhere_is_to_be_pushed(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    (app / "site.key").unlink()
    if content is not None:
        (app / "site.key").write_bytes(content)
    assert shop_stack.deploy(account) == 2
    said = (
        ", and Secrets Manager does not have the key [key.unreadable]\n  hint: run 'sslstack push'"
    )
    assert said in capsys.readouterr().err


def test_a_secret_that_is_being_deleted_delivers_nothing(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    del app
    assert cli.run(["push"]) == 0
    account.client("secretsmanager").delete_secret(SecretId="sslstack/shop/site")
    assert shop_stack.deploy(account) == 1
    assert "secret sslstack/shop/site is marked for deletion" in capsys.readouterr().err
