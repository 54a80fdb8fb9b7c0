"""Python without the modules of the working folder, which may be a stranger's repository.

`python -m` puts the working folder first on sys.path, and PYTHONPATH may name it: a `click.py`
there would be imported in the library's place. Source: docs.python.org/3/using/cmdline.html,
options -I and -P.
"""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path

_PACKAGES = Path(__file__).parent.parent


def forget_working_folder() -> None:
    """Take the working folder, and what PYTHONPATH names below it, off sys.path.

    Where sslstack itself or the packages of this Python are below it, these folders stay.
    """
    own = [_PACKAGES, *_of_this_python(), *_of_the_user()]
    sys.path[:] = [
        entry
        for entry in sys.path
        if entry and (_is_within(Path(entry), own) or not _is_here(Path(entry)))
    ]


def command(module: str) -> list[str]:
    """Return the command line that runs a module of ours, in whatever folder it is started.

    It ignores PYTHON* variables, and imports what this process can import but for modules of
    the working folder.
    """
    usual = [*_of_this_python(), Path(sys.prefix, "Scripts" if os.name == "nt" else "bin")]
    folders = [
        str(path)
        for path in map(Path, [str(_PACKAGES), *sys.path])
        if path.is_dir() and (path == _PACKAGES or not _is_here(path))
        if path.is_absolute() and not _is_within(path, usual)
    ]
    program = (
        f"import sys; sys.path += {list(dict.fromkeys(folders))!r}; "
        f"import runpy; runpy.run_module({module!r}, run_name='__main__')"
    )
    return [sys.executable, "-I", "-c", program]


def _of_this_python() -> list[Path]:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    prefixes = (sys.base_prefix, sys.base_exec_prefix)
    standard = [Path(prefix, sys.platlibdir, version) for prefix in prefixes]
    return [Path(os.__file__).parent, *standard, *map(Path, site.getsitepackages())]


def _of_the_user() -> list[Path]:
    return [Path(site.getusersitepackages())] if site.ENABLE_USER_SITE else []


def _is_within(path: Path, folders: list[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _is_here(path: Path) -> bool:
    """Return whether a folder is the working folder or below it; everything is below `/`."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was removed; nothing lies in it
        return False
    return path.absolute() == here or (here != here.parent and path.absolute().is_relative_to(here))
