"""States of several layers as one vector a word."""

import numpy as np
import pytest

from data_cards.representation import InContext, Merge, normed, scaled

STATES = np.random.default_rng(0).normal(3.0, [[[1.0], [50.0]]], (5, 2, 8)).astype(np.float32)


@pytest.mark.parametrize(("merge", "width"), [("joined", 16), ("mean", 8)])
def test_every_word_has_the_norm_asked_for(merge: Merge, width: int) -> None:
    found = normed(STATES, merge, 6.0)
    assert found.shape == (5, width) and found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 6.0, rtol=1e-4)


def test_no_layer_drowns_the_other() -> None:
    both = normed(STATES, "joined", 2.0)
    layers = both.reshape(5, 2, 8)
    np.testing.assert_allclose(np.linalg.norm(layers, axis=2), 2**0.5, rtol=1e-3)
    np.testing.assert_allclose(layers.mean(2), 0, atol=1e-5)


def test_zeros_stay_zeros() -> None:
    assert not normed(np.zeros((2, 2, 4), np.float32), "joined", 6.0).any()
    assert not scaled(np.zeros((2, 4), np.float32), 6.0).any()


def test_scaling_keeps_the_direction() -> None:
    found = scaled(np.array([[3.0, 4.0]], np.float32), 10.0)
    np.testing.assert_allclose(found, [[6.0, 8.0]])


def test_a_sentence_has_its_own_rows() -> None:
    found = InContext(STATES, np.array([0, 2, 2, 5]), np.zeros((3, 8), np.float32))
    assert [len(found.of(i)) for i in range(3)] == [2, 0, 3]
    np.testing.assert_array_equal(found.of(2), STATES[2:])
