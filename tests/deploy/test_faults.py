"""Every call of a deployment, struck by every fault: nothing is lost, done twice or untrue."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

import pki
from cloud import client, connect
from faults import FAULTS, Proxy
from sslstack.cli import deployment
from sslstack.deploy import keys, private_key, sequence
from sslstack.errors import SslstackError
from watchers import Watcher, proposal, template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud import Cloud
    from faults import Request
    from sslstack.deploy.aws import Aws

pytest_plugins = ("cloud_fixtures",)

_SECRET = "sslstack/web/site"  # noqa: S105 - a name
_OUTAGE = 25
"""Strikes in a row: more than a call is repeated, so that it fails."""
_TALLY = {"survived": 0, "tried": 0}


@pytest.fixture(scope="module")
def _proxy(_cloud: Cloud) -> Iterator[Proxy]:
    proxy = Proxy(_cloud.endpoint)
    yield proxy
    proxy.stop()


@pytest.fixture
def proxy(_proxy: Proxy) -> Proxy:
    """Give the proxy, with nothing planned."""
    _proxy.plan("", 0, FAULTS["throttled"])
    return _proxy


def _open(proxy: Proxy, told: list[str]) -> Aws:
    return connect(proxy.endpoint, told, patience=0.25)


def _run(aws: Aws, watcher: Watcher, key: private_key.PrivateKey) -> list[sequence.Outcome]:
    """Deliver a key, create a stack, change it, and find nothing more to change."""
    keys.push(aws, "web", _SECRET, key)
    return [
        sequence.deploy(aws, proposal(template(*topics)), watcher)
        for topics in (("A",), ("A", "B"), ("A", "B"))
    ]


def _prepare(cloud: Cloud) -> Any:
    """Empty the server, but for a stack and a change set of somebody else."""
    cloud.reset()
    secrets = client(cloud.endpoint, "secretsmanager")
    for secret in secrets.list_secrets()["SecretList"]:
        secrets.delete_secret(SecretId=secret["Name"], ForceDeleteWithoutRecovery=True)
    theirs = client(cloud.endpoint, "cloudformation")
    return theirs.create_change_set(
        StackName="theirs", ChangeSetName="theirs", ChangeSetType="CREATE", TemplateBody=template()
    )


def _check_laws(cloud: Cloud, theirs: Any, said: str) -> None:
    """Nothing twice, nothing of others, nothing left that was not named."""
    executed = cloud.done("execute")
    assert len(executed) == len(set(executed)), "executed twice"
    assert theirs["Id"] in cloud.backend.change_sets, "somebody else's change set is gone"
    assert cloud.stack("theirs") is not None, "somebody else's stack is gone"
    for arn, change_set in cloud.backend.change_sets.items():
        if arn != theirs["Id"] and change_set.execution_status == "AVAILABLE":
            assert arn in said or change_set.change_set_name in said, "left behind, not named"


def _key() -> private_key.PrivateKey:
    return private_key.load(pki.issue("site", None).key_pem, "site.key")[0]


def _calls(cloud: Cloud, proxy: Proxy) -> list[str]:
    """Give the calls of a run in which nothing goes wrong."""
    _prepare(cloud)
    _run(_open(proxy, []), Watcher(), _key())
    return list(proxy.calls)


def _chosen(calls: list[str]) -> list[tuple[int, str]]:
    """Give the calls to strike: the first of each kind; with SSLSTACK_FAULTS=all every one."""
    if os.environ.get("SSLSTACK_FAULTS") == "all":
        return [(calls[:index].count(call), call) for index, call in enumerate(calls)]
    return [(0, call) for call in dict.fromkeys(calls)]


def test_a_calm_run_is_what_the_faults_strike(cloud: Cloud, proxy: Proxy) -> None:
    calls = _calls(cloud, proxy)
    assert {
        "DescribeSecret", "CreateSecret", "DescribeStacks", "CreateChangeSet",
        "DescribeChangeSet", "ExecuteChangeSet", "DescribeStackEvents", "DeleteChangeSet",
    } <= set(calls)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_at_any_call_is_survived(fault: str, cloud: Cloud, proxy: Proxy) -> None:
    calls = _chosen(_calls(cloud, proxy))
    for index, call in calls:
        _TALLY["tried"] += 1
        theirs, told = _prepare(cloud), list[str]()
        proxy.plan(call, index, FAULTS[fault])
        outcomes = _run(_open(proxy, told), Watcher(), _key())
        assert proxy.struck == 1, (index, call)
        ends = [outcome.end and outcome.end.status for outcome in outcomes]
        assert ends == ["CREATE_COMPLETE", "UPDATE_COMPLETE", None], (index, call)
        assert cloud.stack("web").status == "UPDATE_COMPLETE"
        assert len(cloud.done("execute")) == 2
        _check_laws(cloud, theirs, "\n".join(told))
        _TALLY["survived"] += 1


@pytest.mark.parametrize(
    "fault", ["throttled", "error after", "reset before", "reset after", "expired token"]
)
def test_after_an_outage_at_any_call_one_can_go_on(fault: str, cloud: Cloud, proxy: Proxy) -> None:
    calls = _chosen(_calls(cloud, proxy))
    for index, call in calls:
        _TALLY["tried"] += 1
        theirs, told, watcher = _prepare(cloud), list[str](), Watcher()
        proxy.plan(call, index, FAULTS[fault], times=_OUTAGE)
        try:
            _run(_open(proxy, told), watcher, _key())
        except SslstackError as error:
            told += [str(error), error.hint]
        _check_laws(cloud, theirs, "\n".join(told))
        proxy.calm()
        for operation in watcher.begun[-1:]:  # what runs is found by the command printed
            sequence.attach(_open(proxy, told), operation.change_set, Watcher(), confirm=False)
        for arn in _named(told):
            sequence.attach(_open(proxy, told), arn, Watcher(), confirm=False)
        outcomes = _run(_open(proxy, told), Watcher(), _key())
        assert outcomes[-1].change_set, (index, call)
        assert outcomes[-1].change_set.empty, (index, call)
        assert cloud.stack("web").status == "UPDATE_COMPLETE", (index, call)
        _check_laws(cloud, theirs, "")
        _TALLY["survived"] += 1


def _named(told: list[str]) -> list[str]:
    """Give the change sets that a message said to go on with."""
    mark = "'sslstack execute "
    return [line.partition(mark)[2].partition("'")[0] for line in told if mark in line]


def _child(proxy: Proxy, gate: int) -> int:
    """Run the sequence in a process of its own, as the command does, and give its id.

    It begins when somebody writes to the `gate`.
    """
    if (child := os.fork()) != 0:
        return child
    code = 70
    try:
        os.read(gate, 1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with deployment.terminable():
            _run(_open(proxy, []), Watcher(), _key())
        code = 0
    except KeyboardInterrupt:
        code = 130
    finally:
        os._exit(code)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_process_that_is_killed_at_any_call_is_resumed(
    number: signal.Signals, cloud: Cloud, proxy: Proxy
) -> None:
    for index, call in _chosen(_calls(cloud, proxy)):
        _TALLY["tried"] += 1
        theirs, told = _prepare(cloud), list[str]()
        victim: list[int] = []

        def kill(request: Request, victim: list[int] = victim) -> None:
            reply = request.forward()
            os.kill(victim[0], number)
            request.answer(reply)

        proxy.plan(call, index, kill)
        gate, opener = os.pipe()
        victim.append(_child(proxy, gate))
        os.write(opener, b".")
        _, ended = os.waitpid(victim[0], 0)
        os.close(gate)
        os.close(opener)
        polite = number is not signal.SIGKILL
        assert os.waitstatus_to_exitcode(ended) in ((130, 0) if polite else (-number,))
        proxy.calm()
        waiting = [c for c in cloud.backend.change_sets.values() if c.change_set_id != theirs["Id"]]
        if polite:  # Ctrl-C cleans up what was not executed
            assert all(c.execution_status != "AVAILABLE" for c in waiting), (index, call)
        for change_set in waiting:  # what runs is found by its ARN, as `deploy` had printed it
            if change_set.execution_status == "EXECUTE_IN_PROGRESS":
                arn = change_set.change_set_id
                sequence.attach(_open(proxy, told), arn, Watcher(), confirm=False)
        outcomes = _run(_open(proxy, told), Watcher(), _key())
        assert outcomes[-1].change_set, (index, call)
        assert outcomes[-1].change_set.empty, (index, call)
        assert cloud.stack("web").status == "UPDATE_COMPLETE", (index, call)
        _check_laws(cloud, theirs, "")
        _TALLY["survived"] += 1


def test_the_figure(capsys: pytest.CaptureFixture[str]) -> None:
    """Print how many faults were survived by the tests above."""
    survived, tried = _TALLY["survived"], _TALLY["tried"]
    with capsys.disabled():
        print(f"\nfaults survived / tried: {survived} / {tried}")  # noqa: T201 - the figure
    assert survived == tried
