"""What is written whole: complete or absent, and nothing of dead processes is left."""

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from data_cards.errors import DataError
from data_cards.scratch import unwritable, write_whole, written_whole

HOST = "".join(c for c in socket.gethostname() if c.isalnum()) or "here"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def dead() -> int:
    """The number of a process that has ended, and was waited for."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_file_is_there_whole_and_alone(tmp_path: Path) -> None:
    target = tmp_path / "new/folder/report.md"
    with written_whole(target) as scratch:
        scratch.write_text("one", "utf-8")
        assert scratch.parent == target.parent
        assert not target.exists()
    assert target.read_text("utf-8") == "one"
    write_whole(target, ["t", "wo"])
    assert target.read_text("utf-8") == "two"
    assert names(target.parent) == ["report.md"]


def test_a_folder_is_there_whole_and_alone(tmp_path: Path) -> None:
    with written_whole(tmp_path / "system") as scratch:
        scratch.mkdir()
        (scratch / "part").write_bytes(b"1")
    assert (tmp_path / "system/part").read_bytes() == b"1"
    assert names(tmp_path) == ["system"]


def test_what_fails_leaves_the_target_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    target.write_text("old", "utf-8")
    with pytest.raises(KeyError), written_whole(target) as scratch:
        scratch.write_text("half", "utf-8")
        scratch.with_name(f"{scratch.name}-wal").write_text("a database's log", "utf-8")
        raise KeyError
    assert target.read_text("utf-8") == "old"
    assert names(tmp_path) == ["report.md"]


def test_a_full_disk_is_told_with_the_remedy(tmp_path: Path) -> None:
    with (
        pytest.raises(DataError, match=r"report.md: cannot be written \(No space.*\); buy a disk"),
        written_whole(tmp_path / "report.md", "buy a disk") as scratch,
    ):
        scratch.mkdir()
        raise OSError(errno.ENOSPC, "No space left on device")
    assert names(tmp_path) == []


def test_an_error_without_a_reason_of_the_system_is_told_in_its_own_words() -> None:
    assert str(unwritable("--out x", ValueError("no"), "y")) == "--out x: cannot be written (no); y"


@pytest.mark.parametrize("name", ["report.md", "odd[1]*?.md"])
def test_leftovers_of_dead_processes_go_and_others_stay(tmp_path: Path, name: str) -> None:
    gone, living = dead(), os.getppid()
    swept = [f".{name}.{HOST}-{gone}.tmp", f".{name}.{HOST}-{gone}.tmp-journal"]
    kept = [
        f".{name}.{HOST}-{living}.tmp",  # at work
        f".{name}.elsewhere-{gone}.tmp",  # another machine's: nobody here knows whether it lives
        f".other.md.{HOST}-{gone}.tmp",  # another file's
        f".{name}.{HOST}-draft.tmp",  # no number
    ]
    for left in [*swept, *kept]:
        (tmp_path / left).write_text("left", "utf-8")
    folder = tmp_path / f".{name}.{HOST}-{gone}.tmp.d"
    folder.mkdir()
    (folder / "part").write_text("left", "utf-8")
    write_whole(tmp_path / name, "whole")
    assert names(tmp_path) == sorted([*kept, name])


def test_a_leftover_under_our_own_number_is_no_obstacle(tmp_path: Path) -> None:
    """Numbers come round again; in a container every process may be the first."""
    left = tmp_path / f".system.{HOST}-{os.getpid()}.tmp"
    left.mkdir()
    (left / "part").write_bytes(b"half")
    with written_whole(tmp_path / "system") as scratch:
        assert scratch == left
        scratch.mkdir()
    assert names(tmp_path) == ["system"]
    assert names(tmp_path / "system") == []
