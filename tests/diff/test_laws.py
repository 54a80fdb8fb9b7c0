"""Stable and minimal: what a change of the declarations may change in a template."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from sslstack import cloudformation, diff, workspace
from sslstack.app import pipeline
from sslstack.changes import Action
from sslstack.files import Reader
from support import pki

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = pki.root("Root")
CERTIFICATES = {
    name: pki.issue(name, ROOT, domains=[name], key_name=name)
    for name in ("a.example", "b.example")
}
RENEWED = {
    name: pki.issue(name, ROOT, domains=[name], key_name=name, days=200) for name in CERTIFICATES
}
NAMES = ["api", "web", "my-app", "Admin", "x2"]


@dataclass(frozen=True)
class App:
    """A compose project: published ports by service, certificates by target, options."""

    services: dict[str, tuple[int, ...]]
    certified: dict[str, str]
    internal: frozenset[str]

    def without(self, name: str) -> App:
        """Give the app without a service."""
        return App(
            {k: v for k, v in self.services.items() if k != name},
            {k: v for k, v in self.certified.items() if not k.startswith(f"{name}:")},
            self.internal - {name},
        )


@st.composite
def apps(draw: st.DrawFn) -> App:
    """Give apps with some services, each with some ports, some with a certificate."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    ports = st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True)
    services = {
        name: tuple(8100 + 10 * index + port for port in sorted(draw(ports)))
        for index, name in enumerate(sorted(names))
    }
    targets = [f"{name}:{port}" for name, held in services.items() for port in held]
    chosen = draw(st.lists(st.sampled_from(targets), unique=True))
    certified = {target: draw(st.sampled_from(sorted(CERTIFICATES))) for target in chosen}
    internal = draw(st.sets(st.sampled_from(sorted(names))))
    return App(services, certified, frozenset(internal))


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


def _template(app: App, issued: dict[str, pki.Issued]) -> str:
    with _folder() as folder:
        for name, one in issued.items():
            (folder / f"{name}.crt").write_bytes(one.pem)
        (folder / "root.pem").write_bytes(ROOT.pem)
        services = "".join(
            f"  {name}:\n    image: x\n    ports: [{', '.join(f'{p}:{p}' for p in ports)}]\n"
            for name, ports in app.services.items()
        )
        (folder / "docker-compose.yml").write_text(f"services:\n{services}")
        listeners = "".join(
            f"  {target}: {{certificate: {{certificate: {name}.crt, roots: root.pem}}}}\n"
            for target, name in app.certified.items()
        )
        settings = "".join(
            f"  {name}: {{ports: {list(ports)}"
            f"{', scheme: internal' if name in app.internal else ''}}}\n"
            for name, ports in app.services.items()
        )
        (folder / "ssl.yml").write_text(
            "version: 1\nstack: app\n"
            + (f"listeners:\n{listeners}" if listeners else "")
            + f"services:\n{settings}"
        )
        (found,) = workspace.find()
        return pipeline.synthesize(found, Reader()).text


def _resources(text: str) -> dict[str, object]:
    found: dict[str, object] = cloudformation.loads(text, "t.yaml").get("Resources", {})
    return found


@given(apps())
def test_renewing_a_certificate_changes_its_lines_and_its_outputs_only(app: App) -> None:
    """With the same key: the body, its listeners by way of the replacement, and its outputs."""
    name = next(iter(CERTIFICATES))
    before, after = (
        _template(app, CERTIFICATES),
        _template(app, CERTIFICATES | {name: RENEWED[name]}),
    )
    found = diff.compare(*(cloudformation.loads(text, "t") for text in (before, after)))
    used = name in app.certified.values()
    assert bool(found) == used
    edited = [
        (change.type, one.path)
        for change in found.resources
        for one in change.properties
        if not one.cause
    ]
    assert edited == [("AWS::IAM::ServerCertificate", "/Properties/CertificateBody")] * used
    assert {entry.section for entry in found.entries} <= {"Outputs"}
    assert all("Certificate" in entry.name for entry in found.entries)


@given(apps(), st.data())
def test_a_service_more_touches_nothing_of_the_others(app: App, data: st.DataObject) -> None:
    """But a certificate may come with it; every line of the others stays as it was."""
    added = data.draw(st.sampled_from(sorted(app.services)))
    if len(app.services) == 1:
        return
    before, after = _template(app.without(added), CERTIFICATES), _template(app, CERTIFICATES)
    found = diff.compare(*(cloudformation.loads(text, "t") for text in (before, after)))
    assert {change.action for change in found.resources} == {Action.ADD}
    assert {entry.action for entry in found.entries} <= {Action.ADD}
    lines = after.splitlines()
    position = 0
    for line in before.splitlines():  # the old text is in the new one, line by line, in order
        position = lines.index(line, position) + 1


@given(apps())
def test_the_order_of_declarations_does_not_matter(app: App) -> None:
    turned = App(
        dict(reversed(app.services.items())), dict(reversed(app.certified.items())), app.internal
    )
    assert _template(app, CERTIFICATES) == _template(turned, CERTIFICATES)
    assert _resources(_template(app, CERTIFICATES))
