"""An authority's web server on loopback: what caIssuers lead to, good and bad.

Paths are answered by functions that get the connection, so that an answer can be slow,
endless or cut off. `asked` holds every request line that arrived.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Answer = bytes | Callable[[socket.socket, threading.Event], None]


class Authority(socketserver.ThreadingTCPServer):
    """Serves `answers` by path; anything else is not found."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        """The address of this server, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(socketserver.BaseRequestHandler):
    server: Authority

    def handle(self) -> None:
        request = b""
        while b"\r\n\r\n" not in request and (more := self.request.recv(4096)):
            request += more
        path = request.split(b" ")[1].decode() if b" " in request else ""
        self.server.asked.append(path)
        answer = self.server.answers.get(path, status(404))
        with contextlib.suppress(OSError):
            if isinstance(answer, bytes):
                self.request.sendall(answer)
            else:
                answer(self.request, self.server.closing)


@contextlib.contextmanager
def serving() -> Iterator[Authority]:
    """Run a server for as long as the context lasts."""
    with Authority() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


def ok(body: bytes, kind: str = "application/pkix-cert") -> bytes:
    """Answer with a body."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def status(number: int) -> bytes:
    """Answer with a status and nothing else."""
    return f"HTTP/1.1 {number} Said\r\nContent-Length: 0\r\n\r\n".encode()


def moved(to: str) -> bytes:
    """Redirect."""
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


def cut_off(body: bytes) -> bytes:
    """Promise more than comes."""
    return ok(body).replace(
        f"Content-Length: {len(body)}".encode(), f"Content-Length: {len(body) + 99}".encode()
    )


def endless(stream: socket.socket, closing: threading.Event) -> None:
    """Send a body that does not end."""
    stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not closing.is_set():
        stream.sendall(b"\0" * 65536)


def drip(stream: socket.socket, closing: threading.Event) -> None:
    """Send a byte of a header now and then: no read ever times out."""
    stream.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not closing.wait(0.05):
        stream.sendall(b"x")


def silent(stream: socket.socket, closing: threading.Event) -> None:  # noqa: ARG001 - as the others
    """Say nothing."""
    closing.wait()
