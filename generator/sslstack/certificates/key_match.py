"""Whether a private key belongs to a certificate.

The key is read, compared and forgotten; problems hold words about it only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.certificates import file_kinds, formats, keys, names, requirements
from sslstack.certificates.problems import Problem, make_notice, make_warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography import x509

    from sslstack.certificates.contents import Contents
    from sslstack.certificates.model import Source


def check_key(
    leaf: x509.Certificate | None, source: Source, *, password: bytes | None = None
) -> Iterator[Problem]:
    """Check the file of a private key; without a leaf, by itself only."""
    held = formats.read_contents(source.content, password=password)
    if not held.keys:
        yield _report_no_key(source, held)
        return
    facts: keys.KeyFacts | None = None
    for block in held.keys:
        try:
            read = keys.inspect_key(block, password)
        except keys.KeyProblem as problem:
            message = f"the private key in {source.path} {problem}"
            yield Problem(
                rule=problem.rule, message=message, hint=problem.hint, about="private_key"
            )
            return
        if facts is None or (leaf is not None and keys.matches_certificate(read, leaf)):
            facts = read
    if facts is not None:
        yield from _check_facts(facts, leaf, source)
    for converted in held.converted:
        message = f"the private key in {source.path} is not plain PEM but {converted}"
        yield make_notice("key.converted", message, about="private_key")


def _report_no_key(source: Source, held: Contents) -> Problem:
    if held.certificates:
        message = (
            f"{source.path} holds a certificate ('{names.describe_subject(held.certificates[0])}') "
        )
        message += "and no private key"
        hint = "give the file of the private key"
    elif held.problems:
        return _report_unread(source, held)
    else:
        message = f"{source.path} {file_kinds.describe(held.others[0], 'private key')}"
        hint = file_kinds.suggest(held.others[0])
    return Problem(rule="key.missing", message=message, hint=hint, about="private_key")


def _report_unread(source: Source, held: Contents) -> Problem:
    return Problem(
        rule="key.password" if held.locked else "key.unreadable",
        message=f"{source.path} {held.problems[0]}",
        hint=keys.GIVE_PASSWORD if held.locked else "",
        about="private_key",
    )


def _check_facts(
    facts: keys.KeyFacts, leaf: x509.Certificate | None, source: Source
) -> Iterator[Problem]:
    if leaf is not None and not keys.matches_certificate(facts, leaf):
        yield Problem(
            rule="key.mismatch",
            message=f"the private key in {source.path} does not belong to "
            f"'{names.describe_subject(leaf)}'",
            hint="use the key of its certificate request, or have the certificate reissued",
            about="private_key",
        )
    if facts.length > requirements.KEY_LIMIT:
        message = f"the private key in {source.path} has {facts.length} characters in PEM; IAM "
        yield Problem(
            rule="key.too-long",
            message=f"{message}takes {requirements.KEY_LIMIT}",
            about="private_key",
        )
    if facts.openssh:
        message = f"the private key in {source.path} is in OpenSSH's format; it is converted"
        yield make_warning("key.openssh", message, about="private_key")
