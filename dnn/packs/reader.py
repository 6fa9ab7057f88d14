"""Reading a pack file: a hundred thousand skills' packs in one file, found by name."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from data_cards.errors import DataError
from dnn.packs import index as packindex
from dnn.packs import log as packlog
from dnn.packs.index import PackIndex
from dnn.packs.log import DELETE, HEADER, Gap, Record

_REMEDY = "write that pack again"


class PackFile:
    """An open pack file; any number of threads and processes may read while one appends.

    `refresh` shows what was appended since, and follows a compaction to the new file.
    """

    def __init__(self, path: Path) -> None:
        """Open a file; raises `DataError` where it is none or was cut."""
        self.path = path
        self._lock = threading.Lock()
        self._descriptor = -1
        self._open()

    def _open(self) -> None:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise DataError(
                self.path, None, "no such pack file", "make one by `skillwise pack add`"
            ) from None
        except OSError as error:
            raise DataError(
                self.path, None, f"cannot be read ({error.strerror})", "name a pack file"
            ) from None
        try:
            self.generation = packlog.generation_of(descriptor)
        except (OSError, ValueError) as error:
            os.close(descriptor)
            fault = str(error) if isinstance(error, ValueError) else "cannot be read"
            raise DataError(self.path, None, fault, "name a pack file") from None
        self.close()
        self._descriptor = descriptor
        self._inode = os.fstat(descriptor).st_ino
        found = packindex.read(self.path, self.generation)
        self._index = found or PackIndex.empty(packlog.FILE_HEADER.size)
        self._tail: dict[str, int | None] = {}  # name -> offset, None where deleted
        self.scanned = self._index.covered  # where the last whole record ends
        self.unindexed = 0  # records beyond the index
        self.last: Record | None = None  # the last of these
        self.gaps: list[Gap] = []
        size = os.fstat(descriptor).st_size
        if size < self.scanned:
            fault = f"has {size:,} bytes, its index knows {self.scanned:,}: it is cut"
            raise DataError(self.path, None, fault, "restore it from a copy")
        self._scan(size)

    def _scan(self, size: int) -> None:
        for item in packlog.scan(self._descriptor, self.scanned, size):
            if isinstance(item, Gap):
                self.gaps.append(item)
            else:
                self._tail[item.key] = None if item.kind == DELETE else item.offset
                self.last = item
                self.unindexed += 1
            self.scanned = item.end

    def close(self) -> None:
        """Give the file back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def refresh(self) -> None:
        """Take in what was appended since, or the file that a compaction put in this one's place.

        The old file stays open until here, so that a reader never meets a half of each.
        """
        with self._lock:
            try:
                now = self.path.stat()
            except OSError:
                return  # it was removed; what is open stays readable
            if now.st_ino != self._inode:
                self._open()
            elif now.st_size > self.scanned:
                self._scan(now.st_size)

    def find(self, key: str) -> Record | None:
        """The last record of a name; None where there is none or it was deleted."""
        with self._lock:
            return self._find(key)

    def _find(self, key: str) -> Record | None:
        if key in self._tail:
            offset = self._tail[key]
            return None if offset is None else self._record(offset, key)
        for offset in self._index.candidates(key):
            record = self._record(offset, key)
            if record.key == key:
                return record
        return None

    def _record(self, offset: int, key: str) -> Record:
        try:
            return packlog.record_at(self._descriptor, offset, os.fstat(self._descriptor).st_size)
        except (ValueError, OSError) as error:
            raise DataError(self.path, None, f"pack {key!r}: {error}", _REMEDY) from None

    def read(self, key: str) -> bytes:
        """The payload of a name, checked; raises `DataError` where it is not there or damaged."""
        with self._lock:
            record = self._find(key)
            if record is None:
                raise DataError(
                    self.path, None, f"holds no pack {key!r}", "see `skillwise pack list`"
                )
            try:
                return packlog.payload_of(self._descriptor, record)
            except (ValueError, OSError) as error:
                raise DataError(self.path, None, f"pack {key!r} {error}", _REMEDY) from None

    def records(self) -> Iterator[Record]:
        """The living records in the order of the file; reads every header.

        One that the index knows and whose header is damaged becomes a gap.
        """
        with self._lock:
            living = {}
            for offset in sorted(self._index.offsets.tolist()):
                try:
                    record = self._record(offset, f"at byte {offset:,}")
                except DataError:
                    self.gaps.append(Gap(offset, offset + HEADER.size))
                    continue
                if record.key not in self._tail:
                    living[record.key] = record
            for key, place in self._tail.items():
                if place is not None:
                    living[key] = self._record(place, key)
        yield from sorted(living.values(), key=lambda record: record.offset)

    def names(self) -> list[str]:
        """The names of all packs, sorted."""
        return sorted(record.key for record in self.records())
