"""The private keys that a declaration names, compared with their certificates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack import certificates, files
from sslstack.declaration.model import Certificate
from sslstack.errors import InputError
from sslstack.findings import Severity
from sslstack.stack.certificate_files import (
    expand_key_path,
    list_certificates,
    read_certificate_files,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sslstack.declaration import Declaration
    from sslstack.findings import Finding, Location


def list_declared_keys(declaration: Declaration, folder: Path) -> dict[str, Location]:
    """Return the files of all declared private keys, each with the place that names it.

    Those of certificates that no listener uses are among them: they are as secret as the rest.
    """
    ssl = declaration.ssl
    listeners = ((("listeners", t, "certificate"), c.certificate) for t, c in ssl.listeners.items())
    named = ((("certificates", name), given) for name, given in ssl.certificates.items())
    return {
        str(folder / expand_key_path(given.private_key)): declaration.at(*path, "private_key")
        for path, given in (*named, *listeners)
        if isinstance(given, Certificate) and given.private_key is not None
    }


def check_private_keys(declaration: Declaration, folder: Path) -> tuple[Finding, ...]:
    """Compare declared private keys with their certificates, where the keys are at hand.

    Keys lie outside git: where one is not at hand, there is nothing to compare and to say. An
    encrypted one is a notice, for `push` and `deploy` ask for its password.
    """
    findings: list[Finding] = []
    for use in list_certificates(declaration):
        file = use.declaration.private_key
        if file is None or not (folder / expand_key_path(file)).exists():
            continue
        place = declaration.at(*use.path, "private_key")
        try:
            sources = read_certificate_files(
                use, declaration, folder, files.Reader(), {}, private_key=True
            )
        except InputError as error:
            findings += [
                replace(finding, rule="key.unread", severity=Severity.NOTICE)
                for finding in error.findings
                if finding.location == place
            ]
            continue
        if sources is not None:
            examined = certificates.check_certificate(sources).findings
            findings += [_report_not_compared(one) for one in examined if one.location == place]
    return tuple(findings)


def _report_not_compared(finding: Finding) -> Finding:
    if finding.rule != "key.password":
        return finding
    return replace(
        finding,
        rule="key.not-compared",
        message=f"{finding.message}, so it is not compared with the certificate",
        severity=Severity.NOTICE,
        hint="'sslstack push' and 'sslstack deploy' ask for its password",
    )
