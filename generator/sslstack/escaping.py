r"""Text of strangers as it may be shown: what would move a terminal or hide words is escaped.

Everything that is not a visible character counts as written by a stranger: control characters
(C0, C1, DEL), overrides of direction, zero-width characters, separators of lines, surrogates.
They are shown as Python writes them (`\x1b`, `\u202e`), never sent.

    line, lines     for people: at the edge of every view, before colours are added
    style           a text in a colour of ours, with what strangers wrote in it escaped
    styled          one line of such texts and others
    as_json         for programs
    markdown, code  for comments on GitHub
    terminal        for whatever is printed: the last word, which keeps colours of ours only
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

_LINES = "\n\t"
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""What Python takes for printable, and is invisible (Default_Ignorable_Code_Point, DerivedCore-
Properties.txt of Unicode 16; and the empty braille cell)."""

_COLORS = {"black": 30, "red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35,
           "cyan": 36, "white": 37}  # fmt: skip
_OURS = 10**8 + int.from_bytes(os.urandom(8)) % (9 * 10**8)
"""A parameter that terminals do not know, which marks a colour as ours, not one in the text."""
_RESET = f"\x1b[0;{_OURS}m"
_STYLED = re.compile(rf"\x1b\[[0-9;]+;{_OURS}m")
_SENT = re.compile(
    rf"\x1b\[(?P<ours>[0-9;]+);{_OURS}m"
    r"|(?P<command>^[^\S\n]*::|##(?=[a-z]*\[))"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]",
    re.MULTILINE,
)
_JSON = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


def escape_line(text: str) -> str:
    r"""Return text in one line of visible characters; a line feed becomes `\n`."""
    if text.isprintable() and _INVISIBLE.isdisjoint(text):
        return text
    return "".join(c if _is_visible(c) else _escape(c) for c in text)


def escape_lines(text: str) -> str:
    """Return text of several lines in visible characters; line feeds and tabs stay."""
    return "".join(c if c in _LINES or _is_visible(c) else _escape(c) for c in text)


def _is_visible(character: str) -> bool:
    return character.isprintable() and character not in _INVISIBLE


def _escape(character: str) -> str:
    shown = character.encode("unicode_escape").decode()
    return shown if shown != character else f"\\x{ord(character):02x}"


def style_text(
    text: str, *, fg: str | None = None, bold: bool = False, dim: bool = False, reset: bool = True
) -> str:
    """Return text in a colour of ours, escaped; lines stay lines.

    `escape_for_terminal` sends no colour but these; `click.unstyle` removes them as it does others.
    """
    codes = [*([_COLORS[fg]] if fg else []), *([1] if bold else []), *([2] if dim else [])]
    begun = "".join(f"\x1b[{code};{_OURS}m" for code in codes)
    return f"{begun}{escape_lines(text)}{_RESET if begun and reset else ''}"


def escape_styled(text: str) -> str:
    """Return one line of text escaped, colours of ours in it left; a line feed at its end stays."""
    body = text.removesuffix("\n")
    at, parts = 0, []
    for found in _STYLED.finditer(body):
        parts += [escape_line(body[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*parts, escape_line(body[at:]), text[len(body) :]])


def escape_for_terminal(text: str, *, commands: bool = False) -> str:
    """Return printed text as it may be sent: colours of ours, and nothing else that acts.

    Workflow commands of GitHub (`::error`, `##[group]`) are broken unless `commands` says that
    these are ours: the runner reads every line that a step prints, and an `##[` anywhere in it
    (actions/runner, src/Runner.Common/ActionCommand.cs).
    """

    def sent(found: re.Match[str]) -> str:
        if found["ours"]:
            return f"\x1b[{found['ours']}m"
        if found["command"]:
            return found[0] if commands else _break_command(found[0])
        if found[0] == "\r" and text[found.end() : found.end() + 1] == "\n":
            return "\r"
        return _escape(found[0])

    return _SENT.sub(sent, text)


def _break_command(command: str) -> str:
    first = command.lstrip()[0]
    return command.replace(first, f"\\x{ord(first):02x}", 1)


def format_json(value: Any, *, indent: int | None = 2) -> str:
    """Return JSON that a terminal may show.

    What acts or hides is escaped, other letters are not.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, default=str)
    return _JSON.sub(lambda found: json.dumps(found[0])[1:-1], text)


_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()#+-!|>~"} | {"<": "&lt;", "&": "&amp;"})


def escape_markdown(text: str) -> str:
    """Escape text for GitHub's Markdown: no markup, no link, no mention, no reference, one line."""
    shown = escape_line(" ".join(text.split())).translate(_MARKDOWN)
    return _break_links(shown)


def escape_html(text: str) -> str:
    """Escape text for HTML within GitHub's Markdown, in one line."""
    shown = escape_line(" ".join(text.split()))
    return _break_links(shown.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;"))


def _break_links(text: str) -> str:
    """Break what GitHub links by itself: @mentions, addresses of the web."""
    shown = text.replace("@", "@\u200b").replace("://", ":\u200b//")
    return re.sub(r"\b(www)\.", "\\1\u200b.", shown, flags=re.IGNORECASE)


def format_code(text: str) -> str:
    """Return text as code within one line or cell of a table, whatever backticks it holds."""
    shown = escape_line(" ".join(text.split())).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`" if shown else ""
