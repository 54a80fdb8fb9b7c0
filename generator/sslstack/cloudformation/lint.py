"""cfn-lint through its library, with our own rules; its findings become ours, ids kept.

The import costs 0.7 s, so it happens here and only when a template must be linted.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation import cfnlintrc
from sslstack.cloudformation.origins import origin
from sslstack.findings import Finding, Location, Severity, ordered
from sslstack.redaction import literal_secrets, redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cfnlint.match import Match

REGION = "us-east-1"
"""Region by whose resource schemas templates are judged; it has every type there is."""

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
    """Judge template text, JSON or YAML; `file` is the name by which findings call it.

    What has a place in `origins` is reported there, at its declaration. `options` are for
    cfn-lint's own rules; no configuration file is looked for.
    """
    from cfnlint.decode.decode import decode_str  # noqa: PLC0415 - see above

    template, errors = decode_str(text)
    secrets = () if errors else literal_secrets(template)
    matches = errors or _judged(template, options)
    return ordered(_finding(match, file, origins or {}, secrets) for match in matches)


def _judged(template: Any, options: Mapping[str, Any]) -> Iterator[Match]:
    """Run cfn-lint's rules, which a template's metadata may silence, then ours, which none may."""
    from cfnlint.runner import run_template_by_data  # noqa: PLC0415

    stock, own = load_rules()
    rules = cfnlintrc.stock_rules(options) if options else stock
    yield from run_template_by_data(template, cfnlintrc.config(regions=[REGION]), rules)
    if isinstance(template, dict):
        _without_directives(template)
        config = cfnlintrc.config(regions=[REGION], include_checks=["I"])
        yield from run_template_by_data(template, config, own)


def _without_directives(template: dict[str, Any]) -> None:
    """Remove what tells cfn-lint to be silent; the template was decoded for us alone."""
    resources = template.get("Resources")
    held = list(resources.values()) if isinstance(resources, dict) else []
    for one in (template, *held):
        metadata = one.get("Metadata") if isinstance(one, dict) else None
        if isinstance(metadata, dict):
            metadata.pop("cfn-lint", None)


@functools.cache
def load_rules() -> tuple[Any, Any]:
    """Load cfn-lint's rules and ours, once a process."""
    from cfnlint.rules import Rules  # noqa: PLC0415

    return cfnlintrc.stock_rules(cfnlintrc.NONE), Rules.create_from_module("sslstack.rules")


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
