"""Single values of ssl.yml: their forms, and what is wrong with one by itself."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from sslstack import redaction
from sslstack.arn import begins_arn, is_certificate
from sslstack.kinds import DEFAULT_KIND, Kind
from sslstack.ports import PORTS

_PORT = r"(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
"""1 to 65535 in the one way that everybody reads alike: 0443 is another key than 443."""
TARGET = rf"^[A-Za-z0-9][A-Za-z0-9._-]*:{_PORT}$"
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
STACK_NAME = r"^[A-Za-z][A-Za-z0-9-]{0,127}$"
"""AWS::CloudFormation::Stack, StackName: CreateStack in the API reference."""

_SHOWN = 60
_PORT_TEXT = re.compile(r"\s*\+?(0x[0-9a-fA-F]+|0o[0-7]+|\d[\d_]*)\s*(?:/\w*)?\s*")


def guess_target(text: str) -> str:
    """Return the target meant by `web:0443` or `443:web`; empty where it is not clear."""
    service, _, port = text[:200].rpartition(":")
    if service.isdecimal() and not port.isdecimal():
        service, port = port, service
    number = guess_port(port)
    known = re.fullmatch(NAME, service.strip())
    return f"{service.strip()}:{number}" if number and known else ""


def guess_port(text: str) -> int:
    """Return the port that somebody meant by `0443`, `443/tcp` or `4_43`; 0 where none is."""
    match = _PORT_TEXT.fullmatch(text[:100])
    try:
        number = int(match[1], 0 if match[1][:2] in ("0x", "0o") else 10) if match else 0
    except ValueError:
        return 0
    return number if number < PORTS.stop else 0


def _check_cidr(text: str) -> str:
    """Refuse what EC2 refuses: host bits that are set, and what is not an address."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(_describe_network(text)) from None
    return text


def _describe_network(text: str) -> str:
    """Describe what is wrong with a CIDR, with the network where only host bits are set."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return f"{_show(text)} is not an IPv4 or IPv6 network"
    return f"{text} has host bits set; write {network}"


def _show(text: str) -> str:
    """Show a wrong value, never at length."""
    if "-----BEGIN" in text:
        return "a PEM block"  # it might be a private key
    text = redaction.hide_secrets(text)  # before it is cut
    return json.dumps(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...", ensure_ascii=False)


def _check_path(text: str) -> str:
    if "-----BEGIN" in text:
        raise ValueError("expected the path of a file, not its content")
    if not text.strip() or not text.isprintable():
        raise ValueError(f"expected the path of a file, not {_show(text)}")
    return text


def _check_not_empty(clients: tuple[str, ...]) -> tuple[str, ...]:
    if not clients:
        raise ValueError(
            "must not be empty: no client could connect; write ports: [] for no load balancer"
        )
    return clients


def _check_log_prefix(text: str) -> str:
    """enable-access-logs, classic guide: the prefix must not contain AWSLogs."""
    if "AWSLogs" in text or text.startswith("/") or text.endswith("/"):
        raise ValueError(f"{_show(text)} contains AWSLogs, or begins or ends with a slash"
                         "; write prefix: my-app")  # fmt: skip
    return text


def _check_arn(text: str) -> str:
    if not is_certificate(text):
        raise ValueError(f"{_show(text)} is not the ARN of a certificate in ACM or IAM")
    return text


def _check_path_or_arn(text: str) -> str:
    return _check_arn(text) if begins_arn(text) else _check_path(text)


def limit_to(allowed: range) -> Any:
    """Return the constraint of a whole number to a range, for the schema too."""
    return Field(ge=allowed.start, le=allowed.stop - 1)


def refuse_truth(value: object) -> object:
    """Refuse true where 1 is meant: to Python they are equal."""
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is not 1; write version: 1")  # noqa: TRY004
    return value


def _join_list(value: object) -> object:
    """Take a list for what CloudFormation calls a comma-delimited list, and numbers as text."""
    if isinstance(value, list) and all(type(one) in (str, int) for one in value):
        return ",".join(map(str, value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}(-[a-z]+)+-[0-9]+$")]
Target = Annotated[str, StringConstraints(pattern=TARGET)]
Name = Annotated[str, StringConstraints(pattern=NAME, max_length=64)]
StackName = Annotated[str, StringConstraints(pattern=STACK_NAME)]
Arn = Annotated[str, AfterValidator(_check_arn)]
Path = Annotated[str, AfterValidator(_check_path)]
PathOrArn = Annotated[str, AfterValidator(_check_path_or_arn)]
Cidr = Annotated[str, AfterValidator(_check_cidr)]
Ingress = Annotated[tuple[Cidr, ...], Field(strict=False), AfterValidator(_check_not_empty)]
SecurityGroup = Annotated[str, StringConstraints(pattern=r"^sg-[0-9a-f]{8,17}$")]
SecurityGroups = Annotated[
    tuple[SecurityGroup, ...], Field(strict=False), AfterValidator(_check_not_empty)
]
LogPrefix = Annotated[str, AfterValidator(_check_log_prefix)]
PortNumber = Annotated[int, limit_to(PORTS)]
Text = Annotated[str, BeforeValidator(_join_list)]
LoadBalancerKind = Kind
DEFAULT_LOAD_BALANCER = DEFAULT_KIND
Protocol = Literal["http", "https", "tcp", "tls"]
