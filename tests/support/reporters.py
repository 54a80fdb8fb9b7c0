"""Proposals and reporters for the tests of deployments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sslstack.cloudformation import loads
from sslstack.deploy.proposal import Proposal
from sslstack.deploy.reporter import Interrupted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import Operation, StackEvent
    from sslstack.deploy.status import DeployedStack


def template(*topics: str, label: str = "one", parameter: bool = False) -> str:
    """Give a template with some topics, all with the same label."""
    text = "Parameters:\n  Label:\n    Type: String\n" if parameter else ""
    value = "!Ref Label" if parameter else label
    body = "".join(
        f"  {topic}:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: {value}\n"
        for topic in topics or ("First",)
    )
    return f"{text}Resources:\n{body}"


def proposal(
    text: str | None = None, parameters: Mapping[str, str] | None = None, **options: object
) -> Proposal:
    """Give the proposal of a template for stack `web`."""
    body = template() if text is None else text
    given = {"stack": "web", "file": "templates/web.yaml"} | options
    return Proposal(
        template=body,
        declared=loads(body).get("Parameters", {}),
        parameters=parameters or {},
        **given,  # type: ignore[arg-type] # as Proposal has them
    )


@dataclass
class Watcher:
    """A reporter that answers as told and keeps what it saw."""

    yes: bool = True
    choice: Interrupted = Interrupted.DETACH
    interrupt_after: int | None = None
    interrupt_review: bool = False
    reviewed: list[ChangeSet] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)
    begun: list[Operation] = field(default_factory=list)
    events: list[StackEvent] = field(default_factory=list)

    def removes(self, stack: DeployedStack, load_balancers: tuple[str, ...]) -> bool:
        """Answer as told."""
        assert stack.status
        return self.yes and not load_balancers

    def review(self, change_set: ChangeSet) -> bool:
        """Answer as told."""
        self.reviewed.append(change_set)
        if self.interrupt_review:
            raise KeyboardInterrupt
        return self.yes

    def announce(self, arn: str) -> None:
        """Keep what is about to be executed."""
        self.announced.append(arn)

    def begin(self, change_set: ChangeSet, operation: Operation) -> None:
        """Keep the operation."""
        del change_set
        self.begun.append(operation)

    def event(self, event: StackEvent) -> None:
        """Keep the step; interrupt where told."""
        self.events.append(event)
        if self.interrupt_after == len(self.events):
            raise KeyboardInterrupt

    def interrupted(self, arn: str) -> Interrupted:
        """Choose as told."""
        assert arn
        return self.choice

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Every event as logical ID and status."""
        return [(event.logical_id, event.status) for event in self.events]
