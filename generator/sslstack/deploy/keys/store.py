"""Private keys in Secrets Manager, each as the version that templates refer to.

A version's id is the fingerprint of the key's public half, given as ClientRequestToken: the
same key again changes nothing, another one is another version (AWS_FACTS 3.3). Each version
gets a label of ours, since Secrets Manager forgets versions without one. Rolling back needs
the old version, so labels are taken away only by `prune`, and only ours. A secret's tags name the
stacks that are deployed from it: what they refer to stays, whatever ssl.yml says by then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.aws.client import read_time
from sslstack.aws.refusals import Refused
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from sslstack.aws.client import Answer, Aws
    from sslstack.deploy.keys.private_key import PrivateKey

_SERVICE = "secretsmanager"
_ABSENT = "ResourceNotFoundException"
_TAG = "sslstack:stack"
_TAG_LENGTH = 128
"""Characters of a tag's key, at most (TagResource in the API reference)."""
_LABEL = "sslstack-"
_LABEL_LENGTH = 32
_LATEST = frozenset({"AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"})
_REFERENCE = re.compile(
    r"\{\{resolve:secretsmanager:(?P<secret>[^:}]+):SecretString:[^:}]*:[^:}]*:(?P<version>[^:}]+)\}\}"
)
PARAMETER_LIMIT = 4096
"""Bytes of a parameter's value (cloudformation-limits)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One key pair in a secret; `labels` are its staging labels."""

    id: str
    labels: tuple[str, ...]
    created: datetime.datetime | None

    @property
    def kept_by_us(self) -> bool:
        """Whether nothing but a label of ours keeps this version."""
        return make_label(self.id) in self.labels and not _LATEST.intersection(self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What came of delivering a key: `created` the secret, `added` the version, or neither."""

    secret: str
    version: str
    created: bool = False
    added: bool = False


def keep_version(
    aws: Aws, secret: str, version: str, stack: str, *, compared: bool = False
) -> bool:
    """Return whether a secret has a version that a template may refer to, and see that it stays.

    One that lacks our label was delivered by a run that did not come to its end, or by somebody
    else: it does not count where it is `compared` by being pushed. `stack` is the name of the
    deployed stack. Raises SslstackError for a secret that is being deleted: nothing can refer to
    it.
    """
    found = describe(aws, secret) or {}
    _refuse_deleted(aws, secret, found)
    labels = (found.get("VersionIdsToStages") or {}).get(version)
    if labels is None:
        return False
    if make_label(version) not in labels:
        if compared:
            return False
        _add_label(aws, secret, version)
    _tag(aws, secret, found, stack)
    return True


def _refuse_deleted(aws: Aws, secret: str, found: Answer) -> None:
    if found.get("DeletedDate"):
        raise SslstackError(
            f"secret {secret} is marked for deletion",
            hint=aws.hint(f"'aws secretsmanager restore-secret --secret-id {secret}' restores it"),
        )


def read_versions(aws: Aws, secret: str) -> tuple[Version, ...]:
    """Return the versions of a secret, newest first; none where there is no such secret."""
    try:
        pages = list(aws.pages(_SERVICE, "list_secret_version_ids", SecretId=secret))
    except Refused as refused:
        if refused.code == _ABSENT:
            return ()
        raise
    found = [
        Version(
            id=entry["VersionId"],
            labels=tuple(sorted(entry.get("VersionStages") or ())),
            created=read_time(entry, "CreatedDate"),
        )
        for page in pages
        for entry in page.get("Versions") or ()
    ]
    return tuple(sorted(found, key=lambda v: (str(v.created), v.id), reverse=True))


def push(aws: Aws, stack: str, secret: str, key: PrivateKey, deployed: str = "") -> Pushed:
    """Store a key as the version of its fingerprint, unless it is there already.

    `deployed` is the name of the deployed stack where it is not the declared one. Raises
    SslstackError for a secret that is being deleted or holds something else under that version,
    UnavailableError.
    """
    version = key.fingerprint
    found = describe(aws, secret)
    if found is None:
        _create(aws, stack, secret, key, deployed)
        _add_label(aws, secret, version)
        return Pushed(secret=secret, version=version, created=True, added=True)
    _refuse_deleted(aws, secret, found)
    _tag(aws, secret, found, deployed or stack)
    labelled = found.get("VersionIdsToStages") or {}
    if make_label(version) not in labelled.get(version, ()):
        _put(aws, secret, key)  # no more than a comparison where the version is there
    _add_label(aws, secret, version)
    _make_current(aws, secret, version)
    return Pushed(secret=secret, version=version, added=version not in labelled)


def _create(aws: Aws, stack: str, secret: str, key: PrivateKey, deployed: str) -> None:
    try:
        aws.write_once(
            lambda: _holding(aws, secret, key.fingerprint),
            _SERVICE,
            "create_secret",
            Name=secret,
            ClientRequestToken=key.fingerprint,
            SecretString=key.secret,
            Description=f"Private key of a certificate of stack {stack}, by sslstack",
            Tags=[{"Key": _TAG, "Value": stack}, *map(_further, {deployed} - {"", stack})],
        )
    except Refused as refused:
        if refused.code != "ResourceExistsException":
            raise
        _put(aws, secret, key)  # somebody was faster


def _put(aws: Aws, secret: str, key: PrivateKey) -> None:
    try:
        aws.write_once(
            lambda: _holding(aws, secret, key.fingerprint),
            _SERVICE,
            "put_secret_value",
            SecretId=secret,
            ClientRequestToken=key.fingerprint,
            SecretString=key.secret,
            VersionStages=["AWSCURRENT", make_label(key.fingerprint)],
        )
    except Refused as refused:
        if refused.code != "ResourceExistsException":
            raise
        raise SslstackError(
            f"version {key.fingerprint} of secret {secret} holds something other than this key",
            hint="it was not written by sslstack; have the certificate reissued with a new key",
        ) from None


def _add_label(aws: Aws, secret: str, version: str) -> None:
    """Put our label on a version; on one that has it, nothing happens."""
    ours = make_label(version)

    def done() -> Answer | None:
        answer = _holding(aws, secret, version) or {}
        return answer if ours in answer.get("VersionIdsToStages", {}).get(version, ()) else None

    if done() is None:
        move_label(aws, done, SecretId=secret, VersionStage=ours, MoveToVersionId=version)


def _make_current(aws: Aws, secret: str, version: str) -> None:
    """Call a version current; the one that was is called previous by Secrets Manager."""
    labelled = (describe(aws, secret) or {}).get("VersionIdsToStages") or {}
    before = [one for one, labels in labelled.items() if "AWSCURRENT" in labels]
    if version in before:
        return

    def done() -> Answer | None:
        answer = describe(aws, secret) or {}
        labels = (answer.get("VersionIdsToStages") or {}).get(version, ())
        return answer if "AWSCURRENT" in labels else None

    origin = {"RemoveFromVersionId": before[0]} if before else {}
    move_label(
        aws, done, SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=version, **origin
    )


def read_stacks(found: Answer) -> frozenset[str]:
    """Return the names of the stacks that a secret's description says are deployed from it."""
    tags = {one["Key"]: one["Value"] for one in found.get("Tags") or ()}
    return frozenset(value for key, value in tags.items() if f"{key}:".startswith(f"{_TAG}:"))


def _tag(aws: Aws, secret: str, found: Answer, stack: str) -> None:
    """Have a secret say that a stack is deployed from it, before anything of the stack is."""
    if stack not in read_stacks(found):
        aws.set(_SERVICE, "tag_resource", SecretId=secret, Tags=[_further(stack)])


def _further(stack: str) -> dict[str, str]:
    return {"Key": f"{_TAG}:{stack}"[:_TAG_LENGTH], "Value": stack}


def move_label(aws: Aws, done: Callable[[], Answer | None], **given: str) -> None:
    """Move a label; a request that arrived twice is refused the second time."""
    try:
        aws.write_once(done, _SERVICE, "update_secret_version_stage", **given)
    except Refused:
        if done() is None:
            raise


def find_references(template: str) -> frozenset[tuple[str, str]]:
    """Return the secrets and versions that a template's text refers to."""
    return frozenset((m["secret"], m["version"]) for m in _REFERENCE.finditer(template))


def format_parameter(name: str, key: PrivateKey) -> str:
    """Return a key as the value of a NoEcho parameter; raises SslstackError if it is too long."""
    if len(key.pem.encode()) > PARAMETER_LIMIT:
        raise SslstackError(
            f"the private key of certificate {name} has {len(key.pem):,} bytes, "
            f"and the limit of a parameter is {PARAMETER_LIMIT:,}",
            hint="remove key_delivery: Secrets Manager accepts longer keys",
        )
    return key.pem


def describe(aws: Aws, secret: str) -> Answer | None:
    """Return the answer of DescribeSecret, None where there is no such secret."""
    try:
        return aws.read(_SERVICE, "describe_secret", SecretId=secret)
    except Refused as refused:
        if refused.code == _ABSENT:
            return None
        raise


def _holding(aws: Aws, secret: str, version: str) -> Answer | None:
    """Return the secret's description if it has the version."""
    answer = describe(aws, secret)
    holds = answer is not None and version in (answer.get("VersionIdsToStages") or {})
    return answer if holds else None


def make_label(version: str) -> str:
    """Return our label of a version; a secret has every label at most once."""
    return f"{_LABEL}{version[:_LABEL_LENGTH]}"
