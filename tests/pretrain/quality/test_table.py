"""How a word is looked up, and which tables are refused."""

import numpy as np
import pytest
from vector_toys import on_circle

from data_cards.errors import SkillwiseError
from pretrain.quality.table import Table


def test_a_word_is_found_as_written_or_normalised() -> None:
    table = Table(
        ["paris", "Paris", "paris", "nothing"], on_circle(0, 10, 20, 30) * [[1], [1], [1], [0]]
    )
    assert [table.row(w) for w in ("Paris", "paris", "PARIS", "rome", "nothing")] == [
        1,
        0,
        0,
        -1,
        -1,
    ]
    assert np.linalg.norm(Table(["a"], np.array([[3, 4]], np.float32)).unit[0]) == pytest.approx(1)


def test_a_table_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(SkillwiseError, match=r"2 words with vectors of shape \(1, 2\)"):
        Table(["a", "b"], on_circle(0))
    with pytest.raises(SkillwiseError, match="0 words"):
        Table([], np.zeros((0, 2), np.float32))
    with pytest.raises(SkillwiseError, match="vector of 'b' is not finite"):
        Table(["a", "b"], np.array([[1, 0], [np.nan, 1]], np.float32))
