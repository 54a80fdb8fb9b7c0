"""Only a file that is named says what cfn-lint checks."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from sslstack import cli
from sslstack.cloudformation import cfnlintrc
from sslstack.cloudformation.lint import lint
from sslstack.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_BAD = """\
Resources:
  Certificate:
    Type: AWS::IAM::ServerCertificate
    Properties: {CertificateBody: x, PrivateKey: plain, Nope: 1}
"""
_SILENT = "ignore_checks: [E, W, I]\n"


def _rules(options: dict[str, object] | None = None) -> set[str]:
    return {finding.rule for finding in lint(_BAD, "t.yaml", options=options or {})}


@functools.cache
def _without_a_file() -> set[str]:
    return _rules()


@pytest.mark.parametrize("where", ["here", "home"])
@pytest.mark.parametrize("name", [".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml"])
@pytest.mark.parametrize("text", [_SILENT, "nope: 1\n", "- 1\n", "append_rules: [.]\n"])
def test_no_file_is_looked_for(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, where: str, name: str, text: str
) -> None:
    before = _without_a_file()
    assert "E9151" in before
    folder = workdir / where
    folder.mkdir()
    (folder / name).write_text(text)
    (folder / "rule.py").write_text(f"open({str(workdir / 'ran')!r}, 'w')\n")
    monkeypatch.setenv("HOME", str(workdir / "home"))
    monkeypatch.chdir(folder)
    assert _rules() == before
    assert not (workdir / "ran").exists()


def test_a_named_file_lowers_cfn_lints_rules_and_not_ours(workdir: Path) -> None:
    path = workdir / "rc"
    path.write_text(_SILENT + "templates: ['**']\n")
    options = dict(cfnlintrc.load(path))
    assert options == {"ignore_checks": ["E", "W", "I"]}
    silenced = _rules(options)
    assert "E9151" in silenced
    assert not {rule for rule in silenced if not rule[1:].startswith("9")}
    assert _rules() - silenced


def test_the_options_are_part_of_what_is_remembered(
    workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run with a file changes nothing for one without, nor the other way round."""
    (workdir / "t.yaml").write_text(_BAD)
    (workdir / "rc").write_text(_SILENT)
    said = []
    for options in ([], ["--cfnlintrc", "rc"], [], ["--cfnlintrc", "rc"]):
        assert cli.run(["check", "t.yaml", *options]) == 1
        said.append(capsys.readouterr().out)
    assert said[0] == said[2] != said[1] == said[3]


@pytest.mark.parametrize(
    "text",
    ["nope: 1", "ignore_checks: E", "ignore_checks: [1]", "configure_rules: {E3012: x}", "- 1",
     "include_experimental: maybe", "append_rules: [x]", "registry_schemas: [x]", "a: ["],
)  # fmt: skip
def test_a_file_that_cannot_be_applied_is_a_finding(workdir: Path, text: str) -> None:
    path = workdir / "rc"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        cfnlintrc.load(path)
    assert caught.value.findings[0].location.file == str(path)


def test_an_empty_file_has_no_options(workdir: Path) -> None:
    (workdir / "rc").touch()
    assert cfnlintrc.load(workdir / "rc") == {}
