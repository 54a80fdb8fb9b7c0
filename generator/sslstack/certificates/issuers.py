"""Missing issuers, fetched from the addresses that certificates give (RFC 5280, 4.2.2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sslstack.certificates import extensions, formats, names, signatures
from sslstack.certificates.chains import ResolvedChain, find_chain
from sslstack.certificates.fetch import FetchError
from sslstack.certificates.paths import DEPTH

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Sequence

    from cryptography import x509

    from sslstack.certificates.roots import Roots


class Fetcher(Protocol):
    """What gives the body of an address, or raises FetchError; `fetch.HttpFetcher` is one."""

    def fetch(self, url: str) -> bytes:
        """Return the body."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedChain:
    """The chain found, where each fetched certificate came from, and what each address said."""

    resolved: ResolvedChain
    urls: dict[x509.Certificate, str]
    attempts: tuple[tuple[str, str], ...]

    def describe(self) -> str:
        """Describe in one line what was tried; empty when nothing was."""
        return "; ".join(f"{names.escape_name(url)} {said}" for url, said in self.attempts)


@dataclass(slots=True)
class _Search:
    """The state of one search; it never leaves `fetch_issuers`."""

    pool: list[x509.Certificate]
    urls: dict[x509.Certificate, str] = field(default_factory=dict)
    attempts: dict[str, str] = field(default_factory=dict)


def fetch_issuers(
    leaf: x509.Certificate,
    pool: Sequence[x509.Certificate],
    roots: Roots,
    web: Fetcher,
    *,
    at: datetime.datetime | None = None,
    trusted: bool = True,
) -> FetchedChain:
    """Fetch issuers until a chain is found, or no address is left.

    With `trusted` the search continues until the chain leads to a known root, otherwise until
    no issuer is missing. Only certificates that truly signed the one whose address was
    asked are kept, so no impostor gets in, and no two authorities that signed each other
    make it run in circles.
    """
    search = _Search(pool=list(pool))
    resolved = find_chain(leaf, search.pool, roots, at)
    while not (resolved.trusted if trusted else not resolved.incomplete):
        if not _fetch_next(leaf, search, web):
            break
        resolved = find_chain(leaf, search.pool, roots, at)
    return FetchedChain(
        resolved=resolved, urls=search.urls, attempts=tuple(search.attempts.items())
    )


def _fetch_next(leaf: x509.Certificate, search: _Search, web: Fetcher) -> bool:
    """Ask the next address that was not asked yet; tell whether there was one."""
    for child, url in _find_unasked(leaf, search):
        try:
            body = web.fetch(url)
        except FetchError as error:
            search.attempts[url] = str(error)
            continue
        search.attempts[url] = _keep_issuers(child, url, body, search)
        return True
    return False


def _find_unasked(
    leaf: x509.Certificate, search: _Search
) -> Iterator[tuple[x509.Certificate, str]]:
    """Return the addresses still to ask: those of whom no issuer is known first."""
    genuine = signatures.find_signers(leaf, search.pool)
    depth = {leaf: 0}
    for child in genuine:
        for issuer in genuine[child]:
            depth.setdefault(issuer, depth.get(child, 0) + 1)
    for child in sorted(genuine, key=lambda one: (bool(genuine[one]), depth.get(one, 0))):
        if depth.get(child, 0) > DEPTH or signatures.is_self_signed(child):
            continue
        for url in extensions.read_issuer_urls(child):
            if url not in search.attempts:
                yield child, url


def _keep_issuers(child: x509.Certificate, url: str, body: bytes, search: _Search) -> str:
    """Keep what signed the child, and say what an address gave."""
    held = formats.read_response(body)
    if not held.certificates:
        return "returned no certificate"
    genuine = [one for one in signatures.find_signers(child, held.certificates) if one != child]
    if not genuine:
        first = names.describe_subject(held.certificates[0])
        return f"returned '{first}', which did not sign '{names.describe_subject(child)}'"
    for issuer in genuine:
        if issuer not in search.pool:
            search.pool.append(issuer)
            search.urls[issuer] = url
    return f"returned '{names.describe_subject(genuine[0])}'"
