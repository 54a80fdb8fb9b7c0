"""What there is to say of a template, generated or anybody's: declarations, rules, keys, clock.

Linting is the slow part, so what it found is kept by content.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sslstack import app, files
from sslstack.app import codec
from sslstack.cache import ODD
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity, sort_findings

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from sslstack.app.generating import Generated
    from sslstack.cache import Cache

Options = Mapping[str, Any]
"""What `cloudformation.cfnlintrc.load` gives."""
NO_OPTIONS: Options = MappingProxyType({})


def check_generated(
    made: Generated, cache: Cache, now: datetime.datetime, options: Options = NO_OPTIONS
) -> tuple[Finding, ...]:
    """Give every finding on a template now: its declarations' and cfn-lint's, linted once."""
    if (known := cached_findings(made, cache, now, options)) is not None:
        return known

    linted = app.linting.lint_generated(made, options)
    _keep(cache, "lint", _lint_key(made, options), linted)
    return _with_own(made, linted, now)


def _keep(cache: Cache, kind: str, key: str, linted: tuple[Finding, ...]) -> None:
    """Keep what linting found; what did not come to its end is tried again."""
    if all(finding.rule != "template.not-checked" for finding in linted):
        cache.put(kind, key, codec.findings_to_plain(linted))


def cached_findings(
    made: Generated, cache: Cache, now: datetime.datetime, options: Options = NO_OPTIONS
) -> tuple[Finding, ...] | None:
    """Give every finding on a template that was linted before, None where it was not."""
    known = _recalled(cache, "lint", _lint_key(made, options))
    return None if known is None else _with_own(made, known, now)


def _recalled(cache: Cache, kind: str, key: str) -> tuple[Finding, ...] | None:
    known = cache.get(kind, key)
    try:
        return None if known is None else codec.findings_from_plain(known)
    except ODD:
        return None


def _lint_key(made: Generated, options: Options) -> str:
    places = codec.places_to_plain(made.origins)
    return f"{made.template}\n{places}\n{_options_key(options)}\n{made.text}"


def _options_key(options: Options) -> str:
    return json.dumps(dict(options), sort_keys=True)


def check_template(
    path: Path, cache: Cache, now: datetime.datetime, options: Options = NO_OPTIONS
) -> tuple[Finding, ...]:
    """Give every finding on a template of anybody's, linted once a day by content.

    A day, because certificates in it expire. Raises InputError when it cannot be read.
    """
    if (known := cached_template_findings(path, cache, now, options)) is not None:
        return known

    text = _template_text(path)
    linted = app.linting.lint_template(path, text, options)
    _keep(cache, "template", _template_key(path, text, now, options), linted)
    return linted


def cached_template_findings(
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
        raise InputError.at(
            Location(str(path)), "file.unreadable", files.describe_error(error)
        ) from error
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
    stale = [] if made.fresh else [_stale(made.template)]
    said = {finding.rule for finding in made.findings}
    new = [
        finding
        for finding in linted
        if _SAID_BEFORE.get(finding.rule) not in said and finding.rule not in _BY_CLOCK
    ]
    return sort_findings([*made.findings_at(now), *made.apply_levels([*new, *stale])])


def _stale(template: str) -> Finding:
    """Report that a template is out of date, or what is in its place."""
    message, hint = "is out of date", "run 'sslstack generate'"
    try:
        files.read(Path(template))
    except FileNotFoundError:
        pass
    except OSError as error:
        message = f"cannot be read: {files.describe_error(error)}"
        hint = f"move away what is there, and {hint}"
    return Finding(
        rule="template.stale",
        severity=Severity.WARNING,
        message=message,
        location=Location(template),
        hint=hint,
    )
