"""The gate on simulated nights with known truth; docs/NIGHTLY.md holds the longer measurements."""

import numpy as np
import pytest
from night_world import UTTERANCES, World, alarmed
from simulated import counts

from evaluation.nights.verdicts import CellEvidence, CellKey, NightRule, judge, night_error
from evaluation.stats.significance import exact_mcnemar


def evidence(reference: np.ndarray, *nights: np.ndarray, skill: str = "alarm") -> CellEvidence:
    key = CellKey("suite", skill, "en-US", None, "dnn")
    return CellEvidence(key, counts(reference), tuple(counts(night) for night in nights))


def test_fifty_nights_without_a_change_alarm_once_at_most() -> None:
    world = World(np.random.default_rng(50))
    assert sum(alarmed(verdicts) for verdicts in world.nights(50)) <= 1


def test_three_points_over_all_skills_are_found_within_three_nights() -> None:
    for seed in range(3):
        world = World(np.random.default_rng(seed))
        nights = list(world.nights(5, lambda night, skill: 0.03 if night >= 2 else 0.0))
        assert not any(alarmed(night) for night in nights[:2])
        assert any(suites[0].verdict == "regression" for _, suites in nights[2:])


def test_eight_points_in_one_skill_are_found_within_three_nights() -> None:
    found = 0
    for seed in range(5):
        world = World(np.random.default_rng(100 + seed))
        loss = lambda night, skill: 0.08 if night >= 2 and skill == 4 else 0.0  # noqa: E731
        nights = list(world.nights(5, loss))
        found += any(cells[4].verdict == "regression" for cells, _ in nights[2:])
    assert found >= 4


def test_a_mended_loss_stops_blocking_at_once() -> None:
    world = World(np.random.default_rng(8))
    loss = lambda night, skill: 0.15 if skill == 4 and night < 3 else 0.0  # noqa: E731
    nights = list(world.nights(4, loss))
    assert nights[2][0][4].verdict == "regression"
    assert nights[3][0][4].verdict != "regression"


def test_gains_are_improvements() -> None:
    world = World(np.random.default_rng(9))
    (*_, (cells, suites)) = world.nights(3, lambda night, skill: -0.0)
    assert {cell.verdict for cell in cells} == {"no change"}
    before, after = world.run(0, 9, 0.2), world.run(0, 3)
    key = CellKey("suite", "a", "en-US", None, "dnn")
    (verdict,), _ = judge([CellEvidence(key, before, (after, after, after))])
    assert verdict.verdict == "improvement"
    assert suites[0].verdict == "no change"


def test_equal_answers_are_no_change_and_few_of_them_no_data() -> None:
    right = np.tile(np.arange(150) % 3 > 0, (3, 1)).astype(np.int64)
    (many,), suites = judge([evidence(right, right)])
    assert (many.verdict, many.points, many.p_utterances) == ("no change", 0.0, 1.0)
    assert suites == []  # one skill is no suite
    (few,), _ = judge([evidence(right[:, :6], right[:, :6])])
    assert few.verdict == "insufficient data"
    assert "could be shown" in few.reason


def test_without_luck_it_is_mcnemar() -> None:
    """A system whose seeds all agree: the exact test over utterances alone decides."""
    before = np.ones((3, 60), dtype=np.int64)
    before[:, :2] = 0
    for lost, verdict in ((4, "no change"), (9, "regression")):
        after = np.ones((3, 60), dtype=np.int64)
        after[:, 2 : 2 + lost] = 0
        after[:, 1] = 0  # one won, index 0
        (found,), _ = judge([evidence(before, after)], NightRule(too_coarse=1.0))
        assert found.p_utterances == pytest.approx(exact_mcnemar(1, lost) / 2)
        assert found.verdict == verdict


def test_the_error_over_seeds_is_students() -> None:
    rng = np.random.default_rng(3)
    before, after = rng.integers(0, 2, (4, 50)), rng.integers(0, 2, (3, 50))
    error = night_error(counts(before), [counts(after)])
    first, second = before.mean(axis=1), after.mean(axis=1)
    pooled = (3 * first.var(ddof=1) + 2 * second.var(ddof=1)) / 5
    assert error.points == pytest.approx(second.mean() - first.mean())
    assert error.over_seeds == pytest.approx(pooled * (1 / 4 + 1 / 3))
    assert error.seed_freedom == 5


def test_locales_of_one_skill_are_no_independent_evidence() -> None:
    world = World(np.random.default_rng(12))
    before, after = world.run(0, 9), world.run(0, 9, 0.03)
    same = [
        CellEvidence(CellKey("suite", "a", locale, None, "dnn"), before, (after,))
        for locale in ("en-US", "en-GB", "en-IN", "de-DE")
    ]
    apart = [
        CellEvidence(CellKey("suite", name, "en-US", None, "dnn"), before, (after,))
        for name in "abcd"
    ]
    (one,), (many,) = judge(same)[1], judge(apart)[1]
    assert one.points == many.points
    assert one.error == pytest.approx(2 * many.error)
    assert before.shape[1] == UTTERANCES
