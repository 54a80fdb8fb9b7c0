"""Deployments of templates that were generated, and reviewed as it were, before."""

from __future__ import annotations

from sslstack import cli


def deploy(*options: str) -> int:
    """Generate every template, then deploy; gives the exit code of the deployment."""
    cli.run(["generate"])
    return cli.run(["deploy", *options])
