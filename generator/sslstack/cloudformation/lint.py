"""cfn-lint through its library, with our own rules; its findings become ours, ids kept.

The import takes 0.7 s, so it happens only when a template must be linted.
"""

from __future__ import annotations

import functools
from functools import partial
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation import bounded, cfnlintrc
from sslstack.cloudformation.origins import origin
from sslstack.findings import Finding, Location, Severity, sort_findings
from sslstack.redaction import find_literal_secrets, redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cfnlint.match import Match

REGION = "us-east-1"
"""Region whose resource schemas are used; it has every type."""

LONGEST = 12
"""Seconds of CPU time; the largest template that CloudFormation accepts needs a few."""
_SEVERITIES = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "informational": Severity.NOTICE,
}


def lint(
    text: str,
    file: str,
    origins: Mapping[str, Location] | None = None,
    options: Mapping[str, Any] = cfnlintrc.NONE,
) -> tuple[Finding, ...]:
    """Lint template text, JSON or YAML; `file` is its name in findings.

    Findings about paths in `origins` are reported at their declaration. A template that cfn-lint
    fails on, or takes more than `LONGEST` seconds for, is a finding. `options` are for cfn-lint's
    own rules; no configuration file is looked for.
    """
    load_rules()  # before the fork, so that every child has them
    try:
        found = bounded.run(lambda: _findings(text, file, origins or {}, options), seconds=LONGEST)
    except bounded.Ended as ended:
        found = [_unfinished(file, str(ended))]
    return sort_findings(found)


def _unfinished(file: str, why: str) -> Finding:
    return Finding(
        rule="template.not-checked",
        message=f"cfn-lint {why}",
        location=Location(file),
        hint="remove parts until the check succeeds: the last removed part is the cause",
    )


def _findings(
    text: str, file: str, origins: Mapping[str, Location], options: Mapping[str, Any]
) -> list[Finding]:
    from cfnlint.decode.decode import decode_str  # noqa: PLC0415 - see above

    template, errors = decode_str(text)
    secrets = () if errors else find_literal_secrets(template)
    if errors:
        return [_finding(match, file, origins, secrets) for match in errors]
    found = [
        Finding(rule="template.metadata", message=message, location=_at(file, key))
        for key, message in _odd_metadata(template)
    ]
    for run_rules in (partial(_by_stock_rules, options=options), _by_own_rules):
        try:
            found += [_finding(match, file, origins, secrets) for match in run_rules(template)]
        except (RecursionError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - cfn-lint expects forms that it does not check
            found.append(_unfinished(file, f"failed: {type(error).__name__}"))
    return found


def _by_stock_rules(template: Any, *, options: Mapping[str, Any]) -> Iterator[Match]:
    """Run cfn-lint's rules, which a template's metadata may disable."""
    from cfnlint.runner import run_template_by_data  # noqa: PLC0415 - see above

    rules = cfnlintrc.stock_rules(options) if options else load_rules()[0]
    config = cfnlintrc.config(regions=[REGION])
    try:
        yield from list(run_template_by_data(template, config, rules))
    except (AttributeError, TypeError):
        _without_directives(template)
        yield from run_template_by_data(template, config, rules)


def _by_own_rules(template: Any) -> Iterator[Match]:
    """Run our rules, which metadata cannot disable."""
    from cfnlint.runner import run_template_by_data  # noqa: PLC0415 - see above

    if isinstance(template, dict):
        _without_directives(template)
        config = cfnlintrc.config(regions=[REGION], include_checks=["I"])
        yield from run_template_by_data(template, config, load_rules()[1])


def _odd_metadata(template: Any) -> Iterator[tuple[Any, str]]:
    """Find metadata in which cfn-lint cannot read directives: yield the key and the message."""
    for one in _holders(template):
        for key in (key for key in one if key == "Metadata"):
            if not isinstance(one[key], dict):
                yield key, "Metadata is not a mapping"
            elif not _are_directives(one[key].get("cfn-lint", {})):
                yield key, "Metadata.cfn-lint does not have the form that cfn-lint expects"


def _are_directives(value: Any) -> bool:
    """Return whether cfn-lint can read directives: a mapping of lists of texts in `config`."""
    config = value.get("config", {}) if isinstance(value, dict) else None
    ignored = config.get("ignore_checks", []) if isinstance(config, dict) else None
    return isinstance(ignored, list) and all(isinstance(one, str) for one in ignored)


def _holders(template: Any) -> list[dict[str, Any]]:
    """Return the mappings that may have metadata: a template and its resources."""
    resources = template.get("Resources") if isinstance(template, dict) else None
    held = resources.values() if isinstance(resources, dict) else ()
    return [one for one in (template, *held) if isinstance(one, dict)]


def _at(file: str, key: Any) -> Location:
    mark = getattr(key, "start_mark", None)
    return Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)


def _without_directives(template: dict[str, Any]) -> None:
    """Remove the directives that disable cfn-lint rules: this copy of the template is ours."""
    for one in _holders(template):
        metadata = one.get("Metadata")
        if isinstance(metadata, dict):
            metadata.pop("cfn-lint", None)
        else:
            one.pop("Metadata", None)


@functools.cache
def load_rules() -> tuple[Any, Any]:
    """Load cfn-lint's rules and ours, once a process."""
    from cfnlint.core import get_rules  # noqa: PLC0415 - see above
    from cfnlint.rules import Rules  # noqa: PLC0415

    return get_rules([], [], []), Rules.create_from_module("sslstack.rules")


def _finding(
    match: Match, file: str, origins: Mapping[str, Location], secrets: Sequence[str]
) -> Finding:
    place = Location(file, match.linenumber, match.columnnumber)
    declared = origin(getattr(match, "path", None) or (), origins)
    return Finding(
        rule=match.rule.id,
        severity=_SEVERITIES.get(match.rule.severity, Severity.WARNING),
        message=redact(match.message, secrets),
        location=declared or place,
        related=place if declared else None,
        url=match.rule.source_url,
    )
