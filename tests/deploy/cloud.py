"""CloudFormation on loopback: moto's server, with the rules of AWS that a deployment meets.

Stock moto executes within the request, executes anything twice, and knows no failure. Here an
execution takes several polls, leaves events with the request's token, fails and rolls back
where it is told to, and refuses what AWS refuses. `log` records what was really carried out.
"""

from __future__ import annotations

import datetime
import functools
import logging
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
from botocore.config import Config
from moto.cloudformation import models, responses
from moto.cloudformation.exceptions import ValidationError
from moto.core.responses import ActionResult, EmptyResult
from moto.server import ThreadedMotoServer

from sslstack.deploy.aws import Aws

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT, REGION = "123456789012", "us-east-1"
_create = models.CloudFormationBackend.create_change_set
_delete_set = models.CloudFormationBackend.delete_change_set
_delete_stack = models.CloudFormationBackend.delete_stack


class NameTakenError(ValidationError):
    """The name of a change set is taken."""

    code = "AlreadyExistsException"


class InvalidStatusError(ValidationError):
    """A change set that cannot be executed."""

    code = "InvalidChangeSetStatus"


class ChangeSetNotFoundError(ValidationError):
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
        self._executions: dict[str, Execution] = {}

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
        """Refuse what AWS refuses; a stack under review takes several change sets."""
        name, kind = given["stack_name"], given["change_set_type"]
        stack = self.stack(name)
        taken = [c for c in backend.change_sets.values() if stack and c.stack is stack]
        if any(c.change_set_name == given["change_set_name"] for c in taken):
            raise NameTakenError(message=f"ChangeSet {given['change_set_name']} already exists")
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
        """Delete, and remember."""
        if change_set_name not in backend.change_sets:
            raise ChangeSetNotFoundError(message=f"ChangeSet [{change_set_name}] does not exist")
        self.log.append(("delete-set", change_set_name))
        _delete_set(backend, change_set_name=change_set_name)

    def describe_change_set(self, backend: Any, change_set_name: str) -> Any:
        """Give a change set by ARN or name."""
        for arn, change_set in backend.change_sets.items():
            if change_set_name in (arn, change_set.change_set_name):
                return change_set
        raise ChangeSetNotFoundError(message=f"ChangeSet [{change_set_name}] does not exist")

    def delete_stack(self, backend: Any, name_or_stack_id: str) -> None:
        """Delete, and remember."""
        self.log.append(("delete-stack", name_or_stack_id))
        stack = backend.get_stack(name_or_stack_id)
        if stack.status in ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"):
            stack.status = "DELETE_COMPLETE"
            backend.deleted_stacks[stack.stack_id] = backend.stacks.pop(stack.stack_id)
        else:
            _delete_stack(backend, name_or_stack_id)

    def execute_change_set(self, response: Any) -> EmptyResult:
        """Begin an execution, if the change set waits for one."""
        arn, token = response._get_param("ChangeSetName"), response._get_param("ClientRequestToken")  # noqa: SLF001
        change_set = self.describe_change_set(self.backend, arn)
        if change_set.execution_status != "AVAILABLE":
            raise InvalidStatusError(message=f"ChangeSet [{arn}] is {change_set.execution_status}")
        self.log.append(("execute", change_set.change_set_id))
        change_set.execution_status = "EXECUTE_IN_PROGRESS"
        stack = change_set.stack
        stack.change_set_id = change_set.change_set_id
        stack.last_updated_time = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        for other in [a for a, c in self.backend.change_sets.items() if c.stack is stack]:
            if other != change_set.change_set_id:
                del self.backend.change_sets[other]
        execution = Execution(self, change_set, token)
        self._executions[stack.stack_id] = execution
        self._steps[stack.stack_id] = execution.steps
        self._advance(stack.stack_id)
        return EmptyResult()

    def describe_stacks(self, backend: Any, name_or_stack_id: str) -> list[Any]:
        """Give stacks; a look at one lets its operation go on by a step."""
        found: list[Any] = _describe(backend, name_or_stack_id)
        if name_or_stack_id:
            if self.stall:
                self.stall -= 1
            else:
                self._advance(found[0].stack_id)
        return found

    def get_template(self, response: Any) -> ActionResult:
        """Give a change set's template where one is asked for, which moto does not."""
        if not (name := response._get_param("ChangeSetName")):  # noqa: SLF001 - moto's
            return _get_template(response)
        return ActionResult({"TemplateBody": self.describe_change_set(self.backend, name).template})

    def cancel_update_stack(self, response: Any) -> EmptyResult:
        """Let an update that runs turn back; the rollback has the token of this request."""
        stack = self.stack(response._get_param("StackName")) or self.backend.get_stack(  # noqa: SLF001
            response._get_param("StackName")  # noqa: SLF001
        )
        self.log.append(("cancel", stack.stack_id))
        self._executions[stack.stack_id].cancel(response._get_param("ClientRequestToken"))  # noqa: SLF001
        return EmptyResult()

    def _advance(self, stack_id: str) -> None:
        if steps := self._steps.get(stack_id):
            steps.pop(0)()

    def patches(self) -> list[Any]:
        """Give what puts these methods in the place of moto's."""
        names = (
            "create_change_set", "delete_change_set", "describe_change_set", "delete_stack",
            "describe_stacks",
        )  # fmt: skip
        return [
            *(self._patch(models.CloudFormationBackend, name) for name in names),
            self._patch(responses.CloudFormationResponse, "execute_change_set"),
            self._patch(responses.CloudFormationResponse, "get_template"),
            self._patch(responses.CloudFormationResponse, "cancel_update_stack", create=True),
        ]

    def _patch(self, owner: type, name: str, *, create: bool = False) -> Any:
        ours = getattr(self, name)

        def method(self_: Any, *positional: Any, **named: Any) -> Any:
            return ours(self_, *positional, **named)

        return mock.patch.object(owner, name, method, create=create)


class Execution:
    """An execution as steps, one for each look at the stack."""

    def __init__(self, cloud: Cloud, change_set: Any, token: str) -> None:
        self.cloud, self.change_set, self.token = cloud, change_set, token
        self.stack = change_set.stack
        self.verb = "CREATE" if change_set.change_set_type == "CREATE" else "UPDATE"
        self.steps: list[Callable[[], None]] = [
            self._begin, self._work, lambda: None, self._end,
        ]  # fmt: skip

    def _tell(self, status: str, about: Any = None, reason: str | None = None) -> None:
        stack = self.stack
        event: Any = models.Event(
            stack_id=stack.stack_id,
            stack_name=stack.name,
            logical_resource_id=about.logical_resource_id if about else stack.name,
            physical_resource_id=f"id-{about.logical_resource_id}" if about else stack.stack_id,
            resource_type=about.resource_type if about else "AWS::CloudFormation::Stack",
            resource_status=status,
            resource_status_reason=reason,
            resource_properties=None,
        )
        event.client_request_token = self.token
        stack.events.append(event)
        if about is None:
            stack.status = status

    def _begin(self) -> None:
        self._tell(f"{self.verb}_IN_PROGRESS", reason="User Initiated")

    def _work(self) -> None:
        for change in self.change_set.changes:
            self._tell(f"{self.verb}_IN_PROGRESS", change)

    def _end(self) -> None:
        failures = self.cloud.failures
        broken = [c for c in self.change_set.changes if failures.get(c.logical_resource_id)]
        if broken:
            self._break(broken)
            return
        try:
            self.change_set.apply()
        except Exception as error:  # noqa: BLE001 - whatever moto finds wrong, AWS would too
            first = self.change_set.changes[0]
            failures[first.logical_resource_id] = [str(error)]
            self._break([first])
            return
        for change in self.change_set.changes:
            self._tell(f"{self.verb}_COMPLETE", change)
        stack = self.stack
        stack.template, stack.parameters = self.change_set.template, self.change_set.parameters
        stack._parse_template()  # noqa: SLF001 - moto's, which forgets to
        self._tell(f"{self.verb}_COMPLETE")
        self.change_set.execution_status = "EXECUTE_COMPLETE"

    def _break(self, broken: list[Any]) -> None:
        for change in broken:
            reason = self.cloud.failures[change.logical_resource_id].pop()
            self._tell(f"{self.verb}_FAILED", change, reason)
        for change in self.change_set.changes:
            if change not in broken:
                self._tell(f"{self.verb}_FAILED", change, f"Resource {self.verb} cancelled")
        word = "ROLLBACK" if self.verb == "CREATE" else "UPDATE_ROLLBACK"
        self._tell(f"{word}_IN_PROGRESS")
        self.steps.append(self._back)

    def cancel(self, token: str) -> None:
        """Turn back."""
        self.token = token
        self._tell("UPDATE_ROLLBACK_IN_PROGRESS", reason="User Initiated")
        self.steps[:] = [self._back]

    def _back(self) -> None:
        word = "ROLLBACK" if self.verb == "CREATE" else "UPDATE_ROLLBACK"
        self._tell(f"{word}_COMPLETE")
        self.change_set.execution_status = "EXECUTE_FAILED"


_describe = models.CloudFormationBackend.describe_stacks
_get_template = responses.CloudFormationResponse.get_template


@functools.cache
def _session() -> Any:
    """Give one session for all: it reads the models of services once."""
    return boto3.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - loopback
        region_name=REGION,
    )


def client(endpoint: str, service: str, patience: float = 10) -> Any:
    """Give boto3's client for a server on loopback."""
    config = Config(
        retries={"total_max_attempts": 1}, read_timeout=patience, s3={"addressing_style": "path"}
    )
    return _session().client(service, endpoint_url=endpoint, config=config)


def connect(endpoint: str, told: list[str] | None = None, patience: float = 10) -> Aws:
    """Give an `Aws` that never sleeps and keeps what it is told."""
    said = told if told is not None else []

    def opened(service: str) -> Any:
        return client(endpoint, service, patience)

    return Aws(opened, sleep=lambda _: None, tell=said.append)
