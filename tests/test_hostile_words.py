"""What strangers wrote into files and names, through whole commands, as a terminal gets it."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from healthy import COMPOSE, DECLARED, write_certificates
from sslstack import cli

if TYPE_CHECKING:
    from pathlib import Path

WORDS = (
    "\x1b]0;title\x07\x1b[2J\x1b[8m\u202e\x9b2J\x85\u2028\u200b\x08\r\n::error::x\n##[group]x\x7f"
)
QUOTED = json.dumps(WORDS)
OURS = re.compile(r"\x1b\[(?:0|1|2|3[0-7])m")
ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
BROKEN_LINK = re.compile(r"(?<=[@:])\u200b|(?<=www)\u200b")
"""What Markdown has where GitHub would make a link."""

TEMPLATE = {
    "Parameters": {f"A{WORDS}": {"Type": "String", "Default": WORDS}},
    "Resources": {
        "Balancer": {
            "Type": "AWS::ElasticLoadBalancing::LoadBalancer",
            "Properties": {
                "Listeners": [
                    {"LoadBalancerPort": "443", "Protocol": f"HTTPS{WORDS}", "InstancePort": "80",
                     "SSLCertificateId": WORDS, "PolicyNames": [WORDS]}
                ],
                "Policies": [{"PolicyName": WORDS, "PolicyType": "SSLNegotiationPolicyType",
                              "Attributes": [{"Name": "Reference-Security-Policy",
                                              "Value": WORDS}]}],
                WORDS: WORDS,
            },
        },
        f"B{WORDS}": {"Type": f"AWS::{WORDS}"},
    },
    "Outputs": {f"O{WORDS}": {"Value": WORDS}},
}  # fmt: skip
FILES = {
    "a key of ssl.yml": {"ssl.yml": f"version: 1\n{QUOTED}: 1\n"},
    "a value of ssl.yml": {"ssl.yml": f"version: 1\nstack: {QUOTED}\n"},
    "a file that ssl.yml names": {"ssl.yml": DECLARED.replace("web.crt", QUOTED)},
    "a port": {"docker-compose.yml": COMPOSE.replace("'443:80'", QUOTED)},
    "a service": {"docker-compose.yml": COMPOSE.replace("web", QUOTED)},
    "an attribute": {"docker-compose.yml": COMPOSE.replace("image: x", f"image: x, {QUOTED}: 1")},
    "a variable's message": {
        "docker-compose.yml": COMPOSE.replace("'443:80'", json.dumps(f"${{X:?{WORDS}}}"))
    },
    "a template": {"templates/web.yaml": json.dumps(TEMPLATE)},
    "a template's name": {f"templates/a{WORDS}.yaml": json.dumps(TEMPLATE)},
    "a folder": {f"stacks/a{WORDS}/ssl.yml": "bogus: 1\n",
                 f"stacks/a{WORDS}/docker-compose.yml": COMPOSE},
}  # fmt: skip
COMMANDS = [
    ("check",), ("check", "templates/web.yaml"), ("check", "--format", "json"),
    ("check", "--format", "sarif"), ("check", "--format", "github"), ("generate",),
    ("generate", "--check"), ("list",), ("list", "--format", "json"), ("compose",),
    ("diff",), ("diff", "--format", "markdown"), ("diff", "--format", "html"),
    ("diff", "--format", "json"), ("create", "web:80", "web.crt"), ("textconv", "ssl.yml"),
    ("delete", "web:443"),
]  # fmt: skip


def _shown(*command: str) -> str:
    """Give what a command prints where colours are seen, without colours of ours."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        assert cli.run(["--color", "always", *command]) != 70
    return OURS.sub("", out.getvalue())


def _assert_nothing_acts(shown: str, *, annotations: bool = False) -> None:
    assert ACTS.findall(BROKEN_LINK.sub("", shown)) == []
    for line in shown.split("\n"):
        # The runner reads a line that begins as a command of ours as that, and as nothing else.
        if not (annotations and re.match("::(?:error|warning|notice) (?:file|title)=", line)):
            assert "##[" not in line
            assert not line.lstrip().startswith("::")


@pytest.mark.parametrize("place", FILES)
def test_nothing_of_files_acts(workdir: Path, place: str) -> None:
    files = {"docker-compose.yml": COMPOSE, "ssl.yml": DECLARED, **FILES[place]}
    for name, content in files.items():
        path = workdir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    write_certificates(workdir)
    begin = "git init -q -b main && git add -A && git -c user.name=x -c user.email=x@x commit -qm x"
    subprocess.run(["sh", "-c", begin], check=True, cwd=workdir)
    for command in COMMANDS:
        _assert_nothing_acts(_shown(*command), annotations="github" in command)


@pytest.mark.parametrize("command", [
    ("check", WORDS), ("diff", "--base", WORDS), ("create", WORDS, WORDS), (f"nope{WORDS}",),
    (f"--{WORDS}",), ("certificate", "check", "--cert", WORDS), ("list", "--format", WORDS),
    ("-C", WORDS, "list"), ("generate", WORDS), ("deploy", "--parameter", WORDS),
])  # fmt: skip
def test_nothing_of_arguments_acts(workdir: Path, command: tuple[str, ...]) -> None:
    (workdir / "docker-compose.yml").write_text(COMPOSE)
    (workdir / "ssl.yml").write_text(DECLARED)
    shown = _shown(*command)
    assert shown.count("\n") <= 3
    _assert_nothing_acts(shown)
