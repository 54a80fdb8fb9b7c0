"""The reference of ssl.yml in Markdown, made from its JSON Schema: docs/ssl-yml.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sslstack import declaration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SECTIONS = {
    "": "The file",
    "Compose": "compose",
    "Check": "checks.&lt;rule&gt;",
    "Certificate": "certificates.&lt;name&gt;",
    "CertificateRequest": "certificates.&lt;name&gt;.request",
    "Listener": "listeners.&lt;service&gt;:&lt;port&gt;",
    "Backend": "listeners.&lt;service&gt;:&lt;port&gt;.backend",
    "Service": "services.&lt;name&gt;",
    "HealthCheck": "services.&lt;name&gt;.health_check",
    "Stickiness": "services.&lt;name&gt;.stickiness",
    "AccessLogs": "services.&lt;name&gt;.access_logs",
    "Environment": "environments.&lt;name&gt;",
}
"""Title of the section of each mapping, in the order of the page."""

_INTRODUCTION = """\
# Reference of ssl.yml

Made from the models that check the file; `sslstack schema` prints the same as JSON Schema.
The [examples](../stacks) show the keys in use. An unknown key is an error.
"""


def write_reference() -> str:
    """Write the page: a section for each mapping, a row for each key."""
    schema = json.loads(declaration.make_schema())
    mappings = {"": schema} | schema["$defs"]
    unnamed = mappings.keys() - _SECTIONS.keys()
    if unnamed:
        raise KeyError(f"no section for {', '.join(sorted(unnamed))}")
    return _INTRODUCTION + "".join(
        _write_section(title, name, mappings) for name, title in _SECTIONS.items()
    )


def _write_section(title: str, name: str, mappings: Mapping[str, Any]) -> str:
    mapping = mappings[name]
    about = " ".join(mapping["description"].split())
    required = set(mapping.get("required", ()))
    rows = "".join(
        f"| `{key}` | {_format_value(value)} | {_format_default(value, required=key in required)} "
        f"| {_find_description(value, mappings)} |\n"
        for key, value in mapping["properties"].items()
    )
    return (
        f"\n## {title}\n\n{about}\n\n| key | value | default | |\n| --- | --- | --- | --- |\n{rows}"
    )


def _find_description(value: Mapping[str, Any], mappings: Mapping[str, Any]) -> str:
    """Return the description of a key, else that of the mapping it holds."""
    kinds = [value, *value.get("anyOf", ())]
    named = [mappings[kind["$ref"].rpartition("/")[2]] for kind in kinds if "$ref" in kind]
    about: str = next(one["description"] for one in (value, *named) if "description" in one)
    return " ".join(about.split()).replace("|", "\\|")


def _format_default(value: Mapping[str, Any], *, required: bool) -> str:
    if required:
        return "required"
    default = value.get("default")
    return "" if default in (None, {}, []) else f"`{json.dumps(default)}`"


def _format_value(value: Mapping[str, Any]) -> str:
    return " or ".join(dict.fromkeys(_list_kinds(value)))


def _list_kinds(value: Mapping[str, Any]) -> Iterator[str]:
    for one in value.get("anyOf") or value.get("oneOf") or (value,):
        if one.get("type") == "null":
            continue
        if "anyOf" in one or "oneOf" in one:
            yield from _list_kinds(one)
        elif "$ref" in one:
            yield f"mapping, {_make_link(one['$ref'].rpartition('/')[2])}"
        elif "enum" in one or "const" in one:
            yield ", ".join(f"`{item}`" for item in one.get("enum", [one.get("const")]))
        else:
            yield _format_plain(one)


def _format_plain(value: Mapping[str, Any]) -> str:
    match value.get("type"):
        case "integer" if "maximum" in value:
            return f"{value['minimum']} to {value['maximum']}"
        case "integer":
            return "number"
        case "boolean":
            return "`true`, `false`"
        case "array":
            return f"list of {_format_items(value['items'])}"
        case "object":
            return "mapping"
        case _:
            return "text"


def _format_items(item: Mapping[str, Any]) -> str:
    return "numbers" if item.get("type") == "integer" else "texts"


def _make_link(name: str) -> str:
    title = _SECTIONS[name]
    anchor = "".join(c for c in title.lower() if c.isalnum() or c in "-_")
    anchor = anchor.replace("ltrulegt", "rule").replace("ltnamegt", "name")
    return f"[{title}](#{anchor.replace('ltservicegtltportgt', 'serviceport')})"
