"""Which private keys a stack needs at AWS, and where they come from."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sslstack import files
from sslstack.cloudformation.names import logical_id
from sslstack.cloudformation.private_keys import secret_name
from sslstack.deploy.keys import private_key, store
from sslstack.errors import InputError
from sslstack.stack.certificate_files import expand_key_path, list_certificates
from sslstack.stack.model import FileCertificate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from sslstack.aws.client import Aws
    from sslstack.declaration import Declaration
    from sslstack.deploy.keys.private_key import PrivateKey
    from sslstack.findings import Finding, Location
    from sslstack.stack import Stack


_NOT_AT_HAND = frozenset({"key.undeclared", "key.unreadable"})


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
    def is_at_hand(self) -> bool:
        """Whether the file of the key is there."""
        return self.file is not None and self.file.exists()

    @property
    def parameter(self) -> str:
        """The parameter that takes the key with `key_delivery: parameter`."""
        return logical_id(self.certificate.name, "PrivateKey")


def find_needs(stack: Stack, declared: Declaration, folder: Path) -> tuple[Need, ...]:
    """Return a need for each certificate that is read from a file."""
    declarations = {use.name: use for use in list_certificates(declared)}
    found = []
    for certificate in stack.certificates:
        if isinstance(certificate, FileCertificate):
            use = declarations[certificate.name]
            file = use.declaration.private_key
            found.append(
                Need(
                    certificate=certificate,
                    secret=secret_name(stack.name, certificate.name),
                    file=None if file is None else folder / expand_key_path(file),
                    place=declared.at(*use.path, "private_key"),
                )
            )
    return tuple(found)


def read_keys(
    needs: Iterable[Need],
    ask: Callable[[str], bytes | None],
    given: Mapping[str, str] = MappingProxyType({}),
    told: Callable[[Need, Finding], Finding] = lambda _, finding: finding,
) -> tuple[tuple[Need, PrivateKey], ...]:
    """Read the keys of certificates from their files; encrypted ones after asking.

    What is `given` as a parameter is read in place of a file. Raises InputError with all that
    cannot be delivered, as it is `told`: not declared, not there, not opened, or another
    certificate's.
    """
    found: list[tuple[Need, PrivateKey]] = []
    findings: list[Finding] = []
    for need in needs:
        try:
            found.append((need, _read(need, ask, given.get(need.parameter))))
        except InputError as error:
            findings += (told(need, finding) for finding in error.findings)
    if findings:
        raise InputError(dict.fromkeys(findings))  # a file may be that of several
    return tuple(found)


def _read(need: Need, ask: Callable[[str], bytes | None], given: str | None) -> PrivateKey:
    if given is None and need.file is None:
        raise InputError.at(
            need.place,
            "key.undeclared",
            f"no private_key declared for certificate '{need.certificate.name}'",
            hint="add 'private_key: FILE' and keep that file out of git",
        )
    name = str(need.file) if given is None else f"--parameter {need.parameter}"
    try:
        content = files.read(Path(name)) if given is None else os.fsencode(given)
        held = _opened(content, name, ask)
        return private_key.select_key(held, need.version, name, need.certificate.name)
    except OSError as error:
        message = f"'{need.file}': {files.describe_error(error)}"
        raise InputError.at(need.place, "key.unreadable", message) from error
    except private_key.Unusable as error:
        raise InputError.at(need.place, error.rule, str(error), hint=error.hint) from error


def _opened(
    content: bytes, name: str, ask: Callable[[str], bytes | None]
) -> tuple[PrivateKey, ...]:
    try:
        return private_key.load_keys(content, name)
    except private_key.PasswordNeeded:
        if (password := ask(name)) is None:
            raise
        return private_key.load_keys(content, name, password)


def is_encrypted(need: Need, given: Mapping[str, str]) -> bool:
    """Return whether the key of a need is encrypted; never asks for a password."""
    try:
        _read(need, lambda _: None, given.get(need.parameter))
    except InputError as error:
        return any(finding.rule == "key.password" for finding in error.findings)
    return False


def push_keys(
    aws: Aws,
    stack: str,
    needs: Iterable[Need],
    ask: Callable[[str], bytes | None],
    deployed: str = "",
) -> Iterator[store.Pushed]:
    """Deliver the keys that are not there, all read before any is sent; returns each delivered.

    `deployed` is the name of the deployed stack where it is not the declared one. Raises
    InputError for those that are neither at hand nor there.
    """
    missing = [
        need
        for need in needs
        if not store.keep_version(
            aws, need.secret, need.version, deployed or stack, compared=need.is_at_hand
        )
    ]
    for need, key in read_keys(missing, ask, told=_add_push_hint):
        yield store.push(aws, stack, need.secret, key, deployed)


def _add_push_hint(need: Need, finding: Finding) -> Finding:
    del need
    if finding.rule not in _NOT_AT_HAND:
        return finding
    return replace(
        finding,
        message=f"{finding.message}, and Secrets Manager does not have the key",
        hint=finding.hint or "run 'sslstack push' on the machine that has the key",
    )


def read_parameters(
    found: Iterable[Need],
    ask: Callable[[str], bytes | None],
    deployed: Collection[tuple[str, str]],
    given: Mapping[str, str],
) -> Mapping[str, str]:
    """Return the values of the NoEcho parameters: of the files, or those that are `given`.

    The stack keeps the value that it has where `deployed` says so: parameters that certificates
    deployed have their keys from, with the fingerprints of these. Raises SslstackError for a key
    that is not at hand elsewhere, or not the certificate's.
    """
    wanted = [
        need
        for need in found
        if need.parameter in given or (need.parameter, need.version) not in deployed
    ]
    return {
        need.parameter: store.format_parameter(need.certificate.name, key)
        for need, key in read_keys(wanted, ask, given, _add_parameter_hint)
    }


def _add_parameter_hint(need: Need, finding: Finding) -> Finding:
    if finding.rule not in _NOT_AT_HAND:
        return finding
    way = f"'--parameter {need.parameter}=@FILE'"
    return replace(
        finding, hint=f"{finding.hint}; or give {way}" if finding.hint else f"give {way}"
    )
