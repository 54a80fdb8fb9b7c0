"""A proxy on loopback between boto3 and the server, that does what networks do.

Each fault is a function of one request: it answers, or does not, and forwards the request to
the server never, once or twice. `Proxy.plan` says which call it strikes, and how often.
"""

from __future__ import annotations

import contextlib
import email.message
import http.client
import json
import re
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlsplit

if TYPE_CHECKING:
    from email.message import Message


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said."""

    status: int
    headers: Message
    body: bytes


class Request(BaseHTTPRequestHandler):
    """One request on its way; what `faults` is made of."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body in one go
    server: Server

    def do_POST(self) -> None:
        """Let it pass, or let a fault strike it."""
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        proxy = self.server.proxy
        fault = proxy.strike(self.operation, self.content)
        # Whoever waits no longer has gone: that is what the faults are about.
        with contextlib.suppress(OSError):
            fault(self)

    def handle_expect_100(self) -> bool:
        """Ask for the content at once: what is written waits for its end otherwise."""
        self.send_response_only(100)
        self.end_headers()
        self.wfile.flush()
        return True

    do_GET = do_HEAD = do_PUT = do_POST  # noqa: N815 - its names

    @property
    def operation(self) -> str:
        """The operation of the API, as `DescribeStacks`."""
        if target := self.headers.get("X-Amz-Target"):
            return str(target).rpartition(".")[2]
        if self.command != "POST":
            return f"{self.command.title()}Object"
        return parse_qs(self.content.decode())["Action"][0]

    @property
    def is_json(self) -> bool:
        """Tell whether the service speaks JSON; the others speak XML."""
        return "X-Amz-Target" in self.headers

    def forward(self) -> Reply:
        """Have the server carry it out."""
        upstream = urlsplit(self.server.proxy.upstream)
        connection = http.client.HTTPConnection(upstream.netloc, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name != "Expect"}
        connection.request(self.command, self.path, self.content, headers)
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.headers, answer.read())
        connection.close()
        proxy = self.server.proxy
        proxy.replies[self.operation, self.content] = (len(proxy.calls), reply)
        return reply

    def answer(self, reply: Reply, *, length: int | None = None) -> None:
        """Give the server's answer, or only its first bytes."""
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.headers.get("Content-Type", "text/xml"))
        for name, value in reply.headers.items():
            if name.lower().startswith(("x-am", "etag")):  # the id of the request, and of content
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self._write(reply.body if length is None else reply.body[:length])
        self.wfile.flush()
        if length is not None:
            self.close_connection = True

    def refuse(self, status: int, code: str) -> None:
        """Answer with an error of AWS's making."""
        if self.is_json:
            body = json.dumps({"__type": code, "message": code}).encode()
        else:
            body = (
                "<ErrorResponse><Error><Type>Sender</Type>"
                f"<Code>{code}</Code><Message>{code}</Message></Error></ErrorResponse>"
            ).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._write(body)

    def _write(self, body: bytes) -> None:
        if self.command != "HEAD":
            self.wfile.write(body)

    def reset(self) -> None:
        """Break the connection off, with RST."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def hang(self) -> None:
        """Say nothing until the other side loses its patience."""
        self.connection.recv(1)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
        """Say nothing."""


_MOMENT = 4
"""Calls for which an answer may be out of date."""
Fault = Callable[[Request], None]


def _passed(request: Request) -> None:
    request.answer(request.forward())


def _reset_after(request: Request) -> None:
    request.forward()
    request.reset()


def _error_after(request: Request) -> None:
    request.forward()
    request.refuse(500, "InternalFailure")


def _timeout_after(request: Request) -> None:
    request.forward()
    request.hang()


def _half(request: Request) -> None:
    reply = request.forward()
    request.answer(reply, length=len(reply.body) // 2)


def _empty(request: Request) -> None:
    reply = request.forward()
    request.answer(Reply(200, reply.headers, b"{}" if request.is_json else b""))


def _garbage(request: Request) -> None:
    reply = request.forward()
    request.answer(Reply(200, reply.headers, b"<html><body>Please log in</body></html>"))


def _login_page(request: Request) -> None:
    """Answer as a hotel does, which lets nothing through."""
    headers = email.message.Message()
    headers["Content-Type"] = "text/html"
    request.answer(Reply(200, headers, b"<html><body>Please log in</body></html>"))


def _twice(request: Request) -> None:
    reply = request.forward()
    request.forward()
    request.answer(reply)


def _twice_second(request: Request) -> None:
    request.forward()
    request.answer(request.forward())


def _stale(request: Request) -> None:
    """Answer as a moment ago: what reads may be behind; what writes is carried out."""
    proxy = request.server.proxy
    when, known = proxy.replies.get((request.operation, request.content), (-_MOMENT, None))
    reply = request.forward()
    reads = request.operation.startswith(("Describe", "List", "Get"))
    recent = len(proxy.calls) - when < _MOMENT
    request.answer(known if known is not None and reads and recent else reply)


FAULTS: dict[str, Fault] = {
    "throttled": lambda request: request.refuse(400, "Throttling"),
    "error before": lambda request: request.refuse(503, "ServiceUnavailable"),
    "error after": _error_after,
    "reset before": Request.reset,
    "reset after": _reset_after,
    "timeout before": Request.hang,
    "timeout after": _timeout_after,
    "half an answer": _half,
    "empty answer": _empty,
    "garbage": _garbage,
    "login page": _login_page,
    "expired token": lambda request: request.refuse(400, "ExpiredToken"),
    "duplicated": _twice,
    "duplicated, second answer": _twice_second,
    "stale answer": _stale,
}
HANGING = {"timeout before", "timeout after"}
"""The faults after which whoever waits has to lose patience."""


def _edited(edit: Callable[[list[bytes], Proxy], list[bytes]]) -> Fault:
    """Make a fault of what becomes of the events of an answer, each as it stands in XML."""

    def strike(request: Request) -> None:
        reply = request.forward()
        events = _MEMBER.findall(reply.body)
        before, _, rest = reply.body.partition(b"<StackEvents>")
        after = rest.rpartition(b"</StackEvents>")[2]
        listed = b"".join(edit(events, request.server.proxy))
        body = before + b"<StackEvents>" + listed + b"</StackEvents>" + after
        request.answer(Reply(reply.status, reply.headers, body) if events else reply)

    return strike


def _late(polls: int) -> Fault:
    """Hold events back until so many answers after the first that would have had them."""

    def held(events: list[bytes], proxy: Proxy) -> list[bytes]:
        now = proxy.calls.count("DescribeStackEvents")
        return [one for one in events if now - proxy.seen.setdefault(one, now) >= polls]

    return _edited(held)


_MEMBER = re.compile(rb"<member>.*?</member>", re.DOTALL)
EVENT_FAULTS: dict[str, Fault] = {
    "each event twice": _edited(lambda events, _: [one for one in events for _ in range(2)]),
    "in reverse": _edited(lambda events, _: events[::-1]),
    "late by a poll": _late(1),
    "late by two polls": _late(2),
    "late by ten polls": _late(10),
    "every other one late": _edited(
        lambda events, proxy: events[proxy.calls.count("DescribeStackEvents") % 2 :: 2]
    ),
}
"""Faults of what DescribeStackEvents answers, all the time."""


class Server(ThreadingHTTPServer):
    """The listening side."""

    daemon_threads = True
    proxy: Proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that were broken off on purpose."""


@dataclass
class Proxy:
    """Stands before a server; `calls` are the operations seen, in order, `sent` with content."""

    upstream: str
    calls: list[str] = field(default_factory=list)
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    replies: dict[tuple[str, bytes], tuple[int, Reply]] = field(default_factory=dict)
    seen: dict[bytes, int] = field(default_factory=dict)
    struck: int = 0
    _plan: tuple[str, int, Fault, int] | None = None

    def __post_init__(self) -> None:
        self._server = Server(("127.0.0.1", 0), Request)
        self._server.proxy = self
        self._lock = threading.Lock()
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()

    @property
    def endpoint(self) -> str:
        """The proxy's URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def plan(self, operation: str, nth: int, fault: Fault, times: int = 1) -> None:
        """Let a fault strike the nth call (from 0) of an operation, and those that follow it.

        By operation and not by the number of the call, for how often one polls hangs on how
        long things take.
        """
        self.calm()
        with self._lock:
            self._plan = (operation, nth, fault, times)

    def calm(self) -> None:
        """Let everything pass, and forget what has."""
        with self._lock:
            self._plan = None
            self.struck = 0
            self.calls.clear()
            self.sent.clear()
            self.replies.clear()
            self.seen.clear()

    def parameters(self, operation: str) -> list[dict[str, str]]:
        """Give what every request of an operation asked for, where it was asked in a query."""
        sent = [content.decode() for one, content in self.sent if one == operation]
        return [dict(parse_qsl(content)) for content in sent]

    def strike(self, operation: str, content: bytes) -> Fault:
        """Choose what becomes of a request."""
        with self._lock:
            before = self.calls.count(operation)
            self.calls.append(operation)
            self.sent.append((operation, content))
            if self._plan is None:
                return _passed
            target, nth, fault, times = self._plan
            if operation != target or before < nth or self.struck >= times:
                return _passed
            self.struck += 1
            return fault

    def stop(self) -> None:
        """Close the door."""
        self._server.shutdown()
        self._server.server_close()
