"""Arguments that are content where the name of a file is meant: refused, and never shown.

Every command's arguments pass through here before click reads them, so that none of its own
messages can quote a private key.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import click

from sslstack import redaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FILES = frozenset(("FILE", "CERT", "KEY", "DIR", "PATH"))
_LONGEST_NAME = 255
"""Characters of a file's name: NAME_MAX of Linux, macOS and Windows."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_CLASSES = (str.isupper, str.islower, str.isdigit)


class ContentGiven(click.UsageError):
    """An argument is content; `hint` says what to type instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def refuse_content(root: click.Command, argv: Sequence[str]) -> None:
    """Refuse private keys and other PEM among the arguments; raises ContentGiven.

    The message names the option or argument that would have got it, and nothing of its content.
    """
    kinds = {index: kind for index, one in enumerate(argv) if (kind := _kind(one))}
    if not kinds:
        _refuse_empty(root, argv)
        return
    masked = [_masked(one, index) if index in kinds else one for index, one in enumerate(argv)]
    index, kind = min(kinds.items(), key=lambda entry: (entry[1] != "a private key", entry[0]))
    name, is_file = _receiver(root, masked, _token(index))
    expects = f"{name} expects" if is_file else f"{name}:" if name else "expected"
    what = f"{expects} a file name; this looks" if is_file or not name else f"{expects} this looks"
    raise ContentGiven(f"{what} like {kind}", _hint(name, kind))


def _refuse_empty(root: click.Command, argv: Sequence[str]) -> None:
    """Refuse '' where the name of a file is meant, as a variable that is not set gives it."""
    for index in (index for index, one in enumerate(argv) if not one or one.endswith("=")):
        masked = [*argv[:index], argv[index] + _token(index), *argv[index + 1 :]]
        name, is_file = _receiver(root, masked, _token(index))
        if is_file:
            raise ContentGiven(f"{name} expects a file name; it is empty", "name the file")


def _hint(name: str, kind: str) -> str:
    form = "NAME=@FILE" if name in ("--parameter", "--tag") else "FILE"
    kept = "; the shell may have kept the key in its history" if kind == "a private key" else ""
    return f"name the file that holds it: {f'{name} {form}' if name[:1] == '-' else form}{kept}"


def _kind(argument: str) -> str:
    """Say what an argument looks like that is content; empty for any other."""
    value = argument.partition("=")[2] if argument.startswith("--") else argument
    if redaction.holds_private_key(argument) or any(
        map(_is_dense, (argument, value, value.partition("=")[2]))
    ):
        return "a private key"
    if re.search(r"-----BEGIN [A-Z0-9 ]*CERTIFICATE", argument):
        return "a certificate"
    if "\n" in argument.strip() and len(argument) > _LONGEST_NAME:
        return "the content of a file"
    return ""


def _is_dense(text: str) -> bool:
    """Tell whether text is base64 of something: letters and digits change at random.

    Names, digests and paths change less often; base64 does it at six of ten characters.
    """
    if not _BASE64.fullmatch(text) or text.lower() == text:
        return False
    kinds = [next((n for n, is_kind in enumerate(_CLASSES) if is_kind(c)), 3) for c in text]
    changes = sum(one != other for one, other in itertools.pairwise(kinds))
    return len(set(kinds)) >= len(_CLASSES) and changes > len(text) * 0.45


def _token(index: int) -> str:
    return f"hidden-argument-{index}"


def _masked(argument: str, index: int) -> str:
    """Give an argument with a stand-in for its content."""
    option = re.match(r"(--[A-Za-z][\w-]*=|-[A-Za-z](?=.))", argument)
    return f"{option[0] if option else ''}{_token(index)}"


def _receiver(root: click.Command, argv: Sequence[str], token: str) -> tuple[str, bool]:
    """Give the option or argument that gets a token, and whether it takes the name of a file."""
    command: click.Command | None = root
    context = click.Context(root, info_name="sslstack")
    left = list(argv)
    try:
        while command is not None:
            context = click.Context(command, parent=context, info_name=command.name)
            values, left, _ = command.make_parser(context).parse_args(left)
            for parameter in command.params:
                if any(token in one for one in _texts(values.get(parameter.name or ""))):
                    return _called(parameter), _takes_file(parameter)
            is_group = isinstance(command, click.Group) and bool(left)
            command = command.get_command(context, left.pop(0)) if is_group else None  # type: ignore[attr-defined]
    except click.ClickException:
        pass  # what is wrong beside it is said when this is put right
    return "", False


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _called(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(click.Context(click.Command(""))).strip("[].")
    return max(parameter.opts, key=len)


def _takes_file(parameter: click.Parameter) -> bool:
    if isinstance(parameter.type, click.Path | click.File):
        return True
    words = {*re.findall(r"[A-Z]+", parameter.metavar or ""), (parameter.name or "").upper()}
    return bool(words & {*_FILES, "TEMPLATE"})
