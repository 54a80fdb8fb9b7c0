"""Every rule has a page in docs/rules, and its examples turn out as the page shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sslstack import catalogue, cli, explanations
from support import rule_setups, stories

if TYPE_CHECKING:
    from sslstack.catalogue import Rule
    from support.emulated import Cloud

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "rules"
LISTED = [rule for rule in catalogue.read_rules().values() if explanations.is_own(rule)]
OWN = [rule for rule in LISTED if "." in rule.id]
"""Ours but for those of templates, whose examples tests/rules checks."""
WITH_PAGE = [rule for rule in OWN if (FOLDER / f"{rule.id}.md").exists()]
PAGES = [rule for rule in LISTED if (FOLDER / f"{rule.id}.md").exists()]

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SETUP = re.compile(r"<!-- setup: ([\w -]+) -->")
_VARYING = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ][\d:]+Z?)?|\d+(?= (?:days|hours|characters))"
    r"|(?:[0-9a-f]{2}:){7,}[0-9a-f]{2}|[0-9a-f]{64}"
    r"|(?<=changeSet/)\S+|(?<=arn:aws:iam::)\S+|\b(?:sg|subnet|vpc)-[0-9a-f]{8,17}"
)
"""What differs from run to run: times, sizes, identifiers of keys and certificates."""
_SHOWN_FILE = re.compile(r"^\$ cat (\S+)\n(.*?)(?=^\$ |\Z)", re.MULTILINE | re.DOTALL)


@pytest.mark.golden
@pytest.mark.parametrize("rule", PAGES, ids=lambda rule: rule.id)
def test_the_page_begins_with_what_the_catalogue_says(rule: Rule, *, golden: bool) -> None:
    path = FOLDER / f"{rule.id}.md"
    text = path.read_text("utf-8")
    if golden:
        _, level, body = re.split(r"^(Level: .*\n)", text, maxsplit=1, flags=re.MULTILINE)
        assert level
        text = explanations.write_heading(rule) + body
        path.write_text(text, "utf-8")
    assert text.startswith(explanations.write_heading(rule) + "\n")


@pytest.mark.golden
@pytest.mark.parametrize("rule", WITH_PAGE, ids=lambda rule: rule.id)
@pytest.mark.parametrize("part", ["Fails", "Passes"])
def test_the_examples_turn_out_as_shown(
    rule: Rule, part: str, workdir: Path, request: pytest.FixtureRequest, *, golden: bool
) -> None:
    """The failing one reports the rule, the passing one does not."""
    folder = workdir / "mydomain"
    folder.mkdir()
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    monkeypatch.chdir(folder)
    path = FOLDER / f"{rule.id}.md"
    text = path.read_text("utf-8")
    section = _section(text, part)
    block = _BLOCK.search(section)
    assert block is not None
    for name in (" ".join(_SETUP.findall(section))).split():
        if name in rule_setups.SETUPS:
            rule_setups.SETUPS[name](folder)
            continue
        account: Cloud = request.getfixturevalue("account")
        account.enter(monkeypatch)
        rule_setups.ACCOUNTS[name](account)
    shown = _play(block[1], folder)
    if "<!-- setup:" in section:
        shown = _VARYING.sub("…", shown)
    if golden and not _agree(block[1], shown):
        path.write_text(text.replace(section, section.replace(block[1], shown)), "utf-8")
    assert _agree(block[1], shown), shown
    reported = re.search(rf"\[{re.escape(rule.id)}\]|\"{re.escape(rule.id)}\"", shown)
    assert (reported is not None) == (part == "Fails")
    assert "$ sslstack " in shown
    assert part == "Fails" or "[exit " not in shown


def _section(text: str, part: str) -> str:
    return re.split(r"^## ", text.partition(f"## {part}\n")[2], flags=re.MULTILINE)[0]


def _play(block: str, folder: Path) -> str:
    """Write the files that the block shows, run its commands, and give what is printed."""
    for name, content in _SHOWN_FILE.findall(block):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    cli.run(["generate"])
    story = stories.Story("".join(f"  {line}\n" for line in block.splitlines()), {})
    played = stories.play(story, folder, ROOT / "stacks", together=True)
    return "".join(f"{line.removeprefix('  ')}\n" for line in played.splitlines())


def _agree(expected: str, actual: str) -> bool:
    """Compare; `…` stands for what differs from run to run, as a key identifier does."""
    pattern = ".*?".join(re.escape(part) for part in expected.split("…"))
    return re.fullmatch(pattern, actual) is not None


WITHOUT_PAGE = {
    "adoption.additional-group", "adoption.custom-policy", "adoption.declared",
    "adoption.declared-for-all", "adoption.file-exists", "adoption.idle-timeout",
    "adoption.instance-port", "adoption.stickiness", "adoption.subnets", "adoption.trusted-key",
    "certificate.has-leaf", "certificate.long-lived", "certificate.unneeded", "chain.not-found",
    "chain.pss-signature", "chain.unneeded", "declaration.not-editable", "demo.example",
    "deploy.parameter-left-out", "deploy.parameter-missing", "deploy.parameter-unknown",
    "file.changed", "key.too-long", "lock.unwritable", "template.logical-id",
    "template.not-checked",
}  # fmt: skip
"""Rules whose page is still to be written.

Those of `adoption` can begin with the setup `load-balancer`, those of `deploy` with `account` and
the network that the account has; `file.changed`, `lock.unwritable`, `template.not-checked` and
`demo.example` need a race, a read-only folder, a fault of cfn-lint, a broken installation.
"""


def test_every_other_rule_has_a_page() -> None:
    """A new rule gets a page; a page that is written leaves the list above."""
    written = {rule.id for rule in WITH_PAGE}
    assert {rule.id for rule in OWN if rule.id not in written} == WITHOUT_PAGE


@pytest.mark.golden
def test_the_index_lists_every_rule(*, golden: bool) -> None:
    """And there is no page of a rule that does not exist."""
    path = FOLDER / "README.md"
    if golden:
        path.write_text(_index(), "utf-8")
    assert path.read_text("utf-8") == _index()
    names = {rule.id for rule in LISTED}
    assert {page.stem for page in FOLDER.glob("*.md")} - names == {"README"}


def _index() -> str:
    templates = [rule for rule in LISTED if rule not in OWN]
    return (
        "# Rules\n\n"
        "`sslstack explain RULE` prints the page of a rule. `checks:` in ssl.yml sets another "
        "level,\nwith a reason.\n\n"
        "## Load balancers and certificates in any CloudFormation template\n\n"
        "```sh\nsslstack check template.yaml\ncfn-lint -a sslstack.rules -- template.yaml\n```\n\n"
        "A value that depends on a parameter or a condition is checked where it is certain; what "
        "only a\ndeployment can know is not reported. Metadata in the template cannot silence "
        f"these rules in\n`sslstack check`.\n\n{_rows(templates)}\n"
        f"## Declarations, certificates, compose files and deployments\n\n{_rows(OWN)}"
    )


def _rows(listed: list[Rule]) -> str:
    rows = [
        f"| {f'[{rule.id}]({rule.id}.md)' if rule in PAGES else rule.id} "
        f"| {rule.level.value} | {rule.sentence} |\n"
        for rule in sorted(listed, key=lambda rule: rule.id.lstrip("EWI"))
    ]
    return f"| rule | level | |\n| --- | --- | --- |\n{''.join(rows)}"
