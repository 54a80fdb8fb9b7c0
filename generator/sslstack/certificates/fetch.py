"""Fetching from addresses that strangers wrote into certificates.

Plain http only, as caIssuers are (RFC 5280, 4.2.2.1), public addresses only, and limits on
everything. The name is resolved once, every address it has is checked, and the connection
goes to the address that was checked; a redirect begins all over.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = 256 * 1024
"""Bytes of a body; the largest certs-only messages of public authorities have 20 KiB."""
FETCH = 8.0
"""Seconds for one address, redirects included."""
TOTAL = 25.0
"""Seconds for one chain."""
FETCHES = 16
"""Requests for one chain."""
REDIRECTS = 4
_MOVED = {301, 302, 303, 307, 308}
_LONGEST = 2048
_PORT = 80
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchError(Exception):
    """What an address answered in place of a body, as a clause behind the address."""


class HttpFetcher:
    """Fetches within the limits of one chain; `private` lets it reach private addresses."""

    def __init__(self, *, private: bool = False) -> None:
        self._private = private
        self._left = FETCHES
        self._end = time.monotonic() + TOTAL

    def fetch(self, url: str) -> bytes:
        """Return the body of an address; raises FetchError."""
        if time.monotonic() >= self._end:  # also with reading the answers before
            raise FetchError(f"skipped: the limit of {TOTAL:.0f} seconds is reached")
        end = min(self._end, time.monotonic() + FETCH)
        for _ in range(REDIRECTS + 1):
            body, moved = self._request(url, end)
            if moved is None:
                return body
            url = moved
        raise FetchError(f"redirects more than {REDIRECTS} times")

    def _request(self, url: str, end: float) -> tuple[bytes, str | None]:
        host, port, path = _split_url(url)
        if self._left <= 0:
            raise FetchError(f"skipped: the limit of {FETCHES} requests is reached")
        self._left -= 1
        address = self._checked(host, port, end)
        with _connect(address, port, host, end) as connection:
            try:
                headers = {
                    "Host": _format_host(host, port),
                    "User-Agent": "sslstack",
                    "Accept": "*/*",
                }
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                body = _read_body(url, answer)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise FetchError(_describe_error(error, end)) from error
        if time.monotonic() >= end:  # hung up on, what came looks whole and is not
            raise FetchError("did not answer in time")
        return body

    def _checked(self, host: str, port: int, end: float) -> str:
        """Resolve a name and give an address, if all that it has may be connected to."""
        addresses = _resolve(host, port, end)
        for address in addresses:
            if not self._private and not is_public(ipaddress.ip_address(address.split("%")[0])):
                raise FetchError(
                    f"refused: {host} is {address}, not a public address "
                    "(--allow-private-addresses)"
                )
        return addresses[0]


def is_public(address: Address) -> bool:
    """Return whether an address is one of the public internet, however it is written.

    IPv4 within IPv6 (mapped, 6to4, Teredo, NAT64) counts as what it carries.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        carried = address.ipv4_mapped or address.sixtofour
        if carried is not None:
            return is_public(carried)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_loopback or address.is_private
    )


def _split_url(url: str) -> tuple[str, int, str]:
    """Take a URL apart; raises FetchError for what is not asked at all."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise FetchError("refused: the URL is malformed")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        raise FetchError("refused: the URL is malformed") from None
    if parts.scheme.lower() != "http":
        raise FetchError(f"refused: {parts.scheme or 'no scheme'} is not http")
    if not host:
        raise FetchError("refused: the URL has no host")
    return host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _format_host(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port == _PORT else f"{shown}:{port}"


def _resolve(host: str, port: int, end: float) -> list[str]:
    """Ask for a name's addresses, no longer than there is time: the system's call cannot stop."""
    found: list[str] = []
    failed: list[str] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except (OSError, UnicodeError):
            failed.append(host)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(0.0, end - time.monotonic()))
    if asking.is_alive():
        raise FetchError("failed: its name was not resolved in time")
    if failed or not found:
        raise FetchError("failed: its host is unknown")
    return found


@contextlib.contextmanager
def _connect(
    address: str, port: int, host: str, end: float
) -> Iterator[http.client.HTTPConnection]:
    """Connect to the very address that was checked, and hang up at the end of the time.

    A timeout of the socket is for one read; a server that sends a byte a second would
    never reach it.
    """
    connection = http.client.HTTPConnection(host, port)
    try:
        stream = socket.create_connection(
            (address, port), timeout=max(0.05, end - time.monotonic())
        )
    except OSError as error:
        raise FetchError(_describe_error(error, end)) from error
    connection.sock = stream
    hang_up = threading.Timer(max(0.0, end - time.monotonic()), _shut_down, [stream])
    hang_up.daemon = True
    hang_up.start()
    try:
        yield connection
    finally:
        hang_up.cancel()
        connection.close()
        stream.close()


def _shut_down(stream: socket.socket) -> None:
    with contextlib.suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)


def _read_body(url: str, answer: http.client.HTTPResponse) -> tuple[bytes, str | None]:
    if answer.status in _MOVED:
        target = answer.getheader("Location")
        if not target:
            raise FetchError(f"answered {answer.status} without a Location")
        return b"", urljoin(url, target)
    if answer.status != http.client.OK:
        raise FetchError(f"answered {answer.status}")
    body = answer.read(BODY + 1)
    if len(body) > BODY:
        raise FetchError(f"sends more than {BODY // 1024} KiB")
    if answer.length:
        raise FetchError("broke off before the end")
    return body, None


def _describe_error(error: Exception, end: float) -> str:
    if time.monotonic() >= end or isinstance(error, TimeoutError):
        return "did not answer in time"
    match error:
        case ConnectionRefusedError():
            return "refuses connections"
        case http.client.RemoteDisconnected():
            return "broke the connection"
        case http.client.IncompleteRead():
            return "broke off before the end"
        case http.client.HTTPException() | ValueError():
            return "does not speak HTTP"
        case _:
            return "broke the connection"
