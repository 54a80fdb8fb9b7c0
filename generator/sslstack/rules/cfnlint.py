"""The rules for cfn-lint: a class for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from sslstack import catalogue
from sslstack.rules.every import RULES

if TYPE_CHECKING:
    from sslstack.rules.definition import Rule


class TemplateRule(CloudFormationLintRule):  # type: ignore[misc] # cfn-lint's types are not followed
    """A rule of ours, run by cfn-lint."""

    rule: ClassVar[Rule]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """Report every fault that the rule finds in a template."""
        return [
            RuleMatch(list(path), message) for path, message in self.rule.find_faults(cfn.template)
        ]


def make_class(rule: Rule) -> type[TemplateRule]:
    """Make the class of a rule, with the same name as its id."""
    sentence = catalogue.read_rules()[rule.id].sentence
    members = {
        "__doc__": sentence,
        "rule": rule,
        "id": rule.id,
        "shortdesc": sentence.rstrip("."),
        "description": sentence,
        "source_url": rule.source,
        "tags": ["sslstack", *sorted({kind.split("::")[1].lower() for kind in rule.types})],
    }
    return type(rule.id, (TemplateRule,), members)


CLASSES = {rule.id: make_class(rule) for rule in RULES}
"""The class of every rule, by its id."""
