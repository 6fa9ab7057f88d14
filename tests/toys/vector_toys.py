"""Words whose cosines can be done by hand."""

import numpy as np


def on_circle(*degrees: float) -> np.ndarray:
    """Unit vectors at these angles: the cosine of two is that of the angle between them."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


# man -> woman is a small step aside, man -> king one step up; queen is up and aside.
ROYAL = ["man", "woman", "king", "queen", "child", "boy"]
GRID = np.array(
    [[1, 0, 1], [1, 0.2, 1], [3, 0, 1], [3, 1.5, 1], [-1, -1, 1], [0, -2, 1]], np.float32
)
GRID /= np.linalg.norm(GRID, axis=1, keepdims=True)
