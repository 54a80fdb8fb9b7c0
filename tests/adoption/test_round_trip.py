"""A deployed load balancer, read and declared anew, gives the template it was made from."""

from __future__ import annotations

import dataclasses
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from sslstack import adoption, compose, declaration, workspace
from sslstack.app import pipeline
from sslstack.aws.client import Aws
from sslstack.cloudformation import loads, resource_types
from sslstack.files import Reader
from support.emulated import Cloud, region_of, signed_anew

ROOT = Path(__file__).parents[2]
STACKS = sorted((ROOT / "stacks").iterdir())
_OTHERS = ("SecurityGroups", "SSLCertificateId")
"""What an adoption takes as it is: groups by their IDs, certificates by their ARNs."""


@pytest.mark.parametrize("source", STACKS, ids=lambda path: path.name)
def test_an_adopted_example_is_the_example(emulation: Cloud, source: Path, workdir: Path) -> None:
    """Listeners, policies, keys, health check, every setting; nothing remains to be said."""
    text = (ROOT / "templates" / f"{source.name}.yaml").read_text("utf-8")
    cloud = Cloud(dataclasses.replace(emulation.aws, region=region_of(text)))
    for arn in re.findall(r"arn:aws:acm:\S+", text):
        cloud.aws.provide(arn)
    name = f"adopted-{source.name}"
    deployed = cloud.deploy(name, signed_anew(loads(text), cloud), parameters=cloud.network)
    assert deployed["StackStatus"] == "CREATE_COMPLETE"
    for file in source.glob("*compose*"):
        shutil.copy(file, workdir)
    adopted = _adopted(cloud, workdir, _load_balancers(cloud, name))
    before = _of_load_balancers(loads(text))
    assert _of_load_balancers(loads(adopted)) == before
    cloud.delete(name)


def _load_balancers(cloud: Cloud, stack: str) -> list[str]:
    resources = cloud.stacks.describe_stack_resources(StackName=stack)["StackResources"]
    return [
        one["PhysicalResourceId"]
        for one in resources
        if one["ResourceType"] == resource_types.CLASSIC
    ]


def _adopted(cloud: Cloud, folder: Path, names: list[str]) -> str:
    """Declare every load balancer in one ssl.yml, and give the template it makes."""
    aws = Aws(cloud.client, sleep=time.sleep)
    project = compose.load(folder, Reader(), container_files=False)
    ssl = folder / "ssl.yml"
    ssl.write_text("version: 1\n")
    for name in names:
        live = adoption.read(aws, name)
        service = adoption.choose(live, project, None)
        declared = adoption.declare(live, service)
        assert declared.findings == ()
        for path, content in declared.files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(content)
        now = declaration.load(ssl, Reader())
        ssl.write_text(
            adoption.edit_declaration(ssl.read_text(), now, service.name, declared, overwrite=False)
        )
    (stack,) = workspace.find()
    return pipeline.synthesize(stack, Reader()).text


def _of_load_balancers(template: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _stripped(resource["Properties"])
        for name, resource in template["Resources"].items()
        if resource["Type"] == resource_types.CLASSIC
    }


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(entry) for key, entry in value.items() if key not in _OTHERS}
    return [_stripped(entry) for entry in value] if isinstance(value, list) else value
