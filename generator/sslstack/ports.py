"""Well-known ports as data: what listens there, why it is kept from the public, how it begins.

Numbers are those of IANA's registry (https://www.iana.org/assignments/service-names-port-numbers)
or the default in the product's own documentation. A number that many web applications use as well
counts only for images of the product.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PORTS = range(1, 65536)
"""Every port of TCP and UDP."""
HTTPS_PORT = 443
TLS_PORTS = frozenset({HTTPS_PORT, 8443})
"""Ports of containers that speak TLS, unless compose says otherwise."""
HTTP_PORTS = frozenset({80, 443, 8080, 8443})
"""Published ports that are taken for HTTP."""

Begins = Literal["http", "https", "stream", "tls", "plaintext", "own"]
"""How a connection begins.

`http`: with a request. `https`: with a TLS handshake, and a request in it. `tls`: with a TLS
handshake, and another protocol in it. `plaintext`: with a greeting, after which the server starts
TLS itself (STARTTLS and its like), so that a load balancer cannot do it for it.
`own`: encrypted by the protocol itself, without TLS. `stream`: with the protocol's own data.
"""

GROUPS: Mapping[str, str] = {
    "database": "anyone who can reach it can try passwords, and many images have none",
    "cache": "it trusts its network: data can be read and written without a password",
    "queue": "anyone who can reach it can read, forge and delete messages",
    "administration": "anyone who controls it controls what runs there",
    "cluster API": "its members trust anyone who can reach it",
    "debugging": "a debugger runs any code that it is sent",
    "remote shell": "attackers try passwords day and night, and the right one opens a shell",
    "file sharing": "files can be read or replaced, and old versions have known attacks",
    "directory": "it holds the names and passwords of users",
    "proxy": "strangers send their own traffic through it",
    "public service": "",
}
"""Why a group of services is kept from the public; '' where it is meant for the public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WellKnownPort:
    """A service that listens on a port by default.

    `images` are parts of image names that it counts for, empty for all; `other_images` are parts
    of names of images that use the number for something else. `shared` tells that web
    applications use the number, too: it counts as the container's port only, and not for HTTP.
    """

    port: int
    service: str
    group: str
    begins: Begins
    images: tuple[str, ...] = ()
    other_images: tuple[str, ...] = ()
    shared: bool = False

    @property
    def reason(self) -> str:
        """Return why it is kept from the public; '' where it is meant for the public."""
        return GROUPS[self.group]

    @property
    def is_sensitive(self) -> bool:
        """Return whether it is to be declared before the public can reach it."""
        return bool(self.reason)

    def is_about(self, image: str) -> bool:
        """Return whether the entry counts for an image; '' is an image that is not known."""
        name = image.lower()
        if any(part in name for part in self.other_images):
            return False
        return not self.images or any(part in name for part in self.images)


def find_sensitive(
    target: int, published: int, image: str = "", *, http: bool = False
) -> WellKnownPort | None:
    """Find what would be exposed: by the container's port first, then by the published one.

    `image` is the container's image, '' where it is not known; `http` tells that the compose
    file declares HTTP on the port.
    """
    is_http = http or published in HTTP_PORTS
    return next(
        (
            entry
            for entry in _find_entries((target, published), image)
            if entry.is_sensitive and not (entry.shared and (is_http or entry.port != target))
        ),
        None,
    )


def find_protocol(*numbers: int, image: str = "") -> WellKnownPort | None:
    """Find what is known of the protocol, by the first of the numbers that is in the table."""
    return next(_find_entries(numbers, image), None)


def _find_entries(numbers: Iterable[int], image: str) -> Iterator[WellKnownPort]:
    for number in dict.fromkeys(numbers):
        yield from (entry for entry in _group_by_number().get(number, ()) if entry.is_about(image))


@functools.cache
def _group_by_number() -> Mapping[int, tuple[WellKnownPort, ...]]:
    found: dict[int, tuple[WellKnownPort, ...]] = {}
    for entry in WELL_KNOWN:
        # Entries for certain images come first: they say more.
        found[entry.port] = tuple(
            sorted((*found.get(entry.port, ()), entry), key=lambda e: not e.images)
        )
    return found


def _make_entries(begins: Begins, service: str, *ports: int, **more: Any) -> _Entries:
    """Make the entries of a service; their group is that of the table they are in."""
    return tuple(
        WellKnownPort(port=port, service=service, group="", begins=begins, **more) for port in ports
    )


_Entries = tuple[WellKnownPort, ...]

_TABLE: Mapping[str, tuple[_Entries, ...]] = {
    "database": (
        # The client's first packet is answered, then TLS starts on the same connection.
        _make_entries("plaintext", "SQL Server", 1433, 1434),
        _make_entries("plaintext", "MySQL", 3306, 33060, 33061),
        _make_entries("plaintext", "PostgreSQL", 5432, 5433, 6432, 6543),  # and its poolers
        _make_entries("plaintext", "Redshift", 5439),
        _make_entries("plaintext", "CockroachDB", 26257),
        _make_entries("stream", "Oracle", 1521, 1522, 1526, 2483),
        _make_entries("tls", "Oracle", 2484),
        _make_entries("stream", "Firebird", 3050),
        _make_entries("stream", "Derby", 1527),
        _make_entries("stream", "Cassandra", 7199, 9042, 9160),  # 7199: JMX, which runs code
        _make_entries("stream", "Cassandra", 7000, images=("cassandra", "scylla")),
        _make_entries("tls", "Cassandra", 9142),
        _make_entries("tls", "Cassandra", 7001, images=("cassandra", "scylla")),
        _make_entries("stream", "Neo4j", 7687),
        _make_entries("http", "Neo4j", 7474),
        _make_entries("https", "Neo4j", 7473),
        _make_entries("stream", "RethinkDB", 28015, 29015),
        _make_entries("http", "Elasticsearch", 9200),
        _make_entries("stream", "Elasticsearch", 9300),
        _make_entries("stream", "MongoDB", 27017, 27018, 27019),
        _make_entries("http", "MongoDB", 28017),
        _make_entries("stream", "Couchbase", 11207, 11210),
        _make_entries("http", "Couchbase", 8091, images=("couchbase",)),
        _make_entries("http", "CouchDB", 5984),
        _make_entries("https", "CouchDB", 6984),
        _make_entries("http", "ArangoDB", 8529),
        _make_entries("http", "Solr", 8983),
        _make_entries("stream", "OrientDB", 2424),
        _make_entries("http", "OrientDB", 2480),
        _make_entries("stream", "Riak", 8087),
        _make_entries("http", "Riak", 8098),
        _make_entries("http", "InfluxDB", 8086),
        # Home Assistant's web page has the number of ClickHouse.
        _make_entries("http", "ClickHouse", 8123, shared=True,
              other_images=("home-assistant", "homeassistant")),
        _make_entries("stream", "ClickHouse", 9000, images=("clickhouse",)),
        _make_entries("stream", "Db2", 50000, images=("db2",)),
        _make_entries("stream", "Galera", 4567, images=("mariadb", "galera", "percona")),
        _make_entries("http", "Qdrant", 6333),
        _make_entries("stream", "Milvus", 19530),
        _make_entries("stream", "Ignite", 10800),
        _make_entries("stream", "Tarantool", 3301),
    ),
    "cache": (
        _make_entries("stream", "Redis", 6379, 16379, 26379),  # 16379 cluster bus, 26379 Sentinel
        _make_entries("tls", "Redis", 6380),
        _make_entries("stream", "memcached", 11211),
        _make_entries("stream", "Hazelcast", 5701),
        _make_entries("stream", "Infinispan", 11222),
    ),
    "queue": (
        _make_entries("stream", "AMQP", 5672),
        _make_entries("tls", "AMQP", 5671),
        _make_entries("http", "RabbitMQ management", 15672),
        _make_entries("https", "RabbitMQ management", 15671),
        _make_entries("stream", "RabbitMQ nodes", 25672),
        _make_entries("stream", "Erlang's port mapper", 4369),
        _make_entries("stream", "NATS", 4222, 6222),
        _make_entries("http", "NATS monitoring", 8222),
        _make_entries("stream", "Kafka", 9092),
        _make_entries("stream", "Kafka", 9093, 9094, 29092, images=("kafka", "redpanda")),
        _make_entries("stream", "ActiveMQ", 61613, 61616),
        _make_entries("http", "ActiveMQ console", 8161),
        _make_entries("stream", "MQTT", 1883),
        _make_entries("stream", "Pulsar", 6650),
        _make_entries("stream", "NSQ", 4150),
        _make_entries("stream", "beanstalkd", 11300),
    ),
    "administration": (
        _make_entries("http", "Docker API", 2375),
        _make_entries("https", "Docker API", 2376),
        _make_entries("http", "GlassFish administration", 4848),
        _make_entries("http", "Kibana", 5601),
        _make_entries("http", "Consul", 8500),
        _make_entries("https", "Consul", 8501),
        _make_entries("http", "Ray", 8265),
        _make_entries("http", "CUPS", 631),
        _make_entries("http", "Kubernetes proxy or Kong administration", 8001, shared=True),
        _make_entries("http", "Portainer", 9000, images=("portainer",)),
        _make_entries("https", "Portainer", 9443, images=("portainer",)),
        _make_entries("stream", "Portainer tunnel", 8000, images=("portainer",)),
        _make_entries("http", "Prometheus", 9090, images=("prometheus",)),
        _make_entries("http", "Alertmanager", 9093, images=("alertmanager",)),
        _make_entries("http", "Pushgateway", 9091, images=("pushgateway",)),
        _make_entries("http", "node exporter", 9100, images=("node-exporter", "node_exporter")),
        _make_entries("http", "Flower", 5555, images=("flower", "airflow")),
        _make_entries("https", "Cockpit", 9090, images=("cockpit",)),
        _make_entries("http", "Transmission", 9091, images=("transmission",)),
        _make_entries("http", "Vault", 8200, images=("vault", "openbao")),
        _make_entries("http", "Jupyter", 8888, images=("jupyter",)),
        _make_entries("https", "Webmin", 10000, images=("webmin",)),
        _make_entries("http", "LocalStack", 4566, images=("localstack",)),
        _make_entries("stream", "Jenkins agents", 50000, images=("jenkins",)),
    ),
    "cluster API": (
        _make_entries("http", "etcd", 2379, 2380),
        _make_entries("https", "Kubernetes", 6443, 10257, 10259),
        _make_entries("https", "kubelet", 10250),
        _make_entries("http", "kubelet", 10255),
        _make_entries("stream", "Docker Swarm", 2377, 7946),
        _make_entries("stream", "Consul", 8300, 8301, 8302),
        _make_entries("http", "Nomad", 4646),
        _make_entries("stream", "Nomad", 4647, 4648),
        _make_entries("stream", "ZooKeeper", 2181, 2888, 3888),
        _make_entries("stream", "Spark", 7077),
        _make_entries("http", "Spark", 6066),
        _make_entries("http", "HDFS", 9870, 50070),
        _make_entries("http", "YARN", 8088, images=("hadoop",)),
    ),
    "debugging": (
        _make_entries("stream", "Java debugger", 5005),
        _make_entries("stream", "Java RMI", 1099),
        _make_entries("http", "Node.js inspector", 5858, 9229, 9230),
        _make_entries("http", "Chrome DevTools", 9222),
        _make_entries("http", "WebDriver", 9515),
        _make_entries("http", "Selenium", 4444, images=("selenium",)),
        _make_entries("stream", "debugpy", 5678, other_images=("n8n",)),
        _make_entries("stream", "Delve", 2345),
        _make_entries("stream", "FastCGI", 9000, images=("fpm",)),
        _make_entries("stream", "Android debugger", 5037),
        _make_entries("stream", "Android debugger", 5555, images=("android", "redroid")),
    ),
    "remote shell": (
        _make_entries("own", "SSH", 22, 2222),
        _make_entries("stream", "Telnet", 23),
        _make_entries("stream", "rexec, rlogin or rsh", 512, 513, 514),
        _make_entries("plaintext", "RDP", 3389),  # TLS after the X.224 request
        _make_entries("stream", "VNC", 5900, 5901, 5902),
        _make_entries("stream", "X11", 6000, 6001),
        _make_entries("http", "WinRM", 5985),
        _make_entries("https", "WinRM", 5986),
        _make_entries("stream", "Guacamole", 4822),
        _make_entries("http", "ttyd", 7681),
    ),
    "file sharing": (
        _make_entries("stream", "RPC", 111, 135),
        _make_entries("stream", "SMB", 137, 138, 139, 445),
        _make_entries("stream", "NFS", 2049),
        _make_entries("stream", "rsync", 873),
        _make_entries("plaintext", "FTP", 20, 21),
        _make_entries("tls", "FTPS", 989, 990),
        _make_entries("stream", "AFP", 548),
        _make_entries("stream", "iSCSI", 3260),
        _make_entries("stream", "GlusterFS", 24007),
        _make_entries("stream", "Ceph", 3300, 6789),
    ),
    "directory": (
        _make_entries("plaintext", "LDAP", 389, 3268),
        _make_entries("tls", "LDAPS", 636, 3269),
    ),
    "proxy": (_make_entries("http", "Squid", 3128),),
    "public service": (
        _make_entries("plaintext", "SMTP", 25, 587, 2525),
        _make_entries("plaintext", "POP3", 110),
        _make_entries("plaintext", "NNTP", 119),
        _make_entries("plaintext", "IMAP", 143),
        _make_entries("plaintext", "ManageSieve", 4190),
        _make_entries("plaintext", "XMPP", 5222, 5269),
        _make_entries("stream", "TURN", 3478),
        _make_entries("tls", "TURN over TLS", 5349),
        _make_entries("tls", "SMTPS", 465),
        _make_entries("tls", "NNTPS", 563),
        _make_entries("tls", "DNS over TLS", 853),
        _make_entries("tls", "IMAPS", 993),
        _make_entries("tls", "POP3S", 995),
        _make_entries("tls", "SIPS", 5061),
        _make_entries("tls", "syslog over TLS", 6514),
        _make_entries("tls", "IRC over TLS", 6697),
        _make_entries("tls", "MQTT over TLS", 8883),
    ),
}  # fmt: skip

WELL_KNOWN: _Entries = tuple(
    replace(entry, group=group)
    for group, services in _TABLE.items()
    for entries in services
    for entry in entries
)
"""Every entry of the table."""
