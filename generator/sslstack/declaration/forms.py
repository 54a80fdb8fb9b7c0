"""What values of ssl.yml look like, in words, with examples and what people write instead.

The tables are read by `explain`. Their keys are keys of ssl.yml; `listeners.*` stands for an
entry of `listeners`, `listeners[key]` for the name of one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sslstack.declaration.values import NAME, STACK_NAME, guess_port, guess_target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Form(NamedTuple):
    """What a value must be, and an example as it is written in ssl.yml."""

    words: str
    example: str


_NAMES = "letters, digits, '.', '_' and '-', at most 64"
_CERTIFICATE = "{certificate: mydomain.crt}"
_GROUP = "the id of a security group"
_ENVIRONMENT = "prod: {region: eu-central-1}"
_HEALTH = "{path: /health}"

FORMS: Mapping[str, Form] = {
    "": Form("a mapping of keys and values", "version: 1"),
    "version": Form("1", "version: 1"),
    "stack": Form("letters, digits and hyphens, a letter first, at most 128", "stack: my-app"),
    "compose": Form("a mapping", "compose: {files: [docker-compose.yml]}"),
    "files": Form("a list of compose files", "files: [docker-compose.yml]"),
    "env_files": Form("a list of files", "env_files: [prod.env]"),
    "profiles": Form("a list of profiles", "profiles: [web]"),
    "checks": Form("a mapping", "checks: {certificate.unused: {level: notice, reason: for later}}"),
    "checks.*": Form("a mapping", "{level: notice, reason: for later}"),
    "reason": Form("a reason", "reason: the certificate is for a test"),
    "certificates": Form("a mapping", "certificates: {main: mydomain.crt}"),
    "certificates[key]": Form(_NAMES, "main: mydomain.crt"),
    "certificates.*": Form("a file, an ARN or a mapping", _CERTIFICATE),
    "certificate": Form("a file, an ARN or a mapping", "certificate: mydomain.crt"),
    "chain": Form("a file", "chain: mydomain.chain"),
    "private_key": Form("a file", "private_key: mydomain.key"),
    "roots": Form("a file", "roots: company-ca.pem"),
    "arn": Form("the ARN of a certificate", "arn: arn:aws:acm:REGION:ACCOUNT:certificate/ID"),
    "request": Form("a mapping", "request: {domains: [example.com], hosted_zone: Z0123456789}"),
    "domains": Form("a list of names", "domains: [example.com]"),
    "hosted_zone": Form("the id of a hosted zone", "hosted_zone: Z0123456789"),
    "listeners": Form("a mapping", "listeners: {web:443: {certificate: mydomain.crt}}"),
    "listeners[key]": Form(
        "service:port, as in web:443, with a port from 1 to 65535", f"web:443: {_CERTIFICATE}"
    ),
    "listeners.*": Form("a mapping", _CERTIFICATE),
    "backend": Form("a mapping", "backend: {trusted_keys: [backend.pem]}"),
    "trusted_keys": Form("a list of files", "trusted_keys: [backend.pem]"),
    "security_policy": Form(
        "a security policy", "security_policy: ELBSecurityPolicy-TLS-1-2-2017-01"
    ),
    "services": Form("a mapping", "services: {web: {idle_timeout: 60}}"),
    "services.*": Form("a mapping", "{idle_timeout: 60}"),
    "ingress": Form("a list of networks", "ingress: [203.0.113.0/24]"),
    "security_groups": Form(_GROUP, "security_groups: [sg-0123456789abcdef0]"),
    "ports": Form("a list of published ports", "ports: [80, 443]"),
    "port": Form("a port", "port: 3000"),
    "health_check": Form("a mapping", f"health_check: {_HEALTH}"),
    "path": Form("a path that begins with / and has no blanks", "path: /health"),
    "stickiness": Form("a mapping", "stickiness: {cookie: SESSION}"),
    "cookie": Form("the name of a cookie", "cookie: SESSION"),
    "access_logs": Form("a mapping", "access_logs: {bucket: my-logs}"),
    "bucket": Form(
        "the name of an S3 bucket: 3 to 63 lower-case letters, digits, '.' and '-'",
        "bucket: my-logs",
    ),
    "environments": Form("a mapping", f"environments: {{{_ENVIRONMENT}}}"),
    "environments[key]": Form(_NAMES, _ENVIRONMENT),
    "environments.*": Form("a mapping", "{region: eu-central-1}"),
    "account": Form("an AWS account id of 12 digits", 'account: "123456789012"'),
    "region": Form("an AWS region", "region: eu-central-1"),
    "profile": Form("a profile of the AWS CLI", "profile: production"),
    "parameters": Form("a mapping", "parameters: {VpcId: vpc-0123456789abcdef0}"),
    "tags": Form("a mapping", "tags: {owner: web-team}"),
    "parameters.*": Form("text", "some text"),
    "tags.*": Form("text", "some text"),
    "role_arn": Form("the ARN of an IAM role", "role_arn: arn:aws:iam::123456789012:role/deploy"),
}
"""Forms and examples, by key."""

INNER: Mapping[str, str] = {
    "compose": "files",
    "listeners.*": "certificate",
    "backend": "trusted_keys",
    "services.*": "ports",
    "health_check": "path",
    "stickiness": "cookie",
    "access_logs": "bucket",
    "request": "domains",
}
"""The key that somebody means who writes its value where a mapping is expected."""
LISTS = frozenset({"files", "env_files", "profiles", "domains", "trusted_keys", "ingress",
                   "security_groups", "ports"})  # fmt: skip
"""Keys of lists."""
QUOTABLE = frozenset({"account", "parameters.*", "tags.*", "cookie", "profile", "reason",
                      "profiles"})  # fmt: skip
"""Texts that may be numbers or words like true, which YAML reads otherwise without quotes."""

_ALIASES: Mapping[str, str] = {
    "alb": "application", "elbv2": "application", "elb": "classic", "clb": "classic",
    "nlb": "network",
    "public": "internet-facing", "external": "internet-facing", "internet": "internet-facing",
    "private": "internal",
    "ssl": "tls", "wss": "https", "ws": "http", "grpc": "http", "h2": "https",
    "warn": "warning", "info": "notice", "note": "notice", "off": "notice", "ignore": "notice",
    "critical": "error", "ssm": "parameter", "secrets": "secretsmanager",
    "secrets-manager": "secretsmanager", "secretmanager": "secretsmanager",
}  # fmt: skip
"""What people write for one of several words, by what it is called elsewhere."""
_YES = frozenset({"1", "true", "yes", "y", "on", "enabled"})
_NO = frozenset({"0", "false", "no", "n", "off", "disabled"})
_PORTS = {"http": 80, "https": 443}
_NUMBER = re.compile(r"\s*([0-9]{1,9})(?:\.0+)?\s*(?:s|sec|secs|seconds?)?\s*")
_PUBLISHED = re.compile(r"\s*([1-9][0-9]{0,4}):[0-9]+(?:/tcp)?\s*")


def guess_word(given: object, choices: list[str]) -> str:
    """Return the one of several words that somebody meant; empty where it is not clear."""
    text = str(given).strip().lower()
    for word in (text, _ALIASES.get(text, "")):
        if word in choices:
            return word
    return ""


def guess_truth(given: object) -> str:
    """Return `true` or `false` for what somebody wrote in its place; empty for anything else."""
    text = str(given).strip().lower()
    return "true" if text in _YES else "false" if text in _NO else ""


def guess_number(key: str, given: object) -> int | None:
    """Return the number that somebody meant by `"60"`, `60s` or `443:3000`; None for none."""
    text = str(given)
    if key in ("port", "ports"):
        published = _PUBLISHED.fullmatch(text)
        number = int(published[1]) if published else guess_port(text)
        return number or _PORTS.get(text.strip().lower())
    found = _NUMBER.fullmatch(text)
    return int(found[1]) if found else None


def _guess_name(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:64]
    return name if re.fullmatch(NAME, name) else ""


def _guess_stack(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:128]
    return name if re.fullmatch(STACK_NAME, name) else ""


def _guess_listener(text: str) -> str:
    """Return the target, also where the container's port is written behind it."""
    found = re.fullmatch(r"([^:\s]+:[0-9]+):[0-9]+", text[:200])
    return guess_target(found[1] if found else text)


def _guess_path(text: str) -> str:
    path = "/" + text.strip().lstrip("/")
    return path if re.fullmatch(r"/[!-~]{1,100}", path) and "://" not in path else ""


def _guess_region(text: str) -> str:
    """Return the region of an availability zone, or one in capitals or with underscores."""
    plain = text.strip().lower().replace("_", "-")
    found = re.fullmatch(r"([a-z]{2,4}(?:-[a-z]+)+-[0-9]+)[a-z]?", plain)
    return found[1] if found else ""


def _guess_account(text: str) -> str:
    digits = re.sub(r"[\s-]", "", text)
    return f'"{digits}"' if re.fullmatch(r"[0-9]{12}", digits) else ""


GUESSES: Mapping[str, Callable[[str], str]] = {
    "listeners[key]": _guess_listener,
    "certificates[key]": _guess_name,
    "environments[key]": _guess_name,
    "stack": _guess_stack,
    "path": _guess_path,
    "region": _guess_region,
    "account": _guess_account,
}
"""What somebody meant by a text of another form, by key; empty where it is not clear."""
