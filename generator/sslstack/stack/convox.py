"""Labels of Convox in a compose file, and the words of ssl.yml that say the same.

Labels: "Load Balancers" and "Health Checks" of Convox's documentation for version 2 apps.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sslstack.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.compose import Project, Service
    from sslstack.declaration import Declaration

_LISTENER, _SERVICE = "listeners.{service}:{port}", "services.{service}"
_LABELS: tuple[tuple[str, str, str], ...] = (
    (r"convox\.port\.(?P<port>\d+)\.protocol=(?P<value>tls|tcp|http)", _LISTENER, "protocol"),
    (r"convox\.port\.(?P<port>\d+)\.protocol=(?:https)", _LISTENER, "certificate"),
    (r"convox\.port\.(?P<port>\d+)\.secure=(?P<value>true)", _LISTENER, "secure"),
    (r"convox\.port\.(?P<port>\d+)\.proxy=(?P<value>true)", _LISTENER, "backend.proxy_protocol"),
    (r"convox\.health\.path=(?P<value>/[\w./-]*)", _SERVICE, "health_check.path"),
    (r"convox\.health\.port=(?P<value>\d+)", _SERVICE, "health_check.port"),
    (r"convox\.health\.timeout=(?P<value>\d+)", _SERVICE, "health_check.timeout"),
    (r"convox\.health\.interval=(?P<value>\d+)", _SERVICE, "health_check.interval"),
    (r"convox\.idle\.timeout=(?P<value>\d+)", _SERVICE, "idle_timeout"),
    (r"convox\.draining\.timeout=(?P<value>\d+)", _SERVICE, "draining"),
)
"""Labels with their values, the entry of ssl.yml, and the key in it."""
_ABOUT_TLS = re.compile(r"convox\.(?:port|health|idle|draining)\b")


def check_labels(project: Project, declaration: Declaration) -> Iterator[Finding]:
    """Report each label of Convox that is not off and that ssl.yml does not declare yet."""
    for service in project.services.values():
        for label, value in service.labels.items():
            if _ABOUT_TLS.match(label) and value != "false":
                yield from _report_label(
                    service, label, f"{label}={value}", declaration.document.data
                )


def _report_label(service: Service, label: str, written: str, data: Any) -> Iterator[Finding]:
    hint = "see 'sslstack schema' for what ssl.yml can declare"
    for pattern, above, key in _LABELS:
        if match := re.fullmatch(pattern, written):
            found = match.groupdict()
            entry = above.format(service=service.name, port=int(found.get("port") or 0))
            if _is_declared(data, (*entry.split(".", 1), *key.split("."))):
                return
            value = found.get("value") or "FILE"
            hint = f"declare in ssl.yml: {entry}.{key}: {value}"
    yield Finding(
        rule="compose.convox-label",
        severity=Severity.NOTICE,
        message=f"service '{service.name}': the Convox label '{label}' has no effect",
        location=service.location,
        hint=hint,
    )


def _is_declared(data: Mapping[str, Any] | Any, path: tuple[str, ...]) -> bool:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data is not None
