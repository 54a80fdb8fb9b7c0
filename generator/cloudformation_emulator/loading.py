"""botocore reads its data files anew for every session; moto makes many before it answers."""

from __future__ import annotations

import gc
from typing import Any, ClassVar

from botocore.loaders import JSONFileLoader, Loader


class _OnceLoader(JSONFileLoader):  # type: ignore[misc] # botocore is untyped
    """Reads each file once a process."""

    _known: ClassVar[dict[str, Any]] = {}

    def load_file(self, file_path: str) -> Any:
        if file_path not in self._known:
            self._known[file_path] = super().load_file(file_path)
        return self._known[file_path]


def read_each_file_once() -> None:
    """Take 0.3 s of the 1.2 s that loading moto's EC2 costs, most of it one file of endpoints."""
    Loader.FILE_LOADER_CLASS = _OnceLoader


def share_memory() -> None:
    """Keep the garbage collector from what is loaded, so that copies of the process share it."""
    gc.collect()
    gc.freeze()
