"""Words that keep a text from being plain English are not used where users and readers see them.

`TEXTS` are what the command prints and what its pages say, `DOCSTRINGS` what people who read the
code see. The numbers are what is left: lower them with each text that is corrected, never raise
them.
"""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sslstack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOURCE = Path(sslstack.__file__).parent
TOP = SOURCE.parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "action.yml", "docs/**/*.md")
TABLES = ("catalogue.txt", "catalogue_cfn_lint.txt")

WORDS: Mapping[str, str] = {
    "anew": r"anew",
    "whoever": r"whoever|whomever",
    "in vain": r"in vain",
    "is no": r"(?<!there )(?<!it )is no(?! longer| more\b| such)(?= )",
    "stands": r"stands?(?! for\b)",
    "ones own": r"one's own",
    "what becomes of": r"what becomes of",
    "let go": r"lets? go",
    "goes on by itself": r"go(?:es)? on by (?:it|them)selves|goes on by itself",
    "judge": r"judge[sd]?|judging|judge?ment",
    "nobody": r"nobody|no one",
    "carry out": r"carr(?:y|ies|ied|ying) out",
    "be told": r"(?:be|is|are) told",
    "is said": r"(?:is|are) said",
    "means nothing": r"means? nothing",
    "come back": r"comes? back",
    "for ever": r"for ever",
    "propose": r"propose[sd]?",
    "taken as": r"take (?:it|them) as",
    "cannot be generated": r"cannot be generated yet",
}
"""Words by name, each as a pattern of whole words."""

TEXTS: Mapping[str, int] = {
    "anew": 5,
    "whoever": 2,
    "is no": 2,
    "stands": 2,
    "let go": 4,
    "goes on by itself": 1,
    "judge": 6,
    "nobody": 3,
    "carry out": 8,
    "be told": 2,
    "come back": 4,
    "propose": 5,
    "taken as": 1,
}
DOCSTRINGS: Mapping[str, int] = {
    "anew": 11,
    "whoever": 16,
    "is no": 8,
    "stands": 38,
    "ones own": 4,
    "what becomes of": 8,
    "let go": 4,
    "judge": 7,
    "nobody": 25,
    "carry out": 4,
    "be told": 9,
    "is said": 9,
    "means nothing": 1,
    "come back": 4,
    "propose": 13,
}
OPENINGS: Mapping[str, int] = {"Give": 378, "Tell": 85, "Say": 49}
"""What a docstring must not begin with: `Give` is `Return`, `Tell whether` is `Whether`."""


Place = tuple[str, str]
"""A text and where it is written, the place first."""


def _strings() -> Iterator[tuple[str, str, bool]]:
    """Yield each text of the code with its place, and whether it is a docstring."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ast.parse(path.read_text("utf-8"))
        documented = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                place = f"{path.relative_to(SOURCE)}:{node.lineno}"
                yield place, node.value, id(node) in documented


@functools.cache
def _texts() -> tuple[list[Place], list[Place]]:
    """Return the texts that users read, and the docstrings."""
    found: tuple[list[Place], list[Place]] = [], []
    for place, text, is_docstring in _strings():
        found[is_docstring].append((place, text))
    files = [TOP / page for pattern in PAGES for page in sorted(TOP.glob(pattern))]
    for path in [*files, *(SOURCE / name for name in TABLES)]:
        if path.is_file():
            found[False].append((path.name, path.read_text("utf-8")))
    return found


def _find(word: str, texts: list[Place]) -> list[str]:
    pattern = re.compile(rf"\b(?:{WORDS[word]})\b", re.IGNORECASE)
    return [
        f"{place}: …{text[max(found.start() - 30, 0) : found.end() + 30]}…"
        for place, text in texts
        for found in pattern.finditer(text)
    ]


@pytest.mark.parametrize("word", WORDS)
def test_texts_that_users_read_do_not_use_the_word(word: str) -> None:
    """Messages, hints, help, rule sentences and pages are plain English."""
    found = _find(word, _texts()[False])
    assert len(found) <= TEXTS.get(word, 0), "\n".join(found)


@pytest.mark.parametrize("word", WORDS)
def test_docstrings_do_not_use_the_word(word: str) -> None:
    """What describes the code is plain English, too."""
    found = _find(word, _texts()[True])
    assert len(found) <= DOCSTRINGS.get(word, 0), "\n".join(found)


@pytest.mark.parametrize("opening", ["Give", "Tell", "Say"])
def test_no_docstring_begins_with_a_verb_for_everything(opening: str) -> None:
    """A docstring begins with what the function does: it returns, reports or describes."""
    found = [place for place, text in _texts()[True] if re.match(rf"{opening}\b", text)]
    assert len(found) <= OPENINGS.get(opening, 0), "\n".join(found)


@pytest.mark.parametrize("allowed", [TEXTS, DOCSTRINGS])
def test_every_exception_names_a_word_of_the_list(allowed: Mapping[str, int]) -> None:
    """An exception for a word that is not in the list would never be needed."""
    assert not allowed.keys() - WORDS.keys()


@pytest.mark.parametrize(
    "text",
    ["a key that is no longer used", "* stands for all", "there is no rule 'x'"],
)
def test_plain_english_is_left_alone(text: str) -> None:
    """Ordinary English with the same words is not reported."""
    reported = [word for word in WORDS if _find(word, [("here", text)])]
    assert reported == []
