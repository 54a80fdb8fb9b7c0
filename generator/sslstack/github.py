"""One comment in a pull request, written the first time and replaced from then on."""

from __future__ import annotations

import functools
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE = 100
_PAGES = 30
_SECONDS = 30
_LIMIT = 32 * 1024 * 1024
"""Bytes of an answer; a hundred comments of 65,536 characters are fewer."""
_ACTIONS = "github-actions[bot]"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request: the API's address, `owner/name`, its number, and a token for it."""

    api: str
    repository: str
    number: int
    token: str

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"PullRequest({self.repository}#{self.number})"


def comment(pull: PullRequest, mark: str, body: str) -> str:
    """Write the comment that begins with a mark, or replace our own; returns its address.

    A comment of another account is left alone, whatever it begins with. Raises UnavailableError
    when GitHub refuses, does not answer, or answers in a form that is not known.
    """
    own = next((one for one in _comments(pull) if _is_own(one, mark, _account(pull))), None)
    path = f"/repos/{pull.repository}/issues/{pull.number}/comments"
    if own is None:
        written = _ask(pull, "POST", path, {"body": body})
    else:
        path = f"/repos/{pull.repository}/issues/comments/{own['id']}"
        written = _ask(pull, "PATCH", path, {"body": body})
    return str(written.get("html_url", "")) if isinstance(written, dict) else ""


@functools.cache
def _account(pull: PullRequest) -> str:
    """Return the account of the token; one of a job may not ask, and is the Actions app's."""
    try:
        found = _ask(pull, "GET", "/user")
    except UnavailableError:
        return _ACTIONS
    return str(found.get("login", _ACTIONS)) if isinstance(found, dict) else _ACTIONS


def _is_own(one: object, mark: str, account: str) -> bool:
    if not isinstance(one, dict) or not isinstance(one.get("id"), int):
        return False
    user = one.get("user")
    login = user.get("login") if isinstance(user, dict) else None
    return login == account and str(one.get("body", "")).startswith(mark)


def _comments(pull: PullRequest) -> Iterator[Any]:
    """Return every comment, page by page."""
    for page in range(1, _PAGES + 1):
        path = f"/repos/{pull.repository}/issues/{pull.number}/comments"
        found = _ask(pull, "GET", f"{path}?per_page={_PAGE}&page={page}")
        if not isinstance(found, list):
            raise UnavailableError(f"GitHub's answer for {pull!r} is not a list of comments")
        yield from found
        if len(found) < _PAGE:
            return


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a redirect where the token may go: to the same host, and only to read."""

    def redirect_request(  # noqa: PLR0917 - the library's
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """Return the next request; raises UnavailableError for one that is not followed."""
        here, there = (urllib.parse.urlsplit(url) for url in (req.full_url, newurl))
        if req.get_method() == "GET" and (here.scheme, here.netloc) == (there.scheme, there.netloc):
            return super().redirect_request(req, fp, code, msg, headers, newurl)
        raise UnavailableError(
            "GitHub redirects the request, and the token is not sent to another address",
            hint="correct --api and --repository",
        )


def _ask(pull: PullRequest, method: str, path: str, body: dict[str, str] | None = None) -> Any:
    if not pull.api.startswith(("https://", "http://")):
        raise UnavailableError(f"'{pull.api}' is not a web address")
    request = urllib.request.Request(  # noqa: S310 - http or https, see above
        pull.api.rstrip("/") + path,
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {pull.token}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
            "User-Agent": "sslstack",
        },
    )
    try:
        with urllib.request.build_opener(_SameHost).open(request, timeout=_SECONDS) as answer:
            return json.loads(answer.read(_LIMIT))
    except urllib.error.HTTPError as error:
        raise UnavailableError(
            f"GitHub answered {error.code} to the comment on {pull!r}",
            hint="the job needs 'permissions: {pull-requests: write}'",
        ) from error
    except (ValueError, RecursionError) as error:
        raise UnavailableError(f"GitHub's answer for {pull!r} cannot be read") from error
    except (OSError, http.client.HTTPException) as error:
        raise UnavailableError(f"GitHub did not answer for {pull!r}") from error
