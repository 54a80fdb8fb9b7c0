"""Answers of the describe, list and get calls: what is absent is left out, lists come in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloudformation_emulator.stacks.proposals import Request
    from cloudformation_emulator.stacks.region import Region

Answer = dict[str, Any]


def present(**values: Any) -> Answer:
    """Give an answer's members, without those that are None."""
    return {key: value for key, value in values.items() if value is not None}


def page(
    region: Region, request: Request, answer: Answer, key: str, items: Sequence[Answer]
) -> Answer:
    """Give a page of items; NextToken is the number of the first of the next page."""
    start = int(request.get("NextToken") or 0)
    end = start + region.page_size
    following = {"NextToken": str(end)} if end < len(items) else {}
    return {**answer, key: list(items[start:end]), **following}
