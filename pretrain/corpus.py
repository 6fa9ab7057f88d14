"""Text files to one Arrow data set of packed rows of word ids, read memory-mapped."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from datasets import Dataset, Features, List, Value
from datasets.arrow_writer import ArrowWriter
from numpy.typing import NDArray
from tokenizers import Tokenizer

from data_cards.errors import DataError, SkillwiseError
from pretrain.sources import Source
from pretrain.vocabulary import END, build, load

CHUNK = 4096
"""Lines encoded at a time."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Packed rows of word ids (rows, `row`), their vocabulary and each word's count."""

    rows: Dataset
    tokenizer: Tokenizer
    counts: NDArray[np.int64]  # (words,)
    digest: str

    def take(self, indices: NDArray[np.int64]) -> NDArray[np.int32]:
        """The rows at `indices` as (len, row) ids."""
        ids: NDArray[np.int32] = self.rows.with_format("numpy")[indices]["ids"]
        return ids


def prepare(
    sources: Sequence[Source], folder: Path, *, row: int, max_words: int, min_count: int
) -> Corpus:
    """Build the corpus below `folder`, or open it where the same sources were prepared before.

    Memory stays flat: lines stream through the tokenizer into an Arrow file that is mapped, not
    read. Raises `DataError` for unreadable text and `SkillwiseError` for too little of it.
    """
    digest = _digest(sources, row, max_words, min_count)
    target = folder / f"corpus-{digest[:16]}"
    if not target.exists():
        scratch = folder / f".corpus-{digest[:16]}.{os.getpid()}.tmp"
        lines = (words for source in sources for words in source.sentences())
        tokenizer = build(lines, max_words, min_count)
        try:
            scratch.mkdir(parents=True)
            counts = _write(sources, tokenizer, row, scratch / "rows.arrow")
            if not counts.sum():
                raise SkillwiseError(f"the text fills no row of {row} words; give more text")
            tokenizer.save(str(scratch / "vocabulary.json"))
            np.save(scratch / "counts.npy", counts)
            scratch.rename(target)
        except OSError as error:
            raise DataError(
                folder, None, f"corpus cannot be written ({error})", "free some space"
            ) from None
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return Corpus(
        Dataset.from_file(str(target / "rows.arrow")),
        load(target / "vocabulary.json"),
        np.load(target / "counts.npy"),
        digest,
    )


def _write(
    sources: Sequence[Source], tokenizer: Tokenizer, row: int, path: Path
) -> NDArray[np.int64]:
    """Pack the ids into rows, write them and return the count of each id."""
    counts = np.zeros(tokenizer.get_vocab_size(), dtype=np.int64)
    features = Features({"ids": List(Value("int32"), length=row)})
    with ArrowWriter(path=str(path), features=features) as writer:
        for rows in _packed(sources, tokenizer, row):
            counts += np.bincount(rows.ravel(), minlength=len(counts))
            writer.write_batch({"ids": list(rows)})
        writer.finalize()
    return counts


def _packed(
    sources: Sequence[Source], tokenizer: Tokenizer, row: int
) -> Iterator[NDArray[np.int32]]:
    """Join the sentences, each closed by [END], and cut them into full rows of `row` words."""
    end = tokenizer.token_to_id(END)
    rest = np.empty(0, dtype=np.int32)
    for source in sources:
        for _ in range(source.weight):
            lines = source.sentences()
            while chunk := list(islice(lines, CHUNK)):
                encoded = tokenizer.encode_batch_fast([" ".join(words) for words in chunk])
                ids = [part for e in encoded for part in (e.ids, (end,))]
                rest = np.concatenate([rest, *(np.asarray(i, dtype=np.int32) for i in ids)])
                full = len(rest) // row * row
                if full:
                    yield rest[:full].reshape(-1, row)
                    rest = rest[full:]


def _digest(sources: Sequence[Source], row: int, max_words: int, min_count: int) -> str:
    parts = [f"1|{row}|{max_words}|{min_count}", *(f"{s.digest}|{s.weight}" for s in sources)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
