"""Private keys in Secrets Manager, each as the version that templates refer to.

A version's id is the fingerprint of the key's public half, given as ClientRequestToken: the
same key again changes nothing, another one is another version (AWS_FACTS 3.3). Each version
gets a label of ours, since Secrets Manager forgets versions without one. Rolling back needs
the old version, so labels are taken away only by `prune`, and only ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.deploy import status
from sslstack.deploy.refusals import Refused
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable

    from sslstack.deploy.aws import Answer, Aws
    from sslstack.deploy.private_key import PrivateKey

_SERVICE = "secretsmanager"
_ABSENT = "ResourceNotFoundException"
_TAG = "sslstack:stack"
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
        """Tell whether nothing but a label of ours keeps this version."""
        return _label(self.id) in self.labels and not _LATEST.intersection(self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What came of delivering a key: `created` the secret, `added` the version, or neither."""

    secret: str
    version: str
    created: bool = False
    added: bool = False


def keep(aws: Aws, secret: str, version: str) -> bool:
    """Tell whether a secret has a version that a template may refer to, and see that it stays.

    One that lacks our label was delivered by a run that did not come to its end. Raises
    SslstackError for a secret that is being deleted: nothing can refer to it.
    """
    answer = _describe(aws, secret)
    _refuse_deleted(secret, answer)
    labelled = (answer or {}).get("VersionIdsToStages") or {}
    if version in labelled and _label(version) not in labelled[version]:
        _add_label(aws, secret, version)
    return version in labelled


def _refuse_deleted(secret: str, found: Answer | None) -> None:
    if found is not None and found.get("DeletedDate"):
        raise SslstackError(
            f"secret {secret} is marked for deletion",
            hint=f"'aws secretsmanager restore-secret --secret-id {secret}' takes that back",
        )


def versions(aws: Aws, secret: str) -> tuple[Version, ...]:
    """Give the versions of a secret, newest first; none where there is no such secret."""
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
            created=entry.get("CreatedDate"),
        )
        for page in pages
        for entry in page.get("Versions") or ()
    ]
    return tuple(sorted(found, key=lambda v: (str(v.created), v.id), reverse=True))


def push(aws: Aws, stack: str, secret: str, key: PrivateKey) -> Pushed:
    """Store a key as the version of its fingerprint, unless it is there already.

    Raises SslstackError for a secret that is being deleted or holds something else under that
    version, UnavailableError.
    """
    version = key.fingerprint
    found = _describe(aws, secret)
    if found is None:
        _create(aws, stack, secret, key)
        _add_label(aws, secret, version)
        return Pushed(secret=secret, version=version, created=True, added=True)
    _refuse_deleted(secret, found)
    labelled = found.get("VersionIdsToStages") or {}
    if _label(version) not in labelled.get(version, ()):
        _put(aws, secret, key)  # no more than a comparison where the version is there
    _add_label(aws, secret, version)
    _make_current(aws, secret, version)
    return Pushed(secret=secret, version=version, added=version not in labelled)


def _create(aws: Aws, stack: str, secret: str, key: PrivateKey) -> None:
    try:
        aws.once(
            lambda: _holding(aws, secret, key.fingerprint),
            _SERVICE,
            "create_secret",
            Name=secret,
            ClientRequestToken=key.fingerprint,
            SecretString=key.secret,
            Description=f"Private key of a certificate of stack {stack}, by sslstack",
            Tags=[{"Key": _TAG, "Value": stack}],
        )
    except Refused as refused:
        if refused.code != "ResourceExistsException":
            raise
        _put(aws, secret, key)  # somebody was faster


def _put(aws: Aws, secret: str, key: PrivateKey) -> None:
    try:
        aws.once(
            lambda: _holding(aws, secret, key.fingerprint),
            _SERVICE,
            "put_secret_value",
            SecretId=secret,
            ClientRequestToken=key.fingerprint,
            SecretString=key.secret,
            VersionStages=["AWSCURRENT", _label(key.fingerprint)],
        )
    except Refused as refused:
        if refused.code != "ResourceExistsException":
            raise
        raise SslstackError(
            f"version {key.fingerprint} of secret {secret} holds something else than this key",
            hint="it was not written by sslstack; have the certificate reissued with a new key",
        ) from None


def _add_label(aws: Aws, secret: str, version: str) -> None:
    """Put our label on a version; on one that has it, nothing happens."""
    label = _label(version)

    def done() -> Answer | None:
        answer = _holding(aws, secret, version) or {}
        return answer if label in answer.get("VersionIdsToStages", {}).get(version, ()) else None

    if done() is None:
        _move(aws, done, SecretId=secret, VersionStage=label, MoveToVersionId=version)


def _make_current(aws: Aws, secret: str, version: str) -> None:
    """Call a version current; the one that was is called previous by Secrets Manager."""
    labelled = (_describe(aws, secret) or {}).get("VersionIdsToStages") or {}
    before = [one for one, labels in labelled.items() if "AWSCURRENT" in labels]
    if version in before:
        return

    def done() -> Answer | None:
        answer = _describe(aws, secret) or {}
        labels = (answer.get("VersionIdsToStages") or {}).get(version, ())
        return answer if "AWSCURRENT" in labels else None

    origin = {"RemoveFromVersionId": before[0]} if before else {}
    _move(aws, done, SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=version, **origin)


def prune(
    aws: Aws, stack: str, secret: str, proposed: Iterable[str], others: Iterable[str] = ()
) -> tuple[Version, ...]:
    """Let go of versions that nothing refers to, and give them.

    A version stays while Secrets Manager calls it current or previous, or the deployed
    template, a change set of the stack or one of the `proposed` templates (texts) names it.
    `others` are further names that the stack is deployed by. Only our labels are taken, only in
    secrets that we have made, and only while the stacks rest. Secrets Manager removes a version
    without labels in its own time.
    """
    found = _describe(aws, secret)
    ours = {"Key": _TAG, "Value": stack} in ((found or {}).get("Tags") or [])
    names = dict.fromkeys((stack, *others))
    deployed = [one for one in (status.read(aws, name) for name in names) if one is not None]
    if not ours or any(status.in_progress(one.status) for one in deployed):
        return ()
    texts = [*proposed, *(text for one in deployed for text in _templates(aws, one.id))]
    referenced = {version for text in texts for name, version in references(text) if name == secret}
    gone = [v for v in versions(aws, secret) if v.kept_by_us and v.id not in referenced]
    for version in gone:
        _take_label(aws, secret, version)
    return tuple(gone)


def _take_label(aws: Aws, secret: str, version: Version) -> None:
    label = _label(version.id)

    def done() -> Answer | None:
        answer = _describe(aws, secret) or {}
        labels = (answer.get("VersionIdsToStages") or {}).get(version.id, ())
        return None if label in labels else answer

    _move(aws, done, SecretId=secret, VersionStage=label, RemoveFromVersionId=version.id)


def _move(aws: Aws, done: Callable[[], Answer | None], **given: str) -> None:
    """Move a label; a request that arrived twice is refused the second time."""
    try:
        aws.once(done, _SERVICE, "update_secret_version_stage", **given)
    except Refused:
        if done() is None:
            raise


def _templates(aws: Aws, stack_id: str) -> list[str]:
    """Give the texts of the deployed template and of every change set that waits."""
    cloudformation = "cloudformation"
    pages = aws.pages(cloudformation, "list_change_sets", StackName=stack_id)
    waiting = [
        entry["ChangeSetId"]
        for page in pages
        for entry in page.get("Summaries") or ()
        if entry.get("StackId", stack_id) == stack_id
        and entry.get("ExecutionStatus") == "AVAILABLE"
    ]
    asked = [
        {"StackName": stack_id},
        *({"StackName": stack_id, "ChangeSetName": arn} for arn in waiting),
    ]
    answers = [aws.read(cloudformation, "get_template", **given) for given in asked]
    return [str(answer["TemplateBody"]) for answer in answers]


def references(template: str) -> frozenset[tuple[str, str]]:
    """Give the secrets and versions that a template's text refers to."""
    return frozenset((m["secret"], m["version"]) for m in _REFERENCE.finditer(template))


def parameter_value(name: str, key: PrivateKey) -> str:
    """Give a key as the value of a NoEcho parameter; raises SslstackError if it is too long."""
    if len(key.pem.encode()) > PARAMETER_LIMIT:
        raise SslstackError(
            f"the private key of certificate {name} has {len(key.pem):,} bytes, "
            f"and a parameter takes {PARAMETER_LIMIT:,}",
            hint="leave key_delivery out: Secrets Manager takes longer ones",
        )
    return key.pem


def _describe(aws: Aws, secret: str) -> Answer | None:
    try:
        return aws.read(_SERVICE, "describe_secret", SecretId=secret)
    except Refused as refused:
        if refused.code == _ABSENT:
            return None
        raise


def _holding(aws: Aws, secret: str, version: str) -> Answer | None:
    """Give the secret's description if it has the version."""
    answer = _describe(aws, secret)
    holds = answer is not None and version in (answer.get("VersionIdsToStages") or {})
    return answer if holds else None


def _label(version: str) -> str:
    return f"{_LABEL}{version[:_LABEL_LENGTH]}"
