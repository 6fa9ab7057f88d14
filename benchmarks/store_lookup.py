"""Look-ups of eight-word utterances: our store, gensim's KeyedVectors mapped, an SQLite table.

All three give a float32 matrix (8, 300). Time is that of this thread's CPU, and rounds of the
three alternate, so that a busy machine does not fall on one of them alone; each figure is the
median round's mean.
"""

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pretrain.store.local import LocalStore, Overlay
from pretrain.store.vector_store import VectorStore, write

LENGTH, UTTERANCES, ROUNDS = 8, 500, 31

Matrix = NDArray[np.float32]


def utterances(store: VectorStore) -> list[list[str]]:
    """Words drawn by Zipf's law from those that the store has."""
    rng = np.random.default_rng(2)
    chances = 1 / np.arange(1, len(store) + 1)
    rows = rng.choice(len(store), (UTTERANCES, LENGTH), p=chances / chances.sum())
    words = store.words
    return [[words[row] for row in line] for line in rows.tolist()]


def overlay(store: VectorStore) -> Overlay:
    """The store under a local one of twenty words, as a skill has it."""
    own = store.words[40:60]
    moved = store.vectors(own) * np.float32(1.5)
    return Overlay(store, LocalStore.of(store, dict(zip(own, moved, strict=True)), 0.1))


def gensim_store(store: VectorStore, folder: Path) -> Callable[[Sequence[str]], Matrix]:
    """The same vectors in a saved `KeyedVectors`, opened with mmap."""
    from gensim.models import KeyedVectors

    made = KeyedVectors(store.width, count=0)
    made.add_vectors(store.words, store.dequantised(np.arange(len(store))))
    made.save(str(folder / "gensim.kv"))
    keyed = KeyedVectors.load(str(folder / "gensim.kv"), mmap="r")
    return keyed.__getitem__


def sqlite_store(store: VectorStore, folder: Path) -> Callable[[Sequence[str]], Matrix]:
    """The same int8 rows in a table by word, one query an utterance."""
    path = folder / "store.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE v (word TEXT PRIMARY KEY, scale REAL, row BLOB) WITHOUT ROWID")
        made.executemany(
            "INSERT OR IGNORE INTO v VALUES (?, ?, ?)",
            (
                (word, float(scale), row.tobytes())
                for word, scale, row in zip(store.words, store.scales, store.table, strict=True)
            ),
        )
    made.close()
    opened = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    opened.execute("PRAGMA mmap_size = 1000000000")
    query = f"SELECT word, scale, row FROM v WHERE word IN ({','.join('?' * LENGTH)})"

    def look_up(words: Sequence[str]) -> Matrix:
        found = {word: (scale, row) for word, scale, row in opened.execute(query, words)}
        rows = b"".join([found[word][1] for word in words])
        out = np.frombuffer(rows, np.int8).reshape(len(words), -1).astype(np.float32)
        out *= np.array([found[word][0] for word in words], np.float32)[:, None]
        return out

    return look_up


def microseconds(
    look_ups: dict[str, Callable[[Sequence[str]], Matrix]], asked: list[list[str]]
) -> dict[str, float]:
    """Median over the rounds of each one's CPU microseconds an utterance."""
    rounds: dict[str, list[float]] = {name: [] for name in look_ups}
    for _ in range(ROUNDS):
        for name, look_up in look_ups.items():
            started = time.thread_time()
            for words in asked:
                look_up(words)
            rounds[name].append((time.thread_time() - started) / len(asked) * 1e6)
    return {name: median(values) for name, values in rounds.items()}


def measure(store: VectorStore, folder: Path) -> dict[str, float]:
    """The figures `lookup_us*`; checks first that all give the same vectors."""
    half = write(
        folder / "half", store.words, store.dequantised(np.arange(len(store))),
        {"language": "en"}, "", kind="float16", grams=False,
    )  # fmt: skip
    plain = store.vectors
    look_ups = {
        "lookup_us": overlay(store).vectors,
        "lookup_us_generic": plain,
        "lookup_us_float16": half.vectors,
        "lookup_us_gensim": gensim_store(store, folder),
        "lookup_us_sqlite": sqlite_store(store, folder),
    }
    asked = utterances(store)
    for name, look_up in look_ups.items():
        if name != "lookup_us":
            np.testing.assert_allclose(look_up(asked[0]), plain(asked[0]), atol=2e-3)
    return microseconds(look_ups, asked)
