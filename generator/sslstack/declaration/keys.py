"""Which keys ssl.yml has, and where."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from sslstack.declaration.model import Ssl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.documents import DocumentPath

_NAMES = {"certificates": "NAME", "checks": "RULE", "environments": "NAME",
          "listeners": "SERVICE:PORT", "services": "SERVICE"}  # fmt: skip
"""The name of an entry of a section, by the section."""


def list_keys(path: DocumentPath) -> list[str]:
    """Return the keys that the mapping at a path may have."""
    models: list[type[BaseModel]] = [Ssl]
    for step in path:
        fields = [m.model_fields[str(step)] for m in models if str(step) in m.model_fields]
        # A step that is no field is a key or an index chosen by the user: same models below.
        models = [m for field in fields for m in _find_models(field.annotation)] or models
    return [name for model in models for name in model.model_fields]


def find_homes(key: str) -> list[str]:
    """Return the places where a key belongs, as `services.SERVICE`; none for an unknown key."""
    return list(_find_all_homes().get(key, ()))


@functools.cache
def _find_all_homes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, model in _walk_models(Ssl, ""):
        for key in model.model_fields:
            found.setdefault(key, []).append(place or "the top of the file")
    return found


def _walk_models(model: type[BaseModel], place: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """Return every mapping of ssl.yml but those that an environment repeats, outer ones first."""
    yield place, model
    for key, field in model.model_fields.items():
        inner = f"{place}.{key}" if place else key
        if place.startswith("environments"):
            continue
        for below in _find_models(field.annotation):
            name = f"{inner}.{_NAMES[key]}" if key in _NAMES else inner
            if not (key == "certificate" and place):  # the same as under certificates
                yield from _walk_models(below, name)


def _find_models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _find_models(argument)
