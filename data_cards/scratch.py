"""Names for what is written whole: a temporary one beside the target, renamed last.

The name tells the process, so that what a killed one left is swept by the next that writes there.
"""

import os
import shutil
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from data_cards.errors import DataError


def scratch_beside(target: Path) -> Path:
    """A temporary name for `target`, in its folder; leftovers of this machine's dead processes go.

    The folder need not be there yet.
    """
    host = "".join(c for c in socket.gethostname() if c.isalnum()) or "here"
    for left in target.parent.glob(f".{_escaped(target.name)}.{host}-*.tmp*"):
        number = left.name.removeprefix(f".{target.name}.{host}-").partition(".")[0]
        if number.isdecimal() and not _alive(int(number)):
            with suppress(OSError):  # another process swept it, or the folder is read-only
                shutil.rmtree(left) if left.is_dir() else left.unlink()
    return target.with_name(f".{target.name}.{host}-{os.getpid()}.tmp")


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Write a text file, whole or piece by piece, under a temporary name and rename it."""
    scratch = scratch_beside(path)
    try:
        try:
            with scratch.open("w", encoding="utf-8") as file:
                file.writelines([text] if isinstance(text, str) else text)
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(
            path, None, f"cannot be written ({error.strerror})", "make room or leave to write"
        ) from None


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
