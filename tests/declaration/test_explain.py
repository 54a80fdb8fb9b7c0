"""What does not fit the models is said in plain words, once, with something to type."""

from __future__ import annotations

from typing import Any

import pytest

from sslstack import documents
from sslstack.declaration import explain
from sslstack.declaration.load import validate
from sslstack.declaration.model import Ssl
from sslstack.errors import InputError

RAISED = {
    "bool": {"bool_type"},
    "dict": {"dict_type"},
    "int": {"int_type"},
    "literal": {"literal_error"},
    "model": {"model_type"},
    "model-fields": {"extra_forbidden", "missing", "model_type"},
    "str": {"string_type"},
    "tuple": {"tuple_type"},
    "function-after": {"value_error"},
    "function-before": {"value_error"},
    "ge": {"greater_than_equal"},
    "le": {"less_than_equal"},
    "pattern": {"string_pattern_mismatch"},
    "str min_length": {"string_too_short"},
    "str max_length": {"string_too_long"},
    "tuple min_length": {"too_short"},
    "tuple max_length": {"too_long"},
    # These raise nothing of their own: the tag of our union is never unknown.
    **{kind: set() for kind in ("default", "definition-ref", "definitions", "nullable")},
    **{kind: set() for kind in ("model-field", "no-info", "tagged-union")},
}
"""Pydantic's types of errors, by type of schema and by constraint (docs: validation errors)."""
_CONSTRAINTS = ("ge", "le", "gt", "lt", "multiple_of", "pattern", "min_length", "max_length")


def _reachable(schema: Any) -> set[str]:
    """Give the types of errors that a schema can raise; KeyError for an unknown type."""
    if isinstance(schema, list | tuple):
        return set().union(*map(_reachable, schema))
    if not isinstance(schema, dict):
        return set()
    found = set().union(*map(_reachable, schema.values()))
    if isinstance(kind := schema.get("type"), str):
        found |= RAISED[kind]
        for constraint in _CONSTRAINTS:
            if constraint in schema and not isinstance(schema[constraint], dict):
                names = (f"{kind} {constraint}", constraint)
                found |= next(RAISED[name] for name in names if name in RAISED)
    return found


def _findings(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        validate(documents.parse(f"version: 1\n{text}\n".encode(), "ssl.yml"))
    return [(one.message, one.hint) for one in caught.value.findings]


def test_every_type_of_error_that_the_models_raise_has_words() -> None:
    Ssl.model_rebuild()
    reachable = _reachable(Ssl.__pydantic_core_schema__)
    assert reachable == {*explain.EXPLANATIONS, "extra_forbidden", "missing"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("compose: {files: []}", "must not be empty", "files: [docker-compose.yml]"),
        ("listeners: {w:1: {security_policy: ''}}", "must not be empty", "security_policy: ELB"),
        ("services: {w: {ingress: []}}", "must not be empty", "write ports: []"),
        ("listeners: {w:1: {secure: yes}}", 'true or false, not "yes"', "write secure: true"),
        ("listeners: {w:1: {secure: 0}}", "true or false, not 0", "write secure: false"),
        ("listeners: {w:1: {protocol: SSL}}", "http, https, tcp or tls", "write protocol: tls"),
        ("listeners: {w:1: {protocol: HTTPS}}", "http, https, tcp or tls", "write protocol: https"),
        ("load_balancer: alb", "classic, application or network", "write load_balancer: classic"),
        ("services: {w: {scheme: public}}", "internet-facing", "write scheme: internet-facing"),
        ("services: {w: {idle_timeout: 60s}}", 'not "60s"', "write 60, a number without quotes"),
        ("services: {w: {idle_timeout: 1.5}}", "whole number, not 1.5", "write a whole number"),
        ("services: {w: {idle_timeout: 0}}", "0 is too small", "write 1 or more"),
        ("services: {w: {ports: 443}}", "expected a list", "write a list: ports: [443]"),
        ("services: {w: {ports: ['443:3000']}}", "whole number", "write 443, a number"),
        ("services: {w: {ports: [https]}}", "whole number", "write 443, a number"),
        ("services: {w: [443]}", "expected a mapping", "write w: {ports: [443]}"),
        ("services: {w: {ingress: [10.0.0.1/8]}}", "has host bits set", "write 10.0.0.0/8"),
        ("services: {w: {health_check: /up}}", "mapping", "write health_check: {path: /up}"),
        ("services: {w: {health_check: {path: up}}}", "begins with /", "write /up"),
        ("services: {w: {access_logs: {}}}", "'bucket' is missing", "add bucket: my-logs"),
        ("listeners: w:443", "expected a mapping", "write w:443: with a colon at its end"),
        ("listeners: {w: {443: {}}}", '"w" is not service:port', "write w:443 in one key"),
        ("listeners: {w:443:3000: {}}", "is not service:port", "write w:443"),
        ("listeners: {w:443: a.crt}", "a mapping", "write w:443: {certificate: a.crt}"),
        ("listeners: {certificate: a.crt}", "is not service:port", "indent 'certificate' below"),
        ("compose: a.yml", "expected a mapping", "write compose: {files: [a.yml]}"),
        ("checks: {W9107: notice}", "expected a mapping", "W9107: {level: notice, reason: "),
        ("stack: my_app", "letters, digits and hyphens", "write my-app"),
        ("ports: [443]", "unknown key 'ports'", "move it to services.SERVICE"),
        ("Listeners: {}", "unknown key 'Listeners'", "did you mean 'listeners'?"),
        ("certificates: {c: {}}", "needs one of certificate, arn", "add certificate: "),
        ("environments: {p: {tags: {a: true}}}", "not true", 'put it in quotes: "true"'),
        ("environments: {p: {parameters: {A: [{}]}}}", "expected text", "A: some text"),
        ("environments: {p: {region: eu-west-1a}}", "not an AWS region", "write eu-west-1"),
        ("environments: {p: {account: 1}}", "expected text", "unquoted numbers lose"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_finding_with_something_to_type(
    text: str, message: str, hint: str
) -> None:
    ((said, advice),) = _findings(text)
    assert message in said
    assert hint in advice


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("certificates: {c: {request: {domians: [a.example], hosted_zone: Z1}}}", "key 'domians'"),
        ("compose: {files: [1]}", "expected text, not 1"),
        ("listeners: {certificate: {certificate: 5, bogus: 1}}", "is not service:port"),
    ],
)
def test_what_follows_from_a_mistake_is_not_reported_as_well(text: str, message: str) -> None:
    ((said, _),) = _findings(text)
    assert message in said


def test_the_number_1_is_not_true() -> None:
    """To Python they are equal."""
    with pytest.raises(InputError, match="true is not 1"):
        validate(documents.parse(b"version: true", "ssl.yml"))
