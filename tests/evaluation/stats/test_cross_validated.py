"""Cross-validated differences are widened, and their intervals cover what they should."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fold_worlds import LEARNERS, SIZE, _made, _world
from benchmarks.folds import Answering, Design, covered
from evaluation.report.cross_validated import COVERED, LEAST
from evaluation.stats.cross_validated import WIDENING, deals_error, stretched
from evaluation.stats.paired_error import min_f_prime, paired_error
from evaluation.stats.paired_interval import interval

FLIPS = np.array([[1.0] * 6 + [-1.0] * 2 + [0.0] * 32])
FIGURES = Path(__file__).parents[3] / "docs" / "results" / "folds.json"


def test_the_variance_over_utterances_is_widened() -> None:
    plain, widened = paired_error(FLIPS), deals_error(FLIPS)
    assert widened.points == plain.points
    assert widened.error == pytest.approx(plain.error * WIDENING**0.5)
    assert widened.freedom == 39
    low, high = interval(widened)
    assert (low + high) / 2 == pytest.approx(widened.points)
    before = interval(plain)
    assert high - low > before[1] - before[0]


def test_one_deal_has_a_p_value_of_the_systems() -> None:
    assert min_f_prime(paired_error(FLIPS)) is None
    found = min_f_prime(deals_error(FLIPS))
    assert found is not None and 0.1 < found < 0.3


def test_the_same_deal_again_tells_nothing_more() -> None:
    assert deals_error(np.repeat(FLIPS, 5, axis=0)) == deals_error(FLIPS)


def test_equal_answers_differ_by_exactly_zero() -> None:
    found = deals_error(np.zeros((2, 40)))
    assert found.points == 0.0
    assert min_f_prime(found) == 1.0
    low, high = interval(found)
    assert low == -high < 0


def test_replicates_spread_as_the_interval_of_the_skill() -> None:
    rng = np.random.default_rng(0)
    replicates = 0.5 + 0.01 * rng.standard_normal((4000, 2))
    error = deals_error(FLIPS)
    drawn = stretched(replicates, (0.5, 0.6), error)
    low, high = interval(error)
    gaps = drawn[:, 1] - drawn[:, 0]
    assert gaps.std() * 2 * 1.96 == pytest.approx(high - low, rel=0.01)
    equal = np.full((10, 2), 0.5)
    assert stretched(equal, (0.5, 0.5), error) is equal


def test_intervals_of_small_skills_cover_the_true_difference() -> None:
    world = _world("made", _made(6, 0.25, np.random.default_rng(6)))
    assert len(world.utterances) == SIZE
    shares = covered(Answering(world), Design(skills=60), truths=150)
    learns = np.array(["commonest" not in pair for pair in combinations(LEARNERS, 2)])
    assert 0.92 <= shares[learns, 1].mean() <= 0.995
    assert shares[:, 1].mean() > shares[:, 0].mean() - 0.01


def test_what_the_reports_say_is_what_was_simulated() -> None:
    figures = json.loads(FIGURES.read_text("utf-8"))["figures"]
    assert round(100 * figures["n40_k5_d1_widened"]) == COVERED
    assert round(100 * figures["n40_k5_d1_least"]) == LEAST
