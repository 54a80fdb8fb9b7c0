"""What takes long to import among the checks: cfn-lint with our rules, and private keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import catalogue, declaration, files, stack
from sslstack.cloudformation import cfnlintrc, limits
from sslstack.cloudformation.lint import lint, load_rules
from sslstack.findings import Finding, sort_findings

if TYPE_CHECKING:
    from sslstack.app.cached_checks import Options
    from sslstack.app.generating import Generated
    from sslstack.workspace import StackFolder

__all__ = ("check_private_keys", "lint_generated", "lint_template", "load_options", "load_rules")


def load_options(path: str) -> Options:
    """Read options for cfn-lint's rules from a `.cfnlintrc`; raises InputError."""
    return cfnlintrc.load(Path(path))


def lint_generated(made: Generated, options: Options) -> tuple[Finding, ...]:
    """Lint a generated template; findings are at the declarations that the template is from."""
    return lint(made.text, made.template, made.origins, options)


def lint_template(path: Path, text: str, options: Options) -> tuple[Finding, ...]:
    """Lint the text of any template and check its size."""
    return sort_findings([*lint(text, str(path), options=options), *limits.size(text, str(path))])


def check_private_keys(folder: StackFolder) -> tuple[Finding, ...]:
    """Compare the private keys that are declared and on this machine with their certificates."""
    declared = declaration.load(folder.declaration, files.Reader())
    declared = declaration.apply_environment(declared, folder.environment)
    return catalogue.apply_levels(
        stack.check_private_keys(declared, folder.folder), declared.levels
    )
