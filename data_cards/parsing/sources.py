"""Published files as they come, plain or gzipped; a line that is no UTF-8 is a counted fault."""

import codecs
import gc
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes

_LINE_END = re.compile(b"\r\n|\n|\r")
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
"""What spreadsheets call "Unicode text" begins with one of these."""


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


def text(path: Path, remedy: str = "save the file as UTF-8") -> str:
    """The text of a file without its byte order mark, line ends as they are.

    Raises `DataError` with the line of the first byte that is not UTF-8.
    """
    raw = content(path)
    for mark, encoding in _WIDE.items():
        if raw.startswith(mark):
            try:
                return raw[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise DataError(path, None, f"broken UTF-16 ({error.reason})", remedy) from None
    try:
        return raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        bad, line = error.object[error.start], len(_LINE_END.findall(raw, 0, error.start)) + 1
        raise DataError(path, line, f"byte 0x{bad:02x} is not UTF-8", remedy) from None


def cut_lines(text: str) -> list[str]:
    """The lines of a text, whichever of LF, CR LF and CR ends them; nothing else ends a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def raw_lines(raw: bytes) -> list[bytes]:
    """The lines of UTF-8 bytes without their byte order mark; see `cut_lines`."""
    return _LINE_END.split(raw.removeprefix(codecs.BOM_UTF8))


def lines(path: Path, faults: Faults) -> Iterator[tuple[int, str]]:
    """Yield (line number, text) of every line that is not blank, without its line end."""
    found = locate(path)
    for number, raw in enumerate(raw_lines(content(found)), 1):
        try:
            line = raw.decode("utf-8")
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
            return json.loads(text(found, "fetch the file again"))
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
