"""YAML is read with places, by the core schema, and within all limits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sslstack import documents, files
from sslstack.errors import InputError
from sslstack.findings import Location

if TYPE_CHECKING:
    from pathlib import Path


def _parse(text: str) -> Any:
    return documents.parse(text.encode(), "f.yml").data


def _refusal(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        documents.parse(content, "f.yml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", "yes"),
        ("22:22", "22:22"),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 17),
        ("-3", -3),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("~", None),
        ("", None),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("true", True),
        ("2026-11-23", "2026-11-23"),
        ("=", "="),
        ("9" * 65, "9" * 65),
    ],
)
def test_scalars_follow_the_core_schema(text: str, expected: object) -> None:
    assert _parse(f"a: {text}") == {"a": expected}


def test_an_alias_names_the_nearest_anchor_above_it() -> None:
    text = "a: &x 1\nb: *x\nc: &x [2]\nd: *x\ne: {f: &x 3, g: *x}\n"
    assert _parse(text) == {"a": 1, "b": 1, "c": [2], "d": [2], "e": {"f": 3, "g": 3}}
    assert "an alias contains itself" in _refusal(b"a: &x 1\nb: &x [*x]\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%YAML 3.0\n---\na: 1", "remove the line that begins with %YAML"),
        ("%FOO\n---\na: 1", "remove the line; or put the text in quotes"),
        ("%YAML 1.1\na: 1", "write '---' in the line above"),
        ("a: {{ x }}:latest", "f.yml:1:4: error: '{{' and '{%' of a template are not YAML"),
        ("a:\n  {% if x %}", "f.yml:2:3: error: '{{' and '{%' of a template are not YAML"),
        ("a: * * * * *", "a name must follow '&' (an anchor) or '*' (an alias) here"),
        ("a: >-x", "nothing may follow '|' or '>' in its line"),
        ("a: !x!y z", "'!' begins a tag, and this one is not declared"),
        ("a: [x]y", "nothing may follow the closing ']'"),
        ("a: \x07", 'or write it as "\\x07" in double quotes'),
    ],
)
def test_what_is_not_yaml_gets_a_hint(text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        documents.parse(text.encode(), "f.yml")
    finding = caught.value.findings[0]
    assert finding.hint
    assert expected in f"{finding} {finding.hint}"


def test_text_that_is_not_utf_8_gets_a_hint() -> None:
    with pytest.raises(InputError) as caught:
        documents.parse("a: caf\u00e9".encode("latin-1"), "f.yml")
    assert "iconv -f LATIN1 -t UTF-8" in caught.value.findings[0].hint


def test_places_of_values_and_keys() -> None:
    """Line and column count from 1; what has no place of its own has its parent's."""
    document = documents.parse(b"a:\n  - b: 1\n  - c\n", "f.yml")
    assert document.locate(("a", 0, "b")) == Location("f.yml", 2, 8)
    assert document.locate_key(("a", 0, "b")) == Location("f.yml", 2, 5)
    assert document.locate(("a", 1)) == Location("f.yml", 3, 5)
    assert document.locate(("a", 0, "missing")) == Location("f.yml", 2, 5)
    assert document.locate(("z",)) == Location("f.yml", 1, 1)


def test_merge_keys() -> None:
    """What is written wins over what is merged, the first merged over the next; also nested."""
    text = "x: &x {a: 1, b: 1}\ny: &y {<<: *x, b: 2, c: 2}\nz: {<<: [*y, {c: 9, d: 9}], a: 3}\n"
    assert _parse(text)["z"] == {"a": 3, "b": 2, "c": 2, "d": 9}


_BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{c}: &{c} [{','.join(['*' + p] * 10)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (_BOMB.encode(), "f.yml: error: aliases (*name) make this more than 1,000,000 values"),
        (b"a: &a [*a]", "f.yml:1:4: error: an alias contains itself"),
        (b"a: &a {<<: *a}", "f.yml:1:4: error: an alias contains itself"),
        (b"[" * 100_000, "f.yml:1:101: error: nested more than 100 levels deep"),
        (b"- " * 100_000 + b"x", "nested more than 100 levels deep"),
        (b"? " * 100_000 + b"x", "nested more than 100 levels deep"),
        ("\n".join(" " * i + "a:" for i in range(3000)).encode(), "nested more than 100 levels"),
        (b"a: 1\nb: 2\na: 3", "f.yml:3:1: error: duplicate key 'a' (first on line 1)"),
        (
            b"a: !!python/object:os.system x",
            "f.yml:1:4: error: unsupported tag !!python/object:os.system",
        ),
        (b"? [a]\n: 1", "f.yml:1:3: error: a mapping's key must be plain text"),
        (b"a: 1\n<<: 3", "'<<' must be a mapping"),
        (b"ab\xffc", "f.yml:1:3: error: byte 0xff is not UTF-8"),
        (b"a: b\nc\0d", "f.yml:2:2: error: control character U+0000"),
        (b"a: b: c", "f.yml:1:5: error: a second ': ' in one line"),
        (b"a: *b", "f.yml:1:4: error: undefined alias"),
        (b"a: 1\n---\nb: 2", "f.yml:3:1: error: a second YAML document begins here"),
        (b"%YAML 3.0\n---\na", "f.yml:1:1: error: this version of YAML is not supported"),
        (b"a: [1, 2", "f.yml:1:4: error: this '[' is not closed"),
    ],
)
def test_hostile_input_is_refused(content: bytes, expected: str) -> None:
    """Every refusal names the place and takes well under a second."""
    start = time.monotonic()
    assert expected in _refusal(content)
    assert time.monotonic() - start < 2


def test_all_findings_at_once() -> None:
    assert _refusal(b"a: 1\na: 2\nb: !x 3\n").count("error:") == 2


def test_load_reports_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "ssl.yml"
    with pytest.raises(InputError, match=r"ssl.yml: error: cannot be read: no such file"):
        documents.load(path, files.Reader())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a:\n\tb: 1\n", "f.yml:2:1: error: a tab indents this line"),
        (b"a:\n  - x\n\t- y\n", "f.yml:3:1: error: a tab indents this line"),
        (b"a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", "f.yml:2:1: error: unresolved"),
        (b"a: 1\n=======\nb: 2\n>>>>>>> x\n", "f.yml:2:1: error: unresolved merge conflict"),
        (b"a: 1\nb: {c: 1\nd: 2\n", "f.yml:2:4: error: this '{' is not closed"),
        (b"a: 1\nb: [1, 2\nd: 2\n", "f.yml:2:4: error: this '[' is not closed"),
        (b"a: 1\nb: 'c\nd: 2\n", "f.yml:2:4: error: this ' is not closed"),
        (b"b: 'it's'\n", "f.yml:1:8: error: nothing may follow the end of a quoted text"),
        (b"a:\n    b: 1\n  c: 1\n", "f.yml:3:3: error: wrong indentation"),
        (b"a: 1\n  b: 1\n", "f.yml:2:4: error: wrong indentation"),
        (b"a: 1\nstack\nb: 2\n", "f.yml:2:1: error: a key and ':' are expected here"),
        (b"a: b: c\n", "f.yml:1:5: error: a second ': ' in one line"),
        (b"a: @b\n", "f.yml:1:4: error: a value cannot begin with '@'"),
        ("a: 1\n".encode("utf-16"), "f.yml:1:1: error: is UTF-16, not UTF-8"),
        ("a: 1\n".encode("utf-16-le"), "f.yml:1:1: error: is UTF-16, not UTF-8"),
        ("# ü\na: 1\n".encode("utf-16-be"), "f.yml:1:1: error: is UTF-16, not UTF-8"),
        ("a: 1\n".encode("utf-32"), "f.yml:1:1: error: is UTF-32, not UTF-8"),
    ],
)
def test_errors_name_the_place_where_they_begin(content: bytes, expected: str) -> None:
    assert _refusal(content).startswith(expected)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode()))
def test_any_bytes_give_data_or_a_refusal(content: bytes) -> None:
    """Nothing else escapes, whatever the bytes."""
    try:
        documents.parse(content, "f.yml")
    except InputError as error:
        assert error.findings  # noqa: PT017


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("ab:# -\n'é", max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=20,
)


@given(_values)
def test_reads_what_pyyaml_writes(value: Any) -> None:
    assert _parse(yaml.safe_dump(value, allow_unicode=True)) == value
