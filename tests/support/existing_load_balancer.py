"""A repository, and a load balancer in the account that somebody made by hand for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support import pki

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from support.emulated import Cloud

NAME = "mydomain-web"


def repository(folder: Path, account: Cloud, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a repository with a compose file, and an account with a load balancer."""
    account.enter(monkeypatch)
    (folder / "docker-compose.yml").write_text(
        "name: mydomain\nservices: {web: {image: x, ports: ['80:3000', '443:3000', '9000:9000']}}\n"
    )
    by_hand(account)
    return folder


def by_hand(account: Cloud) -> None:
    """Make a load balancer with a certificate that was uploaded, for the ports 80 and 443."""
    leaf = pki.issue("old.example", None, domains=["old.example"], kind="rsa2048")
    uploaded = account.client("iam").upload_server_certificate(
        ServerCertificateName="old",
        CertificateBody=leaf.pem.decode(),
        PrivateKey=leaf.key_pem.decode(),
    )
    arn = uploaded["ServerCertificateMetadata"]["Arn"]
    plain = {"InstancePort": 3000, "InstanceProtocol": "HTTP"}
    client = account.client("elb")
    client.create_load_balancer(
        LoadBalancerName=NAME,
        Subnets=account.network["Subnets"].split(","),
        Listeners=[
            {"LoadBalancerPort": 80, "Protocol": "HTTP", **plain},
            {"LoadBalancerPort": 443, "Protocol": "HTTPS", "SSLCertificateId": arn, **plain},
        ],
    )
    client.configure_health_check(
        LoadBalancerName=NAME,
        HealthCheck={
            "Target": "HTTP:3000/health",
            "Interval": 20,
            "Timeout": 4,
            "HealthyThreshold": 3,
            "UnhealthyThreshold": 4,
        },
    )


def seen(account: Cloud) -> dict[str, Any]:
    """Give all that clients and backends notice of the load balancer."""
    (found,) = account.balancers
    known = ("DNSName", "ListenerDescriptions", "HealthCheck", "SecurityGroups", "Subnets")
    attributes = account.client("elb").describe_load_balancer_attributes(LoadBalancerName=NAME)
    said: dict[str, Any] = attributes["LoadBalancerAttributes"]
    said["ConnectionDraining"].setdefault("Timeout", 300)  # AWS always tells it, moto does not
    return {key: found[key] for key in known} | said
