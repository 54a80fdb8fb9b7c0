"""What an environment says otherwise takes the place of what is declared, and says where it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sslstack import declaration, documents
from sslstack.declaration.load import validate
from sslstack.errors import InputError

ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
BASE = """\
version: 1
compose: {files: [base.yml], profiles: [web]}
certificates:
  web: {certificate: staging.crt, chain: staging.chain}
  api: api.crt
listeners:
  web:443: {certificate: web, secure: true}
  web:80:
services:
  web: {idle_timeout: 30, health_check: {path: /up}}
environments:
  staging: {region: eu-west-1}
  prod:
"""


def _declared(text: str) -> declaration.Declaration:
    return validate(documents.parse(text.encode(), "ssl.yml"))


def _prod(overrides: str) -> declaration.Declaration:
    return declaration.apply_environment(_declared(f"{BASE}    {overrides}\n"), "prod")


@pytest.mark.parametrize(
    ("overrides", "path", "expected", "line"),
    [
        ("certificates: {web: prod.crt}", ("certificates", "web"), "prod.crt", 14),
        (f"certificates: {{web: {{arn: {ARN}}}}}", ("certificates", "web"), {"arn": ARN}, 14),
        ("certificates: {web: prod.crt}", ("certificates", "api"), "api.crt", 5),
        ("certificates: {new: new.crt}", ("certificates", "new"), "new.crt", 14),
        ("listeners: {web:443: {certificate: api}}", ("listeners", "web:443"),
         {"certificate": "api", "secure": True}, 14),
        ("listeners: {web:443: {certificate: api}}",
         ("listeners", "web:443", "certificate"), "api", 14),
        ("listeners: {web:443: {certificate: api}}", ("listeners", "web:443", "secure"), True, 7),
        ("listeners: {web:443: {certificate: }}",
         ("listeners", "web:443", "certificate"), "web", 7),
        ("listeners: {web:443: }", ("listeners", "web:443", "certificate"), "web", 7),
        ("listeners: {web:80: {protocol: tcp}}", ("listeners", "web:80", "protocol"), "tcp", 14),
        ("listeners: {api:1: {protocol: tcp}}", ("listeners", "api:1"), {"protocol": "tcp"}, 14),
        ("services: {web: {health_check: {port: 1}}}",
         ("services", "web", "health_check"), {"port": 1}, 14),
        ("services: {web: {ingress: [10.0.0.0/8]}}",
         ("services", "web", "ingress", 0), "10.0.0.0/8", 14),
        ("services: {web: {ingress: [10.0.0.0/8]}}", ("services", "web", "idle_timeout"), 30, 10),
        ("compose: {files: [prod.yml]}", ("compose", "files"), ["prod.yml"], 14),
        ("compose: {files: [prod.yml]}", ("compose", "profiles"), ["web"], 2),
        ("compose: {files: }", ("compose", "files"), ["base.yml"], 2),
        ("compose: {env_files: []}", ("compose", "env_files"), [], 14),
    ],
)  # fmt: skip
def test_what_takes_the_place_of_what(
    overrides: str, path: tuple[str | int, ...], expected: object, line: int
) -> None:
    """A certificate goes as a whole, the rest key by key; what is written empty is absent."""
    declared = _prod(overrides)
    value = declared.document.data
    for key in path:
        value = value[key]
    assert value == expected
    assert declared.at(*path).line == line


def test_which_environments_have_a_template_of_their_own() -> None:
    declared = _declared(f"{BASE}    services: {{web: {{draining: 0}}}}\n  other: {{services: }}\n")
    assert declaration.list_varied(declared) == ("prod",)
    first, second = declaration.expand_environments(declared)
    assert first is declared is declaration.apply_environment(declared, "")
    assert (second.environment, second.ssl.services["web"].draining) == ("prod", 0)
    assert declared.ssl.services["web"].draining == 60


def test_what_stands_under_the_environment_is_known() -> None:
    declared = _prod("{certificates: {web: prod.crt}, listeners: {web:80: {secure: true}}}")
    assert declared.overrides(("certificates", "web"))
    assert declared.overrides(("listeners", "web:80", "secure"))
    assert not declared.overrides(("certificates", "api"))
    assert not declared.overrides(("listeners", "web:443", "certificate"))


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ("listeners: {web443: {}}", "ssl.yml:14:17: error: environments.prod.listeners.web443"),
        ("listeners: {web443: {}}", '"web443" is not service:port, as in web:443'),
        ("listeners: {web:443: {protocl: tls}}", "did you mean 'protocol'?"),
        ("certificates: {web: {}}", "needs one of certificate, arn or request"),
        ("services: {web: {ingress: []}}", "no client could connect"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(overrides: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        _prod(overrides)
    (finding,) = caught.value.findings
    assert expected in f"{finding} {finding.hint}"
    assert finding.location.line == 14


def test_what_does_not_fit_together_is_wrong_in_the_environment() -> None:
    """Each is right by itself; the hint of the models is all there is to say."""
    text = f"{BASE}    services: {{web: {{security_groups: [sg-12345678]}}}}\n".replace(
        "{idle_timeout: 30,", "{ingress: [10.0.0.0/8],"
    )
    declared = _declared(text)
    with pytest.raises(InputError, match=r"ssl\.yml:14:21: .* not both"):
        declaration.apply_environment(declared, "prod")


NAMES = st.sampled_from(["a", "b", "c"])
SERVICES = st.dictionaries(
    NAMES,
    st.none()
    | st.fixed_dictionaries(
        {},
        optional={
            "idle_timeout": st.integers(1, 3600),
            "ports": st.lists(st.integers(1, 65535), max_size=3),
            "scheme": st.none() | st.sampled_from(["internal", "internet-facing"]),
        },
    ),
    max_size=3,
)
CERTIFICATES = st.dictionaries(
    NAMES, NAMES | st.fixed_dictionaries({"certificate": NAMES}, optional={"chain": NAMES})
)


def _lines(section: str, entries: dict[str, Any], indent: str = "") -> str:
    """Write each value on a line of its own, so that a line tells a place."""
    text = f"{indent}{section}:\n"
    for name, entry in entries.items():
        if isinstance(entry, dict):
            text += f"{indent}  {name}:\n"
            text += "".join(
                f"{indent}    {key}: {json.dumps(value)}\n" for key, value in entry.items()
            )
        else:
            text += f"{indent}  {name}: {json.dumps(entry)}\n"
    return text


def _said(entry: Any) -> Any:
    """Give an entry without the keys that have nothing behind them."""
    return {key: one for key, one in (entry or {}).items() if one is not None}


@given(SERVICES, SERVICES, CERTIFICATES, CERTIFICATES)
def test_merged_as_the_models_would_be_and_every_place_is_that_of_its_value(
    services: dict[str, Any],
    other_services: dict[str, Any],
    certificates: dict[str, Any],
    other_certificates: dict[str, Any],
) -> None:
    """The same as merging what the models say; and each line says the value that it is given."""
    text = "version: 1\n" + _lines("services", services) + _lines("certificates", certificates)
    text += "environments:\n  e:\n" + _lines("services", other_services, "    ")
    text += _lines("certificates", other_certificates, "    ")
    declared = declaration.apply_environment(_declared(text), "e")
    expected = {
        name: _said(services.get(name)) | _said(other_services.get(name))
        for name in {*services, *other_services}
    }
    data = declared.document.data
    assert {name: _said(one) for name, one in (data["services"] or {}).items()} == expected
    assert (data["certificates"] or {}) == certificates | other_certificates
    lines = text.splitlines()
    for name, entry in expected.items():
        for key, value in entry.items():
            line = lines[declared.at("services", name, key).line - 1]
            assert line.strip() == f"{key}: {json.dumps(value)}"
            assert (
                declared.at_key("services", name, key).line
                == declared.at("services", name, key).line
            )
    for name, entry in other_certificates.items():
        place = declared.at_key("certificates", name)
        assert place.line > lines.index("environments:")
        assert lines[place.line - 1].strip().startswith(f"{name}:")
        if isinstance(entry, dict):
            assert ("chain" in entry) == (("certificates", name, "chain") in declared.document.keys)
