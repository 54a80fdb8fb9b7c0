"""ssl.yml, version 1: the models are the types, the validation and the JSON Schema at once.

What can be checked in one value alone is checked here; what needs the compose file, the
certificates or another part of the declaration is checked where the stack is built.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from sslstack.arn import ROLE, read_name
from sslstack.balancers.classic import DRAINING, HEALTH_RANGES, IDLE_TIMEOUT_OF_API
from sslstack.declaration.values import (
    DEFAULT_LOAD_BALANCER,
    Arn,
    Ingress,
    LoadBalancerKind,
    LogPrefix,
    Name,
    Path,
    PathOrArn,
    PortNumber,
    Protocol,
    Region,
    SecurityGroups,
    StackName,
    Target,
    Text,
    limit_to,
    refuse_truth,
)


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        use_attribute_docstrings=True,
        defer_build=True,  # only what is validated by itself is built: 30 ms less to start
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_written(cls, value: object) -> object:
        """Take a key with nothing behind it as absent: the rest of it is a comment, mostly."""
        if isinstance(value, dict):
            return {key: item for key, item in value.items() if item is not None}
        return {} if value is None else value


class CertificateRequest(_Model):
    """A certificate that ACM issues and renews, validated by DNS in Route 53."""

    domains: Annotated[tuple[str, ...], Field(strict=False, min_length=1, max_length=100)]
    """Names of the certificate; the first is its domain name, the rest are alternatives."""
    hosted_zone: Annotated[str, StringConstraints(pattern=r"^Z[A-Z0-9]{1,31}$")]
    """Id of the Route 53 hosted zone in which ACM's records are written."""


class Certificate(_Model):
    """A certificate: from a file, by ARN, or requested from ACM. Exactly one of the three."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [k]} for k in ("certificate", "arn", "request")]}
    )

    certificate: Path | None = None
    """File with the leaf certificate in PEM, leaf first; a full-chain file is fine."""
    chain: Path | None = None
    """File with the intermediates; found without it when absent."""
    private_key: Path | None = None
    """File with the private key, outside git; read by `check` and `push`, never to generate."""
    roots: Path | None = None
    """File with the root certificates of a private authority, in PEM."""
    untrusted: bool = False
    """Whether a chain may end without a root that is known here; a warning remains."""
    domains: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Names that the certificate must cover."""
    arn: Arn | None = None
    """A certificate that is in ACM or IAM already; used as it is."""
    request: CertificateRequest | None = None
    """A certificate for ACM to issue."""

    @property
    def default_name(self) -> str:
        """Name a certificate that has no name: after its file, its ARN or its first domain."""
        if self.certificate is not None:
            stem = re.sub(r"\.[^./]*$", "", self.certificate.rsplit("/", 1)[-1])
        elif self.arn is not None:
            stem = read_name(self.arn)
        else:
            stem = self.request.domains[0] if self.request else ""
        return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:64] or "certificate"

    @model_validator(mode="after")
    def _one_source(self) -> Certificate:
        given = [k for k in ("certificate", "arn", "request") if getattr(self, k) is not None]
        if len(given) != 1:
            said = f"not {' and '.join(given)}" if given else "it has none of them"
            hint = "remove all but one" if given else "add certificate: mydomain.crt"
            raise ValueError(f"needs one of certificate, arn or request: {said}; {hint}")
        if given != ["certificate"]:
            extra = [k for k in ("chain", "private_key", "roots") if getattr(self, k)]
            if extra:
                needs = "need" if len(extra) > 1 else "needs"
                raise ValueError(
                    f"{' and '.join(extra)} {needs} a certificate file, not {given[0]}"
                )
        return self


def _kind(value: object) -> str:
    return "text" if isinstance(value, str) else "mapping"


CertificateOrText = Annotated[
    Annotated[PathOrArn, Tag("text")] | Annotated[Certificate, Tag("mapping")],
    Discriminator(_kind),
]


class Backend(_Model):
    """What a listener sends its connections to."""

    trusted_keys: Annotated[tuple[Path, ...], Field(strict=False)] = ()
    """Files with public keys (or certificates) the backend may present; implies `secure`."""
    proxy_protocol: bool = False
    """Send the PROXY header (version 1) that carries the client's address."""


class Listener(_Model):
    """How one published port is served."""

    certificate: CertificateOrText | None = None
    """A name under `certificates`, a file, an ARN, or the same mapping as there."""
    protocol: Protocol | None = None
    """What clients speak; `https` with a certificate, else by port and compose file."""
    secure: bool = False
    """Whether the backend speaks HTTPS (or TLS, behind a `tls` or `tcp` listener); as compose's
    app_protocol says when absent."""
    security_policy: Annotated[str, Field(min_length=1)] | None = None
    """Predefined ELB security policy; the strongest that browsers speak when absent."""
    backend: Backend = Field(default_factory=Backend)


class HealthCheck(_Model):
    """How the load balancer finds out whether a backend is well."""

    protocol: Protocol | None = None
    """What the check speaks; follows the backend when absent."""
    port: PortNumber | None = None
    """Port of the backend; that of the first listener when absent, TLS before plaintext."""
    path: Annotated[str, StringConstraints(pattern=r"^/[!-~]*$", max_length=1000)] | None = None
    """Path of an HTTP or HTTPS check, which succeeds with status 200 only; when absent that of
    the compose file's healthcheck, else only a TCP connection is opened."""
    interval: Annotated[int, limit_to(HEALTH_RANGES["Interval"])] = 30
    """Seconds between two checks."""
    timeout: Annotated[int, limit_to(HEALTH_RANGES["Timeout"])] = 5
    """Seconds to wait for an answer; less than the interval."""
    healthy: Annotated[int, limit_to(HEALTH_RANGES["HealthyThreshold"])] = 2
    """Successes in a row after which a backend gets requests."""
    unhealthy: Annotated[int, limit_to(HEALTH_RANGES["UnhealthyThreshold"])] = 2
    """Failures in a row after which it gets none."""

    @model_validator(mode="after")
    def _in_time(self) -> HealthCheck:
        if self.timeout >= self.interval:
            said = f"timeout {self.timeout} is not less than interval {self.interval}"
            raise ValueError(f"{said}; write timeout: {self.interval - 1} or less")
        return self


class Stickiness(_Model):
    """Which cookie ties a client to a backend; an empty mapping: for the browser's session."""

    cookie: Annotated[str, Field(min_length=1)] | None = None
    """Name of the application's own cookie to follow."""
    duration: Annotated[int, Field(ge=1)] | None = None
    """Seconds for which the load balancer's cookie is valid."""

    @model_validator(mode="after")
    def _one_kind(self) -> Stickiness:
        if self.cookie is not None and self.duration is not None:
            raise ValueError("needs cookie or duration, not both; remove one of them")
        return self


class AccessLogs(_Model):
    """Where the load balancer writes its access logs."""

    bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    """Name of an S3 bucket in the stack's region."""
    prefix: LogPrefix | None = None
    """Folder in the bucket; must not contain AWSLogs."""
    interval: Literal[5, 60] = 60
    """Minutes between two log files."""


class Service(_Model):
    """The load balancer of one compose service."""

    load_balancer: LoadBalancerKind | None = None
    """Kind of load balancer; that of the whole file when absent."""
    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    """Who can reach it; changing it replaces the load balancer."""
    ingress: Ingress | None = None
    """CIDRs of clients; everybody when absent, private networks (RFC 1918) when internal."""
    security_groups: SecurityGroups | None = None
    """Security groups that exist already; a group with `ingress` is made when absent."""
    idle_timeout: Annotated[int, limit_to(IDLE_TIMEOUT_OF_API)] = 60
    """Seconds after which a silent connection is closed."""
    draining: Annotated[int, limit_to(DRAINING)] = 60
    """Seconds for which a leaving backend may finish its requests; 0: none."""
    cross_zone: bool = True
    """Whether backends of all availability zones share the load evenly."""
    health_check: HealthCheck = Field(default_factory=HealthCheck)
    stickiness: Stickiness | None = None
    access_logs: AccessLogs | None = None
    ports: Annotated[tuple[PortNumber, ...], Field(strict=False)] | None = None
    """Published ports that get a listener; HTTP ports and those under `listeners` when absent."""

    @model_validator(mode="after")
    def _one_gate(self) -> Service:
        if self.ingress is not None and self.security_groups is not None:
            raise ValueError("needs ingress or security_groups, not both: existing groups keep "
                             "their own rules; remove one of them")  # fmt: skip
        return self


class Compose(_Model):
    """Which inputs a stack is made from; what Docker Compose finds by itself when absent."""

    files: Annotated[tuple[Path, ...], Field(strict=False, min_length=1)] | None = None
    """Compose files, later ones over earlier ones; no override file is added to them."""
    env_files: Annotated[tuple[Path, ...], Field(strict=False)] | None = None
    """Files with variables for the compose files, in place of `.env`; an empty list: none."""
    profiles: Annotated[tuple[Text, ...], Field(strict=False)] | None = None
    """Profiles whose services are part of the stack; `*` stands for all."""


class Check(_Model):
    """The level of a rule, set on purpose."""

    level: Literal["error", "warning", "notice"]
    """What a finding of the rule counts as."""
    reason: Annotated[str, StringConstraints(pattern=r"\S")]
    """Why; shown beside each finding of the rule."""


Certificates = Mapping[Name, CertificateOrText]
Listeners = Mapping[Target, Listener]
Services = Mapping[str, Service]


class Environment(_Model):
    """Where and how a stack is deployed, and what is different there.

    `sslstack deploy --environment NAME` chooses one. Where inputs, certificates, listeners or
    services are different, the environment has a template of its own.
    """

    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")] | None = None
    """Account that the credentials must belong to; looked at before anything is sent."""
    region: Region | None = None
    """Region of the stack."""
    profile: Annotated[str, Field(min_length=1)] | None = None
    """Profile of AWS's tools that gives the credentials."""
    stack: StackName | None = None
    """Name of the deployed stack; that of the declaration when absent."""
    parameters: Mapping[str, Text] = {}
    """Values of the template's parameters; never a private key."""
    tags: Mapping[str, Text] | None = None
    """All tags of the stack; those it has when absent."""
    role_arn: Annotated[str, StringConstraints(pattern=ROLE)] | None = None
    """Role that CloudFormation takes on."""
    bucket: Annotated[str, Field(min_length=3, max_length=63)] | None = None
    """S3 bucket for templates over 51,200 bytes."""
    termination_protection: bool | None = None
    """Whether the stack can be deleted; left as it is when absent."""
    keep_load_balancers: bool | None = None
    """Whether a stack policy forbids replacing and removing load balancers; else as it is."""
    compose: Compose | None = None
    """What is different of the inputs, key by key."""
    certificates: Certificates = {}
    """Certificates that replace those of the same names as a whole, and additional ones."""
    listeners: Listeners = {}
    """What is different of listeners, key by key, and additional ones, by `service:port`."""
    services: Services = {}
    """What is different of load balancers, key by key, by compose service."""

    @property
    def varies(self) -> bool:
        """Return whether the template is another one here."""
        return bool(self.compose or self.certificates or self.listeners or self.services)


class Ssl(_Model):
    """What people declare about TLS in front of a compose app."""

    model_config = ConfigDict(title="ssl.yml")

    version: Annotated[Literal[1], BeforeValidator(refuse_truth)]
    """Version of this format."""
    stack: StackName | None = None
    """Name of the CloudFormation stack; the compose project's name when absent."""
    load_balancer: LoadBalancerKind = DEFAULT_LOAD_BALANCER
    """Kind of load balancer of every service that does not say otherwise."""
    compose: Compose | None = None
    """Compose files, env files and profiles that the stack is made from."""
    key_delivery: Literal["secretsmanager", "parameter"] = "secretsmanager"
    """How private keys reach the stack: a pinned secret version, or a NoEcho parameter."""
    checks: Mapping[str, Check] = {}
    """Levels of rules, by rule id, each with a reason; `sslstack check` shows the ids."""
    certificates: Certificates = {}
    """Certificates by name, so that several listeners can share one."""
    listeners: Listeners = {}
    """How published ports are served, by `service:port`."""
    services: Services = {}
    """The load balancers, by compose service."""
    environments: Mapping[Name, Environment] = {}
    """Where the stack is deployed, and what is different there, by name."""
