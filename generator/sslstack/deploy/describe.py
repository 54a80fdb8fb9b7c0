"""What a change set proposes, read from DescribeChangeSet into the types of a review.

The description with property values can leave a whole resource out (aws-cdk-cli#1780), the
one without has no values: both are read, every page of them, and merged.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sslstack.aws.refusals import Refused
from sslstack.changes import Action, PropertyChange, Replacement, ResourceChange
from sslstack.diff.replacement import stays
from sslstack.redaction import redact_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sslstack.aws.client import Answer, Aws

KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""What stands for a value that only the deployment will tell."""
_OWN_EDIT = frozenset({"DirectModification", "Automatic", "NoModification"})
_WEIGHT = (Replacement.FALSE, Replacement.CONDITIONAL, Replacement.TRUE)


def read_changes(aws: Aws, arn: str) -> tuple[Answer, tuple[ResourceChange, ...]]:
    """Return the plain description's first page, and the changes of all pages of both."""
    plain, entries = _pages(aws, arn)
    detailed: list[Answer] = []
    if entries:
        try:
            detailed = _pages(aws, arn, IncludePropertyValues=True)[1]
        except Refused:
            aws.notify("AWS does not return property values; only names are shown")
    told = ([parse_change(entry, aws.hidden) for entry in listed] for listed in (entries, detailed))
    return plain, merge(*told)


def _pages(aws: Aws, arn: str, **given: Any) -> tuple[Answer, list[Answer]]:
    pages = list(aws.pages("cloudformation", "describe_change_set", ChangeSetName=arn, **given))
    entries = [entry for page in pages for entry in page.get("Changes") or ()]
    return pages[0], [e["ResourceChange"] for e in entries if e.get("ResourceChange")]


def merge(
    plain: Iterable[ResourceChange], detailed: Iterable[ResourceChange]
) -> tuple[ResourceChange, ...]:
    """Return every resource that either has, with the values where they are known."""
    found = {one.logical_id: one for one in plain}
    for one in detailed:
        found[one.logical_id] = one
    return tuple(found.values())


def parse_change(entry: Mapping[str, Any], hidden: Sequence[str] = ()) -> ResourceChange:
    """Return the change of one resource, without the values that are `hidden`.

    Words that are not known stay as they are.
    """
    word = entry.get("Replacement")
    found = ResourceChange(
        logical_id=entry.get("LogicalResourceId", ""),
        type=entry.get("ResourceType", ""),
        action=_word(Action, entry.get("Action", "")),
        replacement=_word(Replacement, word) if word else None,
        properties=_properties(entry.get("Details") or (), hidden),
        physical_id=entry.get("PhysicalResourceId", ""),
        retained=entry.get("PolicyAction") == "Retain",
    )
    return _decided(found, entry) if found.replacement is Replacement.CONDITIONAL else found


def _decided(found: ResourceChange, entry: Mapping[str, Any]) -> ResourceChange:
    """Take conditions as decided that the resource before and after decide.

    A load balancer is replaced when a health check comes or goes, and not when its path changes:
    CloudFormation says Conditional of both.
    """
    before, after = (_context(entry, side) for side in ("BeforeContext", "AfterContext"))
    if before is None or after is None or not found.properties:
        return found

    def decided(one: PropertyChange) -> PropertyChange:
        name = one.path.removeprefix("/Properties/").partition("/")[0]
        conditional = one.replacement is Replacement.CONDITIONAL
        if conditional and stays(found.type, name, before.get(name), after.get(name)):
            return replace(one, replacement=Replacement.FALSE)
        return one

    properties = tuple(map(decided, found.properties))
    if any(one.replacement is not Replacement.FALSE for one in properties):
        return replace(found, properties=properties)
    return replace(found, properties=properties, replacement=Replacement.FALSE)


def _context(entry: Mapping[str, Any], side: str) -> Mapping[str, Any] | None:
    """Return a resource's properties on one side, None where they are not told."""
    try:
        told = json.loads(entry.get(side, ""))
    except ValueError:
        return None
    properties = told.get("Properties", {}) if isinstance(told, dict) else None
    return properties if isinstance(properties, dict) else None


def _word(known: type[Action | Replacement], said: str) -> Any:
    return known(said) if said in list(known) else said


def _properties(
    details: Sequence[Mapping[str, Any]], hidden: Sequence[str]
) -> tuple[PropertyChange, ...]:
    """Return each property once: AWS names it anew for every cause it has."""
    found: dict[str, PropertyChange] = {}
    for detail in details:
        one = _property(detail, hidden)
        before = found.get(one.path)
        found[one.path] = one if before is None else _graver(before, one)
    return tuple(found.values())


def _graver(one: PropertyChange, other: PropertyChange) -> PropertyChange:
    return max(one, other, key=lambda p: (_WEIGHT.index(p.replacement), bool(p.cause)))


def _property(detail: Mapping[str, Any], hidden: Sequence[str]) -> PropertyChange:
    target = detail.get("Target") or {}
    names = (target.get("Attribute"), target.get("Name"))
    path = target.get("Path") or "/" + "/".join(filter(None, names))
    source = detail.get("ChangeSource", "")
    return PropertyChange(
        path=path,
        before=redact_value(path, target.get("BeforeValue"), hidden),
        after=redact_value(path, target.get("AfterValue"), hidden),
        replacement=_recreation(target, detail.get("Evaluation", "Static")),
        cause="" if source in _OWN_EDIT else detail.get("CausingEntity", ""),
    )


def _recreation(target: Mapping[str, Any], evaluation: str) -> Replacement:
    """Return what one property asks for; what is known only later "may" replace.

    From RequiresRecreation and Evaluation in the API reference.
    """
    asked = target.get("RequiresRecreation", "Never")
    if asked == "Never":
        return Replacement.FALSE
    static = asked == "Always" and evaluation == "Static"
    return Replacement.TRUE if static else Replacement.CONDITIONAL
