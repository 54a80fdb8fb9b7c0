"""Nothing that a compose file reads elsewhere is shown: values, env files, other files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sslstack import compose
from sslstack.compose import private
from sslstack.errors import InputError
from sslstack.files import Reader

SECRET = "s3cr3t-c4n4ry"  # noqa: S105 - what must not be seen


def _messages(**options: object) -> str:
    """Return every message of loading, as an error or as warnings."""
    try:
        project = compose.load(Path(), Reader(), **options)  # type: ignore[arg-type]
    except InputError as error:
        found = error.findings
    else:
        found = project.findings
    return "\n".join(f"{one} {one.hint}" for one in found)


def _write(files: dict[str, str]) -> None:
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content, "utf-8")


_PLACES = {
    "a port": "services: {a: {image: x, ports: ['${S}:80']}}",
    "a port in long syntax": "services: {a: {image: x, ports: [{target: 1, host_ip: '${S}'}]}}",
    "a port that nothing listens on":
        "services: {a: {image: x, ports: [{target: 1, published: '${S}'}]}}",
    "a duration": "services: {a: {image: x, stop_grace_period: '${S}'}}",
    "a command": "services: {a: {image: x, command: '(${S}'}}",
    "a boolean": "services: {a: {image: x, tty: '${S}'}}",
    "a choice of the schema": "services: {a: {image: x, network_mode: host, cgroup: '${S}'}}",
    "a pattern of the schema": "services: {a: {image: x, depends_on: ['${S}']}}",
    "a network": "services: {a: {image: x, networks: ['${S}']}}",
    "a merged network": "services: {a: {image: x, networks: [d]}}\n---\n"
        "services: {a: {networks: ['${S} x']}}\nnetworks: {d: }",
    "a merged dependency": "services: {a: {image: x, depends_on: [b]}, b: {image: x}}\n---\n"
        "services: {a: {depends_on: ['${S} x']}}",
    "a volume": "services: {a: {image: x, volumes: ['${S}:/x']}}",
    "a mount": "services: {a: {image: x, volumes: ['vol:/b:${S}:d:e']}}",
    "a mount twice": "services: {a: {image: x, tmpfs: ['/${S}:a', '/${S}:b']}}",
    "a variable with a blank": "services: {a: {image: x, environment: ['${S} =1']}}",
    "a merged variable": "services: {a: {image: x, environment: [A=1]}}\n---\n"
        "services: {a: {environment: ['${S} =1']}}",
    "an env file": "services: {a: {image: x, env_file: '${S}'}}",
    "an include": "include: ['${S}.yml']",
    "an env file of an include": "include: [{path: i.yml, env_file: '${S}'}]",
    "a remote include": "include: ['https://${S}']",
    "a service that is extended": "services: {a: {extends: '${S}'}}",
    "a file that is extended": "services: {a: {extends: {file: '${S}', service: b}}}",
    "a required variable": "services: {a: {image: '${U:?${S}}'}}",
    "a platform": "services: {a: {build: {context: ., platforms: [x]}, platform: '${S}'}}",
    "a name of the project": "name: '${U:?${S}}'\nservices: {a: {image: x}}",
    "a label file": "services: {a: {image: x, label_file: ['${S}']}}",
    "graphics cards": "services: {a: {image: x, gpus: [{count: 1}]}}\n---\n"
        "services: {a: {gpus: '${S}'}}",
}  # fmt: skip


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.usefixtures("workdir")
def test_a_value_of_a_variable_is_shown_as_it_is_written(place: str) -> None:
    """Wherever it is refused, whatever part of it the message would be about."""
    _write({"compose.yaml": _PLACES[place], ".env": f"S={SECRET}\n", "i.yml": "services: {}"})
    messages = _messages()
    assert messages
    assert not any(part in messages for part in SECRET.split("-"))


@pytest.mark.parametrize("name", ["COMPOSE_FILE", "COMPOSE_PROJECT_NAME"])
@pytest.mark.usefixtures("workdir")
def test_what_an_env_file_sets_for_docker_compose_is_not_shown(name: str) -> None:
    _write({"compose.yaml": "services: {a: {image: x}}", ".env": f"{name}=A:{SECRET}\n"})
    messages = _messages()
    assert name in messages
    assert SECRET not in messages


_OUTSIDE = {
    "that is not YAML": f"a: 1\nroot:{SECRET}: [\n",
    "with an unknown key": f"services: {{a: {{image: x, {SECRET}: 1}}}}",
    "with an alias of nothing": f"services: *{SECRET}",
    "with a wrong value": f"services: {{a: {{image: x, tty: {SECRET}}}}}",
    "with a wrong port": f"services: {{a: {{image: x, ports: ['{SECRET}']}}}}",
    "with an unset variable": "services: {a: {image: '${" + SECRET.replace("-", "_") + "}'}}",
    "that is one text": SECRET,
    "with a key twice": f"{SECRET}: 1\n{SECRET}: 2",
}


@pytest.mark.parametrize("how", ["include", "extends", "link", "given"])
@pytest.mark.parametrize("kind", _OUTSIDE)
def test_a_file_outside_the_repository_is_read_and_not_shown(
    kind: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its path, by a link inside the repository, and as a file that ssl.yml names."""
    outside = tmp_path / "outside.yml"
    outside.write_text(_OUTSIDE[kind])
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    Path("link.yml").symlink_to(outside)
    _write({
        "compose.yaml": {
            "include": f"include: ['{outside}']",
            "extends": f"services: {{b: {{extends: {{file: '{outside}', service: a}}}}}}",
            "link": "include: [link.yml]",
            "given": "services: {}",
        }[how],
    })  # fmt: skip
    messages = _messages(files=[outside] if how == "given" else [])
    assert messages
    assert not any(part in messages for part in SECRET.replace("-", "_").split("_"))
    places = [line for line in messages.splitlines() if ".yml:" in line]
    assert all(":0" not in line for line in places)


def test_a_file_elsewhere_in_the_repository_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "common.yml").write_text("services: {a: {image: x, tyt: 1}}")
    (tmp_path / "app/compose.yaml").write_text("include: [../common.yml]")
    monkeypatch.chdir(tmp_path / "app")
    assert "unknown key 'tyt'" in _messages()


@pytest.mark.parametrize("name", ["/proc/self/environ", "/dev/zero", "/sys/kernel/hostname"])
@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize(
    "document",
    [
        "include: [FILE]",
        "include: [{path: i.yml, env_file: FILE}]",
        "services: {a: {extends: {file: FILE, service: a}}}",
        "services: {a: {image: x, env_file: FILE}}",
        "services: {a: {image: x, label_file: FILE}}",
    ],
)
@pytest.mark.usefixtures("workdir")
def test_files_that_the_system_generates_are_refused(
    document: str, name: str, *, linked: bool
) -> None:
    """The environment of a CI job holds its tokens."""
    Path("link").symlink_to(name)
    _write({"compose.yaml": document.replace("FILE", "link" if linked else name)})
    _write({"i.yml": "services: {}"})
    messages = _messages()
    assert "cannot be read" in messages
    assert any(reason in messages for reason in ("is not a regular file", "no such file"))


@pytest.mark.usefixtures("workdir")
def test_an_env_file_that_is_a_link_to_the_environment_is_refused() -> None:
    _write({"compose.yaml": "services: {a: {image: x}}"})
    Path(".env").symlink_to("/proc/self/environ")
    assert ".env: error: cannot be read: it is not a regular file" in _messages()


@pytest.mark.usefixtures("workdir")
def test_a_pipe_is_refused_and_not_waited_for() -> None:
    os.mkfifo("pipe")
    with pytest.raises(OSError, match="Invalid argument"):
        private.read_file(Path("pipe"), Reader())
