"""Conjugate gradients find what a dense solver finds."""

import numpy as np

from pretrain.ridge import ridge


def test_it_solves_the_ridge_regression() -> None:
    draw = np.random.default_rng(0)
    inputs = draw.standard_normal((50, 8)).astype(np.float32)
    targets = draw.standard_normal((50, 3)).astype(np.float32)
    right = inputs.T @ targets
    kept = right.copy()
    found = ridge(lambda x: inputs.T @ (inputs @ x), right, 2.0, 50, 1e-20)
    expected = np.linalg.solve(inputs.T @ inputs + 2 * np.eye(8), right)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert (right == kept).all()


def test_a_column_of_zeros_stays_zero() -> None:
    right = np.array([[1.0, 0.0], [2.0, 0.0]], np.float32)
    found = ridge(lambda x: x, right, 0.0, 5, 1e-20)
    np.testing.assert_allclose(found, right)
