"""Relative paths in a document, made absolute from the folder that counts for it.

The main project's count from its own folder, those of a file that is extended or included
from its own: so each document is settled where it is read.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.compose import volumes
from sslstack.compose.tree import Map, Node, Scalar, Sequence, derive_tree, get_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/", "docker-image://",
           "target:", "oci-layout://", "service:")  # fmt: skip


def add_contexts(document: Map) -> Map:
    """Return every build that names no context the project's folder."""
    services = document.get("services")
    if not isinstance(services, Map):
        return document
    items = {name: _add_context(service) for name, service in services.items.items()}
    return document.with_item("services", replace(services, items=items))


def _add_context(service: Node) -> Node:
    build = service.get("build") if isinstance(service, Map) else None
    if not isinstance(service, Map) or not isinstance(build, Map) or "context" in build.items:
        return service
    return service.with_item("build", build.with_item("context", Scalar(".", build.at)))


def make_absolute(document: Map, folder: Path, home: str | None) -> Map:
    """Return the document with every relative path made absolute from the folder.

    `~` becomes `home`, and stays where that is None.
    """

    def path(written: str) -> str:
        if written.startswith("/"):
            return written  # as it is: `/a/` stays `/a/`
        if written.startswith("~"):
            return written if home is None else posixpath.normpath(f"{home}/{written[1:]}")
        return os.path.normpath(os.path.join(os.path.abspath(folder), written))  # noqa: PTH100, PTH118

    def local(written: str) -> str:
        return written if written.startswith(_REMOTE) or "://" in written else path(written)

    def source(written: str) -> str:
        return written if volumes.is_windows(written) else path(written)

    rules: Mapping[tuple[str, ...], Callable[[Node], Node]] = {
        ("services", "*", "build"): _change_texts(local),
        ("services", "*", "build", "context"): _change_texts(local),
        ("services", "*", "build", "additional_contexts"): lambda node: _change_contexts(
            node, local
        ),
        ("services", "*", "env_file"): _change_texts(path),
        ("services", "*", "env_file", "*"): _change_texts(path),
        ("services", "*", "env_file", "*", "path"): _change_texts(path),
        ("services", "*", "label_file"): _change_texts(path),
        ("services", "*", "label_file", "*"): _change_texts(path),
        ("services", "*", "extends", "file"): _change_texts(path),
        ("services", "*", "develop", "watch", "*", "path"): _change_texts(path),
        ("services", "*", "volumes", "*"): lambda node: _change_mount(node, source),
        ("secrets", "*", "file"): _change_texts(source, even_empty=True),
        ("configs", "*", "file"): _change_texts(source, even_empty=True),
        ("volumes", "*"): lambda node: _change_device(
            node, lambda written: os.path.normpath(source(written))
        ),
    }
    settled = _visit(document, (), rules)
    assert isinstance(settled, Map)  # noqa: S101 - a mapping stays one
    return settled


def _visit(
    node: Node, path: tuple[str, ...], rules: Mapping[tuple[str, ...], Callable[[Node], Node]]
) -> Node:
    """Apply the rules along the few paths that have one."""
    if path in rules:
        node = rules[path](node)
    depth = len(path)
    steps = {rule[depth] for rule in rules if len(rule) > depth and rule[:depth] == path}
    if not steps:
        return node
    if isinstance(node, Map):
        items = {
            key: _visit(item, (*path, "*" if "*" in steps else key), rules)
            for key, item in node.items.items()
        }
        return replace(node, items=items)
    if isinstance(node, Sequence) and "*" in steps:
        return replace(node, items=tuple(_visit(item, (*path, "*"), rules) for item in node.items))
    return node


def _change_texts(
    settle: Callable[[str], str], *, even_empty: bool = False
) -> Callable[[Node], Node]:
    def apply(node: Node) -> Node:
        if isinstance(node, Scalar) and isinstance(node.value, str) and (node.value or even_empty):
            return replace(node, value=settle(node.value))
        return node

    return apply


def _change_contexts(node: Node, local: Callable[[str], str]) -> Node:
    if isinstance(node, Map):
        items = {key: _change_texts(local)(item) for key, item in node.items.items()}
        return replace(node, items=items)
    if isinstance(node, Sequence):
        return replace(
            node, items=tuple(map(_change_texts(lambda t: _change_named(t, local)), node.items))
        )
    return node


def _change_named(written: str, local: Callable[[str], str]) -> str:
    name, equals, context = written.partition("=")
    return f"{name}={local(context)}" if equals else written


def _change_mount(node: Node, settle: Callable[[str], str]) -> Node:
    """Settle the source of a bind mount; a short one is written out, for `C:x` is one path."""
    long = _write_out(node) if isinstance(node, Scalar) else node
    if not isinstance(long, Map):
        return node
    kind, source = long.get("type"), long.get("source")
    is_bind = isinstance(kind, Scalar) and kind.value == "bind"
    if not is_bind or source is None:
        return node
    return long.with_item("source", _change_texts(settle, even_empty=True)(source))


def _write_out(node: Scalar) -> Node:
    try:
        return derive_tree(
            node, volumes.read_mount(node.value if isinstance(node.value, str) else "")
        )
    except ValueError:
        return node  # reported where volumes are read


def _change_device(node: Node, path: Callable[[str], str]) -> Node:
    """Settle `driver_opts.device` of a local volume that is a bind mount (`o: bind` alone)."""
    options = node.get("driver_opts") if isinstance(node, Map) else None
    if not isinstance(node, Map) or not isinstance(options, Map):
        return node
    device = options.get("device")
    if device is None or (get_text(node.get("driver")), get_text(options.get("o"))) != (
        "local",
        "bind",
    ):
        return node
    return node.with_item("driver_opts", options.with_item("device", _change_texts(path)(device)))
