"""What is written whole: under a temporary name beside the target, renamed last.

The name tells the process, so that what a killed one left is swept by the next that writes there.
"""

import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data_cards.errors import DataError

ROOM = "make room or leave to write"


@contextmanager
def written_whole(target: Path, remedy: str = ROOM) -> Iterator[Path]:
    """Give a free name beside `target`, for a file or a folder; at the end it becomes the target.

    Where the block fails, what it wrote is removed and the target stays as it was. An `OSError` in
    it, such as a full disk, becomes a `DataError` with the remedy. Folders above are made.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = _scratch_beside(target)
        _remove(scratch)  # of an earlier process that had our number
        try:
            yield scratch
            scratch.replace(target)
        finally:
            _remove(scratch)
    except OSError as error:
        raise unwritable(target, error, remedy) from None


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Write a text file, whole or piece by piece, under a temporary name and rename it."""
    with written_whole(path) as scratch, scratch.open("w", encoding="utf-8") as file:
        file.writelines([text] if isinstance(text, str) else text)


def need_file(path: Path, option: str = "--out") -> None:
    """Raise `DataError` where no file can be written at `path`: a folder, or below a file.

    Called before the work begins, so that hours of it are not lost to a wrong name.
    """
    if path.is_dir():
        raise DataError(f"{option} {path}", None, "is a folder", "name a file in it")
    need_folder(path.parent, option)


def need_folder(path: Path, option: str = "--out") -> None:
    """Raise `DataError` where no folder can be made at `path`: a file stands there, or above."""
    try:
        above = next((each for each in (path, *path.parents) if each.exists()), path)
    except OSError as error:  # a name too long
        raise unwritable(f"{option} {path}", error, "name another") from None
    if above.exists() and not above.is_dir():
        fault = "is a file" if above == path else f"lies below {above}, which is a file"
        raise DataError(f"{option} {path}", None, fault, "name a folder")


def unwritable(path: Path | str, error: Exception, remedy: str = ROOM) -> DataError:
    """The error of a file that the system, or the database on it, does not let us write."""
    reason = getattr(error, "strerror", None) or error
    return DataError(path, None, f"cannot be written ({reason})", remedy)


def _scratch_beside(target: Path) -> Path:
    """A temporary name for `target`, in its folder; leftovers of this machine's dead processes go.

    What belongs to it (a database's log) has a name that begins with its name.
    """
    host = "".join(c for c in socket.gethostname() if c.isalnum()) or "here"
    for left in target.parent.glob(f".{_escaped(target.name)}.{host}-*.tmp*"):
        number = left.name.removeprefix(f".{target.name}.{host}-").partition(".")[0]
        if number.isdecimal() and not _alive(int(number)):
            with suppress(OSError):  # another process swept it, or the folder is read-only
                _remove(left)
    return target.with_name(f".{target.name}.{host}-{os.getpid()}.tmp")


def _remove(scratch: Path) -> None:
    """Remove a file or folder, and what begins with its name."""
    for left in scratch.parent.glob(f"{_escaped(scratch.name)}*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
