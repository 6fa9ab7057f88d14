"""What is predicted and what it competes with."""

import numpy as np
import pytest
from pretrain_toys import settings

from pretrain.mlm.masking import Batch, Masker
from pretrain.text.vocabulary import SPECIAL


def shown_in(batch: Batch) -> np.ndarray:
    return batch.read[batch.ids]


FIRST = len(SPECIAL)
COUNTS = np.array([40, 0, 100, *range(60, 20, -1)], dtype=np.int64)  # 43 ids
SHARES = COUNTS / COUNTS.sum()


def rows(count: int = 4000, seed: int = 0) -> np.ndarray:
    """Rows whose words are drawn as often as COUNTS says."""
    drawn = np.random.default_rng(seed).choice(len(COUNTS), size=(count, 8), p=SHARES)
    return drawn.astype(np.int32)


def random(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("subsample", [0.0, 0.02])
def test_share_of_predicted_words(subsample: float) -> None:
    ids = rows()
    batch = Masker(COUNTS, settings(mask=0.3, subsample=subsample))(ids, random())
    share = len(batch.positions) / ids.size
    assert share == pytest.approx(0.3, abs=0.012)  # 5 standard errors of 32,000 draws
    assert (np.diff(batch.positions) > 0).all()
    np.testing.assert_array_equal(batch.targets, ids.ravel()[batch.positions])
    assert (batch.targets >= FIRST).all()  # never a special symbol


def test_frequent_words_are_predicted_less_often() -> None:
    ids = rows()
    flat = ids.ravel()

    def chance(word: int, subsample: float) -> float:
        batch = Masker(COUNTS, settings(subsample=subsample))(ids, random())
        return float((batch.targets == word).sum() / (flat == word).sum())

    rare = len(COUNTS) - 1
    assert chance(FIRST, 0.0) == pytest.approx(chance(rare, 0.0), abs=0.08)
    # the chances stand to one another as sqrt(1 / share)
    expected = np.sqrt(SHARES[rare] / SHARES[FIRST])
    assert chance(FIRST, 1e-3) / chance(rare, 1e-3) == pytest.approx(expected, abs=0.12)


def test_every_word_is_read() -> None:
    ids = rows(50)
    batch = Masker(COUNTS, settings(mask=1.0 - 1e-9))(ids, random())
    np.testing.assert_array_equal(shown_in(batch), ids)
    np.testing.assert_array_equal(batch.read, np.unique(ids))
    np.testing.assert_array_equal(batch.positions, np.flatnonzero(ids.ravel() >= FIRST))


def test_candidates_hold_every_target() -> None:
    masker = Masker(COUNTS, settings(negatives=12))
    for seed in range(50):
        batch = masker(rows(2, seed), random(seed))
        assert batch.candidates is not None
        assert batch.log_expected is not None
        assert (np.diff(batch.candidates) > 0).all()  # sorted, each once
        assert np.isin(batch.targets, batch.candidates).all()
        assert (batch.candidates >= FIRST).all()
        assert len(batch.candidates) <= 12 + len(batch.targets)
        assert batch.log_expected.shape == batch.candidates.shape
        assert (batch.log_expected <= 0).all()
        assert batch.ids.dtype == batch.targets.dtype == np.int64


def test_expected_share_is_how_often_a_candidate_stands_there() -> None:
    masker = Masker(COUNTS, settings(negatives=12))
    seen = np.zeros(len(COUNTS))
    expected = np.zeros(len(COUNTS))
    times = 3000
    for seed in range(times):
        batch = masker(rows(2, seed), random(seed + times))
        assert batch.candidates is not None
        assert batch.log_expected is not None
        seen[batch.candidates] += 1
        expected[batch.candidates] += 1 / np.exp(batch.log_expected.astype(np.float64))
    # an indicator over its own chance averages to one
    np.testing.assert_allclose(expected[FIRST:] / times, 1.0, atol=0.12)
    assert not seen[:FIRST].any()


@pytest.mark.parametrize("negatives", [0, len(COUNTS), 9999])
def test_few_words_need_no_sampling(negatives: int) -> None:
    batch = Masker(COUNTS, settings(negatives=negatives))(rows(2), random())
    assert batch.candidates is None
    assert batch.log_expected is None


def test_same_draws_same_batch() -> None:
    masker = Masker(COUNTS, settings())
    one, two, other = (masker(rows(9), random(seed)) for seed in (1, 1, 2))
    for name in ("read", "ids", "positions", "targets", "candidates", "log_expected"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert not np.array_equal(one.positions, other.positions)


def test_a_batch_always_predicts_something() -> None:
    masker = Masker(COUNTS, settings(mask=1e-9))
    ids = np.full((1, 8), SPECIAL.index("[END]"), dtype=np.int32)
    ids[0, 5] = FIRST
    for seed in range(20):  # and that is the one word that is no symbol
        batch = masker(ids, random(seed))
        assert batch.positions.tolist() == [5]
        assert batch.targets.tolist() == [FIRST]
    assert len(masker(ids[:, :4], random()).positions) == 1
