"""A zip that holds an export, unpacked for as long as it is read."""

import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from data_cards.errors import DataError

_MAX_BYTES = 2**28
"""Most that a zip may unpack to; an export holds a few megabytes."""


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, Callable[[Path], Path]]]:
    """Give the folder of the files in the zip, and what names a file in it by the zip's path.

    Raises `DataError` where the zip is broken, locked or too large.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / path.stem
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(member.file_size for member in archive.infolist()) > _MAX_BYTES:
                    fault = f"unpacks to more than {_MAX_BYTES} bytes"
                    raise DataError(path, None, fault, "unpack it and give the folder")
                archive.extractall(folder)
        except (
            zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError
        ) as error:  # fmt: skip
            fault = f"broken zip ({error})"
            raise DataError(path, None, fault, "unpack it and give the folder") from None

        def outside(inner: Path) -> Path:
            return path / inner.relative_to(folder) if inner.is_relative_to(folder) else inner

        folder.mkdir(exist_ok=True)
        yield folder, outside
