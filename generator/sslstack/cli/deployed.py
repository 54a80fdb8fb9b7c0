"""The TLS listeners of a deployed stack, whoever wrote its template, for `sslstack list`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.arn import begins_arn, parse_arn
from sslstack.cloudformation.resource_types import SERVER_CERTIFICATE
from sslstack.errors import SslstackError
from sslstack.views import listeners as view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.aws.client import Aws
    from sslstack.deploy.status import DeployedStack
    from sslstack.diff.facts import Front


def read(aws: Aws, name: str) -> tuple[DeployedStack, str]:
    """Give a stack and its template, empty where nothing is deployed.

    Raises SslstackError, also where there is none of that name.
    """
    from sslstack.deploy.deployed import read_deployed  # noqa: PLC0415 - only where AWS is asked

    found = read_deployed(aws, name)
    if found.stack is None:
        raise SslstackError(f"no stack is named '{name}'", hint="look at --region and --profile")
    return found.stack, found.template


def rows(aws: Aws, stack: DeployedStack, text: str) -> Iterator[view.Row]:
    """Give a row for each TLS listener, and for each load balancer whose listeners are not told."""
    from sslstack import cloudformation  # noqa: PLC0415 - only where AWS is asked
    from sslstack.cloudformation import intrinsics  # noqa: PLC0415
    from sslstack.cloudformation.names import service_of  # noqa: PLC0415
    from sslstack.cloudformation.read import find_conditional  # noqa: PLC0415
    from sslstack.diff import facts  # noqa: PLC0415

    if not text:
        return
    template = intrinsics.fill_in(cloudformation.loads(text, stack.name), stack.parameters)
    read = facts.read(template)
    conditional = find_conditional(template)
    for name in conditional:
        yield view.Row(
            stack=stack.name,
            target=service_of(name),
            certificate="",
            problem="listeners that depend on conditions cannot be read",
        )
    for listener in read.listeners.values():
        if listener.secure and not conditional.get(listener.load_balancer):
            target = f"{service_of(listener.load_balancer)}:{listener.port}"
            row = view.Row(stack=stack.name, target=target, certificate=listener.certificate)
            certificate = read.certificates.get(listener.certificate)
            chain = certificate.chain if certificate else None
            if chain is None:
                yield _stored(aws, stack, row, listener)
            else:
                yield replace(
                    row, expires=chain.expires, domains=chain.domains, fingerprint=chain.fingerprint
                )


def _stored(aws: Aws, stack: DeployedStack, row: view.Row, listener: Front) -> view.Row:
    """Complete a row from the store that has the certificate, where that may be asked."""
    from sslstack.deploy import certificates  # noqa: PLC0415 - only where AWS is asked

    try:
        arn = listener.certificate
        if not begins_arn(arn):
            arn = _made(aws, stack, listener.certificate)
        found = certificates.read(aws, arn)
    except SslstackError as error:
        aws.notify(str(error))
        return replace(row, domains=(listener.certificate,))
    return replace(
        row,
        expires=found.expires,
        domains=found.domains or (listener.certificate,),
        fingerprint=found.fingerprint,
    )


def _made(aws: Aws, stack: DeployedStack, logical_id: str) -> str:
    """Give the ARN of a certificate that the template makes; raises SslstackError."""
    answer = aws.read(
        "cloudformation",
        "describe_stack_resources",
        StackName=stack.id,
        LogicalResourceId=logical_id,
    )
    for one in answer["StackResources"]:
        name: str = one.get("PhysicalResourceId", "")
        if one["ResourceType"] == SERVER_CERTIFICATE and name:
            resource = f"server-certificate/{name}"
            return str(replace(parse_arn(stack.id), service="iam", region="", resource=resource))
        if begins_arn(name):
            return name
    raise SslstackError(f"{logical_id}: it is not told which certificate that is")
