"""Vectors from contexts: what a context is, the map that is learnt, and where a store keeps it."""

from pathlib import Path

import numpy as np
import pretrain_toys as toys
import pytest
from safetensors.numpy import save

from data_cards.errors import DataError
from pretrain.store import induction
from pretrain.store.induction import END, UNKNOWN, contexts, fit, weights
from pretrain.store.mapped_tensors import CHECKSUM, checksum
from pretrain.store.vector_store import FILE, VectorStore, write
from pretrain.text.rows import rows

EYE = np.eye(4, dtype=np.float32)


def test_a_context_is_what_stands_around_a_word() -> None:
    text = np.array([0, 1, UNKNOWN, 2, END, 3, 0, END])
    means, counts = contexts([text], EYE)
    weigh = weights(4)
    expected = weigh[1] * EYE[1] + weigh[2] / 3 * EYE[2]  # 0 in the first sentence
    expected += weigh[3] * EYE[3]  # and in the second
    np.testing.assert_allclose(means[0], expected / (weigh[1] + weigh[2] / 3 + weigh[3]), rtol=1e-5)
    np.testing.assert_allclose(means[3], EYE[0], rtol=1e-5)  # never across the end of a sentence
    assert counts.tolist() == [2, 1, 1, 1]


def test_only_so_many_contexts_of_a_word_are_read() -> None:
    once = [np.array([0, 1, END]), np.array([0, 2, END, 0, 3, END])]
    means, counts = contexts(once, EYE, most=2)
    assert counts.tolist() == [2, 1, 1, 1]
    assert means[0][3] == 0 < means[0][2]  # its third place is not read
    alone, none = contexts([np.array([0, END])], EYE)
    assert not alone.any() and not none.any()


def test_frequent_words_weigh_less() -> None:
    found = weights(1000)
    assert (np.diff(found) > 0).all()
    assert found[0] < 0.02 < 0.8 < found[-1] <= 1


def test_a_linear_map_is_found_again() -> None:
    draws = np.random.default_rng(0)
    means = draws.standard_normal((500, 6)).astype(np.float32)
    hidden = draws.standard_normal((6, 6)).astype(np.float32)
    found = induction.induction(means, np.full(500, 3), means @ hidden)
    np.testing.assert_allclose(found, hidden, atol=0.05)
    nothing = np.zeros((2, 6), np.float32)
    assert not induction.induction(nothing, np.zeros(2, np.int64), nothing).any()


def test_a_word_that_is_hidden_comes_near_its_like() -> None:
    """Toy sentences about fruit and cities; "plum" is no word of the store."""
    lines = toys.lines(600)
    words = sorted({w for line in lines for w in line} - {"plum"})
    draws = np.random.default_rng(1)
    vectors = draws.standard_normal((len(words), 12)).astype(np.float32)
    for group in (toys.FRUIT, toys.CITIES, toys.DAYS):
        centre = draws.standard_normal(12)
        for word in set(group) & set(words):
            vectors[words.index(word)] = centre + 0.1 * draws.standard_normal(12)
    known = {word: row for row, word in enumerate(words)}
    texts = list(rows(lines, known, UNKNOWN, END))
    learnt = fit(texts, vectors)
    more = {**known, "plum": len(words)}
    with_plum = np.vstack([vectors, np.zeros((1, 12), np.float32)])
    means, _ = contexts(rows(lines, more, UNKNOWN, END), with_plum)
    (plum,) = means[-1:] @ learnt
    cosines = vectors @ plum / np.linalg.norm(vectors, axis=1)
    assert {words[i] for i in np.argsort(-cosines)[:3]} == set(toys.FRUIT) - {"plum"}


def test_a_store_keeps_it(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)
    learnt = np.random.default_rng(1).standard_normal((5, 5)).astype(np.float32)
    words = ["one", "two", "three"]
    made = write(tmp_path / "a", words, vectors, {"language": "en"}, "", induction=learnt)
    kept = VectorStore.open(tmp_path / "a").induction
    assert kept is not None
    np.testing.assert_allclose(kept, learnt, rtol=1e-3)
    plain = write(tmp_path / "b", words, vectors, {"language": "en"}, "")
    assert plain.induction is None
    assert plain.id != made.id


def test_a_map_of_another_width_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a", ["one"], np.ones((1, 5), np.float32), {"language": "en"}, "")
    wrong = VectorStore.open(tmp_path / "a")
    arrays = {"table": wrong.table, "scales": wrong.scales, "letters": wrong.letters}
    arrays |= {"slots": wrong.index.slots, "hashes": wrong.index.hashes}  # type: ignore[attr-defined]
    arrays["induction"] = np.zeros((4, 5), np.float16)
    meta = {name: value for name, value in wrong.meta.items() if name != CHECKSUM}
    (tmp_path / "b").mkdir()
    arrays = {name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}
    content = save(arrays, meta | {CHECKSUM: checksum(meta, arrays)})
    (tmp_path / "b" / FILE).write_bytes(content)
    with pytest.raises(DataError, match="not of its width"):
        VectorStore.open(tmp_path / "b")
