"""The other types: what they make, change and delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support import pki
from support.emulated import certificate, changes, template

if TYPE_CHECKING:
    from support.emulated import Cloud

LEAF = pki.issue("leaf.example.com", None, domains=["leaf.example.com"])
OTHER = pki.issue("other.example.com", None, domains=["other.example.com"])


def test_a_requested_certificate_is_issued_at_once(cloud: Cloud) -> None:
    """Ref is its ARN; another domain is another certificate."""
    wanted = {
        "Type": "AWS::CertificateManager::Certificate",
        "Properties": {"DomainName": "a.example.com", "ValidationMethod": "DNS"},
    }
    outputs = {"Outputs": {"Arn": {"Value": {"Ref": "Certificate"}}}}
    stack = cloud.deploy("issued", {**template(Certificate=wanted), **outputs})
    arn = stack["Outputs"][0]["OutputValue"]
    acm = cloud.client("acm")
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
    wanted["Properties"] = {"DomainName": "b.example.com", "ValidationMethod": "DNS"}
    cloud.deploy("issued", {**template(Certificate=wanted), **outputs})
    (left,) = acm.list_certificates()["CertificateSummaryList"]
    assert left["DomainName"] == "b.example.com"
    cloud.delete("issued")
    assert acm.list_certificates()["CertificateSummaryList"] == []


def test_two_options_with_one_record_are_refused(cloud: Cloud) -> None:
    """A wildcard is validated by the record of its apex: Route 53 takes it once."""

    def wanted(*names: str) -> dict[str, Any]:
        options = [{"DomainName": name, "HostedZoneId": "Z1"} for name in names]
        properties = {
            "DomainName": "example.com",
            "SubjectAlternativeNames": ["*.example.com"],
            "ValidationMethod": "DNS",
            "DomainValidationOptions": options,
        }
        kind = "AWS::CertificateManager::Certificate"
        return template(Certificate={"Type": kind, "Properties": properties})

    for names in (("example.com", "*.example.com"), ("*.Example.com", "example.com")):
        cloud.deploy("double", wanted(*names))
        (reason,) = [event[2] for event in cloud.events("double") if event[1] == "CREATE_FAILED"]
        assert "invalid set of changes for a resource record set" in reason
        cloud.delete("double")
    cloud.deploy("single", wanted("example.com"))
    assert cloud.client("acm").list_certificates()["CertificateSummaryList"] != []


def test_a_secret_can_be_generated(cloud: Cloud) -> None:
    """With a template and a key in it."""
    rules = {
        "SecretStringTemplate": '{"user": "me"}',
        "GenerateStringKey": "word",
        "PasswordLength": 20,
    }
    wanted = {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"Name": "generated", "GenerateSecretString": rules},
    }
    cloud.deploy("secret", template(Secret=wanted))
    client = cloud.client("secretsmanager")
    value = json.loads(client.get_secret_value(SecretId="generated")["SecretString"])
    assert (value["user"], len(value["word"])) == ("me", 20)
    cloud.delete("secret")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="generated")


def test_a_security_group_changes_in_place(cloud: Cloud) -> None:
    """Its ID stays; its rules and tags are those of the template."""

    def group(port: int) -> dict[str, Any]:
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "10.0.0.0/8"}
        properties = {
            "GroupDescription": "clients",
            "SecurityGroupIngress": [rule],
            "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "10.0.0.0/8"}],
        }
        return template(Group={"Type": "AWS::EC2::SecurityGroup", "Properties": properties})

    def described() -> dict[str, Any]:
        name = [{"Name": "tag:aws:cloudformation:stack-name", "Values": ["group"]}]
        (found,) = cloud.client("ec2").describe_security_groups(Filters=name)["SecurityGroups"]
        return dict(found)

    cloud.deploy("group", group(80))
    before = described()
    cloud.deploy("group", group(443))
    after = described()
    assert after["GroupId"] == before["GroupId"]
    assert [rule["FromPort"] for rule in after["IpPermissions"]] == [443]
    assert after["IpPermissionsEgress"][0]["IpRanges"] == [{"CidrIp": "10.0.0.0/8"}]


def test_a_listener_takes_further_certificates(cloud: Cloud) -> None:
    """Load balancers of the second kind are moto's own; the list of certificates is ours."""
    subnets = cloud.network["Subnets"].split(",")
    arn = {"Fn::GetAtt": ["Certificate", "Arn"]}
    group = {"Port": 80, "Protocol": "HTTP", "VpcId": cloud.network["VpcId"]}
    action = [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}]
    wanted = template(
        Certificate=certificate(LEAF),
        Extra=certificate(OTHER),
        Balancer={
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"Subnets": subnets, "Type": "application"},
        },
        Targets={"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": group},
        Listener={
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "LoadBalancerArn": {"Ref": "Balancer"},
                "Port": 443,
                "Protocol": "HTTPS",
                "Certificates": [{"CertificateArn": arn}],
                "DefaultActions": action,
            },
        },
        Further={
            "Type": "AWS::ElasticLoadBalancingV2::ListenerCertificate",
            "Properties": {
                "ListenerArn": {"Ref": "Listener"},
                "Certificates": [{"CertificateArn": {"Fn::GetAtt": ["Extra", "Arn"]}}],
            },
        },
    )
    stack = cloud.deploy("second", wanted)
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.events("second")
    elb = cloud.client("elbv2")
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    (listener,) = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    listed = elb.describe_listener_certificates(ListenerArn=listener["ListenerArn"])
    assert len(listed["Certificates"]) == 2
    found = changes(cloud.propose("second", template(Certificate=certificate(LEAF))))
    assert {one["Action"] for one in found.values()} == {"Remove"}
    iam = cloud.client("iam")
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_server_certificate(ServerCertificateName=cloud.certificates[0])
    assert cloud.delete("second")["StackStatus"] == "DELETE_COMPLETE"
