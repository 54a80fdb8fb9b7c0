"""What a change set says: which resource changes how, property by property.

Words and rules are those of ResourceChange, ResourceChangeDetail and ResourceTargetDefinition
in the API reference. A change in place makes every GetAtt of the resource dynamic, and a
dynamic change of a property that needs a new resource makes the replacement conditional, so
the prediction says rather too much than too little, as CloudFormation's own does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cloudformation_emulator.stacks import outputs
from cloudformation_emulator.stacks.errors import invalid
from cloudformation_emulator.stacks.functions import Scope, resolve
from cloudformation_emulator.stacks.graph import Reference, references
from cloudformation_emulator.stacks.paths import MISSING, Path, at, differences, origin
from cloudformation_emulator.stacks.schemas import ALWAYS, CONDITIONALLY, NEVER, recreation
from cloudformation_emulator.stacks.scopes import attribute_of, effective, resource_of, scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cloudformation_emulator.stacks.model import Proposal, Resource, Stack
    from cloudformation_emulator.stacks.region import Region

UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"
_ATTRIBUTES = (
    "Metadata",
    "CreationPolicy",
    "UpdatePolicy",
    "DeletionPolicy",
    "UpdateReplacePolicy",
)

Change = dict[str, Any]


def difference(region: Region, stack: Stack, proposal: Proposal) -> list[Change]:
    """Give the changes a proposal makes, sorted by logical ID."""
    return sorted(
        _Comparison(region, stack, proposal).changes(), key=lambda one: one["LogicalResourceId"]
    )


def changes_anything(region: Region, stack: Stack, proposal: Proposal) -> bool:
    """Tell whether a proposal changes what is not a resource: outputs or tags."""
    if dict(stack.tags) != dict(proposal.tags):
        return True
    if stack.template.section("Outputs") != proposal.template.section("Outputs"):
        return True
    bound = scope(region, stack, proposal, masked=True)
    return outputs.of(proposal.template, bound) != stack.outputs


@dataclass(slots=True)
class _Comparison:
    """Goes through the resources in order, remembering how each fared."""

    region: Region
    stack: Stack
    proposal: Proposal

    def changes(self) -> Iterator[Change]:
        """Give the changes, those of a resource after those it refers to."""
        states: dict[str, str] = {}
        plain = scope(self.region, self.stack, self.proposal)
        wanted = effective(self.proposal, plain)
        _refuse_other_types(self.stack, wanted)
        true, masked = (self._scope(states, masked=masked) for masked in (False, True))
        for name, definition in wanted.items():
            after = resolve(definition.get("Properties", {}), masked)
            if name in self.proposal.imports:
                states[name] = "Add"
                yield _imported(name, definition, self.proposal.imports[name], after)
            elif name not in self.stack.resources:
                states[name] = "Add"
                yield _change("Add", name, definition["Type"], AfterContext=_context(after))
            else:
                yield from self._modification(name, definition, states, true, after)
        for name, resource in self.stack.resources.items():
            if name not in wanted:
                yield _removal(name, resource)

    def _modification(
        self,
        name: str,
        definition: Mapping[str, Any],
        states: dict[str, str],
        true: Scope,
        shown: dict[str, Any],
    ) -> Iterator[Change]:
        resource = self.stack.resources[name]
        after = resolve(definition.get("Properties", {}), true)
        details = [
            detail
            for path in differences(resource.properties, after, ())
            for detail in self._details(resource, definition, path, shown, states)
        ]
        attributes = [
            one for one in _ATTRIBUTES if resource.definition.get(one) != definition.get(one)
        ]
        details += [_attribute_detail(one) for one in attributes]
        if not details:
            return
        replacement = _replacement(details)
        states[name] = "Modify" if replacement == "False" else "Replace"
        scopes = [*(["Properties"] if len(details) > len(attributes) else []), *attributes]
        contexts = {"BeforeContext": _context(resource.shown), "AfterContext": _context(shown)}
        yield _change(
            "Modify",
            name,
            resource.type,
            PhysicalResourceId=resource.physical_id,
            Replacement=replacement,
            Scope=scopes,
            Details=details,
            **contexts,
            **_fate(definition, replacement),
        )

    def _details(
        self,
        resource: Resource,
        definition: Mapping[str, Any],
        path: Path,
        shown: Mapping[str, Any],
        states: Mapping[str, str],
    ) -> Iterator[Change]:
        """Give one detail for each reason why a property differs."""
        target = _target(resource, path, shown)
        before = origin(resource.definition.get("Properties", {}), path)
        after = origin(definition.get("Properties", {}), path)
        causes = list(self._causes(after, states))
        if before != after or not causes:
            yield {
                "Target": target,
                "Evaluation": "Static",
                "ChangeSource": "DirectModification",
            }
        for source, cause in causes:
            yield {
                "Target": target,
                "Evaluation": "Static" if source == "ParameterReference" else "Dynamic",
                "ChangeSource": source,
                "CausingEntity": str(cause),
            }

    def _causes(self, value: Any, states: Mapping[str, str]) -> Iterator[tuple[str, Reference]]:
        """Give what a value refers to and that changes, with the ChangeSource it is."""
        before, after = self.stack.parameters, self.proposal.parameters
        for one in sorted(references(value)):
            if one.name in after:
                if before.get(one.name) != after[one.name]:
                    yield "ParameterReference", one
            elif one.attribute and one.name in states:
                yield "ResourceAttribute", one
            elif states.get(one.name) in ("Add", "Replace"):
                yield "ResourceReference", one

    def _scope(self, states: Mapping[str, str], *, masked: bool) -> Scope:
        """Bind names as far as they can be known before anything is done."""

        def reference(name: str) -> Any:
            known = states.get(name) not in ("Add", "Replace")
            return resource_of(self.stack, name).physical_id if known else UNKNOWN

        def attribute(name: str, key: str) -> Any:
            return UNKNOWN if name in states else attribute_of(self.stack, name, key)

        return scope(
            self.region,
            self.stack,
            self.proposal,
            masked=masked,
            reference=reference,
            attribute=attribute,
        )


def _refuse_other_types(stack: Stack, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    changed = [
        name
        for name, resource in stack.resources.items()
        if name in wanted and wanted[name]["Type"] != resource.type
    ]
    if changed:
        raise invalid(
            "Update of resource type is not permitted. The new template modifies resource type "
            f"of the following resources: [{', '.join(changed)}]"
        )


def _change(action: str, name: str, kind: str, **more: Any) -> Change:
    return {
        "Action": action,
        "LogicalResourceId": name,
        "ResourceType": kind,
        "Scope": [],
        "Details": [],
        **more,
    }


def _fate(definition: Mapping[str, Any], replacement: str) -> dict[str, str]:
    """Give the PolicyAction: what becomes of the old resource where there may be a new one."""
    if replacement == "False":
        return {}
    kept = definition.get("UpdateReplacePolicy") == "Retain"
    return {"PolicyAction": "ReplaceAndRetain" if kept else "ReplaceAndDelete"}


def _removal(name: str, resource: Resource) -> Change:
    policy = resource.definition.get("DeletionPolicy", "Delete")
    return _change(
        "Remove",
        name,
        resource.type,
        PhysicalResourceId=resource.physical_id,
        PolicyAction="Retain" if policy == "Retain" else "Delete",
        BeforeContext=_context(resource.shown),
    )


def _imported(
    name: str, definition: Mapping[str, Any], identifier: Mapping[str, str], after: Any
) -> Change:
    physical = next(iter(identifier.values()), "")
    context = _context(after)
    return _change(
        "Import", name, definition["Type"], PhysicalResourceId=physical, AfterContext=context
    )


def _context(properties: Any) -> str:
    return json.dumps({"Properties": properties}, sort_keys=True)


def _attribute_detail(name: str) -> Change:
    return {
        "Target": {"Attribute": name, "RequiresRecreation": NEVER},
        "Evaluation": "Static",
        "ChangeSource": "DirectModification",
    }


def _replacement(details: list[Change]) -> str:
    """Give Replacement: True only where a static change needs a new resource for certain."""
    needs = {(one["Target"]["RequiresRecreation"], one["Evaluation"]) for one in details}
    if (ALWAYS, "Static") in needs:
        return "True"
    answers = {answer for answer, _ in needs}
    return "Conditional" if answers & {ALWAYS, CONDITIONALLY} else "False"


def _target(resource: Resource, path: Path, shown: Mapping[str, Any]) -> Change:
    before, after = at(resource.shown, path), at(shown, path)
    kind = "Add" if before is MISSING else "Remove" if after is MISSING else "Modify"
    target = {
        "Attribute": "Properties",
        "Name": str(path[0]),
        "RequiresRecreation": recreation(resource.type, str(path[0])),
        "Path": "/Properties/" + "/".join(map(str, path)),
        "AttributeChangeType": kind,
    }
    for key, value in (("BeforeValue", before), ("AfterValue", after)):
        if value is not MISSING:
            target[key] = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return target
