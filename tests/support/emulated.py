"""Stacks in the emulated AWS, driven as any client drives them: boto3 over HTTP."""

from __future__ import annotations

import functools
import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.session import Session as BotocoreSession

from sslstack.aws.client import Aws
from support import pki

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from cloudformation_emulator import Emulation

MOMENT = 0.002
"""Seconds that a wait of the product's takes here, whatever it takes elsewhere."""
PATIENCE = 20
"""Seconds after which a test gives up on something that must happen."""

FIRST, SECOND = (
    pki.issue(name, None, domains=[name]) for name in ("first.example.com", "second.example.com")
)
Template = dict[str, Any]


@dataclass(frozen=True)
class Cloud:
    """An emulator, the clients of its services, and the steps tests take.

    `empty` is a checkpoint of the account with nothing in it.
    """

    aws: Emulation
    empty: int = 0

    def clear(self) -> None:
        """Make the account empty."""
        self.aws.restore(self.empty)

    def client(self, service: str, **more: Any) -> Any:
        """Give a client that knows nothing but the emulator's own credentials.

        `more` are arguments of boto3's clients, and `patience` in seconds.
        """
        return _client(service, **{**self.aws.client_arguments, **more})

    def connect(self, told: list[str] | None = None, **more: Any) -> Aws:
        """Return the product's client, which waits for a moment only; `more` as for `client`."""
        return Aws(
            lambda service: self.client(service, **more),
            sleep=lambda _: time.sleep(MOMENT),
            notify=(told if told is not None else []).append,
        )

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let every tool of AWS's in this process speak to the emulator."""
        for name, value in self.variables.items():
            monkeypatch.setenv(name, value)

    @property
    def variables(self) -> dict[str, str]:
        """Give the variables by which any tool of AWS's speaks to the emulator."""
        return {
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_ACCESS_KEY_ID": self.aws.access_key,
            "AWS_SECRET_ACCESS_KEY": self.aws.secret_key,
            "AWS_DEFAULT_REGION": self.aws.region,
        }

    @property
    def stacks(self) -> Any:
        """CloudFormation."""
        return self.client("cloudformation")

    def stack(self, name: str) -> dict[str, Any] | None:
        """Give a stack as it is described, None when there is none of that name (any more)."""
        found = self.stacks.describe_stacks()["Stacks"]
        return next((one for one in found if one["StackName"] == name), None)

    def change_sets(self, stack: str) -> set[str]:
        """Give the ARNs of a stack's change sets that wait to be executed."""
        found = self.stacks.list_change_sets(StackName=stack)["Summaries"]
        return {one["ChangeSetId"] for one in found if one["ExecutionStatus"] == "AVAILABLE"}

    @property
    def balancers(self) -> list[dict[str, Any]]:
        """Give the classic load balancers."""
        found: list[dict[str, Any]] = self.client("elb").describe_load_balancers()[
            "LoadBalancerDescriptions"
        ]
        return found

    @property
    def certificates(self) -> list[str]:
        """Give the names of the server certificates."""
        found = self.client("iam").list_server_certificates()["ServerCertificateMetadataList"]
        return [one["ServerCertificateName"] for one in found]

    @functools.cached_property
    def network(self) -> dict[str, str]:
        """Give values for VpcId and Subnets: those of the default VPC."""
        ec2 = self.client("ec2")
        subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
        return {
            "VpcId": ec2.describe_vpcs()["Vpcs"][0]["VpcId"],
            "Subnets": ",".join(subnets[:2]),
        }

    def propose(
        self,
        stack: str,
        template: Template,
        kind: str = "UPDATE",
        parameters: dict[str, str] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Create a change set, wait for it, and describe it with property values."""
        made = self.stacks.create_change_set(
            StackName=stack,
            ChangeSetName=more.pop("ChangeSetName", f"c{secrets.token_hex(4)}"),
            ChangeSetType=kind,
            TemplateBody=json.dumps(template),
            Parameters=listed(parameters or {}),
            **more,
        )
        return self.settled_change_set(made["Id"])

    def settled_change_set(self, arn: str) -> dict[str, Any]:
        """Wait until a change set is complete or failed, and describe it."""
        found: dict[str, Any] = until(
            lambda: self.stacks.describe_change_set(ChangeSetName=arn, IncludePropertyValues=True),
            lambda one: one["Status"] in ("CREATE_COMPLETE", "FAILED"),
        )
        return found

    def execute(self, change_set: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Execute a change set and wait for the stack."""
        self.stacks.execute_change_set(ChangeSetName=change_set["ChangeSetId"], **more)
        return self.settled(change_set["StackId"])

    def settled(self, stack: str) -> dict[str, Any]:
        """Wait until nothing happens to a stack any more, and describe it."""
        found: dict[str, Any] = until(
            lambda: self.stacks.describe_stacks(StackName=stack)["Stacks"][0],
            lambda one: not one["StackStatus"].endswith("_IN_PROGRESS"),
        )
        return found

    def deploy(self, stack: str, template: Template, **more: Any) -> dict[str, Any]:
        """Create or update a stack by a change set."""
        kind = more.pop("kind", "UPDATE" if self._exists(stack) else "CREATE")
        return self.execute(self.propose(stack, template, kind, **more))

    def delete(self, stack: str) -> dict[str, Any]:
        """Delete a stack and wait for it."""
        arn = self.stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
        self.stacks.delete_stack(StackName=stack)
        return self.settled(arn)

    def events(self, stack: str, token: str | None = None) -> list[tuple[str, str, str]]:
        """Give logical ID, status and reason of events, oldest first; of one token if given."""
        pages = self.stacks.get_paginator("describe_stack_events").paginate(StackName=stack)
        found = [event for page in pages for event in page["StackEvents"]]
        return [
            (
                event["LogicalResourceId"],
                event["ResourceStatus"],
                event.get("ResourceStatusReason", ""),
            )
            for event in reversed(found)
            if token in (None, event.get("ClientRequestToken"))
        ]

    def store(self, name: str, value: str, version: str) -> None:
        """Store a version of a secret whose JSON has the value under `private_key`."""
        client = self.client("secretsmanager")
        text = json.dumps({"private_key": value})
        try:
            client.create_secret(Name=name, SecretString=text, ClientRequestToken=version)
        except client.exceptions.ResourceExistsException:
            client.put_secret_value(SecretId=name, SecretString=text, ClientRequestToken=version)

    def _exists(self, stack: str) -> bool:
        names = [one["StackName"] for one in self.stacks.describe_stacks()["Stacks"]]
        return stack in names


@functools.cache
def _client(service: str, patience: float = 60, **arguments: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, proxies={}, read_timeout=patience)
    return _session().client(service, config=config, **arguments)


@functools.cache
def _session() -> boto3.Session:
    """Give a session that no profile concerns which a test has set."""
    nothing = (None, None, None, None)
    unset = dict.fromkeys(("profile", "config_file", "credentials_file"), nothing)
    return boto3.Session(botocore_session=BotocoreSession(session_vars=unset))


def until(ask: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    """Ask until the answer is good; the emulator is quick, so there is no waiting between."""
    end = time.monotonic() + PATIENCE
    while not good(found := ask()):
        if time.monotonic() > end:
            break
    else:
        return found
    raise AssertionError(f"still waiting after {PATIENCE} s: {found}")


def listed(values: dict[str, str]) -> list[dict[str, str]]:
    """Give parameters as the API takes them."""
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def certificate(leaf: pki.Issued, issuer: pki.Issued | None = None, **more: Any) -> Template:
    """Give a server certificate as a resource, its key inline; `more` replaces properties."""
    chain = {"CertificateChain": issuer.pem.decode()} if issuer else {}
    properties = {
        "CertificateBody": leaf.pem.decode(),
        "PrivateKey": leaf.key_pem.decode(),
        **chain,
        **more,
    }
    return {"Type": "AWS::IAM::ServerCertificate", "Properties": properties}


def group(description: str = "clients", port: int = 443) -> dict[str, Any]:
    """Give a security group of the default VPC with one open port."""
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "0.0.0.0/0"}
    properties = {"GroupDescription": description, "SecurityGroupIngress": [rule]}
    return {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}


def balancer(listeners: list[dict[str, Any]] | None = None, **more: Any) -> Template:
    """Give a classic load balancer as a resource; plain HTTP unless listeners are given."""
    plain = {"LoadBalancerPort": "80", "InstancePort": "3000", "Protocol": "HTTP"}
    properties = {
        "Listeners": listeners or [plain],
        "AvailabilityZones": ["us-east-1a"],
        "HealthCheck": {
            "Target": "TCP:3000",
            "Interval": "30",
            "Timeout": "5",
            "HealthyThreshold": "2",
            "UnhealthyThreshold": "2",
        },
        **more,
    }
    return {"Type": "AWS::ElasticLoadBalancing::LoadBalancer", "Properties": properties}


def secure_listener(**more: Any) -> dict[str, Any]:
    """Give a listener on 443 with the certificate of the resource `Certificate`."""
    return {
        "LoadBalancerPort": "443",
        "InstancePort": "3000",
        "Protocol": "HTTPS",
        "InstanceProtocol": "HTTP",
        "SSLCertificateId": {"Fn::GetAtt": ["Certificate", "Arn"]},
        **more,
    }


def template(**resources: Template) -> Template:
    """Give a template of these resources."""
    return {"Resources": resources}


def with_certificate(leaf: pki.Issued) -> Template:
    """Give a template of a load balancer with one certificate on 443."""
    return template(Certificate=certificate(leaf), Balancer=balancer([secure_listener()]))


def changes(change_set: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the resource changes of a described change set, by logical ID."""
    found = [one["ResourceChange"] for one in change_set.get("Changes", [])]
    return {one["LogicalResourceId"]: one for one in found}


def signed_anew(template: dict[str, Any], cloud: Cloud) -> dict[str, Any]:
    """Give a template with certificates whose keys are at hand, pushed where it looks."""
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::IAM::ServerCertificate":
            continue
        properties = resource["Properties"]
        root = pki.root()
        leaf = pki.issue(name, root, kind="rsa2048")
        properties["CertificateBody"] = leaf.pem.decode()
        if "CertificateChain" in properties:
            properties["CertificateChain"] = root.pem.decode()
        parts = properties["PrivateKey"].strip("{}").split(":")
        cloud.store(parts[2], leaf.key_pem.decode(), parts[-1])
    return template


def region_of(text: str) -> str:
    """Give the region of the certificate a template refers to, or the emulator's."""
    found = re.search(r"arn:aws:acm:([a-z0-9-]+):", text)
    return found[1] if found else "us-east-1"
