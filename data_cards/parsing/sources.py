"""Published files as they come, plain or gzipped; a line that is no UTF-8 is a counted fault."""

import gc
import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes


def locate(path: Path) -> Path:
    """`path` itself or, where only that is there, `path` + ".gz"."""
    packed = path.with_name(f"{path.name}.gz")
    return packed if not path.exists() and packed.exists() else path


def content(path: Path) -> bytes:
    """The bytes of a file, unpacked where its name ends in .gz; a `DataError` if it is broken."""
    raw = read_bytes(path)
    if path.suffix != ".gz":
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(path, None, f"broken gzip ({error})", "fetch the file again") from None


def lines(path: Path, faults: Faults) -> Iterator[tuple[int, str]]:
    """Yield (line number, text) of every line that is not blank, without its line end."""
    found = locate(path)
    for number, raw in enumerate(content(found).split(b"\n"), 1):
        try:
            line = raw.decode("utf-8").rstrip("\r")
        except UnicodeDecodeError as error:
            faults.add(found, number, f"byte 0x{raw[error.start]:02x} is not UTF-8")
            continue
        if line.strip():
            yield number, line


def json_content(path: Path) -> Any:
    """The value of a JSON file; a `DataError` names the line where it is broken."""
    found = locate(path)
    try:
        with _uncollected():
            return json.loads(content(found).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DataError(found, None, f"is not UTF-8 ({error.reason})", "fetch it again") from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise DataError(found, line, f"broken JSON ({error})", "fetch the file again") from None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the garbage collector off: JSON has no cycles, yet its many lists would wake it often,
    to walk through all that was read before."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
