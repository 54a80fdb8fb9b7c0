"""What the page on deployments shows is what happens, in an emulated account."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore import session, xform_name

from support import pki, stories

if TYPE_CHECKING:
    from support.emulated import Cloud

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "deploy.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ACTIONS = re.compile(r"\b(?:[A-Z][a-z]+){2,}\b")
CALLS = re.compile(r'"((?:[a-z]+_)+[a-z]+)"')
PACKAGES = [ROOT / "generator" / "sslstack" / name for name in ("cli", "aws", "deploy", "adoption")]
SERVICES = ("cloudformation", "secretsmanager", "s3", "sts", "elb", "iam", "acm")
_ALONGSIDE = {"GetObject", "PassRole"}  # TemplateURL and RoleARN ask for them
_SHORTENED = (
    (r"\d\d:\d\d:\d\d", "12:00:00"),
    (r"\d{4}-\d\d-\d\d", "2036-11-15"),
    (r" \d\d:\d\d(?= )", " 12:00"),
    (r"changeSet/[^\s`]+", "changeSet/sslstack-1c81.../5d0e..."),
    (r"\bsslstack-[0-9a-f]{32}\b", "sslstack-6f70..."),
    (r"\b[0-9a-f]{64}\b", "e2c1ef61..."),
    (r"private_key::\S+", "private_key::..."),
    (r"\bsg-[0-9a-f]{17}", "sg-0a1b2c3d"),
    (r"(vpc|subnet)-[0-9a-f]{8,17}", r"\1-0a1b2c3d"),
    (
        r"(WebLoadBalance-)\w+(-\d+)?",
        lambda found: found[1] + ("1234-5678" if found[2] else "1234"),
    ),
)
DECLARATION = """\
version: 1
certificates:
  shop:
    certificate: shop.crt
    private_key: shop.key
    roots: root.pem
listeners:
  web:443:
    certificate: shop
services:
  web:
    idle_timeout: 60
    cross_zone: true
    health_check: {path: /}
environments:
  prod:
    parameters: {VpcId: VPC, Subnets: [SUBNETS]}
"""


@pytest.mark.golden
def test_the_page(
    account: Cloud, workdir: Path, monkeypatch: pytest.MonkeyPatch, *, golden: bool
) -> None:
    """One story from the first block to the last."""
    account.enter(monkeypatch)
    _furnish(account, workdir)
    text = PAGE.read_text("utf-8")
    played = [_played(block, account, workdir) for block in BLOCK.findall(text)]
    blocks = iter(played)
    actual = BLOCK.sub(lambda _: f"```console\n{next(blocks)}```", text)
    if golden:
        PAGE.write_text(actual, "utf-8")
    assert actual == text


def test_every_permission_that_is_needed_is_named() -> None:
    """An operation is named by what boto3 calls it, wherever it is called."""
    page = PAGE.read_text("utf-8").partition("## Permissions")[2]
    table = "".join(line for line in page.splitlines() if line.startswith("|"))
    sources = (path.read_text("utf-8") for path in PACKAGES for path in path.rglob("*.py"))
    named = {name for text in sources for name in CALLS.findall(text)}
    needed = {
        pascal
        for service in SERVICES
        for name, pascal in _operations(service).items()
        if name in named
    }
    assert needed == set(ACTIONS.findall(table)) - _ALONGSIDE


def _operations(service: str) -> dict[str, str]:
    """Give the operations of a service, from boto3's names to the API's."""
    names = session.get_session().get_service_model(service).operation_names
    return {xform_name(name): name for name in names}


def _furnish(account: Cloud, folder: Path) -> None:
    root = pki.root("Root")
    leaf = pki.issue(
        "shop.example", root, domains=["shop.example"], kind="rsa2048", days=pki.LASTING
    )
    leaf.write(folder, "shop")
    (folder / "root.pem").write_bytes(root.pem)
    (folder / "docker-compose.yml").write_text(
        "name: shop\nservices: {web: {image: x, ports: ['80:3000', '443:3000', '8080:3000']}}\n"
    )
    network = account.network
    declared = DECLARATION.replace("VPC", network["VpcId"])
    (folder / "ssl.yml").write_text(declared.replace("SUBNETS", network["Subnets"]))


def _played(block: str, account: Cloud, folder: Path) -> str:
    """Replay a block, shortened; one update fails, the last block finds what it adopts."""
    script = "".join(f"  {line}\n" for line in block.splitlines())
    if "idle_timeout: 90" in block:
        account.aws.fail("WebLoadBalancer", "idle time-outs are not what they were")
    if "$ sslstack adopt" in block:
        _make_by_hand(account)
        (folder / "ssl.yml").unlink()
        (folder / "docker-compose.yml").write_text(
            "name: legacy\nservices:\n  web:\n    image: legacy\n    ports: ['80:3000']\n"
        )
    story = stories.Story(script, {})
    lines = stories.play(story, folder, ROOT / "stacks", together=True).splitlines()
    shown = "".join(f"{line.removeprefix('  ')}\n" for line in lines)
    for pattern, short in _SHORTENED:
        shown = re.sub(pattern, short, shown)
    return shown


def _make_by_hand(account: Cloud) -> None:
    backend = {"InstancePort": 3000, "InstanceProtocol": "HTTP"}
    account.client("elb").create_load_balancer(
        LoadBalancerName="by-hand",
        Subnets=account.network["Subnets"].split(","),
        Listeners=[{"LoadBalancerPort": 80, "Protocol": "HTTP", **backend}],
    )
