"""Deployed stacks: their listeners, and how their templates differ from the generated ones."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack import cloudformation, diff
from sslstack.app.listing import Listing
from sslstack.arn import begins_arn, parse_arn
from sslstack.cloudformation import intrinsics
from sslstack.cloudformation.names import service_of
from sslstack.cloudformation.read import find_conditional
from sslstack.cloudformation.resource_types import SERVER_CERTIFICATE
from sslstack.deploy import certificates
from sslstack.deploy.deployed import read_deployed
from sslstack.diff import facts
from sslstack.errors import SslstackError
from sslstack.views import listeners as view
from sslstack.views.deployment.words import TEMPLATES_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.app.generating import Generated
    from sslstack.aws.client import Aws
    from sslstack.deploy.deployed import Deployed
    from sslstack.deploy.status import DeployedStack
    from sslstack.diff import Review
    from sslstack.diff.facts import Front


__all__ = (
    "TEMPLATES_ONLY",
    "compare_deployed",
    "list_deployed",
    "list_listeners",
    "read_deployed",
    "read_stack",
)


def read_stack(aws: Aws, name: str) -> tuple[DeployedStack, str]:
    """Return a stack and its template, empty where nothing is deployed.

    Raises SslstackError, also where no stack has that name.
    """
    found = read_deployed(aws, name)
    if found.stack is None:
        raise SslstackError(f"no stack is named '{name}'", hint="check --region and --profile")
    return found.stack, found.template


def list_deployed(aws: Aws, name: str) -> Listing:
    """List the TLS listeners of a deployed stack; raises SslstackError."""
    stack, text = read_stack(aws, name)
    rows = tuple(list_listeners(aws, stack, text))
    if text:
        return Listing(rows=rows)
    return Listing(rows=rows, empty=f"stack {name} is {stack.status}: nothing is deployed")


def list_listeners(aws: Aws, stack: DeployedStack, text: str) -> Iterator[view.Row]:
    """Yield a row for each TLS listener, and for each load balancer that cannot be read."""
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
                yield _read_certificate(aws, stack, row, listener)
            else:
                yield replace(
                    row, expires=chain.expires, domains=chain.domains, fingerprint=chain.fingerprint
                )


def _read_certificate(aws: Aws, stack: DeployedStack, row: view.Row, listener: Front) -> view.Row:
    """Complete a row from the certificate in ACM or IAM, if the credentials may read it."""
    try:
        arn = listener.certificate
        if not begins_arn(arn):
            arn = _find_arn(aws, stack, listener.certificate)
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


def _find_arn(aws: Aws, stack: DeployedStack, logical_id: str) -> str:
    """Return the ARN of a certificate that the template makes; raises SslstackError."""
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
    raise SslstackError(f"{logical_id}: the stack does not name its certificate")


def compare_deployed(deployed: Deployed, made: Generated) -> Review:
    """Compare the deployed template, empty where no stack exists, with a generated one."""
    text = deployed.template
    before = cloudformation.loads(text, "deployed") if text else {}
    after = cloudformation.loads(made.text, made.template)
    return diff.review(
        made.template,
        "deployed",
        diff.side(text, before),
        diff.side(made.text, after),
        now=datetime.datetime.now(datetime.UTC),
        origins=made.origins,
        images=made.images,
    )
