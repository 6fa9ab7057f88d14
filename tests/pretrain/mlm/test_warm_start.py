"""The warm start against a count done by hand, and the finish at the other end."""

import math
from pathlib import Path

import numpy as np
import pytest
from pretrain_toys import CITIES, FRUIT, corpus
from scipy.sparse import csr_array

from pretrain.mlm import warm_start
from pretrain.mlm.export import finish
from pretrain.mlm.warm_start import _blocks, _cooccurrences, _positive_pmi, factorise
from pretrain.text.corpus import Corpus
from pretrain.text.vocabulary import SPECIAL, words_of

# one row of eight: a b c a b [END] d a; the tail (e, [END]) fills no row
FIVE = [["a", "b", "c", "a", "b"], ["d", "a", "e"]]
# by distance 1: ab bc ca ab da; by distance 2 (half): ac ba cb, and bd across [END]
PAIRS = {"ab": 1 + 1 + 0.5, "bc": 1 + 0.5, "ac": 1 + 0.5, "ad": 1.0, "bd": 0.5}


def by_hand() -> np.ndarray:
    """Symmetric counts of a, b, c, d, e."""
    table = np.zeros((5, 5))
    for pair, count in PAIRS.items():
        i, j = ("abcde".index(letter) for letter in pair)
        table[i, j] = table[j, i] = count
    return table


def counted(toy: Corpus, window: int) -> csr_array:
    return _cooccurrences(_blocks(toy), len(toy.counts), len(SPECIAL), window)


def order(found: list[str]) -> list[int]:
    return [found.index(word) for word in "abcde"]


def test_counts_and_pmi_by_hand(tmp_path: Path) -> None:
    toy = corpus(tmp_path, FIVE)
    at = order(words_of(toy.tokenizer))
    counts = counted(toy, 2)
    np.testing.assert_allclose(counts.toarray()[np.ix_(at, at)], by_hand())
    assert counts.sum() == pytest.approx(by_hand().sum())  # and none of a special symbol
    sums = by_hand().sum(1)
    context = sums**0.75 / (sums**0.75).sum()
    expected = np.zeros((5, 5))
    for i in range(5):
        for j in range(5):
            if by_hand()[i, j]:
                expected[i, j] = max(0.0, math.log(by_hand()[i, j] / (sums[i] * context[j])))
    assert (expected > 0).sum() > 4
    pmi = _positive_pmi(counts).toarray()[np.ix_(at, at)]
    np.testing.assert_allclose(pmi, expected, atol=1e-6)


def test_blocks_count_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = corpus(tmp_path)
    whole = counted(toy, 3).toarray()
    monkeypatch.setattr(warm_start, "ROWS", 7)
    np.testing.assert_allclose(counted(toy, 3).toarray(), whole, rtol=1e-5)


def test_interchangeable_words_are_close(tmp_path: Path) -> None:
    toy = corpus(tmp_path)
    vectors = factorise(toy, 16, 3, 0)
    names = words_of(toy.tokenizer)
    assert vectors.shape == (len(names), 16)
    assert not vectors[: len(SPECIAL)].any()
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def cosine(a: str, b: str) -> float:
        return float(unit[names.index(a)] @ unit[names.index(b)])

    within = min(cosine(a, b) for group in (FRUIT, CITIES) for a in group for b in group)
    across = max(cosine(a, b) for a in FRUIT for b in CITIES)
    assert within > 0.7 > 0.4 > across


def test_same_seed_same_vectors(tmp_path: Path) -> None:
    toy = corpus(tmp_path)
    np.testing.assert_array_equal(factorise(toy, 8, 3, 1), factorise(toy, 8, 3, 1))


def test_more_dimensions_than_words(tmp_path: Path) -> None:
    vectors = factorise(corpus(tmp_path, FIVE), 50, 2, 0)
    assert vectors.shape == (len(SPECIAL) + 5, 50)
    assert np.isfinite(vectors).all()
    assert not vectors[:, len(SPECIAL) + 4 :].any()


def test_finish_centres_removes_and_scales() -> None:
    draw = np.random.default_rng(0)
    loud = draw.standard_normal(10).astype(np.float32)
    raw = draw.standard_normal((200, 10)).astype(np.float32)
    raw += 9 * draw.standard_normal((200, 1)).astype(np.float32) * loud + 5
    out = finish(raw, 1)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-5)
    assert np.linalg.norm(out, axis=1).mean() == pytest.approx(1.0, abs=1e-5)
    centred = raw - raw.mean(0)
    _, values, components = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(out @ components[0], 0, atol=1e-4)
    # the rest keeps its shape: the next components are now the first
    kept = np.linalg.svd(out, compute_uv=False)
    np.testing.assert_allclose(kept[:-1] / kept[0], values[1:] / values[1], atol=1e-3)
    plain = finish(raw, 0)
    np.testing.assert_allclose(plain / plain[0, 0], centred / centred[0, 0], rtol=1e-3, atol=1e-3)
