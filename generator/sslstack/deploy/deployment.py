"""A whole deployment: create a change set, review it, execute it, watch it, conclude.

`deploy` does it all, `attach` the second half for a change set that exists. Both report through a
`Reporter`, so that a terminal, a pipe and a test see the same steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack.changes import Action
from sslstack.cloudformation.resource_types import SERVER_CERTIFICATE
from sslstack.deploy import change_set as change_sets
from sslstack.deploy import execute, status
from sslstack.deploy.cancel import cancel
from sslstack.deploy.deployed import Deployed
from sslstack.deploy.discard import abandon, discard
from sslstack.deploy.propose import propose
from sslstack.deploy.protection import (
    Protection,
    check_policy,
    compare_protection,
    protect,
    release,
)
from sslstack.deploy.recreate import remove_failed
from sslstack.deploy.reporter import Detached, Interrupted
from sslstack.deploy.watch import Watch
from sslstack.errors import SslstackError, UnavailableError

if TYPE_CHECKING:
    from sslstack.aws.client import Aws
    from sslstack.changes import ResourceChange
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import End, Operation
    from sslstack.deploy.proposal import Proposal
    from sslstack.deploy.reporter import Reporter
    from sslstack.deploy.status import DeployedStack

TRANSIENT_TRIES = 3
"""Proposals after a certificate was not found yet (must-have 12)."""
_TRANSIENT_WAITS = (60.0, 180.0, 300.0)
"""Seconds; other tools retry for five minutes, the guide says up to fifteen (AWS_FACTS 2.4)."""
_NOT_FOUND_YET = ("certificatenotfound", "server certificate not found for the key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a deployment; `end` is None when nothing was executed."""

    change_set: ChangeSet
    end: End | None = None
    declined: bool = False


def deploy(
    aws: Aws,
    proposal: Proposal,
    reporter: Reporter,
    *,
    deployed: Deployed | None = None,
    execute_it: bool = True,
    recreate: bool = False,
) -> Outcome:
    """Create a change set, have it reviewed and execute it.

    `deployed` is what was read of the stack before; it is read here where it is None. An empty
    change set is an ordinary outcome. A change set that is declined or interrupted before it is
    executed is deleted. Raises SslstackError and Detached.
    """
    proposal = replace(proposal, waits=not execute_it)
    agreed: tuple[ResourceChange, ...] | None = None
    known = deployed or Deployed(stack=status.read(aws, proposal.stack))
    for attempt in range(TRANSIENT_TRIES + 1):
        agree = reporter.removes if attempt == 0 else _agree_again
        if recreate and remove_failed(aws, known.stack, agree):
            known = Deployed(stack=None)
        proposed = propose(aws, proposal, known)
        if proposed.empty or not execute_it:
            return _show(aws, proposed, proposal, reporter, known.stack, execute_it=execute_it)
        if proposed.changes != agreed and not _review(aws, proposed, proposal, reporter):
            return Outcome(change_set=proposed, declined=True)
        agreed = proposed.changes
        end = _execute(aws, proposed, proposal, reporter)
        fresh = attempt < TRANSIENT_TRIES and _is_too_fresh(end, proposed)
        if not (fresh and _may_try_again(aws, end, recreate=recreate)):
            _protect(aws, end, proposal.protection)
            return Outcome(change_set=proposed, end=end)
        wait = _TRANSIENT_WAITS[attempt]
        aws.notify(
            "a certificate that was just uploaded is not known everywhere yet (IAM is eventually "
            f"consistent): trying again in {wait:.0f} s, {attempt + 1} of {TRANSIENT_TRIES}"
        )
        aws.sleep(wait)
        known = Deployed(stack=status.read(aws, proposal.stack))
    raise AssertionError  # pragma: no cover - the last attempt returns


def _agree_again(stack: DeployedStack, load_balancers: tuple[str, ...]) -> bool:
    """Agree to delete what this run has failed to create: the user has agreed before."""
    del stack, load_balancers
    return True


def _show(
    aws: Aws,
    proposed: ChangeSet,
    proposal: Proposal,
    reporter: Reporter,
    stack: DeployedStack | None,
    *,
    execute_it: bool,
) -> Outcome:
    """Show a change set that is not executed here: it is empty, or another run executes it."""
    if proposed.empty and stack is not None:
        _protect_unchanged(aws, stack, proposal.protection, execute_it=execute_it)
    elif not proposed.empty:
        _check_policy(aws, proposed, proposal)
    reporter.review(proposed)
    return Outcome(change_set=proposed)


def _protect_unchanged(
    aws: Aws, stack: DeployedStack, protection: Protection, *, execute_it: bool
) -> None:
    """Protect an unchanged stack as declared, or report how its protection differs."""
    lines = protect(aws, stack, protection) if execute_it else ()
    for line in lines:
        aws.notify(line)
    for line in () if execute_it else compare_protection(aws, stack, protection):
        aws.notify(f"{stack.name}: {line}: not part of a change set; 'sslstack deploy' sets it")


def _check_policy(aws: Aws, proposed: ChangeSet, proposal: Proposal) -> None:
    """Refuse a change set that the stack policy forbids, and delete it."""
    try:
        check_policy(aws, proposed, proposal.protection)
    except BaseException:
        abandon(aws, proposed)
        raise


def _protect(aws: Aws, end: End, protection: Protection) -> None:
    """Protect a stack as declared after a deployment that succeeded."""
    if end.succeeded and end.stack is not None:
        for line in protect(aws, end.stack, protection):
            aws.notify(line)


def attach(aws: Aws, arn: str, reporter: Reporter, *, confirm: bool) -> Outcome:
    """Execute exactly the change set of an ARN; one that runs already is watched.

    Without `confirm` it counts as reviewed. Afterwards the stack is protected as the change
    set's description declares. Raises SslstackError and Detached.
    """
    found, stack = execute.find(aws, arn)
    protection = Protection.loads(found.description if found else "")
    if found is None or execute.is_started(found):
        operation = execute.build_operation(found, stack, arn)
        if execute.is_finished(found):  # what was taken away since, or added, is not for us to undo
            protection = protection.added() if stack.change_set == arn else Protection()
    else:
        execute.check_state(aws, found, stack)
        check_policy(aws, found, protection)
        if confirm and not reporter.review(found):
            return Outcome(change_set=found, declined=True)
        operation = execute.execute(aws, arn, lambda: _prepare(aws, found, protection, reporter))
    told = found or change_sets.build_deleted(arn, stack)
    reporter.begin(told, operation)
    end = _watch(aws, operation, arn, reporter)
    _protect(aws, end, protection)
    return Outcome(change_set=told, end=end)


def _prepare(aws: Aws, found: ChangeSet, protection: Protection, reporter: Reporter) -> None:
    """Do what comes right before the execution; afterwards there may be no time for it."""
    release(aws, found.stack_id, found.stack, protection)
    reporter.announce(found.arn)


def _review(aws: Aws, proposed: ChangeSet, proposal: Proposal, reporter: Reporter) -> bool:
    """Have a change set reviewed; one that is declined, by an answer or Ctrl-C, is deleted."""
    _check_policy(aws, proposed, proposal)
    try:
        yes = reporter.review(proposed)
    except BaseException:
        abandon(aws, proposed)
        raise
    if not yes:
        discard(aws, proposed)
    return yes


def _execute(aws: Aws, proposed: ChangeSet, proposal: Proposal, reporter: Reporter) -> End:
    announced = False

    def ready() -> None:
        nonlocal announced
        _prepare(aws, proposed, proposal.protection, reporter)
        announced = True

    try:
        operation = execute.execute(aws, proposed.arn, ready)
    except UnavailableError as error:
        if not announced:
            abandon(aws, proposed)
            raise
        # The request may be on its way still: neither delete nor claim anything.
        raise UnavailableError(
            f"{error}; it is unknown whether the stack is updating",
            hint=aws.hint(f"'sslstack execute {proposed.arn}' finds out and continues"),
        ) from error
    except BaseException as error:
        abandon(aws, proposed)
        if isinstance(error, KeyboardInterrupt) and _has_begun(aws, proposed.arn):
            raise Detached(proposed.arn) from None
        raise
    reporter.begin(proposed, operation)
    return _watch(aws, operation, proposed.arn, reporter)


def _has_begun(aws: Aws, arn: str) -> bool:
    """Return whether an interrupted request arrived all the same; if in doubt, it did."""
    try:
        return execute.is_started(execute.find(aws, arn)[0])
    except UnavailableError:
        return True
    except SslstackError:
        return False


def _watch(aws: Aws, operation: Operation, arn: str, reporter: Reporter) -> End:
    """Follow an operation to its end, through interruptions."""
    watch = Watch(aws, operation)
    while True:
        try:
            for event in watch:
                reporter.event(event)
        except KeyboardInterrupt:
            choice = reporter.interrupted(arn)
            if choice is Interrupted.DETACH:
                raise Detached(arn) from None
            if choice is Interrupted.CANCEL:
                cancel(aws, operation)
            continue
        except UnavailableError as error:
            hint = aws.hint(f"'sslstack execute {arn}' resumes watching")
            raise UnavailableError(str(error), hint=hint) from error
        return watch.end


def _is_too_fresh(end: End, proposed: ChangeSet) -> bool:
    """Return whether a deployment failed for a certificate that is not known everywhere yet.

    Only one that it has uploaded itself can be: another is not there, now or later.
    """
    uploads = any(
        change.type == SERVER_CERTIFICATE and (change.replaces or change.action == Action.ADD)
        for change in proposed.changes
    )
    reason = end.root_cause.reason.lower() if end.root_cause else ""
    return uploads and any(words in reason for words in _NOT_FOUND_YET)


def _may_try_again(aws: Aws, end: End, *, recreate: bool) -> bool:
    """Return whether the stack takes the same again.

    One whose creation failed has to be deleted first, which only a flag allows.
    """
    course = status.interpret(end.status).course
    if course is status.Course.RECREATE and not recreate:
        aws.notify(
            "a certificate that was just uploaded was not known everywhere yet (IAM is eventually "
            "consistent): run the same command with --recreate to delete the failed stack and try "
            "again"
        )
    if course is status.Course.RECREATE:
        return recreate
    return course in (status.Course.CREATE, status.Course.UPDATE)
