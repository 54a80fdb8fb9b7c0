"""Loading: places in messages, nothing from outside, and nothing that hurts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sslstack import compose
from sslstack.errors import InputError
from sslstack.files import Reader


def _write(files: dict[str, str]) -> None:
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content, "utf-8")


def _refusal(files: dict[str, str], **options: Any) -> str:
    _write(files)
    with pytest.raises(InputError) as caught:
        compose.load(Path(), Reader(), **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"compose.yaml": "services:\n  a:\n    imagee: x\n"}, "compose.yaml:3:5: error: unknown"),
        (
            {"compose.yaml": "services:\n  a:\n    image: x\n    ports:\n      - ${P}\n",
             ".env": "P=x:80"},
            "compose.yaml:5:9: error: services.a.ports.0: '${P}' is not a port",
        ),
        (
            {"compose.yaml": "services: {a: {extends: {service: b, file: o.yml}}}",
             "o.yml": "services:\n  b:\n    image: x\n    healthcheck:\n      retries: many\n"},
            "o.yml:5:16: error: services.b.healthcheck.retries: 'many'",
        ),
        (
            {"compose.yaml": "services: {a: {image: x}}",
             "compose.override.yaml": "services:\n  a:\n    ports: ['99999:1']\n"},
            "compose.override.yaml:3:13: error: services.a.ports.0: 99999 is",
        ),
        (
            {"compose.yaml": "include: [sub/c.yml]\n",
             "sub/c.yml": "services:\n  i:\n    image: ${T:?say which}\n"},
            "sub/c.yml:3:12: error: services.i.image: required variable T is missing a value",
        ),
        (
            {"compose.yaml": "services:\n  a: {image: x, depends_on: [b]}\n"},
            "compose.yaml:2:29: error: service 'a' depends on 'b', which does not exist",
        ),

        ({"compose.yaml": "include:\n  - oci://example.com/c\n"}, "compose.yaml:2:5: error: 'oci://"),
        (
            {"compose.yaml": "services:\n  a: {extends: {file: 'git@x:y', service: b}}\n"},
            "'git@x:y': remote files are not supported",
        ),
        ({".env": "A='open"}, ".env:1: error: the quote that begins the value is not closed"),
        ({}, "docker-compose.yml: error: no compose file found in this folder"),
        ({"compose.yaml": ""}, "compose.yaml: error: is empty"),
        ({"compose.yaml": "include:\n  - no.yml"}, "compose.yaml:2:5: error: no.yml cannot be"),
        (
            {"compose.yaml": "include:\n  - {path: i.yml, env_file: no.env}", "i.yml": "x-a: 1"},
            "compose.yaml:2:29: error: 'no.env' cannot be read: no such file",
        ),
        ({"compose.yaml": "services: {a: {image: x}}", ".env": "COMPOSE_PROJECT_NAME=Upper"},
         ".env: error: COMPOSE_PROJECT_NAME is not a project name"),
        ({"compose.yaml": "name: '-'\nservices: {a: {image: x}}"},
         "compose.yaml:1:7: error: the project name has no letter or digit"),
        (
            {"compose.yaml": "x-v: &v\n  - ./a:/a\nservices:\n  s:\n    image: x\n    volumes:\n"
             "      - *v\n"},
            "compose.yaml:7:9: error: services.s.volumes.0 is a list inside a list; YAML cannot",
        ),
        ({"compose.yaml": "web: {a: x}"}, "unknown key 'web'"),
        (
            {"compose.yaml": "db: {image: x}\nweb: {build: ., links: [db]}"},
            "compose.yaml:1:1: error: 'db', 'web' are at the top of the file: this is compose",
        ),
        ({"compose.yaml": "version: '2'\nweb: {image: x}"}, "compose.yaml:2:1: error: 'web' is at"),
        (
            {"compose.yaml": "x-a: {image: x}\nservices: {a: {image: x}}\nweb: {image: x}"},
            "compose.yaml:3:1: error: 'web' is also at the top of the file",
        ),
        ({"compose.yaml": "services: {a: {image: x, labels: [2020-01-01]}}"}, "is read as a date"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("workdir")
def test_findings_name_the_place_where_the_value_is_written(
    files: dict[str, str], expected: str
) -> None:
    """Also for what came by a variable, another file, or a merge."""
    assert expected in _refusal(files)


@pytest.mark.usefixtures("workdir")
def test_the_shell_does_not_count_unless_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAG", "shell")
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "shell")
    _write({"compose.yaml": "name: mine\nservices: {a: {image: 'x:${TAG:-file}'}}"})
    project = compose.load(Path(), Reader())
    assert (project.name, project.model["services"]["a"]["image"]) == ("mine", "x:file")
    given = compose.load(Path(), Reader(), env={"TAG": "given"})
    assert given.model["services"]["a"]["image"] == "x:given"


@pytest.mark.usefixtures("workdir")
def test_files_for_containers_are_not_needed_to_know_the_ports() -> None:
    """An env file with secrets is in no checkout of a CI; Docker Compose wants it, we do not."""
    _write({"compose.yaml": "services: {a: {image: x, env_file: s.env, ports: ['443:1']}}"})
    project = compose.load(Path(), Reader(), container_files=False)
    assert [port.number for port in project.services["a"].ports] == [443]
    with pytest.raises(InputError, match=r"s.env cannot be read: no such file"):
        compose.load(Path(), Reader())


@pytest.mark.usefixtures("workdir")
def test_unset_variables_are_reported() -> None:
    _write({"compose.yaml": "services:\n  a:\n    image: x${TAG}\n"})
    (finding,) = compose.load(Path(), Reader()).findings
    assert str(finding).startswith(
        "compose.yaml:3:12: warning: services.a.image: variable TAG is not set"
    )


_CHAIN = "services:\n" + "".join(
    f"  s{i}: {{extends: s{i + 1}}}\n" for i in range(3000)
) + "  s3000: {image: x}\n"  # fmt: skip


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yaml": "services: {a: {image: '" + "${A:-" * 50_000 + "'}}"},
        {"compose.yaml": "services: {a: {image: '" + "$" * 2_000_001 + "{'}}"},
        {"compose.yaml": "include: [compose.yaml]\nservices: {}"},
        {"compose.yaml": "services: {a: {extends: b}, b: {extends: a}}"},
        {"compose.yaml": _CHAIN},
        {"compose.yaml": "services: {a: {image: x, ports: ['1-65535:1-65534']}}"},
        {
            "compose.yaml": "services:\n"
            + "".join(f"  a{i}: {{image: x, ports: ['1-65535:1-65535']}}\n" for i in range(4000))
        },
        {
            "compose.yaml": "include: [i0.yml]",
            "i28.yml": "services: {}",
            **{
                f"i{i}.yml": f"include: [i{i + 1}.yml, i{i + 1}.yml]\nservices: {{}}"
                for i in range(28)
            },
        },
        {
            "compose.yaml": "services:\n"
            + "".join(f"  s{i}: {{extends: {{file: b.yml, service: b}}}}\n" for i in range(500)),
            "b.yml": "services: {b: {image: x, environment: {"
            + ",".join(f"K{i}: 1" for i in range(3000))
            + "}}}",
        },
        {
            "compose.yaml": "services: {a: {image: x, labels: {"
            + ",".join(f"k{i}: $A" for i in range(100))
            + "}}}",
            ".env": f"A={'x' * 900_000}",
        },
        {"compose.yaml": "services: {a: {" + ",".join(f"k{i}: 1" for i in range(20_000)) + "}}"},
        {
            "compose.yaml": "services: {a: {image: x, depends_on: ["
            + ",".join(f"k{i}" for i in range(20_000))
            + "]}}"
        },
        {"compose.yaml": "services: {a: {image: x, command: \"'" + "x" * 3_000_000 + '"}}'},
        {"compose.yaml": "services: {a: {image: x}}", ".env": "A=" + "${" * 100_000},
        {"compose.yaml": "services: {a: {image: x, labels: " + "[" * 3000 + "]" * 3000 + "}}"},
        {"compose.yaml": "services: {a: {image: x, healthcheck: {interval: " + "9" * 5000 + "s}}}"},
    ],
)
@pytest.mark.usefixtures("workdir")
def test_small_inputs_that_ask_for_much_work_are_refused(files: dict[str, str]) -> None:
    assert _refusal(files)


@pytest.mark.usefixtures("workdir")
def test_three_hundred_services() -> None:
    """Many services load; how fast, the benchmarks say."""
    services = {
        f"s{i}": {"image": "x", "ports": [f"{i + 1}:80"], "environment": {"A": "${X:-1}"}}
        for i in range(300)
    }
    _write({"compose.yaml": yaml.safe_dump({"services": services})})
    assert len(compose.load(Path(), Reader()).services) == 300


_junk = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99999) | st.text("a:/${}-.0[]=~ \n", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab:", max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
_attributes = st.sampled_from(
    ["image", "ports", "volumes", "environment", "build", "deploy", "healthcheck", "depends_on",
     "extends", "networks", "secrets", "command", "env_file", "extra_hosts", "ulimits", "gpus",
     "blkio_config", "logging", "profiles", "develop", "post_start", "configs", "devices"]
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["a", "b"]), st.dictionaries(_attributes, _junk, max_size=4)),
    st.dictionaries(
        st.sampled_from(["networks", "volumes", "secrets", "configs", "include", "name", "x-y"]),
        _junk,
        max_size=2,
    ),
)
def test_any_document_gives_a_project_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, services: dict[str, Any], top: dict[str, Any]
) -> None:
    """Nothing but an InputError escapes, whatever is in the file."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "compose.yaml").write_text(yaml.safe_dump({"services": services, **top}))
    try:
        project = compose.load(folder, Reader())
        assert set(project.services) <= set(services)
    except InputError as error:
        assert error.findings  # noqa: PT017


@pytest.mark.usefixtures("workdir")
def test_a_second_compose_file_is_reported() -> None:
    _write({"compose.yaml": "services: {a: {image: x}}", "docker-compose.yml": "services: {}"})
    (finding,) = compose.load(Path(), Reader()).findings
    assert str(finding).startswith(
        "docker-compose.yml: warning: is not read: compose.yaml exists too"
    )


@pytest.mark.usefixtures("workdir")
def test_a_compose_file_in_a_folder_below_is_named() -> None:
    _write({"app/compose.yaml": "services: {}"})
    with pytest.raises(InputError) as caught:
        compose.load(Path(), Reader())
    (finding,) = caught.value.findings
    assert finding.hint.startswith("there is app/compose.yaml: run the command in app, or name")


@pytest.mark.usefixtures("workdir")
def test_more_than_200_findings_are_cut_short() -> None:
    keys = "".join(f"    k{i}: 1\n" for i in range(300))
    _write({"compose.yaml": f"services:\n  a:\n    image: x\n{keys}"})
    with pytest.raises(InputError) as caught:
        compose.load(Path(), Reader())
    assert len(caught.value.findings) == 201
    assert "more than 200 findings: the others are not shown" in str(caught.value)


@pytest.mark.usefixtures("workdir")
def test_the_hint_for_a_file_of_version_1_names_the_edits() -> None:
    """One finding for the whole file, and the keys that have other names now."""
    services = "".join(f"w{i}: {{image: x, net: host, log_driver: y}}\n" for i in range(5))
    _write({"compose.yaml": services})
    with pytest.raises(InputError) as caught:
        compose.load(Path(), Reader())
    (finding,) = caught.value.findings
    assert finding.hint == (
        "add the line 'services:' and indent 'w0', 'w1', 'w2' and 2 more below it; "
        "log_driver: is now logging: {driver: ...}; net: is now network_mode:"
    )


@pytest.mark.usefixtures("workdir")
def test_a_date_in_an_extension_is_accepted() -> None:
    _write({"compose.yaml": "services: {a: {image: x}}\nx-released: 2020-01-01"})
    assert compose.load(Path(), Reader()).findings == ()


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("services:\n  a:\n    image:x\n", "write a space after ':': image: x"),
        ("services:\n  a:{image: x}\n", "write a space after ':': a: {image"),
        ("services:\n  a:\n    image: x\n    environment:\n      A:b\n",
         "write a space after ':': A: b"),
        ("services:\n\u00a0\u00a0a:\n\u00a0\u00a0\u00a0image: x\n",
         "'a' has a no-break space (U+00A0) beside it: indent with ordinary spaces"),
        ("services:\n  a:\n    \u200bimage: x\n", "has a zero-width space (U+200B) beside it"),
        ("services:\n  a:\n    image: x\n    ports:\n\u00a0\u00a0- 80:80\n",
         "replace it with ordinary spaces"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("workdir")
def test_hints_for_missing_spaces_and_spaces_that_do_not_indent(content: str, hint: str) -> None:
    _write({"compose.yaml": content})
    with pytest.raises(InputError) as caught:
        compose.load(Path(), Reader())
    assert any(hint in finding.hint for finding in caught.value.findings)


@pytest.mark.usefixtures("workdir")
def test_a_link_to_a_missing_compose_file_is_reported() -> None:
    Path("docker-compose.yml").symlink_to("shared.yml")
    with pytest.raises(InputError) as caught:
        compose.load(Path(), Reader())
    (finding,) = caught.value.findings
    assert str(finding).startswith(
        "docker-compose.yml: error: is a symbolic link to shared.yml, which does not exist"
    )
