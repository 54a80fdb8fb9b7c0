"""A load balancer as AWS describes it, for tests: one that is changed where a test wants it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sslstack.adoption.read import from_answers
from support import pki

if TYPE_CHECKING:
    from sslstack.adoption.model import LiveLoadBalancer

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/1"
KEY = pki.issue("backend", None, kind="rsa2048").certificate.public_key()
SPKI = base64.b64encode(KEY.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def listener(port: int, to: int, front: str = "HTTP", back: str = "HTTP", *policies: str) -> Any:
    """Give a listener's description."""
    said: dict[str, Any] = {
        "LoadBalancerPort": port,
        "InstancePort": to,
        "Protocol": front,
        "InstanceProtocol": back,
    }
    if front in ("HTTPS", "SSL"):
        said["SSLCertificateId"] = ARN
    return {"Listener": said, "PolicyNames": list(policies)}


def policy(name: str, kind: str, **attributes: str) -> dict[str, Any]:
    """Give a policy's description; underscores in names of attributes are hyphens."""
    return {
        "PolicyName": name,
        "PolicyTypeName": kind,
        "PolicyAttributeDescriptions": [
            {"AttributeName": key.replace("_", "-"), "AttributeValue": value}
            for key, value in attributes.items()
        ],
    }


def load_balancer(
    *listeners: Any,
    policies: tuple[dict[str, Any], ...] = (),
    attributes: dict[str, Any] | None = None,
    **description: Any,
) -> LiveLoadBalancer:
    """Give a load balancer in a VPC, otherwise as somebody clicked it together."""
    return from_answers(
        {
            "LoadBalancerName": "by-hand",
            "Scheme": "internet-facing",
            "VPCId": "vpc-1",
            "Subnets": ["subnet-1", "subnet-2"],
            "SecurityGroups": ["sg-01234567"],
            "ListenerDescriptions": list(listeners),
            "HealthCheck": {
                "Target": "TCP:3000",
                "Interval": 30,
                "Timeout": 5,
                "HealthyThreshold": 2,
                "UnhealthyThreshold": 2,
            },
            **description,
        },
        list(policies),
        attributes or {},
    )
