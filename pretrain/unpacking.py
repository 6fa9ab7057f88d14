"""Files as people have them: packed in one of several ways, with a byte order mark, or no text.

What a file is, is told from its first bytes, never from its name. What can be unpacked is read as
it stands (gzip, bzip2, xz, zstd, lz4, a zip of one file); anything else is refused by its name.
"""

import bz2
import gzip
import io
import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from data_cards.errors import DataError

STDIN = "-"
BOM = b"\xef\xbb\xbf"
_HEAD = 512  # a tar archive has its mark at byte 257

_PACKED = {
    b"\x1f\x8b": "gzip",
    **{b"BZh%d1AY&SY" % level: "bzip2" for level in range(1, 10)},
    **{b"BZh%d\x17rE8P\x90" % level: "bzip2" for level in range(1, 10)},  # of an empty file
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
_TEXT = "write it as word2vec's text, or name a text file"
_UNPACK = "unpack it and name the file that was in it"
_PICKLE = (
    "is a Python pickle, e.g. of gensim's save, which can run code",
    "write it by gensim's save_word2vec_format",
)
_OTHERS = {
    b"7z\xbc\xaf\x27\x1c": ("is a 7z archive", _UNPACK),
    b"Rar!\x1a": ("is a rar archive", _UNPACK),
    b"\x1f\x9d": ("is packed by compress (.Z)", _UNPACK),
    b"\x5d\x00\x00": ("is packed by lzma", "unpack it, or pack it by xz"),
    b"\xba\x16\x4f\x2f": (
        "is a model of fastText (.bin), not a file of vectors",
        "fetch its .vec file, or write the vectors as text by fastText's print-word-vectors",
    ),
    b"\x93NUMPY": ("is an array of NumPy (.npy), without words", _TEXT),
    **{bytes([0x80, protocol]): _PICKLE for protocol in range(2, 6)},
    b"\x89HDF": ("is an HDF5 file", _TEXT),
    b"PAR1\x15": ("is a Parquet file", _TEXT),
    b"ARROW1\0": ("is an Arrow file", _TEXT),
    b"SQLite format 3\0": ("is an SQLite database", _TEXT),
    b"%PDF-": ("is a PDF", _TEXT),
    b"version https://git-lfs": (
        "is a pointer of Git LFS, not the file itself", "fetch the file by `git lfs pull`"
    ),
    b"\xff\xfe": ("is UTF-16", "save the file as UTF-8"),
    b"\xfe\xff": ("is UTF-16", "save the file as UTF-8"),
}  # fmt: skip
"""First bytes of files that hold no text for us: what they are, and what to do."""

_WEB = (b"<!doctype html", b"<html")
_TAR = (257, b"ustar")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacked and without its byte order mark, to be read once from its beginning.

    "-" is standard input. Every fault, also one that comes up while the file is read in the block,
    is a `DataError`: no such file, a folder, damaged or cut archives, and files that are no text.
    """
    with ExitStack() as stack:
        try:
            if str(path) == STDIN:
                raw = cast(BinaryIO, sys.stdin.buffer)
            else:
                raw = stack.enter_context(path.open("rb"))
            head, stream = peeked(raw, _HEAD)
            packing = _packing(head)
            if packing is not None:
                stream = stack.enter_context(_unpacked(path, stream, packing))
                head, stream = peeked(stream, _HEAD)
                inner = _packing(head)
                if inner is not None:
                    fault = f"is a {packing} file that holds a {inner} file"
                    raise DataError(path, None, fault, _UNPACK)
            _refuse(path, head)
            if head.startswith(BOM):
                stream.read(len(BOM))
            yield stream
        except FileNotFoundError:
            raise DataError(path, None, "no such file", "name a file that is there") from None
        except IsADirectoryError:
            raise DataError(path, None, "is a folder", "name the files in it") from None
        except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile) as e:
            fault = f"cannot be read, its archive is damaged or cut ({e})"
            raise DataError(path, None, fault, "fetch the file again") from None
        except OSError as error:
            fault = f"cannot be read ({error.strerror or error})"
            raise DataError(path, None, fault, "fetch the file again") from None


def peeked(raw: BinaryIO, count: int) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and the whole stream, also where it cannot go back."""
    head = b""
    while len(head) < count and (more := raw.read(count - len(head))):
        head += more
    return head, cast(BinaryIO, io.BufferedReader(_Rejoined(head, raw), 1 << 16))


class _Rejoined(io.RawIOBase):
    """A stream with bytes that were taken from its front put back."""

    def __init__(self, front: bytes, rest: BinaryIO) -> None:
        self._front, self._rest = front, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        if self._front:
            found, self._front = self._front[: len(view)], self._front[len(view) :]
        else:
            found = self._rest.read(len(view))
        view[: len(found)] = found
        return len(found)


def _packing(head: bytes) -> str | None:
    return next((name for magic, name in _PACKED.items() if head.startswith(magic)), None)


@contextmanager
def _unpacked(path: Path, stream: BinaryIO, packing: str) -> Iterator[BinaryIO]:
    if packing == "gzip":
        with gzip.GzipFile(fileobj=stream) as unzipped:
            yield cast(BinaryIO, unzipped)
    elif packing == "bzip2":
        with bz2.BZ2File(stream) as plain:
            yield cast(BinaryIO, plain)
    elif packing == "xz":
        with lzma.LZMAFile(stream) as plain:
            yield cast(BinaryIO, plain)
    elif packing == "zip":
        with _member(path) as plain:
            yield plain
    else:
        import pyarrow

        with pyarrow.CompressedInputStream(stream, packing) as plain:
            yield cast(BinaryIO, plain)


@contextmanager
def _member(path: Path) -> Iterator[BinaryIO]:
    """The one file of a zip archive."""
    if not path.is_file():
        raise DataError(path, None, "is a zip archive in a pipe", _UNPACK)
    with zipfile.ZipFile(path) as archive:
        names = [i.filename for i in archive.infolist() if not i.is_dir()]
        names = [name for name in names if not name.startswith("__MACOSX/")]
        if len(names) != 1:
            told = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
            fault = f"is a zip archive of {len(names)} files" + (f" ({told})" if names else "")
            raise DataError(path, None, fault, "unpack it and name one of them")
        try:
            member = archive.open(names[0])
        except (RuntimeError, NotImplementedError) as error:  # a password, a rare method
            raise DataError(path, None, f"cannot be unpacked ({error})", _UNPACK) from None
        with member:
            yield cast(BinaryIO, member)


def _refuse(path: Path, head: bytes) -> None:
    for magic, (fault, remedy) in _OTHERS.items():
        if head.startswith(magic):
            raise DataError(path, None, fault, remedy)
    at, mark = _TAR
    if head[at:].startswith(mark):
        raise DataError(path, None, "is a tar archive", _UNPACK)
    if head.removeprefix(BOM).lstrip().lower().startswith(_WEB):
        fault = "is a web page, maybe an error that was fetched in the file's place"
        raise DataError(path, None, fault, "fetch the file again")
