"""cfn-lint's configuration file, read only if an option names it.

cfn-lint itself looks for `.cfnlintrc` in the working folder and at home: an untrusted
repository would choose what is checked. The file cannot lower our own
rules or load code or schemas.

Source: cfn-lint's README, "Config File", and its schema data/CfnLintCli/config/schema.json.
"""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sslstack import documents, files
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, find_nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cfnlint.config import ConfigMixIn

    from sslstack.documents import Document

NONE: Mapping[str, Any] = MappingProxyType({})
"""The options of a run that names no file."""
_APPLIED = {
    "ignore_checks": "a list of rules",
    "include_checks": "a list of rules",
    "mandatory_checks": "a list of rules",
    "include_experimental": "true or false",
    "configure_rules": "a mapping of rules to their options",
}
"""Keys that are applied, with their form."""
_PASSED_OVER = (
    "templates", "ignore_templates", "regions", "format", "output_file", "debug",
    "non_zero_exit_code", "merge_configs", "ignore_bad_template",
)  # fmt: skip
"""Keys that are skipped: other tools need them, and they do not concern rules."""


def load(path: Path) -> Mapping[str, Any]:
    """Read the options for cfn-lint's rules; raises InputError with all findings."""
    try:
        document = documents.parse(files.read(path), str(path))
    except OSError as error:
        raise InputError.at(
            Location(str(path)), "file.unreadable", f"cannot be read: {files.describe_error(error)}"
        ) from error
    if document.data is None:
        return NONE
    if not isinstance(document.data, dict):
        raise InputError.at(Location(str(path)), "cfnlintrc.form", "is not a mapping")
    if wrong := list(_findings(document)):
        raise InputError(wrong)
    return {key: value for key, value in document.data.items() if key in _APPLIED}


def _findings(document: Document) -> Iterator[Finding]:
    for key, value in document.data.items():
        at = document.locate_key((key,))
        if key in _APPLIED:
            if not _has_form(key, value):
                message = f"{key} must be {_APPLIED[key]}"
                yield Finding(rule="cfnlintrc.form", message=message, location=at)
        elif key not in _PASSED_OVER:
            near = find_nearest(str(key), _APPLIED)
            yield Finding(
                rule="cfnlintrc.unsupported-key",
                message=f"'{key}' is not supported",
                location=at,
                hint=f"did you mean '{near}'?" if near else f"use one of: {', '.join(_APPLIED)}",
            )


def _has_form(key: str, value: object) -> bool:
    if key == "include_experimental":
        return isinstance(value, bool)
    if key == "configure_rules":
        return isinstance(value, dict) and all(
            isinstance(rule, str) and isinstance(options, dict) for rule, options in value.items()
        )
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def stock_rules(options: Mapping[str, Any]) -> Any:
    """Load cfn-lint's own rules with these options."""
    from cfnlint.core import get_rules  # noqa: PLC0415 - imported late: it is slow

    return get_rules(
        [],
        list(options.get("ignore_checks", [])),
        list(options.get("include_checks", [])),
        options.get("configure_rules"),
        options.get("include_experimental", False),
        list(options.get("mandatory_checks", [])),
    )


def config(**options: Any) -> ConfigMixIn:
    """Return cfn-lint's configuration, without reading any file."""
    from cfnlint.config import ConfigMixIn  # noqa: PLC0415 - imported late: it is slow

    return ConfigMixIn(config_file=os.devnull, **options)
