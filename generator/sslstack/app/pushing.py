"""Private keys, checked against their certificates and stored in Secrets Manager."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack import files
from sslstack.app import generating, pipeline
from sslstack.cache import Cache
from sslstack.deploy.keys import delivery, store
from sslstack.deploy.keys.prune import prune as prune_versions
from sslstack.views.deployment.keys import pushed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sslstack.app.passwords import Passwords
    from sslstack.app.pipeline import Loaded
    from sslstack.aws.client import Aws
    from sslstack.declaration.model import Environment
    from sslstack.deploy.keys.delivery import Need
    from sslstack.deploy.keys.private_key import PrivateKey
    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of a stack as they are stored; `unneeded` is the reason why none is."""

    loaded: Loaded
    read: Sequence[tuple[Need, PrivateKey]]
    unneeded: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Text with its line feeds; a note is for people, the rest is data."""

    text: str
    is_note: bool = False


def read_keys(unit: StackFolder, passwords: Passwords) -> Keys:
    """Read all private keys of a stack and compare them with their certificates.

    Raises SslstackError, so nothing is stored if one of them is wrong.
    """
    loaded = pipeline.load(unit, files.Reader())
    needs = delivery.find_needs(loaded.stack, loaded.declared, unit.folder)
    read = delivery.read_keys(needs, passwords.read)
    unneeded = "" if needs else "no certificate needs a key"
    if needs and loaded.stack.key_delivery == "parameter":
        unneeded = "'sslstack deploy' sends the keys as parameters"
    return Keys(loaded=loaded, read=read, unneeded=unneeded)


def push(
    aws: Aws, folder: StackFolder, environment: Environment, keys: Keys, *, prune: bool
) -> Iterator[Line]:
    """Store each key as a version of its secret; with `prune` remove versions that are not used.

    Yields what was done. Raises SslstackError.
    """
    cache = Cache(folder.root)  # environments share a secret, and perhaps an account
    units = generating.units(folder, cache) if prune else ()
    templates = [generating.generate(one, cache).text for one in units]
    environments = keys.loaded.declared.ssl.environments.values()
    name = keys.loaded.stack.name
    names = {name, *(one.stack for one in environments if one.stack)}
    for need, key in keys.read:
        if prune:  # first, because a secret with the most labels possible takes no other key
            yield from _prune(aws, need.secret, names, templates)
        done = store.push(aws, name, need.secret, key, environment.stack or "")
        yield Line(pushed(done, store.read_versions(aws, need.secret)))


def _prune(
    aws: Aws, secret: str, names: Collection[str], templates: Sequence[str]
) -> Iterator[Line]:
    pruned = prune_versions(aws, secret, names, templates)
    for version in pruned.gone:
        yield Line(f"{secret}: version removed: {version.id}\n")
    for stack in pruned.waits_for:
        text = f"{secret}: no version removed: stack {stack.name} is {stack.status}\n"
        yield Line(text, is_note=True)
