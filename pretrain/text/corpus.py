"""Text files to one Arrow data set of packed rows of word ids, read memory-mapped."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from datasets import Dataset, Features, List, Value
from datasets.arrow_writer import ArrowWriter
from numpy.typing import NDArray
from tokenizers import Tokenizer

from data_cards.errors import SkillwiseError
from data_cards.scratch import written_whole
from pretrain.text.sources import Source
from pretrain.text.vocabulary import END, build, load

CHUNK = 4096
"""Lines encoded at a time, at most."""
CHUNK_LETTERS = 1 << 20
"""Letters encoded at a time, about: what a word's encoding takes is a hundred times the word."""


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
        with written_whole(target, "free some space") as scratch:
            scratch.mkdir()
            spools = [spooled(source, scratch / f"{i}.txt") for i, source in enumerate(sources)]
            lines = (line for spool in spools for line in spool.lines())
            tokenizer = build(lines, max_words, min_count)
            counts = _write(spools, tokenizer, row, scratch / "rows.arrow")
            for spool in spools:
                spool.path.unlink()
            if not counts.sum():
                raise SkillwiseError(f"the text fills no row of {row} words; give more text")
            (scratch / "vocabulary.json").write_text(tokenizer.to_str(), "utf-8")
            np.save(scratch / "counts.npy", counts)
    return Corpus(
        Dataset.from_file(str(target / "rows.arrow")),
        load(target / "vocabulary.json"),
        np.load(target / "counts.npy"),
        digest,
    )


@dataclass(frozen=True, slots=True)
class Spool:
    """A source's words, cut once: a sentence a line, a space between words."""

    path: Path
    weight: int

    def lines(self) -> Iterator[str]:
        """The sentences, each with its line end."""
        with self.path.open(encoding="utf-8") as file:
            yield from file


def spooled(source: Source, path: Path) -> Spool:
    """Cut a source's sentences into words and keep them at `path`."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(" ".join(words) + "\n" for words in source.sentences())
    return Spool(path, source.weight)


def chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Lines in groups that a tokenizer encodes at a time."""
    chunk: list[str] = []
    letters = 0
    for line in lines:
        chunk.append(line)
        letters += len(line)
        if len(chunk) == CHUNK or letters >= CHUNK_LETTERS:
            yield chunk
            chunk, letters = [], 0
    if chunk:
        yield chunk


def _write(
    spools: Sequence[Spool], tokenizer: Tokenizer, row: int, path: Path
) -> NDArray[np.int64]:
    """Pack the ids into rows, write them and return the count of each id."""
    counts = np.zeros(tokenizer.get_vocab_size(), dtype=np.int64)
    features = Features({"ids": List(Value("int32"), length=row)})
    with ArrowWriter(path=str(path), features=features) as writer:
        for rows in _packed(spools, tokenizer, row):
            counts += np.bincount(rows.ravel(), minlength=len(counts))
            writer.write_batch({"ids": list(rows)})
        writer.finalize()
    return counts


def _packed(spools: Sequence[Spool], tokenizer: Tokenizer, row: int) -> Iterator[NDArray[np.int32]]:
    """Join the sentences, each closed by [END], and cut them into full rows of `row` words."""
    rest = np.empty(0, dtype=np.int32)
    for spool in spools:
        for _ in range(spool.weight):
            for chunk in chunks(f"{line} {END}" for line in spool.lines()):
                encoded = tokenizer.encode_batch_fast(chunk)
                ids = chain.from_iterable(e.ids for e in encoded)
                rest = np.concatenate([rest, np.fromiter(ids, dtype=np.int32)])
                full = len(rest) // row * row
                if full:
                    yield rest[:full].reshape(-1, row)
                    rest = rest[full:]


def _digest(sources: Sequence[Source], row: int, max_words: int, min_count: int) -> str:
    parts = [f"1|{row}|{max_words}|{min_count}", *(f"{s.digest}|{s.weight}" for s in sources)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
