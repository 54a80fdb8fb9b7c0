"""What is wrong with text that is not YAML, in words a reader can act on.

libyaml names the place where it gave up, which is often behind the fault: an open bracket is
named where the file ends. Its own words are the table's keys (libyaml 0.2: scanner.c, parser.c).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from yaml import MarkedYAMLError
    from yaml.error import Mark


class Fault(NamedTuple):
    """A fault's line and column, counted from 1, its message, and what to type."""

    line: int
    column: int
    message: str
    hint: str = ""


_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)|^={7}$", re.MULTILINE)
_CONFLICT_HINT = "keep one of the sides, and remove the lines with <<<<<<<, ======= and >>>>>>>"
_INDENT = "indent with spaces, the entries of one level by the same number"
_SPACES = "replace it with ordinary spaces"
_QUOTE = "put the value in quotes"
_WORDS = {
    "did not find expected '-' indicator": (
        "this line is not an entry of the list above", "begin it with '- ', or indent it otherwise"
    ),
    "found undefined alias": ("undefined alias", f"{_QUOTE} where it is text"),
    "found unknown escape character": (
        "a backslash in double quotes begins an escape, and this one is not known",
        "use single quotes, or write the backslash twice",
    ),
    "did not find expected node content": ("a value is missing here", f"{_QUOTE} where it is text"),
    "did not find expected alphabetic or numeric character": (
        "a name must follow '&' (an anchor) or '*' (an alias) here", f"{_QUOTE} where it is text"
    ),
    "did not find expected comment or line break": (
        "nothing may follow '|' or '>' in its line",
        "write the text in the lines below, indented; or put it in quotes",
    ),
    "found undefined tag handle": (
        "'!' begins a tag, and this one is not declared", f"{_QUOTE} where it is text"
    ),
    "found incompatible YAML document": (
        "this version of YAML is not supported", "remove the line that begins with %YAML"
    ),
    "found unknown directive name": (
        "a line that begins with '%' is a directive, and this one is not known",
        "remove the line; or put the text in quotes",
    ),
    "did not find expected <document start>": (
        "a new document must begin with '---' here",
        "write '---' in the line above, or remove the line '...' or the directive before it",
    ),
}  # fmt: skip
_TEMPLATE = re.compile(r"\{\{|\{%")
_TEMPLATE_WORDS = (
    "'{{' and '{%' of a template are not YAML",
    "put the value in quotes, or fill in the template before sslstack reads it",
)
_ENCODINGS = (
    (b"\xff\xfe\0\0", "UTF-32LE"), (b"\0\0\xfe\xff", "UTF-32BE"),
    (b"\xff\xfe", "UTF-16LE"), (b"\xfe\xff", "UTF-16BE"),
)  # fmt: skip
_SAMPLE = 1024


def find_wide_encoding(content: bytes) -> str:
    """Name the encoding of text in two or four bytes a character; empty for any other."""
    for mark, name in _ENCODINGS:
        if content.startswith(mark):
            return name
    sample = content[: min(len(content), _SAMPLE) // 2 * 2]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if not sample or max(even, odd) * 4 < len(sample) or min(even, odd) * 8 > len(sample):
        return ""
    return "UTF-16BE" if even > odd else "UTF-16LE"


_UNUSUAL_SPACES = {
    "\u00a0": "no-break space", "\u200b": "zero-width space", "\u2003": "em space",
    "\u2002": "en space", "\u2009": "thin space", "\u202f": "narrow no-break space",
    "\u3000": "ideographic space", "\ufeff": "byte order mark", "\u2007": "figure space",
}  # fmt: skip
_UNUSUAL_SPACE = re.compile(
    rf"(?:^|[\s:\-])({'|'.join(_UNUSUAL_SPACES)})|({'|'.join(_UNUSUAL_SPACES)})(?=$|\s)"
)


def name_unusual_space(text: str) -> str:
    """Name the first character at an edge of a word that looks like a space and is none to YAML."""
    found = _UNUSUAL_SPACE.search(text)
    if found is None:
        return ""
    character = found[1] or found[2]
    return f"{_UNUSUAL_SPACES[character]} (U+{ord(character):04X})"


def explain(text: str, error: MarkedYAMLError) -> Fault | None:
    """Locate and describe the fault that libyaml reports; None where it names no place."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return None
    if conflict := _CONFLICT.search(text):
        above = text.count("\n", 0, conflict.start())
        return Fault(above + 1, 1, "unresolved merge conflict", _CONFLICT_HINT)
    problem = error.problem or error.context or "is not YAML"
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    before, after = line[: mark.column], line[mark.column :]
    for number in (mark.line, mark.line - 1):
        near = lines[number] if 0 <= number < len(lines) else ""
        if (name := name_unusual_space(near)) and (found := _UNUSUAL_SPACE.search(near)):
            column = found.start(1 if found[1] else 2) + 1
            return Fault(number + 1, column, f"a {name} is not a space to YAML", _SPACES)
    if template := _TEMPLATE.search(line):
        return Fault(mark.line + 1, template.start() + 1, *_TEMPLATE_WORDS)
    if opening := _find_opening(lines, problem, error):
        return opening
    return Fault(
        mark.line + 1, mark.column + 1, *_describe(problem, before, after, error.context_mark)
    )


def _find_opening(lines: list[str], problem: str, error: MarkedYAMLError) -> Fault | None:
    """Return the fault at the place where the thing begins that does not end."""
    start, end = error.context_mark, error.problem_mark
    if start is None or end is None:
        return None
    line, column = start.line + 1, start.column + 1
    what = lines[start.line][start.column :][:1] if start.line < len(lines) else ""
    if problem.startswith("did not find expected ',' or"):
        at = f"in line {end.line + 1}, column {end.column + 1}, neither ',' nor the end follows"
        return Fault(
            line, column, f"this '{what}' is not closed: {at}", "close it, or add the comma"
        )
    if problem == "found unexpected end of stream" and what in ("'", '"'):
        return Fault(
            line, column, f"this {what} is not closed", f"add {what} at the end of the text"
        )
    if problem == "could not find expected ':'":
        return Fault(line, column, "a key and ':' are expected here", "write KEY: VALUE")
    return None


def _describe(problem: str, before: str, after: str, start: Mark | None) -> tuple[str, str]:
    """Return message and hint of a fault at a place, from the line before and behind it."""
    if "\t" in before[: len(before) - len(before.lstrip())] + after[:1]:
        return "a tab indents this line", _INDENT
    if problem == "found character that cannot start any token":
        return f"a value cannot begin with '{after[:1]}'", _QUOTE
    if problem == "did not find expected key":
        if before.rstrip().endswith(("]", "}")):
            return f"nothing may follow the closing '{before.rstrip()[-1]}'", _QUOTE
        if before.strip():
            return (
                "nothing may follow the end of a quoted text",
                "close it once, at its end; inside '…' a quote is written twice",
            )
        above = f" from line {start.line + 1}, column {start.column + 1}" if start else " above"
        return f"wrong indentation: this line does not align with the keys{above}", _INDENT
    if problem == "mapping values are not allowed in this context":
        if re.search(r":(?: |$)", before):
            return "a second ': ' in one line", _QUOTE
        return (
            "wrong indentation, or no space behind the ':' above: no key is expected here", _INDENT
        )  # fmt: skip
    return _WORDS.get(problem, (problem, ""))
