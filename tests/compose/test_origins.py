"""Where values of the canonical model come from: `project.at(path)`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sslstack import compose
from sslstack.compose import Origin, Source
from sslstack.files import Reader
from sslstack.findings import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES = {
    "compose.yaml": """\
name: shop
include: [db/compose.yaml]
services:
  web:
    image: shop:${TAG:-${BASE}}
    command: serve --all
    build: .
    ports:
      - ${PORT}:80
      - target: 90
        published: "9000"
    environment:
      - LEVEL=info
      - TOKEN
    env_file: [web.env]
    labels: {tier: front}
    label_file: web.labels
    depends_on: [db]
    extra_hosts: ["z:10.0.0.1", "a:10.0.0.2"]
    healthcheck:
      test: curl localhost
    volumes: [data:/data]
    networks: {back: {aliases: [w]}}
networks: {back: }
volumes: {data: }
x-team: {name: shop}
""",
    "compose.override.yaml": "services:\n  web:\n    labels: [owner=team]\n",
    "db/compose.yaml": "services:\n  db:\n    extends: {file: base.yaml, service: base}\n",
    "db/base.yaml": "services:\n  base:\n    image: postgres\n    labels: {x: ''}\n",
    "web.env": "# settings\nMODE=fast\nLEVEL=debug\n",
    "web.labels": "kept=1\ntier=x\n",
    ".env": "PORT=8080\nBASE=2\n",
}


@pytest.fixture
def project(workdir: Path) -> compose.Project:
    """Load a project whose values come from five files, variables and the environment."""
    for name, content in _FILES.items():
        (workdir / name).parent.mkdir(exist_ok=True)
        (workdir / name).write_text(content, "utf-8")
    return compose.load(Path(), Reader(), env={"TOKEN": "secret"})


_SERVICE = ("services", "web")


@pytest.mark.parametrize(
    ("path", "place", "source", "variables"),
    [
        (("name",), "compose.yaml:1:7", "written", ()),
        ((*_SERVICE, "image"), "compose.yaml:5:12", "variable", ("TAG", "BASE")),
        ((*_SERVICE, "command", 1), "compose.yaml:6:14", "written", ()),
        ((*_SERVICE, "build", "context"), "compose.yaml:7:12", "written", ()),
        ((*_SERVICE, "build", "dockerfile"), "compose.yaml:7:12", "default", ()),
        ((*_SERVICE, "ports", 0, "published"), "compose.yaml:9:9", "variable", ("PORT",)),
        ((*_SERVICE, "ports", 1, "published"), "compose.yaml:11:20", "written", ()),
        ((*_SERVICE, "ports", 1, "protocol"), "compose.yaml:10:9", "default", ()),
        ((*_SERVICE, "environment", "LEVEL"), "compose.yaml:13:9", "written", ()),
        ((*_SERVICE, "environment", "TOKEN"), "compose.yaml:14:9", "outside", ("TOKEN",)),
        ((*_SERVICE, "environment", "MODE"), "web.env:2", "env file", ()),
        ((*_SERVICE, "labels", "tier"), "compose.yaml:16:20", "written", ()),
        ((*_SERVICE, "labels", "owner"), "compose.override.yaml:3:14", "written", ()),
        ((*_SERVICE, "labels", "kept"), "web.labels:1", "env file", ()),
        ((*_SERVICE, "depends_on", "db"), "compose.yaml:18:18", "written", ()),
        ((*_SERVICE, "depends_on", "db", "condition"), "compose.yaml:18:18", "default", ()),
        ((*_SERVICE, "extra_hosts", 0), "compose.yaml:19:33", "written", ()),
        ((*_SERVICE, "healthcheck", "test", 1), "compose.yaml:21:13", "written", ()),
        ((*_SERVICE, "volumes", 0, "target"), "compose.yaml:22:15", "written", ()),
        ((*_SERVICE, "networks", "back", "aliases", 0), "compose.yaml:23:33", "written", ()),
        (("services", "db", "image"), "db/base.yaml:3:12", "written", ()),
        (("services", "db", "networks", "default"), "db/base.yaml:3:5", "default", ()),
        (("networks", "back", "name"), "compose.yaml:24:18", "default", ()),
        (("x-team", "name"), "compose.yaml:26:16", "written", ()),
    ],
)  # fmt: skip
def test_origins_of_values(
    project: compose.Project,
    path: tuple[str | int, ...],
    place: str,
    source: str,
    variables: tuple[str, ...],
) -> None:
    """In short and long forms, merged, included, extended, filled in, from files and defaults."""
    origin = project.at(path)
    found = str(origin.location).removeprefix(f"{Path.cwd()}/")
    assert (place, source, variables) == (found, origin.source.value, origin.variables)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths(item, (*path, key))


def test_every_value_has_an_origin(project: compose.Project) -> None:
    """Each is in a file that the project reads."""
    files = {f"{Path.cwd()}/{name}" for name in _FILES} | set(_FILES)
    for path in _paths(dict(project.model)):
        assert project.at(path).location.file in files, path


def test_an_unknown_path_is_an_error(project: compose.Project) -> None:
    with pytest.raises(KeyError):
        project.at(("services", "web", "imagee"))


@pytest.mark.usefixtures("workdir")
def test_a_name_from_outside() -> None:
    Path("compose.yaml").write_text("name: shop\nservices: {a: {image: x}}", "utf-8")
    project = compose.load(Path(), Reader(), env={"COMPOSE_PROJECT_NAME": "other"})
    origin = Origin(
        location=Location("compose.yaml"),
        source=Source.OUTSIDE,
        variables=("COMPOSE_PROJECT_NAME",),
    )
    assert origin == project.at(("name",))


def test_services_are_typed(project: compose.Project) -> None:
    """What load balancers need of a service has names and types."""
    web = project.services["web"]
    assert web.image == "shop:2"
    assert web.labels == {"kept": "1", "tier": "front", "owner": "team"}
    assert web.environment == {"MODE": "fast", "LEVEL": "info", "TOKEN": "secret"}
    assert web.healthcheck == compose.Healthcheck(test=("CMD-SHELL", "curl localhost"))
