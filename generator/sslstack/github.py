"""One comment in a pull request, written the first time and replaced from then on."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from sslstack.errors import UnavailableError

_PAGE = 100
_PAGES = 30
_SECONDS = 30


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
    """Write the comment that begins with a mark, or replace it; gives its address.

    Raises UnavailableError when GitHub refuses or does not answer.
    """
    own = next((one for one in _comments(pull) if str(one.get("body", "")).startswith(mark)), None)
    if own is None:
        path = f"/repos/{pull.repository}/issues/{pull.number}/comments"
        written = _ask(pull, "POST", path, {"body": body})
    else:
        path = f"/repos/{pull.repository}/issues/comments/{own['id']}"
        written = _ask(pull, "PATCH", path, {"body": body})
    return str(written.get("html_url", ""))


def _comments(pull: PullRequest) -> Any:
    """Give every comment, page by page."""
    for page in range(1, _PAGES + 1):
        path = f"/repos/{pull.repository}/issues/{pull.number}/comments"
        found = _ask(pull, "GET", f"{path}?per_page={_PAGE}&page={page}")
        yield from found
        if len(found) < _PAGE:
            return


def _ask(pull: PullRequest, method: str, path: str, body: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - the API's address comes from the runner
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
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise UnavailableError(
            f"GitHub answered {error.code} to the comment on {pull!r}",
            hint="the job needs 'permissions: {pull-requests: write}'",
        ) from error
    except (OSError, ValueError) as error:
        raise UnavailableError(f"GitHub did not answer for {pull!r}") from error
