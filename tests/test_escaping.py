"""What strangers wrote is shown in visible characters, and never acts."""

from __future__ import annotations

import json

import click
import pytest

from sslstack import escaping

HOSTILE = {
    "operating system command": "\x1b]0;title\x07",
    "control sequence": "\x1b[2J",
    "colour": "\x1b[31m",
    "carriage return": "\r",
    "backspace": "\x08",
    "delete": "\x7f",
    "control sequence of C1": "\x9b2J",
    "next line": "\x85",
    "override of direction": "\u202e",
    "isolate": "\u2067",
    "mark of direction": "\u200f",
    "zero width": "\u200b",
    "joiner": "\u2060",
    "byte order mark": "\ufeff",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "tag": "\U000e0041",
    "surrogate": "\udc80",
    "empty letter": "\u3164",
    "soft hyphen": "\xad",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_every_view_shows_what_would_act(name: str) -> None:
    text = f"a{HOSTILE[name]}b"
    acts = HOSTILE[name][0]
    for show in (
        escaping.escape_line,
        escaping.escape_lines,
        escaping.escape_markdown,
        escaping.format_code,
        escaping.escape_html,
    ):
        shown = show(text)
        assert acts not in shown.replace("@\u200b", "")
    assert acts not in click.unstyle(escaping.style_text(text, fg="red"))


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "empty letter"])
def test_json_shows_what_would_act_and_means_the_same(name: str) -> None:
    text = f"a{HOSTILE[name]}b \u00e4\u20ac"
    shown = escaping.format_json({"key": text})
    assert HOSTILE[name][0] not in shown
    assert "\u00e4\u20ac" in shown
    assert json.loads(shown) == {"key": text}


def test_a_line_feed_ends_no_line() -> None:
    assert escaping.escape_line("a\nb\tc") == "a\\nb\\tc"
    assert escaping.escape_lines("a\nb\tc") == "a\nb\tc"
    assert escaping.escape_line("Größe 漢字 é 👍") == "Größe 漢字 é 👍"


def test_only_colours_of_ours_are_sent() -> None:
    shown = escaping.escape_for_terminal(
        escaping.style_text("\x1b[31mred", fg="green") + "\x1b[31m\x1b[2J"
    )
    assert shown == "\x1b[32m\\x1b[31mred\x1b[0m\\x1b[31m\\x1b[2J"


def test_workflow_commands_are_broken_unless_they_are_ours() -> None:
    text = "::error::x\n \u3000::add-mask::y\nz ##[group]w ::1\n"
    assert escaping.escape_for_terminal(text) == (
        "\\x3a:error::x\n \u3000\\x3a:add-mask::y\nz \\x23#[group]w ::1\n"
    )
    assert escaping.escape_for_terminal(text, commands=True) == text


def test_markdown_is_no_markup() -> None:
    for text in ("[a](https://x)", "<img src=x>", "@team", "```\ncode", "a|b", "#1", "www.x.y"):
        for shown in (escaping.escape_markdown(text), escaping.escape_html(text)):
            assert "\n" not in shown
            assert "<" not in shown
            assert "@team" not in shown
            assert "https://" not in shown
            assert "www." not in shown
    assert escaping.escape_markdown("[a](b)") == "\\[a\\]\\(b\\)"
    assert escaping.format_code("a`b|c") == "`a'b\\|c`"
