"""docker-compose.yml + ssl.yml -> one linted CloudFormation template.

The names in `__all__` are the interface for programs; docs/library.md shows them. They are
imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sslstack.app.accounts import connect
    from sslstack.app.checking import check
    from sslstack.app.comparing import compare
    from sslstack.app.deploying import deploy_stack, generate_checked
    from sslstack.app.generate_all import generate_all
    from sslstack.app.listing import list_declared
    from sslstack.app.pipeline import resolve
    from sslstack.app.stack_names import find_stacks
    from sslstack.errors import SslstackError
    from sslstack.findings import Finding, Severity

__all__ = (
    "Finding",
    "Severity",
    "SslstackError",
    "check",
    "compare",
    "connect",
    "deploy_stack",
    "find_stacks",
    "generate_all",
    "generate_checked",
    "list_declared",
    "resolve",
)

_MODULES = {
    "Finding": ".findings",
    "Severity": ".findings",
    "SslstackError": ".errors",
    "check": ".app.checking",
    "compare": ".app.comparing",
    "connect": ".app.accounts",
    "deploy_stack": ".app.deploying",
    "find_stacks": ".app.stack_names",
    "generate_all": ".app.generate_all",
    "generate_checked": ".app.deploying",
    "list_declared": ".app.listing",
    "resolve": ".app.pipeline",
}


def __getattr__(name: str) -> Any:
    """Import a name of the interface when it is first used; raises AttributeError for others."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name], __name__), name)
