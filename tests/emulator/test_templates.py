"""The committed templates of the examples deploy."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from sslstack.cloudformation import loads
from support.emulated import Cloud, region_of, signed_anew

TEMPLATES = sorted(Path(__file__).parents[2].joinpath("templates").glob("*.yaml"))


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
