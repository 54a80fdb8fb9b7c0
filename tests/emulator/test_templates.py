"""The committed templates of the examples deploy."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

import pki
from emulated import Cloud
from sslstack.cloudformation import loads

TEMPLATES = sorted(Path(__file__).parents[2].joinpath("templates").glob("*.yaml"))


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


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_an_example_deploys_as_it_is_committed(emulation: Cloud, path: Path) -> None:
    """Only its certificates are others, because their keys are nowhere."""
    text = path.read_text("utf-8")
    cloud = Cloud(dataclasses.replace(emulation.aws, region=region_of(text)))
    for arn in re.findall(r"arn:aws:acm:\S+", text):
        cloud.aws.provide(arn)
    template = signed_anew(loads(text), cloud)
    stack = cloud.deploy(path.stem, template, parameters=cloud.network)
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.events(path.stem)
    told = {one["OutputKey"] for one in stack["Outputs"]}
    assert told == set(template["Outputs"])
    names = {found["LoadBalancerName"] for found in cloud.balancers}
    assert names == {
        one["OutputValue"]
        for one in stack["Outputs"]
        if one["OutputKey"].endswith("Name") and "DNS" not in one["OutputKey"]
    }
    assert cloud.delete(path.stem)["StackStatus"] == "DELETE_COMPLETE"
