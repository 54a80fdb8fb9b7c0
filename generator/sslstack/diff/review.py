"""Review one template: its two sides, the difference and the consequences."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sslstack.diff import facts
from sslstack.diff.compare import compare
from sslstack.diff.consequences import consequences
from sslstack.diff.model import Effect
from sslstack.diff.secrets import hide_secrets

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Mapping

    from sslstack.diff.facts import Facts
    from sslstack.diff.model import Consequence, Diff
    from sslstack.findings import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A template as text and as mapping, and what it means for clients."""

    text: str
    template: Mapping[str, Any]
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The difference between two sides of a template; `base` describes the first one."""

    template: str
    base: str
    before: Side
    after: Side
    diff: Diff
    consequences: tuple[Consequence, ...]
    origins: Mapping[str, Location] = field(default_factory=dict)

    def place_of(self, subject: str) -> Location | None:
        """Return the declaration of a resource, or of a listener: `WebLoadBalancer:443`."""
        name, _, port = subject.partition(":")
        resource = self.after.template.get("Resources", {}).get(name)
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        listed = properties.get("Listeners") if isinstance(properties, dict) else None
        for index, listener in enumerate(listed if port and isinstance(listed, list) else ()):
            if isinstance(listener, dict) and str(listener.get("LoadBalancerPort")) == port:
                found = self.origins.get(f"{name}/Properties/Listeners/{index}")
                if found is not None:
                    return found
        return None if resource is None else self.origins.get(name)

    @property
    def weaker(self) -> bool:
        """Whether anything becomes weaker."""
        return self.has({Effect.WEAKER})

    def has(self, effects: Collection[Effect]) -> bool:
        """Return whether any consequence has one of the effects."""
        return any(one.effect in effects for one in self.consequences)


def side(text: str, template: Mapping[str, Any]) -> Side:
    """Read one side."""
    return Side(text=text, template=template, facts=facts.read(template))


def review(
    template: str,
    base: str,
    before: Side,
    after: Side,
    *,
    now: datetime.datetime | None = None,
    origins: Mapping[str, Location] = MappingProxyType({}),
    images: Mapping[str, str] = MappingProxyType({}),
) -> Review:
    """Compare two sides of the template at a path.

    Certificates that are not valid `now` are reported. `origins` are the places of the
    declarations, `images` the containers behind load balancers, as `cloudformation.origins` returns
    them.
    """
    diff = compare(before.template, after.template)
    return Review(
        template=template,
        base=base,
        before=before,
        after=after,
        diff=hide_secrets(diff, before.template, after.template),
        consequences=consequences(diff, before.template, after.template, now, images),
        origins=origins,
    )
