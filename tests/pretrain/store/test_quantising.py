"""Tables of small numbers: how far a number may move, and what never moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pretrain.store.quantising import coded, decoded, quantised

VECTORS = arrays(
    np.float32, st.tuples(st.integers(0, 5), st.integers(1, 6)),
    elements=st.floats(-1e6, 1e6, width=32, allow_subnormal=False),
)  # fmt: skip


@settings(deadline=None, derandomize=True)
@given(vectors=VECTORS)
def test_no_number_moves_by_more_than_half_a_step_of_its_row(vectors: np.ndarray) -> None:
    table, scales = quantised(vectors)
    assert table.dtype == np.int8
    assert scales.shape == (len(vectors),)
    moved = np.abs(decoded(table, scales) - vectors)
    assert (moved <= 0.501 * scales[:, None]).all()


def test_the_largest_of_each_row_takes_the_whole_range_and_stays() -> None:
    vectors = np.array([[1.0, -4.0, 2.0], [100.0, 3.0, -50.0]], dtype=np.float32)
    table, scales = quantised(vectors)
    assert np.abs(table).max(axis=1).tolist() == [127, 127]
    assert decoded(table, scales)[[0, 1], [1, 0]] == pytest.approx([-4.0, 100.0])


def test_a_row_of_zeros_stays_zeros() -> None:
    table, scales = quantised(np.zeros((2, 3), dtype=np.float32))
    assert not decoded(table, scales).any()
    assert np.isfinite(scales).all()


@pytest.mark.parametrize("kind", ["float16", "float32"])
def test_other_kinds_hold_the_numbers_themselves(kind: str) -> None:
    vectors = np.array([[0.5, -2.0], [3.0, 0.0]], dtype=np.float32)  # exact in half precision
    table, scales = coded(vectors, kind)  # type: ignore[arg-type]
    assert table.dtype == np.dtype(kind)
    assert scales.tolist() == [1, 1]
    np.testing.assert_array_equal(decoded(table, scales), vectors)


def test_int8_is_what_quantised_gives() -> None:
    vectors = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)
    for one, other in zip(coded(vectors, "int8"), quantised(vectors), strict=True):
        np.testing.assert_array_equal(one, other)
