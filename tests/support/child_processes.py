"""Commands in processes of their own, which signals can end.

They come from a server process that has imported all they need and does nothing else, so each
begins at once, and forking is safe.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3

from sslstack import cli
from sslstack.app import cached_checks, linting, pipeline
from sslstack.aws import client
from sslstack.cli import adopt, deploy, execute
from sslstack.deploy import deployment
from sslstack.deploy.keys import delivery
from sslstack.views.deployment import stack
from sslstack.views.review import text

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

_IMPORTED = (
    adopt,
    delivery,
    deploy,
    execute,
    cached_checks,
    linting,
    pipeline,
    deployment,
    stack,
    text,
)
_SERVICES = ("cloudformation", "secretsmanager", "sts", "s3", "elb")
for _name in _SERVICES:  # what they are is read once, here
    boto3.client(_name, region_name="us-east-1", endpoint_url="http://127.0.0.1:9",
                 aws_access_key_id="-", aws_secret_access_key="-")  # noqa: S106 # fmt: skip
PATIENCE = 30
"""Seconds after which a process that does not end has failed."""


def start(command: tuple[str, ...], site: Any, output: Path) -> ForkServerProcess:
    """Run a command in a site; what it prints goes to a file as it is printed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "support.scenarios"])
    process = context.Process(target=_run, args=(command, site, str(output), str(Path.cwd())))
    found = {"PYTHONPATH": os.pathsep.join(sys.path)}  # else the server would find neither
    with mock.patch.dict(os.environ, found):
        process.start()
    return process


def _run(command: tuple[str, ...], site: Any, output: str, folder: str) -> None:
    os.chdir(folder)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - by its number
    client.connect = partial(site.connect)
    cli.main(command)
