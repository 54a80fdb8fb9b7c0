"""Edits change what they mean to change, and not a letter more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sslstack import documents
from sslstack.declaration import edit

_TEXT = """\
# head
version: 1

listeners:
    # first
    web:443: {certificate:  x}   # same
    # the API
    api:443:
        certificate: y

        # inner
        secure:   true

    # last one
    z:1: {}
services: { web: { scheme: internal } }
"""


def _data(text: str) -> Any:
    return documents.parse(text.encode(), "ssl.yml").data


def test_setting_keeps_everything_else() -> None:
    expected = _TEXT.replace(
        "    z:1: {}\n", "    z:1: {}\n    q:1:\n        certificate: n\n        secure: true\n"
    )
    value = {"certificate": "n", "secure": True}
    assert edit.set_value(_TEXT, ("listeners", "q:1"), value) == expected


def test_a_new_section_stands_apart() -> None:
    text = edit.set_value(_TEXT, ("certificates", "n"), {"certificate": "a"})
    assert text == _TEXT + "\ncertificates:\n    n:\n        certificate: a\n"


@pytest.mark.parametrize(
    ("target", "removed"),
    [
        ("web:443", "    web:443: {certificate:  x}   # same\n"),
        ("api:443", ("    api:443:\n        certificate: y\n\n        # inner\n"
                    "        secure:   true\n")),
        ("z:1", "    z:1: {}\n"),
    ],
)  # fmt: skip
def test_deleting_removes_the_entry_alone(target: str, removed: str) -> None:
    """Comments before the next entry stay."""
    assert edit.delete(_TEXT, ("listeners", target)) == _TEXT.replace(removed, "")


def test_deleting_what_is_not_there() -> None:
    with pytest.raises(KeyError):
        edit.delete(_TEXT, ("listeners", "none:1"))


@pytest.mark.parametrize(
    "text",
    ["version: 1", "version: 1\nlisteners: {}\n", "version: 1\nlisteners:\n# web:443\n",
     "version: 1\nlisteners: {a:1: {certificate: x}}\n",
     "version: 1\r\nlisteners:\r\n  b:2: {}\r\n"],
)  # fmt: skip
def test_setting_works_whatever_the_form(text: str) -> None:
    value = {"certificate": "n"}
    after = _data(edit.set_value(text, ("listeners", "c:1"), value))
    assert after["listeners"]["c:1"] == value
    before = _data(text)
    assert {**before, "listeners": 0} == {**after, "listeners": 0}


_names = st.from_regex(r"[a-z]{1,3}:[1-9][0-9]?", fullmatch=True)
_entries = st.dictionaries(
    _names,
    st.fixed_dictionaries({}, optional={"certificate": st.just("a.crt"), "secure": st.booleans()}),
    max_size=5,
)


@given(_entries, _names, st.sampled_from([2, 4]), st.booleans())
def test_setting_and_deleting_give_the_data_meant(
    entries: dict[str, Any],
    name: str,
    indent: int,
    flow: bool,  # noqa: FBT001 - drawn
) -> None:
    """Whatever the layout, the data afterwards is the data before with that one change."""
    lines = ["version: 1", "listeners:" if entries else "listeners: {}"]
    for key, value in entries.items():
        inner = "".join(f"\n{' ' * 2 * indent}{k}: {str(v).lower()}" for k, v in value.items())
        shown = "{" + ", ".join(f"{k}: {str(v).lower()}" for k, v in value.items()) + "}"
        body = f" {shown}" if flow or not value else inner
        lines += [f"{' ' * indent}{key}:{body}", f"{' ' * indent}# behind {key}"]
    text = "\n".join(lines) + "\n"
    after = edit.set_value(text, ("listeners", name), {"certificate": "b.crt"})
    assert _data(after)["listeners"] == {**entries, name: {"certificate": "b.crt"}}
    assert all(f"# behind {key}\n" in after for key in entries)
    gone = edit.delete(after, ("listeners", name))
    assert _data(gone)["listeners"] == {k: v for k, v in entries.items() if k != name}


@pytest.mark.parametrize(
    "listed",
    [
        "\n  - a\n  - b\n",
        "\n    - a\n    - b\n",
        " [a, b]\n",
        "\n    [a,\n     b]\n",
        "\n  -\n    a\n",
    ],
)
def test_a_list_is_replaced_whatever_its_layout(listed: str) -> None:
    """The dashes of a list may stand in the column of its key."""
    text = f"other:\n  # above\n  ports:{listed}services:\n  web: {{}}\n"
    after = edit.set_value(text, ("other", "ports"), ["c"])
    assert _data(after) == {"services": {"web": {}}, "other": {"ports": ["c"]}}
    assert "# above\n" in after
