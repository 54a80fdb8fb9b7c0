"""What the commands that make private keys have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sslstack import files
from sslstack.certificates.request import KINDS as KEYS
from sslstack.certificates.request import WrittenFiles, choose_key_kind
from sslstack.errors import InputError
from sslstack.findings import Location
from sslstack.kinds import DEFAULT_KIND, DEFAULT_STORE, KINDS, STORES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sslstack.kinds import Kind, Store

OUT = click.option(
    "--out", "folder", metavar="DIR", required=True, type=click.Path(file_okay=False),
    help="Folder of the new files; nothing in it is overwritten.",
)  # fmt: skip
KEY_TYPE = click.option(
    "--key-type", type=click.Choice(list(KEYS)), help="Kind of key; by where it goes if absent."
)
LOAD_BALANCER = click.option(
    "--load-balancer",
    type=click.Choice(KINDS),
    default=DEFAULT_KIND,
    help="Kind of load balancer it is for.",
)
STORE = click.option(
    "--store", type=click.Choice(STORES), default=DEFAULT_STORE, help="Where AWS will keep it."
)


def make(
    work: Callable[[str], WrittenFiles], key_type: str | None, load_balancer: Kind, store: Store
) -> WrittenFiles:
    """Make a key of the right kind and what goes with it; says whose fault a failure is."""
    try:
        return work(key_type or choose_key_kind(load_balancer, store))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except FileExistsError as error:
        raise InputError.at(
            Location(str(error.filename)),
            "file.exists",
            "is there already and is not overwritten",
            hint="choose another --out, or move it away",
        ) from error
    except OSError as error:
        raise InputError.at(
            Location(str(error.filename)), "file.unwritable", files.describe_error(error)
        ) from error
