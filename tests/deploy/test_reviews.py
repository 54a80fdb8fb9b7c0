"""What is said of a deployment, and by whom it is executed: a desk, CI, `execute`, `status`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from sslstack import cli
from support import reviewed_deployment
from support.deployment_site import STACK, Site

if TYPE_CHECKING:
    from pathlib import Path

    from support.emulated import Cloud

_TEAM = "    tags: {team: ops}\n"
_KEPT = "    termination_protection: true\n    keep_load_balancers: true\n"
_INTERNAL = "    services: {web: {scheme: internal}}\n"
_DEPLOY = ("deploy", "--environment", "prod")


@pytest.fixture
def site(workdir: Path, account: Cloud, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give a folder whose stack is deployed."""
    made = Site(workdir, account)
    monkeypatch.setattr("sslstack.aws.client.connect", made.connect)
    made.reset()
    made.run_well(*_DEPLOY, "--yes")
    return made


def _proposed(site: Site, more: str, *options: str, code: int = 0) -> tuple[str, str]:
    """Declare more for the environment and propose it; gives the ARN and what was said."""
    site.declare(protection=more)
    run = site.run_well(*_DEPLOY, "--no-execute", *options, code=code)
    return next((line for line in run.said.splitlines() if line.startswith("arn:")), ""), run.said


def test_tags_are_seen_by_whoever_executes(site: Site) -> None:
    """Where they are all that changes, too."""
    arn, said = _proposed(site, _TEAM)
    assert "tag team: nothing -> ops" in said
    shown = site.run_well("execute", arn, "--confirm", code=1)
    assert "tags of the stack only" in shown.out
    assert "tag team: nothing -> ops" in shown.out
    assert "hint: leave out --confirm to execute it without a question" in shown.err
    told = json.loads(site.run_well("execute", arn, "--format", "json").out)
    assert (told["tags"], told["type"]) == (["team: nothing -> ops"], "UPDATE")
    assert told["consequences"] is None


@pytest.mark.parametrize("environment", ["", _INTERNAL])
def test_a_line_of_ssl_yml_is_that_of_the_template_which_is_executed(
    site: Site, environment: str
) -> None:
    """An environment may have a template of its own; files that say otherwise have no line."""
    site.certify("second")
    arn, said = _proposed(site, environment, "--allow-replacement", "WebLoadBalancer")
    (line,) = (one for one in said.splitlines() if " SiteCertificate (" in one)
    site.account.aws.fail("SiteCertificate", "no more than 20")
    allowed = ("--allow-replacement", "WebLoadBalancer")
    if environment:
        site.run_well("generate")
    failed = site.run_well("execute", arn, *allowed, code=4)
    place = line.rpartition("  ")[2]
    assert place.startswith("ssl.yml:")
    assert f"error: {place}: SiteCertificate " in failed.err
    site.certify("third")
    assert "ssl.yml" not in site.run_well("execute", arn, *allowed, code=4).said


def test_reviews_for_ci_say_what_it_means(site: Site) -> None:
    _, said = _proposed(site, _INTERNAL, "--format", "markdown")
    assert "| 🟠 removed | `WebLoadBalancer` `ssl.yml:" in said
    assert "| will be replaced" in said
    _, said = _proposed(site, _INTERNAL, "--format", "json")
    told = json.loads(said[said.index("{") : said.rindex("}") + 1])
    assert {"removed"} <= {one["effect"] for one in told["consequences"]}
    (balancer,) = (one for one in told["changes"] if one["logical_id"] == "WebLoadBalancer")
    assert balancer["declared"].startswith("ssl.yml:")


def test_what_waits_for_another_run_is_not_taken_away(site: Site) -> None:
    """Nor is it what a run makes that asks somebody, who says no."""
    site.certify("second")
    asking, _ = _proposed(site, "")
    assert site.run_well(*_DEPLOY, code=2).err.count("cannot ask for confirmation") == 1
    assert site.run_well("execute", asking).code == 0


def test_what_the_stack_policy_will_refuse_is_not_proposed(site: Site) -> None:
    site.declare(protection=_KEPT)
    site.run_well(*_DEPLOY, "--yes")
    arn, said = _proposed(site, _KEPT + _INTERNAL, code=1)
    assert "the policy of stack shop protects its load balancers" in said
    waiting = [one for one in site.change_sets() if one["ExecutionStatus"] == "AVAILABLE"]
    assert (arn, waiting) == ("", [])


def test_protection_that_is_not_as_declared_is_said(site: Site) -> None:
    """No change set carries it where nothing else is to change."""
    _, said = _proposed(site, _KEPT)
    for line in (
        "shop: termination protection differs from ssl.yml: on there, off on the stack: not part",
        "shop: keep_load_balancers differs from ssl.yml: on there, off on the stack: not part of",
    ):
        assert line in said
    status = ("status", "--environment", "prod", "--exit-code")
    told = site.run_well(*status, code=1).out
    assert "termination protection differs from ssl.yml: on there, off on the stack" in told
    site.run_well(*_DEPLOY, "--yes")
    assert "the same as declared" in site.run_well(*status).out


def test_status_names_what_waits(workdir: Path, account: Cloud, site: Site) -> None:
    """A stack under review has nothing deployed yet; where none is, the region may be wrong."""
    del workdir
    account.delete(STACK)
    gone = site.run_well("status", "--environment", "prod")
    assert gone.out == "shop: not deployed in us-east-1; check --region and --profile\n"
    arn, _ = _proposed(site, "")
    told = site.run_well("status", "--environment", "prod").out
    assert told.splitlines()[1:] == [f"  waits: sslstack execute {arn}"]


def test_status_names_what_waits_for_what_is_deployed(site: Site) -> None:
    arn, _ = _proposed(site, _TEAM)
    told = site.run_well("status", "--environment", "prod").out
    assert told.startswith("shop: CREATE_COMPLETE in us-east-1, begun ")
    assert f"  waits: sslstack execute {arn}\n" in told


def test_execute_hints_at_no_option_that_it_lacks(site: Site) -> None:
    arn, _ = _proposed(site, _INTERNAL)
    said = site.run_well("execute", "--confirm", arn, code=1).err
    assert "hint: to confirm, add --allow-replacement WebLoadBalancer\n" in said


def test_who_does_not_agree_to_recreating_is_told_so_in_json(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.account.delete(STACK)
    site.account.aws.fail("WebLoadBalancer", "no room")
    site.run_well(*_DEPLOY, "--yes", code=4)
    monkeypatch.setattr("sys.stdin", Mock(isatty=lambda: True))
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    run = site.run_well(*_DEPLOY, "--recreate", "--format", "json", code=1)
    told = json.loads(run.out)
    assert (told["outcome"], told["stack"], told["changeSet"]) == ("declined", STACK, None)
    assert "stack shop in us-east-1 of account 123456789012 is ROLLBACK_COMPLETE" in run.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--role-arn", "foo"), "'foo' is not the ARN of a role"),
        (("--parameter", "A=1", "--parameter", "A=2"), "a list of values has commas: A=A,B"),
        (("--local", "--yes", "--region", "eu-centrl-1"), "did you mean 'eu-central-1'?"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_asked(
    site: Site, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    del site
    capsys.readouterr()
    assert cli.run([*_DEPLOY, *options]) == 2
    assert said in capsys.readouterr().err


def test_a_list_is_asked_for_as_one(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.account.delete(STACK)
    (site.folder / "ssl.yml").write_text(
        (site.folder / "ssl.yml").read_text().partition("environments:")[0]
    )
    capsys.readouterr()
    assert reviewed_deployment.deploy("--yes") == 2
    assert "--parameter Subnets=VALUE,VALUE" in capsys.readouterr().err


def test_what_a_parameter_changes_is_no_surprise(site: Site) -> None:
    """The templates are equal; whoever sets other subnets expects the load balancer to change."""
    subnets = site.account.network["Subnets"].split(",")
    option = ("--parameter", f"Subnets={','.join(reversed(subnets))}")
    said = site.run_well(*_DEPLOY, "--no-execute", *option).said
    assert "because of Subnets" in said
    assert "unexpected" not in said
