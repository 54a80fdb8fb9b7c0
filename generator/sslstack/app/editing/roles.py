"""Files in each other's place: which of CERT, KEY, --chain and --roots hold something else."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from sslstack.certificates import extensions, formats, names
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.certificates import Source
    from sslstack.certificates.contents import Contents

_WANTED = {
    "certificate": (
        "certificate.missing", "a server certificate", "CERT is the file of the certificate",
    ),
    "private_key": ("key.missing", "a private key", "KEY is the file of the private key"),
    "chain": (
        "chain.holds-key", "intermediate certificates",
        "--chain FILE names the file of the intermediate certificates, if there is one",
    ),
    "roots": ("roots.missing", "root certificates", "--roots FILE names a private CA's root"),
}  # fmt: skip
"""By the key in ssl.yml: the rule of a file that holds something else, what is expected, where."""


def misplaced(
    sources: Mapping[str, Source], typed: Mapping[str, str], command: str
) -> Finding | None:
    """Give one finding on all files that are in another's place, None where none is.

    `typed` holds the files of the command line by their key in ssl.yml, `command` the words
    before them: the hint is the line to type.
    """
    held = {key: formats.read_contents(sources[key].content) for key in typed if key in sources}
    kinds = {key: _kind(contents) for key, contents in held.items()}
    wrong = [key for key in _WANTED if key in kinds and not _fits(key, kinds)]
    if not wrong:
        return None
    swapped = sorted(kinds[key] for key in wrong) in (["key", "leaf"], ["ca", "leaf"])
    clauses = [f"{typed[key]} holds {_describe(held[key])}, not {_WANTED[key][1]}" for key in wrong]
    return Finding(
        rule="certificate.swapped" if swapped and len(wrong) > 1 else _WANTED[wrong[0]][0],
        message="; ".join(dict.fromkeys(clauses)),
        location=Location(typed[wrong[0]]),
        hint=_line(command, typed, kinds, wrong),
    )


def _kind(contents: Contents) -> str:
    """Say what a file is: key, leaf, ca, leaf and key (both), or empty where nobody knows."""
    if not contents.certificates:
        return "key" if contents.keys else ""
    if contents.keys:
        return "both"
    first, *_ = contents.certificates
    served = any(
        not extensions.is_authority(one) or names.read_dns_names(one)
        for one in contents.certificates
    )
    return "leaf" if served or not extensions.is_authority(first) else "ca"


def _fits(key: str, kinds: Mapping[str, str]) -> bool:
    match key:
        case "certificate":
            elsewhere = {kind for other, kind in kinds.items() if other != key}
            return kinds[key] != "key" and not (kinds[key] == "ca" and "leaf" in elsewhere)
        case "private_key":
            return kinds[key] in {"key", "both", ""}
        case "chain":
            return kinds[key] != "key" and not (
                kinds[key] == "leaf" and kinds.get("certificate") == "ca"
            )
        case _:
            return kinds[key] != "key"


def _describe(contents: Contents) -> str:
    if not contents.certificates:
        return "a private key"
    first = contents.certificates[0]
    kind = "CA certificate" if extensions.is_authority(first) else "certificate"
    return f"the {kind} '{names.describe_subject(first)}'"


def _line(
    command: str, typed: Mapping[str, str], kinds: Mapping[str, str], wrong: list[str]
) -> str:
    """Give the line with every file in its place, and what the capital letters in it mean."""
    found = {key: typed[key] for key in kinds if key not in wrong}
    strays = {kinds[key]: typed[key] for key in reversed(wrong)}
    for key, kind in (("certificate", "leaf"), ("private_key", "key"), ("chain", "ca")):
        may_follow = key in wrong or (key not in typed and "certificate" in typed)
        if kind in strays and may_follow:
            found.setdefault(key, strays[kind])
    words = [command]
    if "certificate" in typed:
        words += [_quoted(found.get("certificate", "CERT"))]
    if "private_key" in typed or "private_key" in found:
        words += [_quoted(found.get("private_key", "KEY"))]
    for key in ("chain", "roots"):
        words += [f"--{key} {_quoted(found[key])}"] if key in found else []
    open_ = [_WANTED[key][2] for key in wrong if key not in found]
    return " ".join([*words, f"({'; '.join(open_)})"] if open_ else words)


def _quoted(file: str) -> str:
    return shlex.quote(file)
