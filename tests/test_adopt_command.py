"""A load balancer that was made by hand becomes a stack's, without a change to itself."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sslstack import cli
from support import pki, reviewed_deployment
from support.existing_load_balancer import NAME, repository, seen

if TYPE_CHECKING:
    from pathlib import Path

    from support.emulated import Cloud


@pytest.fixture
def app(workdir: Path, account: Cloud, monkeypatch: pytest.MonkeyPatch) -> Path:
    return repository(workdir, account, monkeypatch)


def test_read_declared_imported_deployed(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole way; until the last step nobody who connects can notice anything."""
    before = seen(account)
    assert cli.run(["adopt", NAME, "--yes"]) == 0
    said = capsys.readouterr()
    assert "web:443  https -> http:3000  arn:aws:iam::" in said.out
    assert "mydomain: 1 import" in said.out
    assert "mydomain: IMPORT_COMPLETE" in said.err
    assert seen(account) == before
    declared = (app / "ssl.yml").read_text()
    assert "security_policy: ELBSecurityPolicy-2016-08" in declared
    assert "ports: [80, 443]" in declared
    (resource,) = account.stacks.describe_stack_resources(StackName="mydomain")["StackResources"]
    assert (resource["LogicalResourceId"], resource["PhysicalResourceId"]) == (
        "WebLoadBalancer",
        NAME,
    )
    assert cli.run(["adopt", NAME, "--yes"]) == 0  # a second time there is nothing to do
    assert "is already in stack mydomain" in capsys.readouterr().err
    assert (app / "ssl.yml").read_text() == declared
    assert reviewed_deployment.deploy("--yes") == 0
    said = capsys.readouterr()
    assert "mydomain: UPDATE_COMPLETE" in said.err
    assert "unexpected" not in said.err
    assert "replace" not in said.out
    after = seen(account)
    for side in (before, after):  # the policies have other names; what they say is the same
        side["ListenerDescriptions"] = [one["Listener"] for one in side["ListenerDescriptions"]]
    assert after == before
    assert cli.run(["status", "--exit-code"]) == 0


def test_nothing_is_written_at_aws_before_it_is_agreed_to(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without anybody to ask there is no change set left, and no stack."""
    assert cli.run(["adopt", NAME, "--no-import"]) == 0
    assert cli.run(["adopt", NAME]) == 1
    assert "cannot ask for confirmation" in capsys.readouterr().err
    alive = [
        one
        for one in account.stacks.describe_stacks()["Stacks"]
        if one["StackStatus"] != "DELETE_COMPLETE"
    ]
    assert alive == []
    assert cli.run(["adopt", NAME, "--no-execute"]) == 0
    (arn,) = (one for one in capsys.readouterr().out.splitlines() if one.startswith("arn:"))
    assert cli.run(["execute", arn]) == 0
    assert "IMPORT_COMPLETE" in capsys.readouterr().err
    assert (app / "templates" / "mydomain.yaml").exists()


def test_changed_by_hand_while_it_is_in_the_stack(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ssl.yml says is not lost unasked; then it says what is there."""
    assert cli.run(["adopt", NAME, "--yes"]) == 0
    account.client("elb").modify_load_balancer_attributes(
        LoadBalancerName=NAME,
        LoadBalancerAttributes={"ConnectionSettings": {"IdleTimeout": 333}},
    )
    before = (app / "ssl.yml").read_text()
    capsys.readouterr()
    assert cli.run(["adopt", NAME]) == 2
    said = capsys.readouterr().err
    assert "ssl.yml:7:3: error: service 'web' differs from the load balancer" in said
    assert "--overwrite" in said
    assert (app / "ssl.yml").read_text() == before
    assert cli.run(["adopt", NAME, "--overwrite"]) == 0
    assert "idle_timeout: 333" in (app / "ssl.yml").read_text()
    assert "run 'sslstack deploy' next" in capsys.readouterr().err


def test_what_its_own_stack_has_made_stays_the_stacks(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Certificate and security group go on by the stack's names, also after a change by hand."""
    names = ["new.example"]
    leaf = pki.issue(names[0], None, domains=names, kind="rsa2048", days=pki.LASTING)
    leaf.write(app)
    declared = (
        "version: 1\ncertificates:\n"
        "  site: {certificate: site.crt, private_key: site.key, untrusted: true}\n"
        "listeners:\n  web:443: {certificate: site}  # as it was\n"
        "  web:9000:\n"
        "    certificate: {certificate: site.crt, private_key: site.key, untrusted: true}\n"
    )
    (app / "ssl.yml").write_text(declared)
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    assert reviewed_deployment.deploy("--yes", *given) == 0
    (live,) = (one for one in account.balancers if one["LoadBalancerName"] != NAME)
    name = live["LoadBalancerName"]
    capsys.readouterr()
    assert cli.run(["adopt", name]) == 0
    said = capsys.readouterr()
    assert "web:443  https -> http:3000  site" in said.out
    assert "~ " not in said.out  # what is deployed is what is there
    assert (app / "ssl.yml").read_text() == declared
    client = account.client("elb")
    client.delete_load_balancer_listeners(LoadBalancerName=name, LoadBalancerPorts=[80])
    client.modify_load_balancer_attributes(
        LoadBalancerName=name,
        LoadBalancerAttributes={"ConnectionSettings": {"IdleTimeout": 100}},
    )
    assert cli.run(["adopt", name]) == 0
    now = (app / "ssl.yml").read_text()
    assert now.startswith(declared), now
    assert "idle_timeout: 100" in now
    assert "ports: [443, 9000]" in now
    capsys.readouterr()
    assert reviewed_deployment.deploy("--yes") == 0
    assert "AWS::IAM::ServerCertificate" not in capsys.readouterr().out


def test_a_name_that_is_not_there(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["adopt", "mydomain-wbe"]) == 1
    assert "did you mean 'mydomain-web'?" in capsys.readouterr().err
    assert not (app / "ssl.yml").exists()


def test_what_only_somebody_s_hand_can_undo(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """In its own stack: no change is announced that no deployment makes, and none is declared."""
    (app / "docker-compose.yml").write_text(
        "name: mydomain\nservices: {web: {image: x, ports: ['80:3000']}}\n"
    )
    declared = "version: 1\nservices:\n  web: {ingress: [203.0.113.0/24]}\n"
    (app / "ssl.yml").write_text(declared)
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    assert reviewed_deployment.deploy("--yes", *given) == 0
    (live,) = (one for one in account.balancers if one["LoadBalancerName"] != NAME)
    name, groups = live["LoadBalancerName"], live["SecurityGroups"]
    client = account.client("elb")
    client.create_load_balancer_listeners(
        LoadBalancerName=name,
        Listeners=[{"LoadBalancerPort": 9999, "Protocol": "TCP", "InstancePort": 9999}],
    )
    extra = account.client("ec2").create_security_group(GroupName="extra", Description="by hand")
    client.apply_security_groups_to_load_balancer(
        LoadBalancerName=name, SecurityGroups=[*groups, extra["GroupId"]]
    )
    capsys.readouterr()
    assert cli.run(["adopt", name]) == 0
    said = capsys.readouterr()
    assert "listener 9999" in said.err
    assert (
        f"{extra['GroupId']} beside the security group of its stack; deployments keep it"
        in said.err
    )
    assert "first deployment" not in said.err
    assert "nothing to deploy" in said.err
    assert "~ " not in said.out
    assert (app / "ssl.yml").read_text() == declared
    assert reviewed_deployment.deploy("--yes") == 0
    assert cli.run(["status", "--exit-code"]) == 0
    assert cli.run(["diff", "--deployed"]) == 0
    said = capsys.readouterr()
    assert "no changes" in said.out
    for told in (said.out, said.err):
        assert "manual changes (drift) are not detected; 'sslstack adopt NAME' reads them" in told


def test_what_an_import_has_taken_over_goes_with_the_next_deployment(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its template says it, so that to look again tells what the deployment then does."""
    (app / "docker-compose.yml").write_text(
        "name: mydomain\nservices: {web: {image: x, ports: ['443:3000']}}\n"
    )
    assert cli.run(["adopt", NAME, "--yes"]) == 0
    assert "not publish that port; the first deployment closes it" in capsys.readouterr().err
    assert cli.run(["adopt", NAME]) == 0
    assert "not publish that port; the next deployment closes it" in capsys.readouterr().err
    assert reviewed_deployment.deploy("--yes") == 0
    (found,) = account.balancers
    assert [one["Listener"]["LoadBalancerPort"] for one in found["ListenerDescriptions"]] == [443]


def test_a_service_that_publishes_nothing_of_it(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There would be no load balancer in the template, and the next deployment would remove it."""
    (app / "docker-compose.yml").write_text(
        "name: mydomain\nservices: {web: {image: x, ports: ['80:3000']}, worker: {image: x}}\n"
    )
    assert cli.run(["adopt", NAME, "--service", "worker", "--yes"]) == 2
    said = capsys.readouterr().err
    assert "service 'worker' does not publish a port of mydomain-web (80, 443)" in said
    assert '"80:3000", "443:3000"' in said
    assert not (app / "ssl.yml").exists()


@pytest.mark.parametrize("there", [True, False])
def test_subnets_that_the_environment_declares(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str], *, there: bool
) -> None:
    """They are the parameter's where they are the load balancer's, else the next deployment's."""
    subnets = account.network["Subnets"].split(",")
    declared = subnets[::-1] if there else subnets[:1]
    (app / "ssl.yml").write_text(
        f"version: 1\nenvironments:\n  prod:\n    parameters: {{Subnets: {declared}}}\n"
    )
    assert cli.run(["adopt", NAME, "--yes", "--environment", "prod"]) == 0
    said = capsys.readouterr().err
    moved = f"is in {', '.join(subnets)}; the first deployment moves it to {subnets[0]}"
    assert (moved in said) == (not there)
    body = account.stacks.get_template(StackName="mydomain")["TemplateBody"]
    assert ("Subnets: !Ref Subnets" in body) == there
    options = ["--yes", "--environment", "prod", "--allow-replacement=WebLoadBalancer"]
    assert reviewed_deployment.deploy(*options) == 0
    (found,) = account.balancers
    assert set(found["Subnets"]) == set(declared)


def test_a_long_template_goes_to_the_bucket(
    app: Path, account: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of the command line or of the environment, as with a deployment."""
    (app / "ssl.yml").write_text("version: 1\nenvironments: {prod: {bucket: from-ssl-yml}}\n")
    monkeypatch.setattr("sslstack.deploy.proposal.INLINE", 100)
    account.client("s3").create_bucket(Bucket="from-ssl-yml")
    account.client("s3").create_bucket(Bucket="given")
    prod = ["adopt", NAME, "--environment", "prod", "--no-execute"]
    assert cli.run([*prod, "--bucket", "given", "--capability", "CAPABILITY_IAM"]) == 0
    assert cli.run([*prod, "--yes"]) == 0
    for bucket in ("given", "from-ssl-yml"):
        assert account.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def _trusting(account: Cloud, name: str, key: str) -> None:
    """Have a load balancer trust a backend's key, by a policy that everybody calls 'backend'."""
    client = account.client("elb")
    attributes = {"PublicKeyPolicyType": ("PublicKey", key)}
    attributes["BackendServerAuthenticationPolicyType"] = ("PublicKeyPolicyName", "backend")
    for policy, (kind, (attribute, value)) in zip(
        ("backend", "authentication"), attributes.items(), strict=True
    ):
        client.create_load_balancer_policy(
            LoadBalancerName=name,
            PolicyName=policy,
            PolicyTypeName=kind,
            PolicyAttributes=[{"AttributeName": attribute, "AttributeValue": value}],
        )
    client.set_load_balancer_policies_for_backend_server(
        LoadBalancerName=name, InstancePort=8443, PolicyNames=["authentication"]
    )


def test_no_key_is_written_over_another(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two load balancers call their backends' keys alike; and a file of somebody's stays."""
    (app / "docker-compose.yml").write_text(
        "name: mydomain\nservices:\n"
        "  one: {image: x, ports: ['8001:8443']}\n  two: {image: x, ports: ['8002:8443']}\n"
    )
    for port, name in ((8001, "one"), (8002, "two")):
        account.client("elb").create_load_balancer(
            LoadBalancerName=name,
            Subnets=account.network["Subnets"].split(","),
            Listeners=[{"LoadBalancerPort": port, "Protocol": "TCP", "InstancePort": 8443,
                        "InstanceProtocol": "SSL"}],
        )  # fmt: skip
        key = pki.issue(name, None, kind="rsa2048").certificate.public_key()
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        _trusting(account, name, base64.b64encode(der).decode())
        assert cli.run(["adopt", name, "--yes"]) == 0
    first, second = sorted((app / "certs").iterdir())
    assert first.read_bytes() != second.read_bytes()
    first.write_text("mine")
    (app / "ssl.yml").write_text("version: 1\n")
    capsys.readouterr()
    codes = {cli.run(["adopt", name, "--no-import"]) for name in ("one", "two")}
    assert codes == {0, 2}
    assert f"{first.relative_to(app)}: error: exists with other content" in capsys.readouterr().err
    assert first.read_text() == "mine"
