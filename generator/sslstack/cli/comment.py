"""`sslstack comment`: the review as one comment of a pull request."""

from __future__ import annotations

import click

from sslstack import github
from sslstack.cli.certificate.files import source
from sslstack.views.review.markdown import LIMIT, MARK


@click.command(epilog="Example: sslstack comment --pull-request 7 review.md")
@click.argument("file")
@click.option("--pull-request", "number", type=click.IntRange(1), required=True)
@click.option("--repository", metavar="OWNER/NAME", envvar="GITHUB_REPOSITORY", required=True)
@click.option("--api", metavar="URL", envvar="GITHUB_API_URL", default="https://api.github.com")
@click.option("--token", envvar="GITHUB_TOKEN", required=True, hidden=True)
def command(file: str, number: int, repository: str, api: str, token: str) -> None:
    """Write FILE, made by `diff --format markdown`, as a comment, or replace the one there.

    The token is taken from GITHUB_TOKEN.
    """
    body = source(file).content.decode("utf-8", "replace")
    if not body.startswith(MARK):
        body = f"{MARK}\n{body}"
    pull = github.PullRequest(api=api, repository=repository, number=number, token=token)
    click.echo(github.comment(pull, MARK, body[:LIMIT]))
