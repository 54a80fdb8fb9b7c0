"""Extensions, the keys that begin with `x-`, as Docker Compose prints them.

https://github.com/compose-spec/compose-spec/blob/main/11-extension.md
"""

from __future__ import annotations

import math
from typing import Any

from sslstack.compose.casts import drop_point
from sslstack.compose.scalars import read_date
from sslstack.compose.tree import Map, Node, Sequence, get_text


def read_extension(node: Node) -> Any:
    """Return plain data, dates in the form of RFC 3339.

    Raises ValueError for what JSON does not support.
    """
    match node:
        case Map():
            return {key: read_extension(item) for key, item in node.items.items()}
        case Sequence():
            return [read_extension(item) for item in node.items]
    if node.is_date:
        return read_date(get_text(node) or "")
    if isinstance(node.value, float) and not math.isfinite(node.value):
        raise ValueError(f"{get_text(node)} is not a number that JSON supports")
    return drop_point(node.value) if isinstance(node.value, float) else node.value
