"""Which private keys a stack needs at AWS, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack import files
from sslstack.cloudformation.certificate import secret_name
from sslstack.cloudformation.names import logical_id
from sslstack.deploy import keys, private_key
from sslstack.errors import InputError
from sslstack.stack.material import declared_certificates
from sslstack.stack.model import FileCertificate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from sslstack.declaration import Declaration
    from sslstack.deploy.aws import Aws
    from sslstack.deploy.private_key import PrivateKey
    from sslstack.findings import Location
    from sslstack.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A key that the template refers to; `file` is where it is declared to be, if it is."""

    certificate: FileCertificate
    secret: str
    file: Path | None
    place: Location

    @property
    def version(self) -> str:
        """The version of the secret that the template names."""
        return self.certificate.chain.public_key_fingerprint

    @property
    def parameter(self) -> str:
        """The parameter that takes the key with `key_delivery: parameter`."""
        return logical_id(self.certificate.name, "PrivateKey")


def needs(stack: Stack, declared: Declaration, folder: Path) -> tuple[Need, ...]:
    """Give a need for each certificate that is read from a file."""
    declarations = {use.name: use for use in declared_certificates(declared)}
    found = []
    for certificate in stack.certificates:
        if isinstance(certificate, FileCertificate):
            use = declarations[certificate.name]
            file = use.declared.private_key
            found.append(
                Need(
                    certificate=certificate,
                    secret=secret_name(stack.name, certificate.name),
                    file=None if file is None else folder / file,
                    place=declared.at(*use.path),
                )
            )
    return tuple(found)


def read(need: Need, ask: Callable[[str], bytes | None]) -> PrivateKey:
    """Read the key of a certificate from its file; an encrypted one after asking.

    Raises SslstackError: there is no such file, it cannot be opened, or it is another's.
    """
    if need.file is None:
        raise InputError.at(
            need.place,
            "key.undeclared",
            f"where the private key of '{need.certificate.name}' is, is not declared",
            hint="add 'private_key: FILE'; keep that file outside git",
        )
    try:
        content = files.read(need.file)
    except OSError as error:
        raise InputError.at(
            need.place, "key.unreadable", f"'{need.file}': {files.reason(error)}"
        ) from error
    name = str(need.file)
    try:
        held = private_key.load(content, name)
    except private_key.PasswordNeeded:
        if (password := ask(name)) is None:
            raise
        held = private_key.load(content, name, password)
    return private_key.of(held, need.certificate.chain.leaf, name, need.certificate.name)


def push(
    aws: Aws, stack: str, need: Need, ask: Callable[[str], bytes | None], *, verify: bool = True
) -> keys.Pushed:
    """Deliver a key to its secret; without `verify` one that is there is not even read."""
    if not verify and keys.keep(aws, need.secret, need.version):
        return keys.Pushed(secret=need.secret, version=need.version)
    try:
        key = read(need, ask)
    except InputError as error:
        if keys.keep(aws, need.secret, need.version):
            return keys.Pushed(secret=need.secret, version=need.version)
        raise InputError(
            replace(one, message=f"{one.message}; nor is it in secret {need.secret}")
            for one in error.findings
        ) from error
    return keys.push(aws, stack, need.secret, key)


def as_parameters(
    found: Iterable[Need], ask: Callable[[str], bytes | None], deployed: Collection[str]
) -> Mapping[str, str]:
    """Give the values of the NoEcho parameters.

    A key that is not at hand keeps the value that the stack has, where `deployed`, fingerprints
    of the public keys of the certificates deployed, has its own. Raises SslstackError elsewhere.
    """
    values = {}
    for need in found:
        at_hand = need.file is not None and need.file.exists()
        if at_hand or need.version not in deployed:
            values[need.parameter] = keys.parameter_value(need.certificate.name, read(need, ask))
    return values
