"""Template text: read back as it was, stable, and as reviewers want it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sslstack.cloudformation.text import dumps, loads
from sslstack.errors import InputError

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["yes", "1:20", "2010-09-09", "a: b", "~", "a\nb\n", "a\nb", " a\nb", "1e3", "0x1f", "=", "<<",
     "- a", "-----BEGIN\nx\n-----END\n", "a #b", "...", "---", "a\n\nb\n", "\n", "!Ref x",
     "a\u0085b"]
)  # fmt: skip
_keys = _texts | st.sampled_from(
    ["Ref", "Fn::GetAtt", "Fn::Sub", "Condition", "Fn::Base64", "Fn::ForEach::X", "Type", "a:b"]
)
_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _texts
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=12,
)
_templates = st.dictionaries(
    st.sampled_from(["Resources", "Outputs", "Description", "Metadata"]) | _keys,
    _values,
    min_size=1,
    max_size=3,
)


@given(_templates)
@example({"Fn::Sub": {"Fn::Sub": "x"}})
@example({"a": {"Fn::GetAtt": ["A.B", "C"]}, "b": {"Fn::GetAtt": "A.B"}})
@example({"a": [{"Fn::If": ["X", {"Ref": "Y"}, {"a": [[]]}]}, {"b": {}}]})
def test_what_is_written_is_read_back(template: dict[str, Any]) -> None:
    assert loads(dumps(template, "header")) == template


def test_layout() -> None:
    """Sections in AWS's order, Type first, short intrinsics, PEM as it is, one blank line."""
    template = {
        "Outputs": {"O": {"Value": {"Fn::GetAtt": ["A", "Arn"]}}},
        "Resources": {
            "A": {
                "Properties": {
                    "Body": "-----BEGIN X-----\nAA==\n-----END X-----\n",
                    "Answer": "yes",
                },
                "Type": "T::T::T",
            },
            "B": {"Type": "T::T::T", "Properties": {"L": [{"Ref": "A"}, {"k": 1, "l": [True]}]}},
        },
        "AWSTemplateFormatVersion": "2010-09-09",
    }
    expected = """\
# one
# two

AWSTemplateFormatVersion: "2010-09-09"

Resources:
  A:
    Type: T::T::T
    Properties:
      Body: |
        -----BEGIN X-----
        AA==
        -----END X-----
      Answer: "yes"

  B:
    Type: T::T::T
    Properties:
      L:
        - !Ref A
        - k: 1
          l:
            - true

Outputs:
  O:
    Value: !GetAtt A.Arn
"""
    assert dumps(template, "one\ntwo") == expected


def test_json_is_read_as_well() -> None:
    assert loads('{"Resources": {"A": {"Type": "T", "N": 1}}}') == {
        "Resources": {"A": {"Type": "T", "N": 1}}
    }


def test_yaml_1_1_as_cloudformation_reads_it() -> None:
    text = "A: yes\nB: 2010-09-09\nC: !Sub 'x'\nD: !If [X, !Ref Y, 0755]\n"
    assert loads(text) == {
        "A": True,
        "B": "2010-09-09",
        "C": {"Fn::Sub": "x"},
        "D": {"Fn::If": ["X", {"Ref": "Y"}, 493]},
    }


@pytest.mark.parametrize("text", ["", "- a", "a", "a: 1\n---\nb: 2", "a: ["])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        loads(text)
