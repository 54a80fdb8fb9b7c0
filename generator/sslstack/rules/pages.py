"""A page for each rule, in Markdown, made from the rule itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.rules import RULES

if TYPE_CHECKING:
    from sslstack.rules.definition import Rule

_SEVERITIES = {"E": "error", "W": "warning", "I": "notice"}
_ARTICLES = {"E": "An", "W": "A", "I": "A"}


def pages() -> dict[str, str]:
    """Give the text of every file in docs/rules, by its name."""
    return {"README.md": _index()} | {f"{rule.id}.md": _page(rule) for rule in RULES}


def _index() -> str:
    rows = "".join(
        f"| [{rule.id}]({rule.id}.md) | {_severity(rule)} | {rule.shortdesc} |\n" for rule in RULES
    )
    return (
        "# Rules for load balancers and certificates\n\n"
        "For any CloudFormation template, with cfn-lint or by themselves:\n\n"
        "```sh\ncfn-lint -a sslstack.rules -- template.yaml\nsslstack check template.yaml\n```\n\n"
        "What hides behind parameters, conditions and functions is judged where it can be known "
        "and left\nalone where it cannot. `sslstack check` obeys no metadata that silences these "
        "rules.\n\n"
        f"| rule | | what it asks for |\n| --- | --- | --- |\n{rows}"
    )


def _page(rule: type[Rule]) -> str:
    applies = "\n".join(f"- `{kind}`" for kind in rule.types)
    return (
        f"# {rule.id}: {rule.shortdesc}\n\n"
        f"{_ARTICLES[rule.id[0]]} {_severity(rule)}, for\n\n{applies}\n\n"
        f"{rule.why}\n\n"
        f"Source: <{rule.source_url}>\n\n"
        f"## Fails\n\n```yaml\n{rule.failing.rstrip()}\n```\n\n"
        f"## Passes\n\n```yaml\n{rule.passing.rstrip()}\n```\n"
    )


def _severity(rule: type[Rule]) -> str:
    return _SEVERITIES[rule.id[0]]
