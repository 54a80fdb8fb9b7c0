"""What is being adopted, and what has to be said of it beside the declaration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from sslstack import compose
    from sslstack.adoption.model import LiveLoadBalancer
    from sslstack.adoption.references import StackReferences


@dataclass(slots=True, kw_only=True)
class AdoptionContext:
    """A load balancer before a service, what its own stack has of it, and what was noted so far.

    `files` are public keys by path, as from ssl.yml's folder.
    """

    live: LiveLoadBalancer
    service: compose.Service
    references: StackReferences
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def warn(
        self,
        rule: str,
        message: str,
        then: str,
        place: Location | None = None,
        *,
        deployed: bool,
        hint: str = "",
    ) -> None:
        """Note what ssl.yml has no word for; `then` goes after "the first deployment".

        That is after an import, which takes it over as it is: `deployed` tells that the template
        of its stack says it, as that of an import does. Where the load balancer is its own stack's
        and the template does not, CloudFormation compares two templates that both do not say it.
        """
        if deployed:
            fate = f"the next deployment {then}"
        elif self.references.properties:
            fate = "deployments keep it as long as the template does not change"
            hint = f"correct it manually, or {hint}" if hint else "correct it manually"
        else:
            fate = f"the first deployment {then}"
        self.findings.append(
            Finding(
                rule=rule,
                message=f"{message}; {fate}",
                location=place or self.service.location,
                severity=Severity.WARNING,
                hint=hint,
            )
        )
