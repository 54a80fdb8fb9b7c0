"""The request in a healthcheck of the compose file: a curl or wget of the container itself.

Only what a load balancer can repeat counts: a GET or HEAD without credentials, content or headers.
Options are those of curl(1), wget(1) and BusyBox's wget.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sslstack.compose import Service

_PROGRAM = re.compile(r"(?<![\w.-])(?:[\w.-]*/)*(curl|wget)(?=\s)")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^${}]*))?\}|(\w+))")
_END = frozenset("();<>|&`")
_HOST = re.compile(r"localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|::1|::|ip6-localhost")
_PATH = re.compile(r"/[!-~]{0,999}")
_ORDINARY = re.compile(r"(?i)(accept(-[a-z]+)?|user-agent|cache-control|connection)\s*:")
"""Headers that do not decide whether a container is well."""
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A request that tells whether a container is well."""

    secure: bool
    port: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    """Which options take a value, and which make a request that cannot be repeated."""

    short_values: frozenset[str]
    long_values: frozenset[str]
    peculiar: frozenset[str]
    methods: frozenset[str]
    two_letters: bool = False


def _split_names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PROGRAMS: Mapping[str, _Program] = {
    "curl": _Program(
        short_values=frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz"),
        long_values=_split_names(
            "abstract-unix-socket aws-sigv4 cacert capath cert cert-type ciphers config "
            "connect-timeout connect-to continue-at cookie cookie-jar data data-ascii data-binary "
            "data-raw data-urlencode dns-servers dump-header engine expect100-timeout form "
            "form-string happy-eyeballs-timeout-ms header interface json keepalive-time key "
            "key-type limit-rate local-port max-filesize max-redirs max-time netrc-file noproxy "
            "oauth2-bearer output output-dir pass pinnedpubkey preproxy proto proto-default proxy "
            "proxy-header proxy-user range rate referer request request-target resolve retry "
            "retry-delay retry-max-time socks4 socks4a socks5 socks5-hostname speed-limit "
            "speed-time stderr tls-max tls13-ciphers trace trace-ascii trace-config unix-socket "
            "upload-file url url-query user user-agent variable write-out"
        ),
        peculiar=_split_names(
            "b d E F H K n T u x abstract-unix-socket aws-sigv4 cert config connect-to cookie data "
            "data-ascii data-binary data-raw data-urlencode form form-string header http2-prior-"
            "knowledge http3 http3-only json netrc netrc-file oauth2-bearer preproxy proxy "
            "request-target resolve socks4 socks4a socks5 socks5-hostname unix-socket upload-file "
            "url-query user"
        ),
        methods=frozenset({"X", "request"}),
    ),
    "wget": _Program(
        short_values=frozenset("aABDeGiIloOPQRtTUwXY"),
        long_values=_split_names(
            "append-output base bind-address body-data body-file ca-certificate ca-directory "
            "certificate certificate-type connect-timeout cut-dirs default-page directory-prefix "
            "dns-timeout execute header http-password http-user input-file level limit-rate "
            "load-cookies local-encoding max-redirect method output-document output-file password "
            "post-data post-file prefer-family private-key progress proxy proxy-password "
            "proxy-user quota read-timeout referer secure-protocol timeout tries user user-agent "
            "wait waitretry"
        ),
        peculiar=_split_names(
            "e i body-data body-file certificate execute header http-password http-user "
            "input-file load-cookies password post-data post-file user"
        ),
        methods=frozenset({"method"}),
        two_letters=True,  # -nv, -nc, -nd, -nH, -np
    ),
}


def find_probe(service: Service) -> Probe | None:
    """Find the request in the healthcheck of a service."""
    if service.healthcheck.disabled or not service.healthcheck.test:
        return None
    kind, *words = service.healthcheck.test
    variables = service.environment
    if kind == "CMD-SHELL":
        return _find_in_shell(" ".join(words), variables)
    if kind != "CMD" or not words:
        return None
    program = words[0].rpartition("/")[2]
    if program in _SHELLS:
        return _find_in_shell(" ".join(words[1:]), variables)
    return _read_arguments(program, words[1:]) if program in _PROGRAMS else None


def _find_in_shell(script: str, variables: Mapping[str, str | None]) -> Probe | None:
    """Find the first request in a script that can be repeated."""
    for match in _PROGRAM.finditer(script):
        words = [_expand(word, variables) for word in _split_words(script[match.end() :])]
        if (probe := _read_arguments(match[1], words)) is not None:
            return probe
    return None


def _split_words(script: str) -> Iterator[str]:
    """Return the words of a command up to its end; it may begin inside of quotes."""
    lexer = shlex.shlex(script, posix=True, punctuation_chars="".join(_END))
    lexer.whitespace_split = True
    lexer.whitespace = " \t\r"  # a new line ends a command
    lexer.commenters = ""
    try:
        for word in lexer:
            if "\n" in word or set(word) <= _END:
                yield word.partition("\n")[0]
                return
            yield word
    except ValueError:  # quotes that were opened before the command
        return


def _expand(word: str, variables: Mapping[str, str | None]) -> str:
    """Replace variables by what the service's environment says; others stay as they are."""

    def value(match: re.Match[str]) -> str:
        found = variables.get(match[1] or match[3])
        if found is None:
            found = match[2]
        return match[0] if found is None else str(found)

    return _VARIABLE.sub(value, word)


def _read_arguments(program: str, words: Iterable[str]) -> Probe | None:
    """Read the arguments of curl or wget; None where a load balancer cannot do the same."""
    known = _PROGRAMS[program]
    urls: list[str] = []
    for option, value in _read_options(known, iter(words)):
        is_other = option in known.methods and value.upper() not in ("GET", "HEAD")
        is_ordinary = option in ("H", "header") and _ORDINARY.match(value)
        if (option in known.peculiar and not is_ordinary) or is_other:
            return None
        if option in ("", "url"):
            urls.append(value)
    return next((probe for url in urls if (probe := _read_url(url))), None)


def _read_options(known: _Program, words: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Return each option with its value, and under no name what is not an option."""
    for word in words:
        if word == "--":
            yield from (("", rest) for rest in words)
        elif word.startswith("--"):
            name, separator, value = word[2:].partition("=")
            if not separator and name in known.long_values:
                value = next(words, "")
            yield name, value
        elif word.startswith("-") and word != "-":
            yield from _read_short_options(known, word[1:], words)
        else:
            yield "", word


def _read_short_options(
    known: _Program, letters: str, words: Iterator[str]
) -> Iterator[tuple[str, str]]:
    while letters:
        letter, letters = letters[0], letters[1:]
        if known.two_letters and letter == "n":
            letters = letters[1:]
        elif letter in known.short_values:
            yield letter, letters or next(words, "")
            return
        else:
            yield letter, ""


def _read_url(url: str) -> Probe | None:
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url):
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.username is not None:
        return None
    if not _HOST.fullmatch(parts.hostname or ""):
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not _PATH.fullmatch(path) or set(path) & set("${}[]`"):
        return None
    secure = parts.scheme == "https"
    return Probe(secure=secure, port=port or (443 if secure else 80), path=path)
