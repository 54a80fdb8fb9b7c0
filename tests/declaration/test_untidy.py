"""Untidy files: an edit changes one entry, and no comment, order, line break or quote beside it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sslstack import documents
from sslstack.declaration import edit

_COMMENTS = ["# the site", "# api:443: {certificate: x}", "# 100 % { [ & * : # nested", "#"]
_TARGETS = ["web:80", "web:443", "api:443", "a-b.c_d:1", "9:65535"]
_CERTIFICATES = ["a.crt", "certs/ü b.crt", "'quoted.crt'", '"double.crt"']


@st.composite
def _texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Give the text of an untidy ssl.yml and the targets that it declares."""
    targets = draw(st.lists(st.sampled_from(_TARGETS), unique=True, max_size=4))
    indent = draw(st.sampled_from([1, 2, 3, 4, 8]))
    lines: list[str] = [
        *draw(_above(0)),
        draw(st.sampled_from(["version: 1", '"version": 1  # one'])),
        "",
    ]
    yes: st.SearchStrategy[bool] = st.booleans()
    if draw(yes):
        lines += ["certificates:   # all", f"{' ' * indent}main:    certs/main.crt   # until 2036"]
    if draw(yes) and targets:
        lines += _in_braces(draw, targets)
    elif draw(yes) or targets:
        lines += _block(draw, targets, indent)
    if draw(yes):
        lines += draw(_above(0))
        lines += ["services: { web: { idle_timeout: 90 } }   # last"]
    lines += draw(_above(0))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    text = ending.join(lines) + draw(st.sampled_from(["", ending, ending * 3]))
    return draw(st.sampled_from(["", "\ufeff"])) + text, targets


def _above(column: int) -> st.SearchStrategy[list[str]]:
    comment = st.sampled_from(["", *(" " * column + one for one in _COMMENTS)])
    return st.lists(comment, max_size=2)


def _behind() -> st.SearchStrategy[str]:
    return st.sampled_from(["", *("   " + one for one in _COMMENTS)])


def _key(draw: st.DrawFn, target: str) -> str:
    return draw(st.sampled_from([target, f'"{target}"', f"'{target}'"]))


def _in_braces(draw: st.DrawFn, targets: list[str]) -> list[str]:
    entries = [f"{_key(draw, one)}: {{certificate: a.crt}}" for one in targets]
    if draw(st.booleans()):
        return ["listeners: {" + ", ".join(entries) + "}" + draw(_behind())]
    last = draw(st.sampled_from(["", ","]))
    commas = [","] * (len(entries) - 1) + [last]
    lines = [
        line
        for entry, comma in zip(entries, commas, strict=True)
        for line in (*draw(_above(2)), f"  {entry}{comma}{draw(_behind())}")
    ]
    return ["listeners: {" + draw(_behind()), *lines, "}"]


def _block(draw: st.DrawFn, targets: list[str], indent: int) -> list[str]:
    if not targets:
        return ["listeners:" + draw(st.sampled_from(["", " {}", " ~", " null"])) + draw(_behind())]
    lines = ["listeners:" + draw(_behind())]
    shared = draw(st.booleans()) and len(targets) > 1
    for number, target in enumerate(targets):
        margin = " " * indent
        lines += draw(_above(indent))
        head = f"{margin}{_key(draw, target)}:"
        certificate = draw(st.sampled_from(_CERTIFICATES))
        if shared and number == 0:
            lines.append(f"{head} &all {{certificate: {certificate}}}{draw(_behind())}")
        elif shared and draw(st.booleans()):
            lines.append(f"{head} *all{draw(_behind())}")
        elif draw(st.booleans()):
            lines.append(f"{head} {{certificate:   {certificate}}}{draw(_behind())}")
        else:
            merged = [f"{margin * 2}<<: *all"] if shared else []
            lines += [
                head + draw(_behind()),
                *draw(_above(indent * 2)),
                *merged,
                f"{margin * 2}certificate:\t{certificate}{draw(_behind())}",
                *draw(_above(indent * 2)),
                f"{margin * 2}secure: true{draw(_behind())}",
            ]
    return lines


def _data(text: str) -> Any:
    return documents.parse(text.encode(), "ssl.yml").data


def _comments(text: str) -> list[str]:
    return sorted(re.findall(r"(?m)(?:^|\s)(#[^\r\n]*)", text))


@given(_texts(), st.sampled_from(["new:443", "web:8443"]))
def test_an_entry_that_is_added_and_deleted_leaves_no_trace(
    drawn: tuple[str, list[str]], target: str
) -> None:
    text, targets = drawn
    added = edit.set_value(text, ("listeners", target), {"certificate": "n.crt", "secure": True})
    before = _data(text)
    expected = {**(before.get("listeners") or {}), target: {"certificate": "n.crt", "secure": True}}
    assert _data(added) == {**before, "listeners": expected}
    assert _comments(added) == _comments(text)
    gone = edit.delete(added, ("listeners", target))
    assert _comments(gone) == _comments(text)
    assert _data(gone) == {**before, "listeners": before.get("listeners") or {}}
    if targets:
        assert gone == text


@given(_texts(), st.data())
def test_deleting_takes_lines_of_one_entry_alone(
    drawn: tuple[str, list[str]], data: st.DataObject
) -> None:
    text, targets = drawn
    while targets:
        target = data.draw(st.sampled_from(targets))
        targets.remove(target)
        before = _data(text)
        gone = edit.delete(text, ("listeners", target))
        expected = {k: v for k, v in before["listeners"].items() if k != target}
        assert _data(gone) == {**before, "listeners": expected}
        assert gone.startswith("\ufeff") == text.startswith("\ufeff")
        text = gone


@given(_texts(), st.data())
def test_setting_one_value_changes_no_other(
    drawn: tuple[str, list[str]], data: st.DataObject
) -> None:
    text, targets = drawn
    if not targets:
        return
    target = data.draw(st.sampled_from(targets))
    before = _data(text)
    after = edit.set_value(text, ("listeners", target, "certificate"), "n.crt")
    before["listeners"] = {k: dict(v) for k, v in before["listeners"].items()}
    before["listeners"][target]["certificate"] = "n.crt"
    assert _data(after) == before
    assert _comments(after) == _comments(text)
    assert after.count("\r") == text.count("\r") or "*all" in text


@given(_texts(), st.data())
def test_a_mapping_is_set_key_by_key(drawn: tuple[str, list[str]], data: st.DataObject) -> None:
    text, targets = drawn
    if not targets:
        return
    target = data.draw(st.sampled_from(targets))
    value = {"certificate": {"certificate": "n.crt", "chain": "n.chain"}, "protocol": "tls"}
    after = edit.set_value(text, ("listeners", target), value)
    before = _data(text)
    assert _data(after) == {**before, "listeners": {**before["listeners"], target: value}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 1\nlisteners:\n  # the site\n  web:443: {certificate: a}\n",
         "version: 1\nlisteners: {}\n  # the site\n"),
        ("version: 1\nlisteners:  # all of them\n  web:443: {certificate: a}  # site\n",
         "version: 1\nlisteners: {}  # all of them\n"),
        ("version: 1\r\nlisteners:\r\n  web:443:\r\n    certificate: a",
         "version: 1\r\nlisteners: {}"),
        ("version: 1\nlisteners: &l\n  ? web:443\n  : {certificate: a}\n# end\n",
         "version: 1\nlisteners: &l {}\n# end\n"),
        ("version: 1\nlisteners: {web:443: {certificate: a}}  # x\n",
         "version: 1\nlisteners: {}  # x\n"),
        ("version: 1\nlisteners:\n  'web:443': &t\n    certificate: a  # A\n  b:1: *t\n",
         "version: 1\nlisteners:\n  b:1: &t\n    certificate: a\n"),
        ("version: 1\nlisteners:\n\n  web:443:\n    certificate: |\n      a\n\n\n# end\n",
         "version: 1\nlisteners: {}\n\n\n\n# end\n"),
    ],
)  # fmt: skip
def test_deleting_the_last_listener(text: str, expected: str) -> None:
    """Where others share its text, the first of them keeps it."""
    assert edit.delete(text, ("listeners", "web:443")) == expected


def test_what_comes_by_a_merge_key_is_deleted_by_writing_the_rest_out() -> None:
    text = (
        "version: 1\ncertificates:\n  a: &a {certificate: a.crt, chain: c}\n"
        "  b: {<<: *a, domains: [x.example]}  # mine\n"
    )
    after = edit.delete(text, ("certificates", "b", "chain"))
    assert _data(after)["certificates"]["b"] == {"certificate": "a.crt", "domains": ["x.example"]}
    assert "  a: &a {certificate: a.crt, chain: c}\n" in after
    assert "# mine" in after


def test_a_mapping_in_braces_stays_in_braces() -> None:
    text = "version: 1\ncertificates: {m: {domains: [a.b], certificate: a.crt, private_key: k}}\n"
    path = ("certificates", "m")
    value = {"certificate": "b.crt", "private_key": "k", "domains": ["a.b"]}
    assert edit.set_value(text, path, value) == text.replace("a.crt", "b.crt")
