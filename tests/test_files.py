"""Files are read within limits and written whole or not at all."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sslstack import files


def _errno(path: Path) -> int | None:
    with pytest.raises(OSError, match=r".+") as caught:
        files.read(path)
    return caught.value.errno


def test_read_gives_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * files.LIMIT)
    assert files.read(path) == b"x" * files.LIMIT


def test_read_refuses_what_is_too_large_without_reading_it_all(tmp_path: Path) -> None:
    """50 MB that are not even on the disk."""
    path = tmp_path / "a"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    assert _errno(path) == errno.EFBIG


def test_read_refuses_what_is_not_a_file(tmp_path: Path) -> None:
    """A pipe without a writer must not make anybody wait."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert _errno(tmp_path / "pipe") == errno.EINVAL
    assert _errno(tmp_path) == errno.EISDIR
    assert _errno(tmp_path / "loop") == errno.ELOOP
    assert _errno(tmp_path / "none") == errno.ENOENT
    assert _errno(Path("/dev/zero")) == errno.EINVAL
    assert _errno(Path("a\0b")) == errno.EINVAL


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.EFBIG, errno.EIO])
def test_reason_is_in_words(number: int) -> None:
    reason = files.describe_error(OSError(number, os.strerror(number)))
    assert reason == reason.lower() or "MiB" in reason
    assert "Errno" not in reason


def test_reader_remembers_what_it_saw_and_what_it_missed(tmp_path: Path) -> None:
    """`unchanged` holds until a file changes, goes, or one looked for in vain appears."""
    here, gone = tmp_path / "here", tmp_path / "gone"
    here.write_bytes(b"1")
    reader = files.Reader()
    assert reader.exists(here)
    assert not reader.exists(gone)
    assert files.is_unchanged(reader.seen)
    gone.write_bytes(b"")
    assert not files.is_unchanged(reader.seen)
    gone.unlink()
    here.write_bytes(b"2")
    assert not files.is_unchanged(reader.seen)
    here.unlink()
    assert not files.is_unchanged(reader.seen)


def test_reader_reads_instead(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"on disk")
    assert files.Reader({path: b"in mind"}).read(path) == b"in mind"


def test_write_makes_folders_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.yaml"
    files.write(path, b"1")
    files.write(path, b"2")
    assert path.read_bytes() == b"2"
    assert [p.name for p in path.parent.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize("mode", [0o640, 0o600, 0o777])
def test_write_keeps_the_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1")
    path.chmod(mode)
    files.write(path, b"2")
    assert path.stat().st_mode & 0o7777 == mode


def test_create_writes_only_what_does_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a"
    files.create(path, b"1", 0o600)
    assert path.stat().st_mode & 0o7777 == 0o600
    with pytest.raises(FileExistsError) as caught:
        files.create(path, b"2", 0o600)
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"1"


@pytest.mark.parametrize("pointed", ["there", "dangling"])
def test_write_follows_no_link(workdir: Path, pointed: str) -> None:
    """A repository can hold a link to any file of whoever clones it."""
    outside = workdir / "outside"
    outside.mkdir()
    (outside / "there").write_bytes(b"1")
    (workdir / "a.yaml").symlink_to(outside / pointed)
    (workdir / "linked").symlink_to(outside)
    (workdir / "folder").mkdir()
    (workdir / "folder" / "linked").symlink_to("../outside")
    given = ["a.yaml", "linked/there", "linked/new/there", "folder/linked/there", "./a.yaml"]
    for name in given:
        for path in (Path(name), workdir / name):
            with pytest.raises(OSError, match="symbolic link") as caught:
                files.write(path, b"2")
            assert caught.value.filename == str(path)
            with pytest.raises(OSError, match=r"symbolic link|exists"):
                files.create(path, b"2", 0o600)
    assert [(p.name, p.read_bytes()) for p in outside.iterdir()] == [("there", b"1")]


def test_write_follows_no_link_on_the_way_up(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started in stacks/web, the templates are beside the folder above."""
    (workdir / "stacks" / "web").mkdir(parents=True)
    (workdir / "outside").mkdir()
    (workdir / "templates").symlink_to("outside")
    monkeypatch.chdir(workdir / "stacks" / "web")
    with pytest.raises(OSError, match="symbolic link"):
        files.write(Path("../../templates/web.yaml"), b"1")
    files.write(Path("../../made/web.yaml"), b"1")
    assert (workdir / "made" / "web.yaml").read_bytes() == b"1"
    assert not list((workdir / "outside").iterdir())


def test_the_name_of_a_temporary_file_cannot_be_guessed(workdir: Path) -> None:
    """Links under the name that was used once, for every process that could write."""
    for pid in (os.getpid(), os.getppid()):
        (workdir / f".a.{pid}.tmp").symlink_to("outside")
    files.write(Path("a"), b"1")
    assert Path("a").read_bytes() == b"1"
    assert not Path("outside").exists()


def test_links_above_the_working_folder_are_the_users(workdir: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (workdir / "here").mkdir()
    (tmp_path / "alias").symlink_to("real")
    os.chdir(workdir / "here")
    files.write(tmp_path / "alias" / "a", b"1")
    assert (tmp_path / "real" / "a").read_bytes() == b"1"


def test_a_lock_keeps_others_waiting(tmp_path: Path) -> None:
    """Four processes that each add a line to one file lose none."""
    program = (
        "import sys; from pathlib import Path; from sslstack import files\n"
        "path = Path(sys.argv[1]) / 'lines'\n"
        "for number in range(20):\n"
        "    with files.lock(path.parent):\n"
        "        files.write(path, path.read_bytes() + b'line\\n', durable=False)\n"
    )
    (tmp_path / "lines").touch()
    command = [sys.executable, "-c", program, str(tmp_path)]
    writers = [subprocess.Popen(command) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert (tmp_path / "lines").read_bytes() == b"line\n" * 80


def test_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        files.write(tmp_path / "folder", b"1")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_write_sweeps_what_a_dead_process_left(tmp_path: Path) -> None:
    """Process ids end at 2^22 on Linux, so this one is nobody's."""
    dead = tmp_path / ".a.99999999.tmp"
    alive = tmp_path / f".a.{os.getppid()}.tmp"
    for path in (dead, alive):
        path.write_bytes(b"half")
    files.write(tmp_path / "a", b"whole")
    assert not dead.exists()
    assert alive.exists()


_WRITER = """
import sys
from pathlib import Path
from sslstack import files
contents = [bytes([65 + i]) * 3_000_000 for i in range(4)]
print("ready", flush=True)
while True:
    for content in contents:
        files.write(Path(sys.argv[1]), content)
"""


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    """Killed at 25 moments over its work, a writer leaves one of its contents, whole."""
    path = tmp_path / "a"
    files.write(path, b"A" * 3_000_000)
    for moment in range(25):
        command = [sys.executable, "-c", _WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(moment * 0.0017)
            writer.send_signal(signal.SIGKILL)
        content = path.read_bytes()
        assert len(content) == 3_000_000
        assert content == content[:1] * 3_000_000
    files.write(path, b"done")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_the_limit_of_the_process_is_no_limit_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "x"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(OSError, match="the limit for files is reached") as caught:
            files.write(path, b"x")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files.describe_error(caught.value) == "the limit for files is reached"
    assert not list(tmp_path.iterdir())
