"""The environments of ssl.yml: which one is meant, and what it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import declaration, files
from sslstack.declaration.model import Environment
from sslstack.deploy.protection import Protection
from sslstack.errors import InputError
from sslstack.findings import find_nearest

if TYPE_CHECKING:
    from sslstack.declaration import Declaration
    from sslstack.workspace import StackFolder


def choose_environment(folder: StackFolder, name: str | None) -> Environment:
    """Return the environment of a name, an empty one where ssl.yml declares none.

    Raises InputError for an unknown name, and without a name where there are environments.
    """
    return find_environment(declaration.load(folder.declaration, files.Reader()), name)


def find_environment(declared: Declaration, name: str | None) -> Environment:
    """Return the environment of a name in a declaration, as `choose_environment` does."""
    environments = declared.ssl.environments
    if name is None and not environments:
        return Environment()
    if name is not None and name in environments:
        return environments[name]
    known = " or ".join(environments) or "none"
    place = declared.at_key("environments")
    if name is None:
        count = "several environments" if len(environments) > 1 else "there is an environment"
        message = f"{count}: choose one with --environment {known}"
        raise InputError.at(place, "environment.not-chosen", message)
    near = find_nearest(name, environments)
    hint = f"did you mean '{near}'?" if near else f"--environment {known}"
    raise InputError.at(
        place,
        "environment.unknown",
        f"no environment is named '{name}'",
        hint=hint if environments else "leave --environment out: ssl.yml declares no environments",
    )


def read_protection(environment: Environment) -> Protection:
    """Return the protection that an environment declares."""
    return Protection(
        termination=environment.termination_protection,
        keep_load_balancers=environment.keep_load_balancers,
    )


def template_folder(
    folder: StackFolder, name: str | None, environment: Environment | None
) -> StackFolder:
    """Return the stack as it is in an environment, if that has a template of its own."""
    return folder.within(name) if name and environment and environment.varies else folder
