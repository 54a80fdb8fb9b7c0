"""Private keys in Secrets Manager: content-addressed, idempotent, never shown."""

from __future__ import annotations

import datetime
import json
import time
from typing import TYPE_CHECKING

import pytest

from sslstack.certificates import Chain
from sslstack.deploy.keys import private_key, store
from sslstack.deploy.keys.private_key import PrivateKey
from sslstack.errors import SslstackError
from support import pki

if TYPE_CHECKING:
    from sslstack.aws.client import Aws
    from support.emulated import Cloud

_SECRET = "sslstack/web/site"  # noqa: S105 - a name
_PASSWORD = b"opens it"


def _key(name: str = "site") -> PrivateKey:
    return private_key.load_keys(pki.issue(name, None).key_pem, "site.key")[0]


@pytest.fixture
def aws(account: Cloud) -> Aws:
    return account.connect()


def test_a_key_becomes_the_version_of_its_fingerprint(aws: Aws, account: Cloud) -> None:
    issued = pki.issue("site", None)
    fingerprint = Chain(leaf=issued.certificate).public_key_fingerprint
    key = private_key.select_key(
        private_key.load_keys(issued.key_pem, "site.key"), fingerprint, "site.key", "site"
    )
    first = store.push(aws, "web", _SECRET, key)
    assert (first.created, first.added, first.version) == (True, True, key.fingerprint)
    again = store.push(aws, "web", _SECRET, key)
    assert (again.created, again.added) == (False, False)
    held = account.client("secretsmanager").get_secret_value(
        SecretId=_SECRET, VersionId=key.fingerprint
    )
    assert json.loads(held["SecretString"]) == {"private_key": issued.key_pem.decode()}
    assert store.keep_version(aws, _SECRET, key.fingerprint, "web")


def test_times_are_in_utc_wherever_one_is(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets Manager, a JSON service, has its times read in the machine's zone."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        store.push(aws, "web", _SECRET, _key("first"))
        (version,) = store.read_versions(aws, _SECRET)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert version.created
    assert version.created.utcoffset() == datetime.timedelta(0)


def test_the_previous_version_is_kept_for_rollback(aws: Aws) -> None:
    old, new = _key("old"), _key("new")
    store.push(aws, "web", _SECRET, old)
    store.push(aws, "web", _SECRET, new)
    labels = {v.id: v.labels for v in store.read_versions(aws, _SECRET)}
    assert "AWSCURRENT" in labels[new.fingerprint]
    assert f"sslstack-{old.fingerprint[:32]}" in labels[old.fingerprint]


def test_a_secret_says_which_stacks_are_deployed_from_it(aws: Aws) -> None:
    """The declared name, and every other that it was pushed or deployed for, each once."""
    key, long = _key(), "s" * 128
    store.push(aws, "web", _SECRET, key, "web-prod")
    store.push(aws, "web", _SECRET, key)
    assert store.keep_version(aws, _SECRET, key.fingerprint, long)
    assert store.read_stacks(store.describe(aws, _SECRET) or {}) == {"web", "web-prod", long}


def test_what_was_stored_without_our_label_counts_unless_it_is_compared(
    aws: Aws, account: Cloud
) -> None:
    account.store(_SECRET, "another key", _key().fingerprint)
    assert not store.keep_version(aws, _SECRET, _key().fingerprint, "web", compared=True)
    with pytest.raises(SslstackError, match="holds something other"):
        store.push(aws, "web", _SECRET, _key())
    assert store.keep_version(aws, _SECRET, _key().fingerprint, "web")


def test_a_key_too_long_for_a_parameter_is_refused() -> None:
    assert store.format_parameter("site", _key()) == _key().pem
    with pytest.raises(SslstackError, match="limit of a parameter is 4,096"):
        store.format_parameter("site", PrivateKey(fingerprint="0" * 64, pem="x" * 4097))


def test_a_version_with_other_content_is_refused(aws: Aws, account: Cloud) -> None:
    secrets = account.client("secretsmanager")
    secrets.create_secret(Name=_SECRET, SecretString="{}", ClientRequestToken="f" * 64)
    secrets.put_secret_value(
        SecretId=_SECRET,
        SecretString="{}",
        ClientRequestToken=_key().fingerprint,
        VersionStages=["theirs"],
    )
    secrets.update_secret_version_stage(
        SecretId=_SECRET, VersionStage="theirs", RemoveFromVersionId=_key().fingerprint
    )
    with pytest.raises(SslstackError, match="holds something other"):
        store.push(aws, "web", _SECRET, _key())
