"""Reading what a request wants a stack to become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from moto.core.exceptions import ServiceException

from cloudformation_emulator.errors import RefusedError
from cloudformation_emulator.stacks import parameters, template
from cloudformation_emulator.stacks.errors import invalid
from cloudformation_emulator.stacks.model import Proposal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudformation_emulator.stacks.model import Stack
    from cloudformation_emulator.stacks.region import Region

Request = dict[str, Any]
_NEEDS_CAPABILITY = frozenset(
    f"AWS::IAM::{name}"
    for name in ("AccessKey", "Group", "InstanceProfile", "ManagedPolicy", "Policy", "Role",
                 "User", "UserToGroupAddition")
)  # fmt: skip
"""Types for which CAPABILITY_IAM must be acknowledged: the reference of CreateChangeSet."""


def propose(region: Region, stack: Stack | None, request: Request) -> Proposal:
    """Read a proposal; `stack` is the deployed one, None where nothing is deployed yet."""
    wanted = _template(region, stack, request)
    previous = stack.parameters if stack else None
    values = parameters.choose(wanted, request.get("Parameters", []), previous)
    parameters.refuse_absent(wanted, values, region.account, region.name)
    capabilities = tuple(request.get("Capabilities", ()))
    _refuse_unacknowledged(wanted, capabilities)
    tags = request.get("Tags")
    if tags is None and stack:
        kept: Mapping[str, str] = stack.tags
    else:
        kept = {tag["Key"]: tag["Value"] for tag in tags or []}
    return Proposal(
        template=wanted,
        parameters=values,
        tags=kept,
        capabilities=capabilities,
        imports=_imports(stack, wanted, request),
        on_failure=request.get("OnStackFailure", ""),
        disable_rollback=bool(request.get("DisableRollback")),
    )


def body(region: Region, request: Request) -> str:
    """Give the text of the template a request carries or points to."""
    if url := request.get("TemplateURL"):
        return _object(region, url)
    text: str = request.get("TemplateBody", "")
    if not 0 < len(text.encode()) <= template.BODY_LIMIT:
        raise invalid(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {template.BODY_LIMIT}"
        )
    return text


def _template(region: Region, stack: Stack | None, request: Request) -> template.Template:
    if request.get("UsePreviousTemplate"):
        if stack is None:
            raise invalid("There is no previous template to use")
        return stack.template
    return template.read(body(region, request))


def _object(region: Region, url: str) -> str:
    """Read an object of the emulated S3, by a URL of either style."""
    from moto.s3.models import s3_backends  # noqa: PLC0415 - seldom needed, slow to load

    parts = urlsplit(url)
    bucket, _, rest = (parts.hostname or "").partition(".s3")
    path = unquote(parts.path.lstrip("/"))
    if not rest:
        bucket, _, path = path.partition("/")
    try:
        found = s3_backends[region.account]["aws"].get_object(bucket, path)
    except ServiceException as error:
        raise invalid("S3 error: Access Denied") from error
    if found is None:
        raise invalid("S3 error: The specified key does not exist.")
    value: bytes = found.value
    return value.decode()


def _refuse_unacknowledged(wanted: template.Template, capabilities: tuple[str, ...]) -> None:
    kinds = {one["Type"] for one in wanted.section("Resources").values()}
    if kinds & _NEEDS_CAPABILITY and not {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"} & {
        *capabilities
    }:
        raise RefusedError(
            "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]"
        )


def _imports(
    stack: Stack | None, wanted: template.Template, request: Request
) -> dict[str, Mapping[str, str]]:
    """Read ResourcesToImport; each must keep its resource when the stack is deleted.

    An import imports and does nothing else: resource-import, "considerations".
    """
    found = {
        one["LogicalResourceId"]: one["ResourceIdentifier"]
        for one in request.get("ResourcesToImport", [])
    }
    resources = wanted.section("Resources")
    for name in found:
        if name not in resources:
            raise invalid(f"Resources [{name}] to import are not in the template")
        if "DeletionPolicy" not in resources[name]:
            raise invalid(
                "Resources to import must have a DeletionPolicy attribute in the template: "
                f"[{name}]"
            )
    if request.get("ChangeSetType") == "IMPORT":
        _refuse_other_changes(stack, wanted, set(found))
    return found


def _refuse_other_changes(
    stack: Stack | None, wanted: template.Template, imported: set[str]
) -> None:
    before = stack.template if stack else None
    known = before.section("Resources") if before else {}
    resources = wanted.section("Resources")
    if present := sorted(imported & set(known)):
        raise invalid(f"Resources {present} to import are in the stack already")
    changed = sorted(
        name for name in {*known, *resources} - imported if known.get(name) != resources.get(name)
    )
    if changed:
        raise invalid(
            "As part of the import operation, you cannot modify, add or remove other "
            f"resources: {changed}"
        )
    outputs = before.section("Outputs") if before else {}
    if outputs != wanted.section("Outputs"):
        raise invalid("As part of the import operation, you cannot modify or add [Outputs]")
