"""The lines of a file of questions, and what is wrong with one."""

from collections.abc import Iterator
from pathlib import Path

from data_cards.errors import DataError
from data_cards.jsonl import read_bytes


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number, text) of what is not blank; a file without any is a `DataError`."""
    try:
        found = read_bytes(path).decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise DataError(path, None, "is not UTF-8", "fetch the file again") from None
    if not any(line.strip() for line in found):
        raise DataError(path, 1, "has no line", "fetch the file again")
    yield from ((n, line.strip()) for n, line in enumerate(found, 1) if line.strip())


def broken(path: Path, number: int, line: str, wanted: str) -> DataError:
    """The error of a line that does not hold what is wanted."""
    return DataError(path, number, f"{line[:60]!r} is not {wanted}", "fetch the file again")
