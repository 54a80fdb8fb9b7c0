"""Templates of stacks, made anew or kept from an earlier run, and written.

A run in which nothing has changed reads files, compares digests and imports no stage of the
pipeline.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sslstack import app, catalogue, expiry, files, workspace
from sslstack.app import codec
from sslstack.cache import ODD
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, sort_findings

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping

    from sslstack.cache import Cache
    from sslstack.catalogue import Level
    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """Template text and where it belongs; `fresh` when that is what stands there already.

    `findings` hold at any time, `periods` tell what is to be said at a given one. `keys`
    are the files of declared private keys with the places that name them, `inputs` the files
    of the compose project: `check` looks at them; `stack` is the stack's name.
    `origins` are the places of what was declared by the parts of the template that it became.
    `images` are those behind its load balancers, by logical ID.
    `varied` are the environments that have another template, `environment` is the one of this.
    `levels` are those that ssl.yml sets for rules.
    """

    template: str
    text: str
    fresh: bool
    findings: tuple[Finding, ...]
    periods: tuple[expiry.Period, ...] = ()
    keys: Mapping[str, Location] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    stack: str = ""
    origins: Mapping[str, Location] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    varied: tuple[str, ...] = ()
    environment: str = ""
    levels: Mapping[str, Level] = field(default_factory=dict)

    def findings_at(self, now: datetime.datetime) -> tuple[Finding, ...]:
        """Return all findings, with those on what has expired at a moment."""
        return self.apply_levels([*self.findings, *expiry.check_expiry(self.periods, now)])

    def apply_levels(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return findings on this template at the levels that ssl.yml sets, in order."""
        return sort_findings(catalogue.apply_levels(findings, self.levels))


def generate(folder: StackFolder, cache: Cache) -> Generated:
    """Give the template of a stack, from the cache when nothing it was made from changed.

    Raises InputError.
    """
    if (known := recall(folder, cache)) is not None:
        return known
    reader = files.Reader()
    made = app.pipeline.synthesize(folder, reader)
    entry = {
        "seen": reader.seen,
        "template": made.template,
        "digest": files.compute_digest(made.text.encode()),
        "findings": codec.findings_to_plain(made.findings),
        "periods": codec.periods_to_plain(made.periods),
        "keys": codec.places_to_plain(made.keys),
        "inputs": made.inputs,
        "stack": made.stack,
        "origins": codec.places_to_plain(made.origins),
        "images": dict(made.images),
        "varied": made.varied,
        "levels": codec.levels_to_plain(made.levels),
    }
    cache.put("generate", _key(folder), entry)
    return made


def recall(folder: StackFolder, cache: Cache) -> Generated | None:
    """Give what was made before, if every file it came from and it itself are as they were."""
    entry = cache.get("generate", _key(folder))
    try:
        return None if entry is None else _recalled(entry, folder)
    except (OSError, *ODD):
        return None


def _recalled(entry: Any, folder: StackFolder) -> Generated | None:
    path = Path(entry["template"])
    if not files.is_unchanged(entry["seen"]) or files.is_linked(path):
        return None
    content = files.read(path)
    if files.compute_digest(content) != entry["digest"]:
        return None
    return Generated(
        template=entry["template"],
        text=content.decode(),
        fresh=True,
        findings=codec.findings_from_plain(entry["findings"]),
        periods=codec.periods_from_plain(entry["periods"]),
        keys=codec.places_from_plain(entry["keys"]),
        inputs=tuple(entry["inputs"]),
        stack=entry["stack"],
        origins=codec.places_from_plain(entry["origins"]),
        images=dict(entry["images"]),
        varied=tuple(entry["varied"]),
        environment=folder.environment,
        levels=codec.levels_from_plain(entry["levels"]),
    )


def recall_all(folder: StackFolder, cache: Cache) -> tuple[Generated, ...] | None:
    """Give what was made of a stack and its varied environments, None if any is to be made."""
    made = recall(folder, cache)
    if made is None:
        return None
    others = [recall(folder.within(name), cache) for name in made.varied]
    known = [made, *(other for other in others if other is not None)]
    return tuple(known) if len(known) == 1 + len(others) else None


def units(folder: StackFolder, cache: Cache) -> Iterator[StackFolder]:
    """Give a stack, then it as it is in each environment that has a template of its own.

    Whoever generates them one after another has the rest told by the first one's cache entry. A
    declaration that cannot be read has no environments; what is wrong with it is said of itself.
    """
    yield folder
    made = recall(folder, cache)
    for name in app.pipeline.varied_environments(folder) if made is None else made.varied:
        yield folder.within(name)


def _key(folder: StackFolder) -> str:
    return f"{folder.folder}\n{folder.environment}"


def write(made: Generated, *, force: bool = False) -> None:
    """Write a template that is not there yet; raises InputError where it cannot be written.

    Nor is a file overwritten that somebody wrote by hand, but with `force`.
    """
    if made.fresh:
        return
    if not force and _is_written_by_hand(Path(made.template)):
        raise InputError.at(
            Location(made.template),
            "template.not-generated",
            "exists and was not generated by sslstack, so it is not overwritten",
            hint="move it away, or overwrite it: sslstack generate --force",
        )
    try:
        files.write(Path(made.template), made.text.encode())
    except OSError as error:
        raise InputError.at(
            Location(made.template),
            "template.unwritable",
            f"cannot be written: {files.describe_error(error)}",
        ) from error


def _is_written_by_hand(path: Path) -> bool:
    """Tell whether a file has content and does not begin as our templates do."""
    try:
        return bool(files.read(path).strip()) and not workspace.is_generated(path)
    except OSError:
        return False  # none, or none that can be overwritten
