"""Lines of text files, plain or gzipped, as lists of normalised words."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from data_cards.errors import DataError
from data_cards.jsonl import decoded
from data_cards.words import normalise, tokenize


def sentences(path: Path) -> Iterator[list[str]]:
    """Yield the words of each line that has any; one sentence or turn a line, UTF-8.

    Raises `DataError` for a file that is missing, unreadable, damaged or not UTF-8.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                words = [normalise(word) for word in tokenize(decoded(path, number, raw))]
                if words:
                    yield words
    except FileNotFoundError:
        raise DataError(path, None, "no such file", "name a text file for --text") from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            path, None, f"cannot be read ({reason})", "fetch or mend the file"
        ) from None
