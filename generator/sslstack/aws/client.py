"""The one way to call AWS.

We retry ourselves, since botocore repeats a request whether or not it may have been carried
out already: what reads or sets is repeated, what writes is repeated only when it surely was not,
and otherwise `write_once` looks first. Credentials that expire are opened anew (aws-cli#4200).
"""

from __future__ import annotations

import datetime
import re
import shlex
from typing import TYPE_CHECKING, Any

from sslstack.aws.refusals import FAILURES, LostAnswer, Meaning, classify, explain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sslstack.errors import SslstackError

Answer = dict[str, Any]

ATTEMPTS = 7
"""Of one request: half a minute of patience in all."""
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 20.0
_CONNECT_TIMEOUT = 10
_READ_TIMEOUT = 60
_REPEATABLE = frozenset({Meaning.LOST, Meaning.UNSENT})
_WRITES = frozenset({Meaning.UNSENT})
_PREFIXES = {"elb": "elasticloadbalancing"}
"""What IAM calls a service, where botocore has another word."""
_TOLD = 2
"""Failures of one request after which it is said that it is repeated: two seconds or more."""
_COMMAND = re.compile(r"'((?:aws (?!configure)|sslstack )[^']*)'")
_ALWAYS_THERE = {
    "create_change_set": "Id",
    "describe_change_set": "Status",
    "describe_stacks": "Stacks",
    "describe_stack_events": "StackEvents",
    "describe_stack_resources": "StackResources",
    "list_stack_resources": "StackResourceSummaries",
    "get_template": "TemplateBody",
    "describe_secret": "Name",
    "create_secret": "Name",
    "put_secret_value": "Name",
    "update_secret_version_stage": "Name",
    "list_secret_version_ids": "Versions",
    "describe_certificate": "Certificate",
    "get_server_certificate": "ServerCertificate",
    "describe_load_balancers": "LoadBalancerDescriptions",
    "describe_load_balancer_policies": "PolicyDescriptions",
    "describe_load_balancer_attributes": "LoadBalancerAttributes",
    "put_object": "ETag",
    "get_caller_identity": "Account",
}
"""A member that every whole answer has: one without it was cut short on its way."""


class Aws:
    """Calls AWS and waits; `sleep` takes seconds, `notify` a line to show to the user.

    `profile` and `region` are those that were said, and stand in no variable of the environment.
    `hidden` are values that nothing shows of what AWS says: those of NoEcho parameters.
    `connect` gives a client for a service's name. When credentials have expired `forget` is
    called, and `connect` again, which must then read them afresh.
    """

    def __init__(
        self,
        connect: Callable[[str], Any],
        *,
        sleep: Callable[[float], None],
        notify: Callable[[str], object] = lambda _: None,
        forget: Callable[[], object] = lambda: None,
        profile: str = "",
        region: str = "",
    ) -> None:
        self._connect = connect
        self._forget = forget
        self._clients: dict[str, Any] = {}
        self.sleep = sleep
        self.notify = notify
        self.profile, self.region = profile, region
        self.hidden: tuple[str, ...] = ()

    def client(self, service: str) -> Any:
        """Return boto3's client; raises UnavailableError without region or credentials."""
        if service not in self._clients:
            try:
                self._clients[service] = self._connect(service)
            except FAILURES as error:
                raise self._explained(error, service) from None
        return self._clients[service]

    def command(self, words: str) -> str:
        """Return a command so that it means the same account, and the same region.

        `sslstack execute` takes the region from the ARN.
        """
        said = {"--profile": self.profile}
        if not words.startswith("sslstack execute"):
            said["--region"] = self.region
        options = [f"{option} {shlex.quote(value)}" for option, value in said.items() if value]
        return " ".join([words, *options])

    def hint(self, said: str) -> str:
        """Return a hint whose quoted commands mean the same account."""
        return _COMMAND.sub(lambda found: f"'{self.command(found[1])}'", said)

    def renew(self) -> None:
        """Forget the clients, so that the next call reads the credentials anew."""
        self._clients.clear()
        self._forget()

    def read(
        self, service: str, operation: str, *, attempts: int = ATTEMPTS, **given: Any
    ) -> Answer:
        """Call what changes nothing; repeated after errors that may pass.

        Raises Refused, or UnavailableError when there is no answer to be had.
        """
        return self._call(service, operation, given, _REPEATABLE, attempts)

    def write(self, service: str, operation: str, **given: Any) -> Answer:
        """Call what changes something; repeated only when AWS has certainly not done it.

        Raises Refused, LostAnswer when AWS may have done it, or UnavailableError.
        """
        return self._call(service, operation, given, _WRITES, ATTEMPTS)

    def set(self, service: str, operation: str, **given: Any) -> Answer:
        """Call what sets something: twice has the effect of once, so it is repeated as a read is.

        Raises Refused, or UnavailableError when there is no answer to be had.
        """
        return self._call(service, operation, given, _REPEATABLE, ATTEMPTS)

    def write_once(
        self,
        already_done: Callable[[], Answer | None],
        service: str,
        operation: str,
        **given: Any,
    ) -> Answer:
        """Write exactly once: after a lost answer `already_done` looks whether AWS did it.

        It returns what takes the answer's place, None where nothing has happened.
        """
        for attempt in range(ATTEMPTS):
            try:
                return self.write(service, operation, **given)
            except LostAnswer:
                self.sleep(_pause(attempt))
                if (found := already_done()) is not None:
                    return found
                if attempt + 1 == ATTEMPTS:
                    raise
        raise AssertionError  # pragma: no cover - the last attempt raises

    def pages(
        self, service: str, operation: str, *, attempts: int = ATTEMPTS, **given: Any
    ) -> Iterator[Answer]:
        """Return every page of what is listed."""
        while True:
            answer = self.read(service, operation, attempts=attempts, **given)
            yield answer
            if not (token := answer.get("NextToken")):
                return
            given["NextToken"] = token

    def _explained(self, error: Exception, action: str) -> SslstackError:
        explained = explain(error, action, self.hidden)
        explained.hint = self.hint(explained.hint)
        return explained

    def _call(
        self,
        service: str,
        operation: str,
        given: Answer,
        repeated: frozenset[Meaning],
        attempts: int,
    ) -> Answer:
        renewed = False
        attempt = 0
        while True:
            try:
                answer: Answer = getattr(self.client(service), operation)(**given)
                return _whole(answer, operation)
            except FAILURES as error:
                meaning = classify(error)
                if meaning is Meaning.EXPIRED and not renewed:
                    renewed = True
                    self.renew()
                    continue
                attempt += 1
                if meaning not in repeated or attempt >= attempts:
                    raise self._explained(error, _action(service, operation)) from None
            except LostAnswer:
                attempt += 1
                if Meaning.LOST not in repeated or attempt >= attempts:
                    raise
            if attempt == _TOLD:
                self.notify(f"{_action(service, operation)}: no answer yet, trying again")
            self.sleep(_pause(attempt - 1))


def connect(profile: str | None, region: str | None, endpoint: str | None = None) -> Aws:
    """Open AWS as every AWS tool does: environment, profile, SSO, container, instance."""
    import os  # noqa: PLC0415 - the clock and the environment come in here alone
    import time  # noqa: PLC0415

    from botocore.config import Config  # noqa: PLC0415

    from sslstack.aws.session import Session  # noqa: PLC0415 - boto3 takes 0.2 s

    config = Config(
        retries={"total_max_attempts": 1},
        connect_timeout=_CONNECT_TIMEOUT,
        read_timeout=_READ_TIMEOUT,
        user_agent_extra="sslstack",
    )
    said = region or ""
    session = Session(profile, region or os.environ.get("AWS_REGION"))

    def opened(service: str) -> Any:
        return session.client(service, config=config, endpoint_url=endpoint)

    return Aws(opened, sleep=time.sleep, forget=session.forget, profile=profile or "", region=said)


def to_utc(time: datetime.datetime) -> datetime.datetime:
    """Return a time of an answer in UTC: botocore gives some in the machine's zone."""
    return time.astimezone(datetime.UTC)


def read_time(answer: Answer, member: str) -> datetime.datetime | None:
    """Return a time of an answer in UTC, None where it is not told."""
    return to_utc(answer[member]) if member in answer else None


def _whole(answer: Answer, operation: str) -> Answer:
    """Return an answer that is one; those without content have the request's id at least."""
    member = _ALWAYS_THERE.get(operation)
    whole = member in answer if member else "RequestId" in answer.get("ResponseMetadata", {})
    if not whole:
        raise LostAnswer(f"{operation}: incomplete AWS response")
    return answer


def _action(service: str, operation: str) -> str:
    """Return the IAM action: `cloudformation:CreateChangeSet`."""
    return f"{_PREFIXES.get(service, service)}:{operation.title().replace('_', '')}"


def _pause(attempt: int) -> float:
    return min(_FIRST_PAUSE * 2.0**attempt, _LONGEST_PAUSE)
