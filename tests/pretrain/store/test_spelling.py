"""Vectors by spelling: near words that are spelt alike, short where little is."""

from pathlib import Path

import numpy as np
import pytest

from pretrain.store import spelling
from pretrain.store.local import LocalStore, Overlay
from pretrain.store.spelling import spelt
from pretrain.store.vector_store import VectorStore, write

WORDS = ["tomorrow", "tomorrows", "morrow", "apple", "apples", "monday"]
VECTORS = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [-1, -1]], np.float32)


@pytest.fixture
def store(tmp_path: Path) -> VectorStore:
    return write(tmp_path / "s", WORDS, VECTORS, {"language": "en"}, "", kind="float16")


def test_a_misspelt_word_is_near_the_word(store: VectorStore) -> None:
    tomorow, aple, other = spelt(store, ["tomorow", "aple", "xyz"])
    assert tomorow[0] > 0.9 and abs(tomorow[1]) < 0.1
    assert aple[1] > 0.9
    assert not other.any()


def test_what_is_like_many_unlike_words_is_short(store: VectorStore) -> None:
    (mixed,) = spelt(store, ["appletomorrow"])
    assert 0.3 < np.linalg.norm(mixed) < 0.9


def test_only_the_nearest_count(store: VectorStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spelling, "NEAREST", 1)
    (mixed,) = spelt(store, ["applestomorrow"])
    assert sorted(np.abs(mixed).round(3)) == [0, 1]


def test_an_index_is_made_once(
    store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    of = spelling.Spelling.of
    monkeypatch.setattr(spelling.Spelling, "of", lambda s: made.append(1) or of(s))
    for each in (store, VectorStore.open(store.path)):
        for words in (["tomorow"], ["aple"], []):
            spelt(each, words)
    assert made == [1] or not made  # not at all where another test had the same store


def test_an_empty_store_spells_nothing(tmp_path: Path) -> None:
    empty = write(tmp_path / "e", [], np.zeros((0, 2), np.float32), {"language": "en"}, "")
    assert not spelt(empty, ["word"]).any()


def test_an_overlay_spells_what_neither_has(store: VectorStore) -> None:
    local = LocalStore.of(store, {"tomorow": np.array([0, 3], np.float32)}, 0.0)
    asked = ["Tomorow", "aple", "apple"]
    plain = Overlay(store, local).vectors(asked)
    read = Overlay(store, local, spelling=True).vectors(asked)
    np.testing.assert_allclose(read[0], [0, 3], atol=0.02)  # its own vector, not its spelling's
    np.testing.assert_array_equal(plain[[0, 2]], read[[0, 2]])
    assert not plain[1].any() and read[1][1] > 0.9
