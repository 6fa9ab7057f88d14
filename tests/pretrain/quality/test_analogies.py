"""Analogies: cases done by hand, brute force as an oracle."""

import numpy as np
import pytest
from vector_toys import GRID, ROYAL

from pretrain.quality.analogies import score_analogies
from pretrain.quality.scores import Estimate
from pretrain.quality.table import Table


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def brute_force(unit: np.ndarray, a: int, b: int, c: int) -> int:
    """The answer by the definition: cosine with b - a + c, the question's words left out."""
    target = unit[b].astype(float) - unit[a] + unit[c]
    cosines = unit @ target / np.linalg.norm(target)
    cosines[[a, b, c]] = -2
    return int(cosines.argmax())


def test_analogies_by_hand() -> None:
    table = Table(ROYAL, GRID)
    questions = [
        ("family", ("man", "woman", "king", "queen")),  # without exclusion king itself would win
        ("family", ("Man", "King", "Woman", "Queen")),
        ("family", ("man", "woman", "king", "boy")),
        ("nonsense", ("man", "woman", "king", "president")),
    ]
    target = table.unit[1] - table.unit[0] + table.unit[2]
    assert ROYAL[int((table.unit @ target).argmax())] == "king"
    whole, family, nonsense = score_analogies("toy", questions, table, rng())
    assert [s.name for s in (whole, family, nonsense)] == ["toy", "toy/family", "toy/nonsense"]
    assert (whole.questions, whole.covered) == (4, 3)
    assert whole.known.value == pytest.approx(2 / 3) and whole.overall.value == 0.5
    assert family.known.value == family.overall.value == pytest.approx(2 / 3)
    assert nonsense.known == Estimate(None, None, None) and nonsense.overall.value == 0.0
    assert family.known.low is not None and family.known.low <= 2 / 3


def test_answers_are_brute_forces_over_many_chunks(monkeypatch) -> None:
    monkeypatch.setattr("pretrain.quality.analogies.CELLS", 100)  # two questions a chunk
    source = np.random.default_rng(5)
    words = [f"w{i}" for i in range(50)]
    table = Table(words, source.normal(size=(50, 8)).astype(np.float32))
    drawn = [source.choice(40, 3, replace=False).tolist() for _ in range(30)]
    right = [("all", (*(words[i] for i in q), words[brute_force(table.unit, *q)])) for q in drawn]
    wrong = [("all", (*q[:3], "w49" if q[3] != "w49" else "w48")) for _, q in right]
    assert score_analogies("toy", right, table, rng())[0].known.value == 1.0
    assert score_analogies("toy", wrong, table, rng())[0].known.value == 0.0
    few = score_analogies("toy", right, table, rng(), limit=40)[0]
    covered = [int(q[3][1:]) < 40 for _, q in right]
    assert few.covered == sum(covered) and few.known.value == 1.0  # a best of 50 is one of 40
