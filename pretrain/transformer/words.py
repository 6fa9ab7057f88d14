"""The words of the lines, put together from their pieces, and the places where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_cards.errors import SkillwiseError
from data_cards.words import normalise
from pretrain.store.induction import END, UNKNOWN
from pretrain.transformer.lines import Lines
from pretrain.transformer.pieces import CONTINUES, SPECIAL, continuing, pieces_of

PIECE = 10_000
"""Lines of a piece of text."""
LONGEST = 12
"""Pieces of a word, at most; a longer one is no word that a skill would use."""


@dataclass(frozen=True, slots=True)
class Words:
    """The most frequent words of a text, and where they stand.

    A place of another word, or one that a cut between two lines goes through, is `UNKNOWN`.
    """

    words: tuple[str, ...]  # most frequent first
    pieces: NDArray[np.int64]  # (pieces of all words,), ids one word after the other
    sizes: NDArray[np.int64]  # (words,), pieces of each
    word: NDArray[np.int32]  # (places,), which word, in the order of the text
    at: NDArray[np.int64]  # (places,), its first piece among the ids of the lines
    line: NDArray[np.int32]  # (places,), the line

    def of_pieces(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """The mean of each word's rows of a table (pieces, width): (words, width)."""
        starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        sums = np.add.reduceat(table[self.pieces], starts, axis=0)
        mean: NDArray[np.float32] = (sums / self.sizes[:, None]).astype(np.float32)
        return mean

    def texts(self, lines: Lines, seed: int) -> Iterator[NDArray[np.int64]]:
        """Pieces of the text as words, with `END` behind each line, in an order drawn by `seed`."""
        count = len(lines.source)
        edges = np.arange(0, count + PIECE, PIECE).clip(max=count)
        for i in np.random.default_rng(seed).permutation(len(edges) - 1):
            first, last = np.searchsorted(self.line, edges[i : i + 2])
            ends = np.searchsorted(self.line[first:last], np.arange(edges[i] + 1, edges[i + 1] + 1))
            yield np.insert(self.word[first:last].astype(np.int64), ends, END)


def frequent(lines: Lines, most: int, fewest: int) -> Words:
    """The `most` words that a pass reads most often, each `fewest` times at least."""
    ids = np.asarray(lines.ids)
    at = np.flatnonzero(~continuing(lines.tokenizer)[ids])
    sizes = np.diff(np.append(at, len(ids)))
    at, sizes = at[sizes <= LONGEST], sizes[sizes <= LONGEST]
    line = (np.searchsorted(lines.starts, at, side="right") - 1).astype(np.int32)
    kind, spelt = _kinds(ids, at, sizes)
    weights = np.asarray(lines.weights)[lines.source[line]]
    counts = np.bincount(kind, weights, len(spelt))
    names = pieces_of(lines.tokenizer)
    number = np.full(len(spelt), UNKNOWN, np.int32)
    found: dict[str, tuple[int, ...]] = {}
    for each in np.argsort(-counts, kind="stable"):
        if counts[each] < fewest or len(found) == most:
            break
        word = "".join(names[i].removeprefix(CONTINUES) for i in spelt[each])
        if min(spelt[each]) >= len(SPECIAL) and word not in found and normalise(word) == word:
            number[each] = len(found)
            found[word] = spelt[each]
    if len(found) < 2:
        raise SkillwiseError(
            f"the text has {len(found)} words that occur {fewest} times or more; "
            "give more text or lower --set fewest"
        )
    whole = at + sizes <= lines.starts[line + 1]
    return Words(
        tuple(found), np.concatenate([np.array(p) for p in found.values()]),
        np.array([len(p) for p in found.values()]),
        np.where(whole, number[kind], UNKNOWN).astype(np.int32), at, line,
    )  # fmt: skip


def _kinds(
    ids: NDArray[np.int32], at: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[tuple[int, ...]]]:
    """Number the different words: which each place has (places,), and the pieces of each."""
    kind = np.empty(len(at), np.int64)
    spelt: list[tuple[int, ...]] = []
    for size in np.unique(sizes):
        places = np.flatnonzero(sizes == size)
        rows = ids[at[places][:, None] + np.arange(size)]
        different, which = np.unique(rows, axis=0, return_inverse=True)
        kind[places] = len(spelt) + which.ravel()
        spelt += [tuple(row) for row in different.tolist()]
    return kind, spelt
