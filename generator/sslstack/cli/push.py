"""`sslstack push`: private keys -> Secrets Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sslstack import app, files
from sslstack.app import generating, stack_names
from sslstack.cache import Cache
from sslstack.cli import deployment, tracked

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sslstack.aws.client import Aws


@click.command(epilog="Example: sslstack push web --password-file key.pass --prune")
@click.argument("stack", required=False)
@deployment.session
@deployment.environment
@deployment.password_file
@click.option("--prune", is_flag=True, help="Let go of versions that no template refers to.")
def command(
    stack: str | None,
    *,
    profile: str | None,
    region: str | None,
    environment: str | None,
    password_file: str | None,
    prune: bool,
) -> int:
    """Verify that keys and certificates match, then store each key as a version of its secret.

    The same key again changes nothing. The previous version stays for rollback.
    """
    from sslstack.deploy.keys import delivery, store  # noqa: PLC0415 - late, it imports boto3
    from sslstack.views.deployment.keys import pushed  # noqa: PLC0415

    folder = stack_names.find_stack(stack)
    where = deployment.chosen(folder, environment)
    loaded = app.pipeline.load(deployment.unit(folder, environment, where), files.Reader())
    tracked.show(folder)
    needs = delivery.needs(loaded.stack, loaded.declared, folder.folder)
    read = delivery.read(needs, deployment.passwords(password_file))  # all, before any is sent
    if not needs or loaded.stack.key_delivery == "parameter":
        why = (
            "keys go as parameters, by 'sslstack deploy'" if needs else "no certificate needs a key"
        )
        click.echo(f"{loaded.stack.name}: {why}", err=True)
        return 0
    aws = deployment.connect(profile, region, where)
    cache = Cache(folder.root)  # environments share a secret, and perhaps an account
    units = generating.units(folder, cache) if prune else ()
    templates = [generating.generate(one, cache).text for one in units]
    environments = loaded.declared.ssl.environments.values()
    name = loaded.stack.name
    names = {name, *(one.stack for one in environments if one.stack)}
    for need, key in read:
        if prune:  # first: a secret that has all the labels it can have takes no other key
            _prune(aws, need.secret, names, templates)
        done = store.push(aws, name, need.secret, key, where.stack or "")
        click.echo(pushed(done, store.versions(aws, need.secret)), nl=False)
    return 0


def _prune(aws: Aws, secret: str, names: Collection[str], templates: Sequence[str]) -> None:
    from sslstack.deploy.keys.prune import prune  # noqa: PLC0415 - late, it imports boto3

    pruned = prune(aws, secret, names, templates)
    for version in pruned.gone:
        click.echo(f"{secret}: let go: {version.id}")
    for stack in pruned.waits_for:
        click.echo(f"{secret}: nothing let go: stack {stack.name} is {stack.status}", err=True)
