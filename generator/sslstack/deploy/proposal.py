"""What is to be deployed, and how CreateChangeSet is asked for it.

A change set's name is a hash of what it proposes and of the state of the stack it is made
for: the same proposal for the same stack finds the change set that exists already.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sslstack.deploy.protection import DESCRIBED, Protection
from sslstack.deploy.status import Course
from sslstack.errors import InputError, SslstackError
from sslstack.findings import Finding, Location, find_nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.aws.client import Answer, Aws
    from sslstack.deploy.status import DeployedStack

INLINE = 51_200
"""Bytes of a template that CreateChangeSet takes itself (cloudformation-limits)."""
PREFIX = "sslstack-"
_HASH_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A resource that exists and shall become a stack's: what template and AWS call it.

    `identifier` is the type's primary identifier (ResourceToImport in the API reference).
    """

    logical_id: str
    type: str
    identifier: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a stack shall become.

    `template` is the text, `declared` what it says of its parameters (its Parameters section),
    `file` the name to complain by, `origins` the places where its resources are declared. `bucket`
    takes templates that are too long to be sent. Without `tags` the stack keeps those it has. With
    `imports` nothing else may change (resource-import in the user guide). One that `waits` is
    executed by another run: a run that executes its own, or deletes it, makes another.
    Values of NoEcho parameters are in no representation of this.
    """

    stack: str
    template: str
    declared: Mapping[str, Mapping[str, Any]]
    file: str
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    tags: Mapping[str, str] | None = None
    capabilities: tuple[str, ...] = ()
    role_arn: str = ""
    bucket: str = ""
    protection: Protection = field(default_factory=Protection)
    imports: tuple[Import, ...] = ()
    waits: bool = False
    origins: Mapping[str, Location] = field(default_factory=dict, repr=False)

    @property
    def hidden(self) -> frozenset[str]:
        """The names of the parameters whose values must not be seen."""
        return frozenset(n for n, d in self.declared.items() if _is_true(d.get("NoEcho")))

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must not be seen."""
        return tuple(self.parameters[n] for n in sorted(self.hidden) if n in self.parameters)


def choose_parameters(proposal: Proposal, deployed: DeployedStack | None) -> list[Answer]:
    """Return the parameters as the API takes them.

    One that is not given keeps its value if the deployed stack has it (never on CREATE), else
    takes its default. Raises InputError for those without a value, and for unknown ones.
    """
    updating = deployed is not None and deployed.meaning.course is Course.UPDATE
    kept = deployed.parameters if deployed is not None and updating else {}
    findings = list(_unknown(proposal))
    chosen: list[Answer] = []
    for name, declared in proposal.declared.items():
        if name in proposal.parameters:
            value = proposal.parameters[name]
            chosen.append({"ParameterKey": name, "ParameterValue": value})
        elif name in kept:
            chosen.append({"ParameterKey": name, "UsePreviousValue": True})
        elif "Default" not in declared:
            findings.append(_missing(proposal, name))
    if findings:
        raise InputError(findings)
    return chosen


def _missing(proposal: Proposal, name: str) -> Finding:
    return Finding(
        rule="deploy.parameter-missing",
        message=f"parameter {name} has no value",
        location=Location(proposal.file),
        hint=f"--parameter {name}={_form(proposal, name)}",
    )


def _form(proposal: Proposal, name: str) -> str:
    if name in proposal.hidden:
        return "@FILE"
    kind = str(proposal.declared[name].get("Type", ""))
    return "VALUE,VALUE" if "List<" in kind or kind == "CommaDelimitedList" else "VALUE"


def _unknown(proposal: Proposal) -> Iterator[Finding]:
    for name in sorted(set(proposal.parameters) - set(proposal.declared)):
        near = find_nearest(name, proposal.declared)
        known = f"it has: {', '.join(proposal.declared)}" if proposal.declared else "it has none"
        yield Finding(
            rule="deploy.parameter-unknown",
            message=f"the template has no parameter {name}",
            location=Location(proposal.file),
            hint=f"did you mean {near}?" if near else known,
        )


def name_change_set(
    proposal: Proposal, chosen: list[Answer], deployed: DeployedStack | None
) -> str:
    """Name the change set of a proposal: `sslstack-` and 32 hexadecimal digits.

    Values of NoEcho parameters are left out: a hash of a password tells it to who can guess.
    """
    updating = deployed is not None and deployed.meaning.course is Course.UPDATE
    content = {
        "stack": proposal.stack,
        "state": [deployed.id, deployed.changed.isoformat()] if deployed and updating else [],
        "template": proposal.template,
        "parameters": [_public(entry, proposal.hidden) for entry in chosen],
        "tags": None if proposal.tags is None else dict(proposal.tags),
        "capabilities": list(proposal.capabilities),
        "role": proposal.role_arn,
        "imports": _imports(proposal),
        "protection": proposal.protection.dumps(),
        "waits": proposal.waits,
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return f"{PREFIX}{digest[:_HASH_LENGTH]}"


def _public(entry: Answer, hidden: frozenset[str]) -> Answer:
    return {k: v for k, v in entry.items() if k != "ParameterValue"} | (
        {} if entry["ParameterKey"] in hidden else {"ParameterValue": entry.get("ParameterValue")}
    )


def build_request(aws: Aws, proposal: Proposal, chosen: list[Answer]) -> Answer:
    """Return what CreateChangeSet wants to know, but for name, type and description.

    A template that is too long goes to the bucket first. Raises SslstackError where none is
    named, UnavailableError when it cannot be written.
    """
    options: Answer = {
        "StackName": proposal.stack,
        "Parameters": chosen,
        "Capabilities": list(proposal.capabilities),
    }
    if proposal.tags is not None:  # an empty list takes away what others have set
        tags = sorted(proposal.tags.items())
        options["Tags"] = [{"Key": key, "Value": value} for key, value in tags]
    if proposal.imports:
        options["ResourcesToImport"] = _imports(proposal)
    if proposal.role_arn:
        options["RoleARN"] = proposal.role_arn
    content = proposal.template.encode()
    if len(content) <= INLINE:
        return options | {"TemplateBody": proposal.template}
    return options | {"TemplateURL": _stored(aws, proposal, content)}


def describe_proposal(proposal: Proposal, run: str) -> str:
    """Return the description of a change set: which run has made it, and what to protect.

    Whoever executes it later sets that, too.
    """
    return " ".join(filter(None, (f"{DESCRIBED} run={run}", proposal.protection.dumps())))


def _imports(proposal: Proposal) -> list[Answer]:
    return [
        {
            "ResourceType": one.type,
            "LogicalResourceId": one.logical_id,
            "ResourceIdentifier": dict(one.identifier),
        }
        for one in proposal.imports
    ]


def _stored(aws: Aws, proposal: Proposal, content: bytes) -> str:
    """Put the template into the bucket under its hash, and give its URL.

    Without looking whether it is there: that is answered with 403 to whom may not list the
    bucket (HeadObject in the API reference), and the same text again changes nothing.
    """
    if not proposal.bucket:
        raise SslstackError(
            f"{proposal.file} has {len(content):,} bytes; without an S3 bucket the limit is "
            f"{INLINE:,}",
            hint="give a bucket that CloudFormation may read: --bucket NAME",
        )
    key = f"sslstack/{hashlib.sha256(content).hexdigest()}.yaml"
    place: Answer = {"Bucket": proposal.bucket, "Key": key}
    aws.set("s3", "put_object", Body=content, **place)
    return f"{aws.client('s3').meta.endpoint_url}/{proposal.bucket}/{key}"


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
