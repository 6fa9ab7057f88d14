"""Writing a pack file: one writer at a time, and what it reported written stays written."""

import fcntl
import os
import secrets
from contextlib import closing
from pathlib import Path
from typing import Self

from data_cards.errors import DataError
from data_cards.scratch import unwritable, written_whole
from dnn.packs import index as packindex
from dnn.packs import log as packlog
from dnn.packs.log import DELETE, PUT
from dnn.packs.reader import PackFile

_ROOM = "free some space and try again"
_UNINDEXED = 4096
"""Records that a reader may have to scan; beyond them and half of all, the index is made again."""


class PackWriter:
    """Appends packs to a file, which it makes where there is none; use it in a `with`.

    A lock on `FILE.lock` keeps a second writer out; it falls with the process. Opening cuts off
    what a killed writer left half-written.
    """

    def __init__(self, path: Path) -> None:
        """Raises `DataError` where another writer is at work, or the file is no pack file."""
        self.path = path
        if path.is_dir():
            raise DataError(path, None, "is a folder, not a pack file", "name a file in it")
        self._lock = self._locked()
        self._descriptor = -1
        try:
            if not path.exists():
                self._create()
            self._open()
        except BaseException:
            self._release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._offsets)

    def __contains__(self, key: str) -> bool:
        return key in self._offsets

    def _locked(self) -> int:
        lock = self.path.with_name(self.path.name + ".lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise DataError(lock, None, f"cannot be made ({error.strerror})", _ROOM) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise DataError(
                self.path, None, "is being written by another process", "wait until it is done"
            ) from None
        return descriptor

    def _create(self) -> None:
        with written_whole(self.path, _ROOM) as scratch, scratch.open("wb") as stream:
            stream.write(packlog.file_header(secrets.token_bytes(16)))
            stream.flush()
            os.fsync(stream.fileno())
        _sync_folder(self.path.parent)

    def _open(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        for left in self.path.parent.glob(f".{self.path.name}.*.tmp"):
            left.unlink(missing_ok=True)  # of a killed writer; ours alone, since we hold the lock
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        with closing(PackFile(self.path)) as reader:
            self._end = self._whole_end(reader)
            if self._end < os.fstat(self._descriptor).st_size:
                os.ftruncate(self._descriptor, self._end)
                os.fsync(self._descriptor)
        with closing(PackFile(self.path)) as reader:
            self._generation = reader.generation
            self._offsets = {record.key: record.offset for record in reader.records()}
            self._gaps, self._unindexed = reader.gaps, reader.unindexed

    def _whole_end(self, reader: PackFile) -> int:
        """Where the last whole record ends: a killed writer leaves a part of one, a machine that
        lost its power may leave one whose payload never came to the disk."""
        if reader.last is None:
            return reader.scanned
        try:
            packlog.payload_of(self._descriptor, reader.last)
        except ValueError:
            return reader.last.offset
        return reader.scanned

    def append(self, key: str, payload: bytes, *, sync: bool = True) -> None:
        """Write a pack; when this returns, it is on the disk (without `sync`: after `flush`).

        It takes the place of an earlier one of that name. Raises `DataError` where the disk does
        not take it; the file is then as it was.
        """
        self._write(key, payload, PUT, sync=sync)
        self._offsets[key] = self._end
        self._advance(key, payload)

    def delete(self, key: str) -> None:
        """Remove a pack; raises `DataError` where there is none of that name."""
        if key not in self._offsets:
            raise DataError(self.path, None, f"holds no pack {key!r}", "see `skillwise pack list`")
        self._write(key, b"", DELETE, sync=True)
        del self._offsets[key]
        self._advance(key, b"")

    def _write(self, key: str, payload: bytes, kind: int, *, sync: bool) -> None:
        try:
            content = packlog.encoded(key, payload, kind)
        except ValueError as error:
            raise DataError(self.path, None, str(error), "give another") from None
        try:
            done = 0
            while done < len(content):
                done += os.pwrite(self._descriptor, content[done:], self._end + done)
            if sync:
                os.fdatasync(self._descriptor)
        except OSError as error:
            os.ftruncate(self._descriptor, self._end)
            raise unwritable(self.path, error, _ROOM) from None

    def _advance(self, key: str, payload: bytes) -> None:
        length = packlog.HEADER.size + len(key.encode("utf-8")) + len(payload)
        self._end += length + -length % 8
        self._unindexed += 1
        if self._unindexed > max(_UNINDEXED, len(self._offsets) // 2):
            self._write_index()

    def flush(self) -> None:
        """Bring to the disk what was appended without `sync`."""
        os.fdatasync(self._descriptor)

    def _write_index(self) -> None:
        if self._gaps:
            return  # an index over damage would hide it
        try:
            self.flush()
            packindex.write(self.path, self._generation, self._end, self._offsets)
        except OSError as error:
            raise unwritable(packindex.index_path(self.path), error, _ROOM) from None
        self._unindexed = 0

    def compact(self, *, drop_damaged: bool = False) -> int:
        """Write the living packs into a new file and put it in this one's place, whole.

        Returns the bytes that it gave back. A damaged pack is refused by name: write it again, or
        delete it first. Damage that leaves no name is refused too, unless it is to be dropped.
        Readers keep the old file until they refresh.
        """
        if self._gaps and not drop_damaged:
            gap = self._gaps[0]
            fault = f"bytes {gap.start:,} to {gap.end:,} are damaged beyond their names"
            raise DataError(
                self.path, None, fault, "write the missing packs again, then --drop-damaged"
            )
        before = self._end
        generation = secrets.token_bytes(16)
        with written_whole(self.path, _ROOM) as scratch, scratch.open("wb") as stream:
            stream.write(packlog.file_header(generation))
            for key, offset in sorted(self._offsets.items(), key=lambda item: item[1]):
                stream.write(packlog.encoded(key, self._payload(key, offset)))
            stream.flush()
            os.fsync(stream.fileno())
        _sync_folder(self.path.parent)
        self._open()
        self._write_index()
        return before - self._end

    def _payload(self, key: str, offset: int) -> bytes:
        try:
            record = packlog.record_at(self._descriptor, offset, self._end)
            return packlog.payload_of(self._descriptor, record)
        except ValueError as error:
            raise DataError(
                self.path, None, f"pack {key!r} {error}", "write that pack again or delete it"
            ) from None

    def close(self) -> None:
        """Write the index and let the next writer in."""
        if self._descriptor < 0:
            return
        try:
            if self._unindexed:
                self._write_index()
        finally:
            self._release()

    def _release(self) -> None:
        for descriptor in (self._descriptor, self._lock):
            if descriptor >= 0:
                os.close(descriptor)
        self._descriptor = self._lock = -1


def _sync_folder(folder: Path) -> None:
    """Bring a renaming to the disk."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unwritable(folder, error, _ROOM) from None
