"""The token goes to one host, and whatever is answered ends in plain words."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING

import pytest

from sslstack import github
from sslstack.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.body, self.location = 200, b"[]", ""
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _any(self) -> None:
        self.server.asked.append(f"{self.command} {self.headers['Authorization']}")
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location + self.path)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_GET = do_POST = do_PATCH = _any  # noqa: N815 - the library's names


@pytest.fixture
def servers() -> Iterator[tuple[_Server, _Server]]:
    with _Server() as first, _Server() as second:
        for server in (first, second):
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield first, second
        for server in (first, second):
            server.shutdown()


def _comment(url: str) -> str:
    pull = github.PullRequest(api=url, repository="o/r", number=7, token="secret")  # noqa: S106
    return github.comment(pull, "mark", "mark body")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_token_is_sent_to_no_other_host(servers: tuple[_Server, _Server], status: int) -> None:
    api, other = servers
    api.status, api.location = status, other.url
    with pytest.raises(UnavailableError, match="the token is not sent to another"):
        _comment(api.url)
    assert other.asked == []


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"1", b"{}", b'"x"', b"[null, 1, [], {}]", b"[" * 100_000, b"\xff",
     b'[{"id": "x", "body": "mark", "user": {"login": "github-actions[bot]"}}]',
     b'[{"id": 1, "body": null, "user": 1}]', b'[{"id": 1, "body": "mark", "user": null}]'],
)  # fmt: skip
def test_an_odd_answer_is_no_defect(servers: tuple[_Server, _Server], body: bytes) -> None:
    api, _ = servers
    api.body = body
    try:
        _comment(api.url)
    except UnavailableError as error:
        assert "GitHub" in str(error)  # noqa: PT017 - some of them are answers
    assert not any(asked.startswith("PATCH") for asked in api.asked)


def test_an_address_that_is_not_of_the_web_is_refused() -> None:
    with pytest.raises(UnavailableError, match="not a web address"):
        _comment("file:///etc/passwd")
