"""The pages of docs/rules: what a rule reports, why, and examples; `sslstack explain` prints them.

A wheel holds the folder beside the modules; in a clone it is at the top of the repository.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import catalogue

if TYPE_CHECKING:
    from sslstack.catalogue import Rule

_PACKAGE = Path(__file__).parent
FOLDERS = (_PACKAGE / "docs" / "rules", _PACKAGE.parent.parent / "docs" / "rules")
CFN_LINT = "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md"


def explain(rule: Rule) -> str:
    """Return the page of a rule in Markdown; its heading only, where it has no page."""
    for folder in FOLDERS:
        path = folder / f"{rule.id}.md"
        if path.is_file():
            return path.read_text("utf-8")
    source = "" if is_own(rule) else f"\nA rule of cfn-lint: <{CFN_LINT}#{rule.id}>\n"
    return write_heading(rule) + source


def write_heading(rule: Rule) -> str:
    """Write what every page begins with: id, sentence, default level, whether it can change."""
    lower = (
        "`checks:` in ssl.yml can set another level."
        if rule.lowerable
        else "`checks:` cannot lower it."
    )
    return f"# {rule.id}\n\n{rule.sentence}\n\nLevel: {rule.level.value}. {lower}\n"


def write_table() -> str:
    """List our own rules, one a line: id, level and sentence in columns."""
    own = [rule for rule in catalogue.read_rules().values() if is_own(rule)]
    width = max(len(rule.id) for rule in own)
    return "".join(f"{rule.id:<{width}}  {rule.level.value:<7}  {rule.sentence}\n" for rule in own)


def is_own(rule: Rule) -> bool:
    """Whether a rule is ours, and not one of cfn-lint's."""
    return rule.id not in catalogue.read_ids(catalogue.FILES[1])
