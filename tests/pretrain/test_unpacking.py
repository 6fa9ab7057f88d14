"""Files as people have them: unpacked where that is possible, refused by name where not."""

import bz2
import gzip
import io
import lzma
import os
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pyarrow
import pytest

from data_cards.errors import DataError
from pretrain.unpacking import opened

TEXT = b"".join(b"line %d of the text\n" % i for i in range(5000))


def _zipped(content: bytes, *names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("v.txt",):
            archive.writestr(name, content)
    return buffer.getvalue()


def _tarred(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("v.txt")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _by_arrow(packing: str) -> Callable[[bytes], bytes]:
    def pack(content: bytes) -> bytes:
        sink = pyarrow.BufferOutputStream()
        with pyarrow.CompressedOutputStream(sink, packing) as stream:
            stream.write(content)
        return bytes(sink.getvalue().to_pybytes())

    return pack


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": _by_arrow("zstd"),
    "lz4": _by_arrow("lz4"),
    "zip": _zipped,
}


def content_of(path: Path) -> bytes:
    with opened(path) as stream:
        return stream.read()


@pytest.mark.parametrize("name", ["v.txt", "v.GZ", "V.VEC.Bz2", "v"])
@pytest.mark.parametrize("packing", PACKERS)
def test_a_packed_file_is_read_whatever_its_name(packing: str, name: str, tmp_path: Path) -> None:
    for content in (TEXT, b"", b"\xef\xbb\xbf" + TEXT):
        (tmp_path / name).write_bytes(PACKERS[packing](content))
        assert content_of(tmp_path / name) == content.removeprefix(b"\xef\xbb\xbf")


@pytest.mark.parametrize("packing", PACKERS)
def test_a_damaged_archive_is_one_error(packing: str, tmp_path: Path) -> None:
    whole = PACKERS[packing](TEXT)
    path = tmp_path / "v"
    for end in {12, len(whole) // 2, len(whole) - 3}:
        path.write_bytes(whole[:end])
        with pytest.raises(DataError, match="cannot be read"):
            content_of(path)
    for at in range(20, len(whole) - 1, 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            content_of(path)  # a byte of no meaning, or of a format without a checksum
        except DataError as error:
            assert "cannot be" in str(error)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(gzip.compress(TEXT)), "is a gzip file that holds a gzip file; unpack it"),
        (gzip.compress(_tarred(TEXT)), "is a tar archive; unpack it"),
        (_tarred(TEXT), "is a tar archive; unpack it"),
        (_zipped(TEXT, "a", "b"), r"is a zip archive of 2 files \(a, b\); unpack it and name one"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "is a 7z archive; unpack it"),
        (b"\xba\x16\x4f\x2f\x0c\0\0\0", "is a model of fastText .*; fetch its .vec file"),
        (b"\x80\x04\x95", "is a Python pickle.*save_word2vec_format"),
        (b"\x93NUMPY\x01", "is an array of NumPy"),
        ("haus 1 2".encode("utf-16"), "is UTF-16; save the file as UTF-8"),
        (b"\n<!DOCTYPE html><html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS"),
        (lzma.compress(TEXT, format=lzma.FORMAT_ALONE), "is packed by lzma"),
    ],
)
def test_what_is_no_text_is_refused_by_its_name(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "v.vec").write_bytes(content)
    with pytest.raises(DataError, match=words):
        content_of(tmp_path / "v.vec")


def test_a_folder_and_nothing_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder; name the files in it"):
        content_of(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        content_of(tmp_path / "none")


@pytest.mark.parametrize("packing", [None, "gzip", "zstd"])
def test_a_pipe_is_read_once_from_its_beginning(packing: str | None, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = PACKERS[packing](TEXT) if packing else TEXT
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    assert content_of(pipe) == TEXT
    writer.join()


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(gzip.compress(TEXT))))
    assert content_of(Path("-")) == TEXT
