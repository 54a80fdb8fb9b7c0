"""What there is to say of a template, generated or anybody's: declarations, rules, keys, clock.

Linting is the slow part, so what it found is kept by content.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sslstack import catalogue, files, journal
from sslstack.cache import ODD
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity, ordered

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from sslstack.cache import Cache
    from sslstack.pipeline import Generated
    from sslstack.workspace import StackFolder

Options = Mapping[str, Any]
"""What `cloudformation.cfnlintrc.load` gives."""
NO_OPTIONS: Options = MappingProxyType({})


def judge(
    made: Generated, cache: Cache, now: datetime.datetime, options: Options = NO_OPTIONS
) -> tuple[Finding, ...]:
    """Give every finding on a template now: its declarations' and cfn-lint's, linted once."""
    if (known := judged(made, cache, now, options)) is not None:
        return known
    from sslstack.cloudformation.lint import lint  # noqa: PLC0415 - late, see above

    linted = lint(made.text, made.template, made.origins, options)
    _keep(cache, "lint", _lint_key(made, options), linted)
    return _with_own(made, linted, now)


def _keep(cache: Cache, kind: str, key: str, linted: tuple[Finding, ...]) -> None:
    """Keep what linting found; what did not come to its end is tried again."""
    if all(finding.rule != "template.not-checked" for finding in linted):
        cache.put(kind, key, journal.findings_to_plain(linted))


def judged(
    made: Generated, cache: Cache, now: datetime.datetime, options: Options = NO_OPTIONS
) -> tuple[Finding, ...] | None:
    """Give every finding on a template that was linted before, None where it was not."""
    known = _recalled(cache, "lint", _lint_key(made, options))
    return None if known is None else _with_own(made, known, now)


def _recalled(cache: Cache, kind: str, key: str) -> tuple[Finding, ...] | None:
    known = cache.get(kind, key)
    try:
        return None if known is None else journal.findings_from_plain(known)
    except ODD:
        return None


def _lint_key(made: Generated, options: Options) -> str:
    places = journal.places_to_plain(made.origins)
    return f"{made.template}\n{places}\n{_options_key(options)}\n{made.text}"


def _options_key(options: Options) -> str:
    return json.dumps(dict(options), sort_keys=True)


def judge_template(
    path: Path, cache: Cache, now: datetime.datetime, options: Options = NO_OPTIONS
) -> tuple[Finding, ...]:
    """Give every finding on a template of anybody's, linted once a day by content.

    A day, because certificates in it expire. Raises InputError when it cannot be read.
    """
    if (known := judged_template(path, cache, now, options)) is not None:
        return known
    from sslstack.cloudformation import limits  # noqa: PLC0415 - late, see above
    from sslstack.cloudformation.lint import lint  # noqa: PLC0415

    text = _template_text(path)
    linted = ordered([*lint(text, str(path), options=options), *limits.size(text, str(path))])
    _keep(cache, "template", _template_key(path, text, now, options), linted)
    return linted


def judged_template(
    path: Path, cache: Cache, now: datetime.datetime, options: Options = NO_OPTIONS
) -> tuple[Finding, ...] | None:
    """Give every finding on a template that was linted today, None where it was not."""
    return _recalled(cache, "template", _template_key(path, _template_text(path), now, options))


def _template_key(path: Path, text: str, now: datetime.datetime, options: Options) -> str:
    return f"{path}\n{now:%Y-%m-%d}\n{_options_key(options)}\n{text}"


def _template_text(path: Path) -> str:
    try:
        return files.read(path).decode()
    except OSError as error:
        raise InputError.at(Location(str(path)), "file.unreadable", files.reason(error)) from error
    except UnicodeDecodeError as error:
        raise InputError.at(Location(str(path)), "file.unreadable", "is not UTF-8") from error


_SAID_BEFORE = {
    "W9107": "listener.plaintext-443",
    "W9115": "listener.unknown-security-policy",
    "W9116": "listener.weak-policy",
}
"""Rules for anybody's templates by the rules that say the same of a declaration."""
_BY_CLOCK = frozenset({"E9142"})
"""Rules that `expiry` checks for a declaration, at its line and at the time of asking.

What linting found is kept by the text of a template, which does not change with the time.
"""


def _with_own(
    made: Generated, linted: Iterable[Finding], now: datetime.datetime
) -> tuple[Finding, ...]:
    stale = _stale(made.template)
    said = {finding.rule for finding in made.findings}
    new = [
        finding
        for finding in linted
        if _SAID_BEFORE.get(finding.rule) not in said and finding.rule not in _BY_CLOCK
    ]
    return ordered([*made.at(now), *made.in_force([*new, *([] if made.fresh else [stale])])])


def _stale(template: str) -> Finding:
    """Say that a template is out of date, or what stands in its place."""
    message, hint = "is not what the declarations say", "run 'sslstack generate'"
    try:
        files.read(Path(template))
    except FileNotFoundError:
        pass
    except OSError as error:
        message = f"cannot be read: {files.reason(error)}"
        hint = f"move away what stands there, and {hint}"
    return Finding(
        rule="template.stale",
        severity=Severity.WARNING,
        message=message,
        location=Location(template),
        hint=hint,
    )


def private_keys(folder: StackFolder) -> tuple[Finding, ...]:
    """Compare the private keys that are declared and at hand with their certificates."""
    from sslstack import declaration, stack  # noqa: PLC0415 - late, see above

    declared = declaration.load(folder.declaration, files.Reader())
    declared = declaration.within(declared, folder.environment)
    return catalogue.in_force(stack.private_keys(declared, folder.folder), declared.levels)
