"""Well-known ports: what counts as exposed, and how a connection to it begins."""

from __future__ import annotations

import pytest

from sslstack import ports


@pytest.mark.parametrize(
    ("number", "group"),
    [
        *((n, "database") for n in (1433, 1521, 3306, 5432, 5984, 7474, 7687, 8086, 8123, 9042)),
        *((n, "database") for n in (9200, 9300, 27017, 28015)),
        *((n, "cache") for n in (6379, 11211)),
        *((n, "queue") for n in (4222, 5671, 5672, 9092, 15672, 61616)),
        *((n, "administration") for n in (2375, 2376, 4848, 5601, 8001, 8500)),
        *((n, "cluster API") for n in (2379, 2380, 6443, 10250)),
        *((n, "remote shell") for n in (22, 23, 3389, 5900, 5985)),
        *((n, "debugging") for n in (5005, 5678, 9229, 9222)),
        *((n, "file sharing") for n in (111, 139, 445, 2049, 873)),
    ],
)
def test_knows_the_group_of_a_port(number: int, group: str) -> None:
    """Each is sensitive, whatever image it belongs to, and has a reason."""
    found = ports.find_sensitive(number, number)
    assert found is not None
    assert (found.group, bool(found.reason)) == (group, True)


@pytest.mark.parametrize(
    ("number", "image", "service"),
    [
        (9000, "portainer/portainer-ce:2", "Portainer"),
        (9443, "registry.example/portainer:2", "Portainer"),
        (9000, "clickhouse/clickhouse-server", "ClickHouse"),
        (9000, "php:8.4-fpm", "FastCGI"),
        (9000, "minio/minio", None),
        (9000, "", None),
        (9090, "prom/prometheus:v3", "Prometheus"),
        (9090, "example/web", None),
        (5678, "n8nio/n8n", None),
        (8123, "ghcr.io/home-assistant/home-assistant", None),
        (7000, "example/web", None),
        (3000, "example/web", None),
    ],
)
def test_counts_shared_numbers_by_image(number: int, image: str, service: str | None) -> None:
    """A number that web applications use counts for images of the product only."""
    found = ports.find_sensitive(number, number, image)
    assert (found and found.service) == service


@pytest.mark.parametrize(
    ("target", "published", "http", "service"),
    [
        (22, 2224, False, "SSH"),
        (7000, 5432, False, "PostgreSQL"),
        (2375, 80, False, "Docker API"),
        (9200, 9201, True, "Elasticsearch"),
        (8001, 80, False, None),
        (8001, 8001, False, "Kubernetes proxy or Kong administration"),
        (8001, 8001, True, None),
        (3000, 8001, False, None),
        (993, 993, False, None),
    ],
)
def test_looks_at_both_ports(target: int, published: int, http: bool, service: str | None) -> None:  # noqa: FBT001
    """The container's port counts wherever it is published; a shared one not behind HTTP."""
    found = ports.find_sensitive(target, published, http=http)
    assert (found and found.service) == service


@pytest.mark.parametrize(
    ("numbers", "begins"),
    [
        ((465, 636, 993, 995, 5671, 8883), "tls"),
        ((25, 143, 389, 587, 3306, 5432), "plaintext"),
        ((22,), "own"),
        ((9200, 15672), "http"),
        ((6379,), "stream"),
    ],
)
def test_knows_how_a_connection_begins(numbers: tuple[int, ...], begins: str) -> None:
    """TLS from the start, after a greeting, or not at all."""
    found = [ports.find_protocol(n) for n in numbers]
    assert [entry and entry.begins for entry in found] == [begins] * len(numbers)


def test_has_one_entry_for_each_port_and_image() -> None:
    """No number is listed twice for the same images, and every group has its reason."""
    keys = [(entry.port, entry.images) for entry in ports.WELL_KNOWN]
    assert sorted(keys) == sorted(set(keys))
    assert {entry.group for entry in ports.WELL_KNOWN} == set(ports.GROUPS)
