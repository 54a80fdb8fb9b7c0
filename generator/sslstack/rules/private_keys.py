"""Rules for private keys: how they get into a stack, and whether they are shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation.intrinsics import known, parameter_of, reference
from sslstack.cloudformation.resource_types import SERVER_CERTIFICATE
from sslstack.rules.definition import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.rules.reading import Path, Resource

_RESOLVE = re.compile(r"\{\{resolve:(?P<service>[a-z-]+):(?P<rest>(?:\$\{[^}]*\}|[^}])*)\}\}")
"""A dynamic reference; Fn::Sub may put a value such as ${Secret} into it."""


def _find_written_keys(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Yield the private key as written, references left as they are; also within Fn::Sub."""
    for spot in certificate.find_values("PrivateKey"):
        value = known(spot.value, certificate.template)
        if isinstance(value, str):
            yield spot.path, value
        elif isinstance(spot.value, dict) and isinstance(_find_substituted(spot.value), str):
            yield spot.path, _find_substituted(spot.value)


def _find_substituted(value: dict[str, Any]) -> Any:
    substituted = value.get("Fn::Sub")
    return substituted[0] if isinstance(substituted, list) and substituted else substituted


@rule("E9151", source="secrets", types=(SERVER_CERTIFICATE,))
def inline_private_key(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look for anything but a reference; the key itself is not repeated."""
    for path, value in _find_written_keys(certificate):
        if not _RESOLVE.search(value):
            yield (
                path,
                "a private key in the template: have the certificate reissued, use Secrets Manager",
            )


@rule("I9152", source="parameters", types=(SERVER_CERTIFICATE,))
def private_key_by_parameter(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look for a Ref to a parameter that is not echoed."""
    for path, name, parameter in _find_parameters(certificate):
        if str(parameter.get("NoEcho", "")).lower() == "true":
            yield path, f"the private key comes from the parameter {name}"


def _find_parameters(certificate: Resource) -> Iterator[tuple[Path, str, Any]]:
    for spot in certificate.find_values("PrivateKey"):
        target = reference(spot.value)
        parameter = target and parameter_of(target[0], certificate.template)
        if target is not None and parameter is not None:
            yield spot.path, target[0], parameter


@rule("E9156", source="parameters", types=(SERVER_CERTIFICATE,))
def echoed_private_key(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look for a Ref to a parameter that is echoed."""
    for path, name, parameter in _find_parameters(certificate):
        if str(parameter.get("NoEcho", "")).lower() != "true":
            yield path, f"parameter {name} holds a private key; set NoEcho: true"


@rule("W9153", source="secrets", types=(SERVER_CERTIFICATE,))
def unpinned_secret(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look at references to Secrets Manager."""
    for path, fields in _find_references(certificate, "secretsmanager"):
        if not _read_field(fields, -1) or len(fields) < _WHOLE:
            yield (
                path,
                "the version of the secret is not pinned: the stack does not notice a new key",
            )


_WHOLE = 4
"""Fields behind the secret's name: SecretString, JSON key, stage, version id."""


def _find_references(certificate: Resource, service: str) -> Iterator[tuple[Path, list[str]]]:
    """Yield the fields behind the name of the secret or parameter."""
    for path, value in _find_written_keys(certificate):
        for match in _RESOLVE.finditer(value):
            if match["service"] == service:
                rest = match["rest"]
                parts = rest.split(":SecretString", 1)
                tail = parts[1] if len(parts) > 1 else ""
                yield path, ["SecretString", *tail.lstrip(":").split(":")] if tail else []


def _read_field(fields: list[str], index: int) -> str:
    return fields[index] if fields else ""


@rule("E9155", source="secrets", types=(SERVER_CERTIFICATE,))
def stage_and_version(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look at references with all fields."""
    for path, fields in _find_references(certificate, "secretsmanager"):
        if len(fields) >= _WHOLE and fields[2] and fields[3]:
            yield path, "the reference has a version stage and a version id; remove one"


@rule("E9154", source="ssm-secure", types=(SERVER_CERTIFICATE,))
def private_key_from_ssm(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look for references to the Parameter Store."""
    for service in ("ssm", "ssm-secure"):
        for path, value in _find_written_keys(certificate):
            for match in _RESOLVE.finditer(value):
                if match["service"] == service:
                    yield path, f"{service} cannot deliver a private key; use Secrets Manager"
