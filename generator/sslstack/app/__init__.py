"""What the commands do, without the command line: one module for each sequence.

A module is imported when it is first used, as in `app.checking.check_template`: `--help` and
a run in which nothing has changed import few of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from sslstack.app import (
        accounts,
        adopting,
        baseline,
        cached_checks,
        checking,
        clones,
        codec,
        collisions,
        comparing,
        deployed,
        deploying,
        editing,
        emulating,
        environments,
        executing,
        generate_all,
        generating,
        linting,
        listing,
        parallel,
        passwords,
        pipeline,
        pushing,
        repository,
        stack_names,
        status,
    )

__all__ = (
    "accounts",
    "adopting",
    "baseline",
    "cached_checks",
    "checking",
    "clones",
    "codec",
    "collisions",
    "comparing",
    "deployed",
    "deploying",
    "editing",
    "emulating",
    "environments",
    "executing",
    "generate_all",
    "generating",
    "linting",
    "listing",
    "parallel",
    "passwords",
    "pipeline",
    "pushing",
    "repository",
    "stack_names",
    "status",
)


def __getattr__(name: str) -> ModuleType:
    """Import a module of this package when it is first used; raises AttributeError for others."""
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
