"""`sslstack explain`: what a rule reports, why, and what to write instead."""

from __future__ import annotations

import click

from sslstack import catalogue, explanations
from sslstack.findings import find_nearest


@click.command(epilog="Example: sslstack explain port.undeclared")
@click.argument("rule", required=False)
def command(rule: str | None) -> None:
    """Explain RULE, an id as findings show it in brackets; without RULE, list our own rules."""
    click.echo(explanations.write_table() if rule is None else _page(rule), nl=False)


def _page(name: str) -> str:
    rules = catalogue.read_rules()
    found = {known.lower(): known for known in rules}.get(
        catalogue.find_current_id(name.strip("[]").lower())
    )
    if found is None:
        near = find_nearest(name, rules)
        hint = f"did you mean '{near}'?" if near else "'sslstack explain' lists the rules"
        raise click.UsageError(f"unknown rule '{name}': {hint}")
    return explanations.explain(rules[found])
