"""Certificate files as people have them, opened: which leaf, and what came with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.certificates import extensions, foreign, formats, keys, links, names, roots
from sslstack.certificates.problems import Problem, notice, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cryptography import x509

    from sslstack.certificates.formats import Contents
    from sslstack.certificates.model import Declared, Source
    from sslstack.certificates.problems import About
    from sslstack.certificates.roots import Roots


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What declared files hold.

    `leaf` is None where there is none, and `problems` say why. `beside` are the certificates
    in the leaf's own file, `chain` those of the chain file, in the files' order, as found.
    """

    leaf: x509.Certificate | None
    beside: tuple[x509.Certificate, ...]
    chain: tuple[x509.Certificate, ...]
    roots: Roots
    problems: tuple[Problem, ...]


def load(declared: Declared, *, password: bytes | None = None) -> Opened:
    """Open what is declared; the password opens PKCS#12. Never raises, `problems` tell.

    Private keys found in the files are left there: `pairs` reads the one that is declared.
    """
    own = formats.read(declared.certificate.content, password=password)
    chain = _read(declared.chain, password)
    anchors = _read(declared.roots)
    leaf, problems = _leaf(own, chain, declared)
    return Opened(
        leaf=leaf,
        beside=tuple(one for one in own.certificates if one != leaf),
        chain=chain.certificates,
        roots=roots.private(anchors.certificates) if declared.roots else roots.public(),
        problems=(
            *_file(declared.certificate, own, "certificate"),
            *problems,
            *_file(declared.chain, chain, "chain"),
            *_chain(declared.chain, chain),
            *_file(declared.roots, anchors, "roots"),
            *_roots(declared.roots, anchors),
        ),
    )


def _read(source: Source | None, password: bytes | None = None) -> Contents:
    return formats.Contents() if source is None else formats.read(source.content, password=password)


def _file(source: Source | None, contents: Contents, about: About) -> Iterator[Problem]:
    """Say what is the matter with a file, whatever it is for."""
    if source is None:
        return
    for clause in contents.problems:
        hint = keys.GIVE_PASSWORD if contents.locked and about != "roots" else ""
        message = f"{source.path} {clause}"
        yield Problem(rule=f"{about}.unreadable", message=message, hint=hint, about=about)
    for left_out in contents.left_out if contents.certificates else ():
        message = f"{source.path}: {left_out} is left out"
        yield warning(f"{about}.block-left-out", message, about=about)
    for converted in contents.converted:
        message = f"{source.path} is not plain PEM but {converted}; it is converted"
        yield notice(f"{about}.converted", message, about=about)


def _leaf(
    own: Contents, chain: Contents, declared: Declared
) -> tuple[x509.Certificate | None, list[Problem]]:
    """Choose the leaf among the certificates of a file, and say what is odd about it."""
    path = declared.certificate.path
    if not own.certificates:
        if own.problems and not (own.keys or own.others):
            return None, []
        return None, [_no_certificate(own, declared)]
    if own.damaged_first:
        return None, []  # what comes behind is not what was meant
    problems: list[Problem] = []
    if own.keys:
        message = f"{path} holds a private key too; a declaration needs public material only"
        hint = "keep the key in a file of its own, outside git"
        problems.append(warning("certificate.holds-key", message, hint))
    leaves = _leaves(own.certificates)
    leaf = leaves[0]
    if own.problems and extensions.is_authority(leaf):
        return None, []
    in_order = not any(one.startswith("PKCS#") for one in own.converted)  # those are sets
    if leaf != own.certificates[0] and in_order:
        message = f"'{names.subject(leaf)}' is not the first certificate in {path}; it is moved"
        problems.append(warning("certificate.order", message, "put the leaf first"))
    others = [one for one in dict.fromkeys(leaves[1:]) if one != leaf]
    if others and not extensions.is_authority(others[0]):
        taken, left = (
            f"'{names.subject(one)}' (until {one.not_valid_after_utc:%Y-%m-%d})"
            for one in (leaf, others[0])
        )
        message = f"{path} holds several leaves; {taken} is taken, {left} is not"
        problems.append(warning("certificate.two-leaves", message, "one file for each leaf"))
    if _swapped(leaf, chain.certificates):
        message = f"{path} holds the authority '{names.subject(leaf)}', and the leaf is in "
        message += f"{declared.chain.path if declared.chain else 'the chain'}"
        problems.append(
            Problem(rule="certificate.swapped", message=message, hint="swap the two files")
        )
    return leaf, problems


def _leaves(certificates: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Give what signed nothing else in the file: servers' certificates before authorities'."""
    servers = [one for one in certificates if not extensions.is_authority(one)]
    if servers:
        return servers
    above = links.issuers_among(certificates)
    return [one for one in certificates if one not in above] or list(certificates)


def _swapped(leaf: x509.Certificate, chain: Sequence[x509.Certificate]) -> bool:
    return extensions.is_authority(leaf) and any(
        not extensions.is_authority(one) and links.signed(one, leaf) for one in chain
    )


def _no_certificate(own: Contents, declared: Declared) -> Problem:
    """Say what a file holds in place of a certificate."""
    path = declared.certificate.path
    held = "private key" if own.keys else own.others[0]
    if own.keys and declared.private_key is not None and _certificates_in(declared.private_key):
        return Problem(
            rule="certificate.swapped",
            message=f"{path} holds the private key and {declared.private_key.path} the certificate",
            hint="swap the two files",
        )
    return Problem(
        rule="certificate.missing",
        message=f"{path} {foreign.describe(held, 'certificate')}",
        hint=_advise(held),
    )


def _advise(held: str) -> str:
    if held.startswith("certificate request"):
        return "send it to an authority; it answers with the certificate"
    if held.startswith("private key"):
        return "give the certificate that belongs to it"
    usual = "the authority sends the certificate in PEM: BEGIN CERTIFICATE"
    return foreign.advise(held) or usual


def _certificates_in(source: Source) -> bool:
    return bool(formats.read(source.content).certificates)


def _chain(source: Source | None, contents: Contents) -> Iterator[Problem]:
    """Say what a chain file must not hold."""
    if source is None:
        return
    if contents.keys:
        message = f"{source.path} holds a private key, which would be sent to every client"
        hint = "remove it, and have the certificate reissued with a new key"
        if not contents.certificates:
            message = f"{source.path} holds a private key, not intermediate certificates"
            hint = "name the file of the intermediate certificates, or leave the chain out"
        yield Problem(rule="chain.holds-key", message=message, hint=hint, about="chain")
    if not contents.certificates and not contents.problems and not contents.keys:
        held = contents.others[0]
        message = f"{source.path} {foreign.describe(held, 'certificate')}"
        hint = foreign.advise(held)
        yield Problem(rule="chain.missing", message=message, hint=hint, about="chain")


def _roots(source: Source | None, contents: Contents) -> Iterator[Problem]:
    if source is not None and not contents.certificates and not contents.problems:
        held = contents.others[0] if contents.others else "private key"
        message = f"{source.path} {foreign.describe(held, 'certificate')}"
        hint = foreign.advise(held)
        yield Problem(rule="roots.missing", message=message, hint=hint, about="roots")
