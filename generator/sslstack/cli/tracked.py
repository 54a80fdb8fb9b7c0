"""What commands report of private keys that git tracks or would take, while they do their work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.app import repository
from sslstack.errors import UnavailableError
from sslstack.findings import Severity
from sslstack.views import findings as view

if TYPE_CHECKING:
    from sslstack.workspace import StackFolder


def show(folder: StackFolder) -> None:
    """Warn of private keys that git has; 'sslstack check' makes an error of it.

    Where git cannot read the repository, 'check' reports that as well.
    """
    try:
        found = [one for some in repository.check(repository.used_keys(folder)) for one in some]
    except UnavailableError:
        return
    view.show([replace(one, severity=Severity.WARNING) for one in found], err=True)
