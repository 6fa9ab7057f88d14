"""The corpus of the encoder: lines of piece ids in an Arrow data set, read memory-mapped."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from datasets import Dataset, Features, List, Value
from datasets.arrow_writer import ArrowWriter
from numpy.typing import NDArray
from tokenizers import Tokenizer

from data_cards.errors import SkillwiseError
from data_cards.scratch import written_whole
from pretrain.text.corpus import Spool, chunks, spooled
from pretrain.text.sources import Source
from pretrain.transformer.pieces import END, SPECIAL, build

PACKED = 64
"""Pieces a row of `packed`."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of piece ids, in the order of their texts, so that a dialogue's next turn is next."""

    ids: NDArray[np.int32]  # (pieces,), all lines one after the other
    starts: NDArray[np.int64]  # (lines + 1,)
    source: NDArray[np.int16]  # (lines,), the text that each stands in
    weights: tuple[int, ...]  # times that each text is read a pass
    tokenizer: Tokenizer
    digest: str

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Pieces of each line, (lines,)."""
        lengths: NDArray[np.int64] = np.diff(self.starts)
        return lengths

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often a pass reads each piece, (pieces of the vocabulary,)."""
        weights = np.repeat(np.asarray(self.weights)[self.source], self.lengths)
        found = np.bincount(self.ids, weights, self.tokenizer.get_vocab_size())
        return found.astype(np.int64)

    def take(self, lines: NDArray[np.int64], length: int) -> NDArray[np.int64]:
        """The ids (lines, length) of lines that all have that length."""
        at = self.starts[lines][:, None] + np.arange(length)
        taken: NDArray[np.int64] = self.ids[at].astype(np.int64)
        return taken

    def packed(self) -> Iterator[NDArray[np.int32]]:
        """A pass over the texts as (rows, PACKED) ids, [SEP] between lines, for counting."""
        end = SPECIAL.index(END)
        with_ends = np.insert(self.ids, self.starts[1:], end)
        starts = self.starts + np.arange(len(self.starts))
        for number, weight in enumerate(self.weights):
            of_source = np.flatnonzero(self.source == number)
            if not len(of_source):
                continue
            part = with_ends[starts[of_source[0]] : starts[of_source[-1] + 1]]
            full = len(part) // PACKED * PACKED
            for _ in range(weight):
                yield part[:full].reshape(-1, PACKED)


def prepare(sources: Sequence[Source], folder: Path, *, pieces: int, longest: int) -> Lines:
    """Build the corpus below `folder`, or open it where the same sources were prepared before.

    A line of more than `longest` pieces is cut. Raises `DataError` for unreadable text and
    `SkillwiseError` for too little of it.
    """
    parts = [f"lines 1|{pieces}|{longest}", *(f"{s.digest}|{s.weight}" for s in sources)]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    target = folder / f"lines-{digest[:16]}"
    if not target.exists():
        with written_whole(target, "free some space") as scratch:
            scratch.mkdir()
            spools = [spooled(source, scratch / f"{i}.txt") for i, source in enumerate(sources)]
            tokenizer = build(lambda: _weighted(spools), pieces)
            tokenizer.save(str(scratch / "tokenizer.json"))
            _write(spools, tokenizer, longest, scratch / "lines.arrow")
            for spool in spools:
                spool.path.unlink()
    return opened(target, tuple(s.weight for s in sources), digest)


def _weighted(spools: Sequence[Spool]) -> Iterator[str]:
    """The lines of all sources, each source as often as it weighs."""
    yield from (line for s in spools for _ in range(s.weight) for line in s.lines())


def _write(spools: Sequence[Spool], tokenizer: Tokenizer, longest: int, path: Path) -> None:
    features = Features({"ids": List(Value("int32")), "source": Value("int16")})
    with ArrowWriter(path=str(path), features=features) as writer:
        for number, spool in enumerate(spools):
            for chunk in chunks(spool.lines()):
                ids = [
                    e.ids[at : at + longest]
                    for e in tokenizer.encode_batch_fast(chunk)
                    for at in range(0, len(e.ids), longest)
                ]
                writer.write_batch({"ids": ids, "source": [number] * len(ids)})
        writer.finalize()


def opened(target: Path, weights: tuple[int, ...], digest: str) -> Lines:
    """The lines of a folder that `prepare` made, memory-mapped."""
    table = Dataset.from_file(str(target / "lines.arrow")).data.table.combine_chunks()
    column = table.column("ids").combine_chunks()
    starts = column.offsets.to_numpy().astype(np.int64)
    ids = column.values.to_numpy()[starts[0] : starts[-1]]
    if not len(ids):
        raise SkillwiseError("the text has no line of words; give more text")
    source = table.column("source").to_numpy()
    tokenizer = Tokenizer.from_file(str(target / "tokenizer.json"))
    return Lines(ids, starts - starts[0], source, weights, tokenizer, digest)
