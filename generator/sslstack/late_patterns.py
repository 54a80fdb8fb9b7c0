"""Regular expressions that are compiled when they are first used.

Every line that is printed is searched for secrets; most runs find no sign of one, and need only
the few patterns that look for signs. Compiling the others would take a tenth of a short run.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Late:
    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, value)
        return value


def compile_late(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` returns, compiled at its first use."""
    return cast("re.Pattern[AnyStr]", _Late(source, flags))
