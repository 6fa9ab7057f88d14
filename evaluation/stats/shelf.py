"""Keeps the bootstrap replicates of many skills: in memory if they are few, else in a file.

2,000 replicates of two scores take 32 kB per skill, pair and metric. 10,000 skills under one pair
would hold 1.3 GB.
"""

import os
import tempfile
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HELD_BYTES = 128 * 2**20
"""What is held in memory at most."""


class Rows(Protocol):
    """What replicates are read as: a slice of rows at a time."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice, /) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """An array in a file, read by slices of its rows."""

    file: IO[bytes]
    offset: int
    shape: tuple[int, int]

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice, /) -> Floats:
        begin, end, _ = rows.indices(len(self))
        width = 8 * self.shape[1]
        data = os.pread(self.file.fileno(), (end - begin) * width, self.offset + begin * width)
        return np.frombuffer(data, dtype=np.float64).reshape(-1, self.shape[1])


class Shelf:
    """Keeps arrays of two dimensions while it is open, in `with`; what is kept is never changed."""

    def __init__(self, held: int = HELD_BYTES) -> None:
        self._left = held
        self._file: IO[bytes] | None = None

    def keep(self, array: Floats) -> Rows:
        """The array itself while there is room, else a reader of the file it was written to."""
        if array.nbytes <= self._left:
            self._left -= array.nbytes
            return array
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (open while the shelf is)
        offset = self._file.seek(0, os.SEEK_END)
        self._file.write(np.ascontiguousarray(array).tobytes())
        self._file.flush()
        return Stored(self._file, offset, (array.shape[0], array.shape[1]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back; what was kept in it cannot be read any more."""
        if self._file is not None:
            self._file.close()
