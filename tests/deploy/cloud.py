"""CloudFormation on loopback: moto's server, with the rules of AWS that a deployment meets.

Stock moto executes within the request, executes anything twice, and knows no failure. Here an
execution takes several polls, leaves events with the request's token, fails and rolls back
where it is told to, and refuses what AWS refuses. `log` records what was really carried out.
"""

from __future__ import annotations

import datetime
import logging
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
from botocore.config import Config
from moto.cloudformation import models, responses
from moto.cloudformation.exceptions import ValidationError
from moto.core.responses import EmptyResult
from moto.server import ThreadedMotoServer

from sslstack.deploy.aws import Aws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT, REGION = "123456789012", "us-east-1"
_create = models.CloudFormationBackend.create_change_set
_delete_set = models.CloudFormationBackend.delete_change_set
_delete_stack = models.CloudFormationBackend.delete_stack


class AlreadyExists(ValidationError):  # type: ignore[misc]
    """The name of a change set is taken."""

    code = "AlreadyExistsException"


class InvalidStatus(ValidationError):  # type: ignore[misc]
    """A change set that cannot be executed."""

    code = "InvalidChangeSetStatus"


class NotFound(ValidationError):  # type: ignore[misc]
    """No such change set."""

    code = "ChangeSetNotFound"


class Cloud:
    """One server for all tests; `reset` empties it."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").disabled = True
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.log: list[tuple[str, str]] = []
        self.failures: dict[str, list[str]] = {}
        self.stall = 0
        self._steps: dict[str, list[Callable[[], None]]] = {}

    @property
    def endpoint(self) -> str:
        """The server's URL."""
        host, port = self.server.get_host_and_port()
        return f"http://{host}:{port}"

    @property
    def backend(self) -> Any:
        """Moto's own state of CloudFormation."""
        return models.cloudformation_backends[ACCOUNT][REGION]

    def reset(self) -> None:
        """Forget everything."""
        self.backend.reset()
        self.log.clear()
        self.failures.clear()
        self._steps.clear()
        self.stall = 0

    def fail(self, logical_id: str, reason: str, times: int = 1) -> None:
        """Make a resource fail the next times it is touched."""
        self.failures[logical_id] = [reason] * times

    def done(self, what: str) -> list[str]:
        """Give what was carried out of one kind: `execute`, `delete-set`, `delete-stack`."""
        return [about for kind, about in self.log if kind == what]

    def stack(self, name: str) -> Any:
        """Give moto's own stack, None when there is none."""
        return next((s for s in self.backend.stacks.values() if s.name == name), None)

    def finish(self) -> None:
        """Let everything that runs come to its end."""
        for steps in self._steps.values():
            while steps:
                steps.pop(0)()

    # What replaces moto's own methods.

    def create_change_set(self, backend: Any, **given: Any) -> tuple[str, str]:
        name, kind = given["stack_name"], given["change_set_type"]
        stack = self.stack(name)
        taken = [c for c in backend.change_sets.values() if stack and c.stack is stack]
        if any(c.change_set_name == given["change_set_name"] for c in taken):
            raise AlreadyExists(message=f"ChangeSet {given['change_set_name']} already exists")
        if kind == "CREATE" and stack is not None:
            if stack.status != "REVIEW_IN_PROGRESS":
                raise ValidationError(message=f"Stack [{name}] already exists")
            del backend.stacks[stack.stack_id]
            arn, fresh = _create(backend, **given)
            change_set = backend.change_sets[arn]
            backend.stacks.pop(fresh)
            backend.stacks[stack.stack_id] = change_set.stack = stack
            change_set.stack_id = stack.stack_id
        else:
            arn, _ = _create(backend, **given)
            change_set = backend.change_sets[arn]
        if kind == "UPDATE" and (stack.status == "ROLLBACK_COMPLETE"):
            del backend.change_sets[arn]
            raise ValidationError(message="Stack is in ROLLBACK_COMPLETE state and can not be ...")
        self.log.append(("create-set", arn))
        return arn, change_set.stack_id

    def delete_change_set(self, backend: Any, change_set_name: str) -> None:
        if change_set_name not in backend.change_sets:
            raise NotFound(message=f"ChangeSet [{change_set_name}] does not exist")
        self.log.append(("delete-set", change_set_name))
        _delete_set(backend, change_set_name=change_set_name)

    def describe_change_set(self, backend: Any, change_set_name: str) -> Any:
        for arn, change_set in backend.change_sets.items():
            if change_set_name in (arn, change_set.change_set_name):
                return change_set
        raise NotFound(message=f"ChangeSet [{change_set_name}] does not exist")

    def delete_stack(self, backend: Any, name_or_stack_id: str) -> None:
        self.log.append(("delete-stack", name_or_stack_id))
        stack = backend.get_stack(name_or_stack_id)
        if stack.status in ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"):
            stack.status = "DELETE_COMPLETE"
            backend.deleted_stacks[stack.stack_id] = backend.stacks.pop(stack.stack_id)
        else:
            _delete_stack(backend, name_or_stack_id)

    def execute_change_set(self, response: Any) -> EmptyResult:
        arn, token = response._get_param("ChangeSetName"), response._get_param("ClientRequestToken")  # noqa: SLF001
        change_set = self.describe_change_set(self.backend, arn)
        if change_set.execution_status != "AVAILABLE":
            raise InvalidStatus(message=f"ChangeSet [{arn}] is {change_set.execution_status}")
        self.log.append(("execute", change_set.change_set_id))
        change_set.execution_status = "EXECUTE_IN_PROGRESS"
        stack = change_set.stack
        stack.change_set_id = change_set.change_set_id
        stack.last_updated_time = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        for other in [a for a, c in self.backend.change_sets.items() if c.stack is stack]:
            if other != change_set.change_set_id:
                del self.backend.change_sets[other]
        self._steps[stack.stack_id] = list(self._course(stack, change_set, token))
        self._advance(stack.stack_id)
        return EmptyResult()

    def describe_stacks(self, backend: Any, name_or_stack_id: str) -> list[Any]:
        found: list[Any] = _describe(backend, name_or_stack_id)
        if name_or_stack_id:
            if self.stall:
                self.stall -= 1
            else:
                self._advance(found[0].stack_id)
        return found

    def _advance(self, stack_id: str) -> None:
        if steps := self._steps.get(stack_id):
            steps.pop(0)()

    def _course(self, stack: Any, change_set: Any, token: str) -> Iterator[Callable[[], None]]:
        """Give the steps of an execution, one a poll."""
        verb = "CREATE" if change_set.change_set_type == "CREATE" else "UPDATE"

        def tell(status: str, about: Any = None, reason: str | None = None) -> None:
            event = models.Event(
                stack.stack_id, stack.name,
                about.logical_resource_id if about else stack.name,
                f"physical-{about.logical_resource_id}" if about else stack.stack_id,
                about.resource_type if about else "AWS::CloudFormation::Stack",
                status, reason, None,
            )  # fmt: skip
            event.client_request_token = token
            stack.events.append(event)
            if about is None:
                stack.status = status

        def begin() -> None:
            tell(f"{verb}_IN_PROGRESS", reason="User Initiated")

        def work() -> None:
            for change in change_set.changes:
                tell(f"{verb}_IN_PROGRESS", change)

        def end() -> None:
            broken = [c for c in change_set.changes if self.failures.get(c.logical_resource_id)]
            if broken:
                for change in broken:
                    reason = self.failures[change.logical_resource_id].pop()
                    tell(f"{verb}_FAILED", change, reason)
                for change in change_set.changes:
                    if change not in broken:
                        tell(f"{verb}_FAILED", change, f"Resource {verb} cancelled")
                tell("ROLLBACK_IN_PROGRESS" if verb == "CREATE" else "UPDATE_ROLLBACK_IN_PROGRESS")
                self._steps[stack.stack_id].append(back)
                return
            change_set.apply()
            for change in change_set.changes:
                tell(f"{verb}_COMPLETE", change)
            stack.template, stack.parameters = change_set.template, change_set.parameters
            stack._parse_template()  # noqa: SLF001 - moto's, which forgets to
            tell(f"{verb}_COMPLETE")
            change_set.execution_status = "EXECUTE_COMPLETE"

        def back() -> None:
            tell("ROLLBACK_COMPLETE" if verb == "CREATE" else "UPDATE_ROLLBACK_COMPLETE")
            change_set.execution_status = "EXECUTE_FAILED"

        yield from (begin, work, end)

    def patches(self) -> list[Any]:
        """Give what puts these methods in the place of moto's."""
        backend = models.CloudFormationBackend
        methods = {
            "create_change_set": lambda b, **g: self.create_change_set(b, **g),
            "delete_change_set": lambda b, **g: self.delete_change_set(b, **g),
            "describe_change_set": lambda b, **g: self.describe_change_set(b, **g),
            "delete_stack": lambda b, name: self.delete_stack(b, name),
            "describe_stacks": lambda b, name: self.describe_stacks(b, name),
        }
        execute = lambda r: self.execute_change_set(r)  # noqa: E731 - as the others
        return [
            *(mock.patch.object(backend, name, method) for name, method in methods.items()),
            mock.patch.object(responses.CloudFormationResponse, "execute_change_set", execute),
        ]


_describe = models.CloudFormationBackend.describe_stacks


def client(endpoint: str, service: str) -> Any:
    """Give boto3's client for a server on loopback."""
    config = Config(
        retries={"total_max_attempts": 1}, read_timeout=5, s3={"addressing_style": "path"}
    )
    session = boto3.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name=REGION,  # noqa: S106
    )
    return session.client(service, endpoint_url=endpoint, config=config)


def connect(endpoint: str, told: list[str] | None = None) -> Aws:
    """Give an `Aws` that never sleeps and keeps what it is told."""
    said = told if told is not None else []
    return Aws(lambda service: client(endpoint, service), sleep=lambda _: None, tell=said.append)
