"""What is kept comes back, from memory or from the file, and changes no interval."""

import numpy as np
import pytest

from evaluation.stats import suite_interval as hierarchy
from evaluation.stats.shelf import Shelf, Stored
from evaluation.stats.suite_interval import suite_replicates


def test_kept_arrays_come_back() -> None:
    rng = np.random.default_rng(0)
    arrays = [rng.random((50, 2)) for _ in range(6)]
    with Shelf(held=2 * arrays[0].nbytes) as shelf:
        kept = [shelf.keep(array) for array in arrays]
        assert [isinstance(each, Stored) for each in kept] == [False] * 2 + [True] * 4
        for array, each in zip(arrays, kept, strict=True):
            assert len(each) == 50
            np.testing.assert_array_equal(each[0:50], array)
            np.testing.assert_array_equal(each[7:9], array[7:9])
            np.testing.assert_array_equal(each[45:99], array[45:])
    with pytest.raises(ValueError, match="closed file"):
        kept[-1][0:1]


def test_blocks_draw_what_one_block_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    own = [(0.4, 0.6), (0.5, 0.5), (0.2, 0.9)]
    replicates = [rng.random((101, 2)) for _ in own]
    replicates[1][3] = np.nan
    names = ["a", "b", "a"]
    whole = suite_replicates(own, replicates, names, np.random.default_rng(2))
    shelf = Shelf(held=0)
    monkeypatch.setattr(hierarchy, "BLOCK", 21)
    parts = suite_replicates(
        own, [shelf.keep(r) for r in replicates], names, np.random.default_rng(2)
    )
    shelf.close()
    np.testing.assert_array_equal(parts, whole)
