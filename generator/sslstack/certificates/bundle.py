"""Certificate files as people have them, opened: which leaf, and what came with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.certificates import extensions, file_kinds, formats, keys, names, roots, signatures
from sslstack.certificates.contents import Contents
from sslstack.certificates.problems import Problem, make_notice, make_warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cryptography import x509

    from sslstack.certificates.model import CertificateFiles, Source
    from sslstack.certificates.problems import About
    from sslstack.certificates.roots import Roots


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What declared files hold.

    `leaf` is None where there is none, and `problems` say why. `beside` are the certificates
    in the leaf's own file, `chain` those of the chain file, in the files' order, as found.
    """

    leaf: x509.Certificate | None
    beside: tuple[x509.Certificate, ...]
    chain: tuple[x509.Certificate, ...]
    roots: Roots
    problems: tuple[Problem, ...]


def load_bundle(files: CertificateFiles, *, password: bytes | None = None) -> Bundle:
    """Open what is declared; the password opens PKCS#12. Never raises, `problems` tell.

    Private keys found in the files are left there: `key_match` reads the one that is declared.
    """
    own = formats.read_contents(files.certificate.content, password=password)
    chain = _read_source(files.chain, password)
    anchors = _read_source(files.roots)
    leaf, problems = _choose_leaf(own, chain, files)
    return Bundle(
        leaf=leaf,
        beside=tuple(one for one in own.certificates if one != leaf),
        chain=chain.certificates,
        roots=roots.make_private_roots(anchors.certificates)
        if files.roots
        else roots.load_public_roots(),
        problems=(
            *_check_file(files.certificate, own, "certificate"),
            *problems,
            *_check_file(files.chain, chain, "chain"),
            *_check_chain_file(files.chain, chain),
            *_check_file(files.roots, anchors, "roots"),
            *_check_roots_file(files.roots, anchors),
        ),
    )


def _read_source(source: Source | None, password: bytes | None = None) -> Contents:
    return (
        Contents() if source is None else formats.read_contents(source.content, password=password)
    )


def _check_file(source: Source | None, contents: Contents, about: About) -> Iterator[Problem]:
    """Report what is wrong with a file, for any purpose."""
    if source is None:
        return
    for clause in contents.problems:
        hint = keys.GIVE_PASSWORD if contents.locked and about != "roots" else ""
        message = f"{source.path} {clause}"
        yield Problem(rule=f"{about}.unreadable", message=message, hint=hint, about=about)
    for left_out in contents.left_out if contents.certificates else ():
        message = f"{source.path}: {left_out} is left out"
        yield make_warning(f"{about}.block-left-out", message, about=about)
    for converted in contents.converted:
        message = f"{source.path} is not plain PEM but {converted}; it is converted"
        yield make_notice(f"{about}.converted", message, about=about)


def _choose_leaf(
    own: Contents, chain: Contents, files: CertificateFiles
) -> tuple[x509.Certificate | None, list[Problem]]:
    """Choose the leaf among the certificates of a file, and say what is odd about it."""
    path = files.certificate.path
    if not own.certificates:
        if own.problems and not (own.keys or own.others):
            return None, []
        return None, [_report_no_certificate(own, files)]
    if own.damaged_first:
        return None, []  # what comes behind is not what was meant
    problems: list[Problem] = []
    if own.keys:
        message = f"{path} also holds a private key; only certificates are needed"
        hint = "keep the key in a file of its own, outside git"
        problems.append(make_warning("certificate.holds-key", message, hint))
    leaves = _find_leaves(own.certificates)
    leaf = leaves[0]
    if own.problems and extensions.is_authority(leaf):
        return None, []
    in_order = not any(one.startswith("PKCS#") for one in own.converted)  # those are sets
    if leaf != own.certificates[0] and in_order:
        message = f"'{names.describe_subject(leaf)}' is not the first in {path}; it is moved there"
        problems.append(
            make_warning("certificate.order", message, "put the server certificate first")
        )
    others = [one for one in dict.fromkeys(leaves[1:]) if one != leaf]
    if others and not extensions.is_authority(others[0]):
        taken, left = (
            f"'{names.describe_subject(one)}' (until {one.not_valid_after_utc:%Y-%m-%d})"
            for one in (leaf, others[0])
        )
        message = f"{path} holds several server certificates; {taken} is used, {left} is not"
        problems.append(
            make_warning(
                "certificate.two-leaves", message, "use one file for each server certificate"
            )
        )
    if _is_swapped(leaf, chain.certificates):
        message = (
            f"{path} holds the authority '{names.describe_subject(leaf)}', and the leaf is in "
        )
        message += f"{files.chain.path if files.chain else 'the chain'}"
        problems.append(
            Problem(rule="certificate.swapped", message=message, hint="swap the two files")
        )
    return leaf, problems


def _find_leaves(certificates: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return what signed nothing else in the file: servers' certificates before authorities'."""
    servers = [one for one in certificates if not extensions.is_authority(one)]
    if servers:
        return servers
    above = signatures.find_issuers(certificates)
    return [one for one in certificates if one not in above] or list(certificates)


def _is_swapped(leaf: x509.Certificate, chain: Sequence[x509.Certificate]) -> bool:
    return extensions.is_authority(leaf) and any(
        not extensions.is_authority(one) and signatures.is_signed_by(one, leaf) for one in chain
    )


def _report_no_certificate(own: Contents, files: CertificateFiles) -> Problem:
    """Report what a file holds in place of a certificate."""
    path = files.certificate.path
    held = "private key" if own.keys else own.others[0]
    if own.keys and files.private_key is not None and _holds_certificates(files.private_key):
        return Problem(
            rule="certificate.swapped",
            message=f"{path} holds the private key and {files.private_key.path} the certificate",
            hint="swap the two files",
        )
    return Problem(
        rule="certificate.missing",
        message=f"{path} {file_kinds.describe(held, 'certificate')}",
        hint=_suggest(held),
    )


def _suggest(held: str) -> str:
    if held.startswith("certificate request"):
        return "send it to a certificate authority, which issues the certificate"
    if held.startswith("private key"):
        return "give the certificate that belongs to it"
    usual = "the certificate authority sends it in PEM: BEGIN CERTIFICATE"
    return file_kinds.suggest(held) or usual


def _holds_certificates(source: Source) -> bool:
    return bool(formats.read_contents(source.content).certificates)


def _check_chain_file(source: Source | None, contents: Contents) -> Iterator[Problem]:
    """Report what a chain file must not hold."""
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
        message = f"{source.path} {file_kinds.describe(held, 'certificate')}"
        hint = file_kinds.suggest(held)
        yield Problem(rule="chain.missing", message=message, hint=hint, about="chain")


def _check_roots_file(source: Source | None, contents: Contents) -> Iterator[Problem]:
    """Report a file of roots that holds none."""
    if source is None or contents.problems:
        return
    if not contents.certificates:
        held = contents.others[0] if contents.others else "private key"
        message = f"{source.path} {file_kinds.describe(held, 'certificate')}"
        hint = file_kinds.suggest(held)
        yield Problem(rule="roots.missing", message=message, hint=hint, about="roots")
    elif not any(signatures.is_self_signed(one) for one in contents.certificates):
        first = contents.certificates[0]
        kind = "an intermediate" if extensions.is_authority(first) else "a server"
        message = f"{source.path} holds no root: '{names.describe_subject(first)}' is {kind} "
        message += "certificate"
        hint = f"name the file of the root that signed it: '{names.describe_issuer(first)}'"
        yield make_warning("roots.no-root", message, hint, about="roots")
