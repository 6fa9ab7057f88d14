"""Verdicts: each rule by a hand-made list, and lists of simulated skills whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from simulated import World

from evaluation.findings.eligibility import (
    DECIDING,
    Evidence,
    Rule,
    SkillEvidence,
    adjusted_tests,
    decide,
)
from evaluation.results.rows import SkillVerdict
from evaluation.stats.paired_error import paired_error
from evaluation.stats.significance import exact_sign_flip


def evidence(differences: np.ndarray, name: str = "music") -> SkillEvidence:
    """A skill from whole (seeds, utterances) differences of frames."""
    seeds, n = differences.shape
    p_value = exact_sign_flip(differences.sum(axis=0))
    return SkillEvidence(
        suite="toys", skill=name, locale="en-US", shots=None, baseline="old", candidate="new",
        n_test=n, seeds=seeds, discordance=float((differences.mean(axis=0) ** 2).mean()),
        metrics={DECIDING: Evidence(p_value, paired_error(differences.astype(float)))},
    )  # fmt: skip


def skill(won: int, lost: int, n: int) -> SkillEvidence:
    values = np.zeros((1, n), dtype=int)
    values[0, :won], values[0, won : won + lost] = 1, -1
    return evidence(values)


def verdict(won: int, lost: int, n: int) -> SkillVerdict:
    return decide([skill(won, lost, n)])[0]


def test_a_sure_win_moves() -> None:
    found = verdict(30, 5, 200)
    assert (found.verdict, found.utterances_needed) == ("move", None)
    assert found.reason.startswith("+12.5 points, adjusted p < .001; one seed")
    thrice = decide([evidence(np.repeat([[1] * 30 + [-1] * 5 + [0] * 165], 3, axis=0))])[0]
    assert (thrice.verdict, thrice.reason) == ("move", "+12.5 points, adjusted p < .001")


def test_a_sure_win_under_the_margin_says_so() -> None:
    found = verdict(90, 30, 5000)
    assert found.verdict == "move"
    assert "+1.2 points" in found.reason and "under the 2 points" in found.reason


def test_a_sure_loss_keeps() -> None:
    found = verdict(5, 30, 200)
    assert found.verdict == "keep"
    assert "loses" in found.reason


def test_no_gain_worth_having_keeps() -> None:
    found = verdict(20, 20, 3000)
    assert found.verdict == "keep"
    assert "2 points or more is ruled out" in found.reason
    (test,) = found.tests
    assert test.p_adjusted > 0.05 >= test.p_no_gain_adjusted


def test_what_is_not_shown_is_undecided_and_says_how_much_more_it_needs() -> None:
    found = verdict(14, 8, 100)
    assert found.verdict == "undecided"
    assert found.utterances_needed is not None
    assert f"needs about {found.utterances_needed:,} more" in found.reason
    assert found.smallest_effect is not None
    assert f"a gain from {100 * found.smallest_effect:.1f} points" in found.reason
    grown = 1 + found.utterances_needed / 100  # the same shares on so many utterances
    assert verdict(int(14 * grown), int(8 * grown), int(100 * grown)).verdict == "move"


def test_a_handful_can_show_nothing() -> None:
    found = verdict(4, 0, 4)
    assert found.verdict == "undecided"
    assert found.smallest_effect is None
    assert "can show nothing" in found.reason


def test_the_list_is_adjusted() -> None:
    """p = .031 moves a skill that stands alone, and does not among ten that show nothing."""
    borderline = skill(6, 0, 60)
    assert decide([borderline])[0].verdict == "move"
    found = decide([borderline, *[skill(3, 3, 60)] * 10])
    assert found[0].verdict == "undecided"
    assert found[0].tests[0].p_adjusted == pytest.approx(11 * 0.03125)
    assert found[0].alpha == pytest.approx(0.05 / 11)


def test_seeds_that_disagree_leave_it_open() -> None:
    rows = np.zeros((3, 200), dtype=int)
    rows[0, :90] = 1
    rows[1, :10], rows[2, :8] = -1, 1
    found = decide([evidence(rows)])[0]
    assert found.tests[0].p_utterances < 0.001 < 0.05 < (found.tests[0].p_seeds or 0)
    assert found.verdict == "undecided"
    assert "run more seeds" in found.reason


def test_a_stricter_rule() -> None:
    strict = Rule(alpha=0.001)
    assert decide([skill(20, 5, 200)])[0].verdict == "move"
    assert decide([skill(20, 5, 200)], strict)[0].verdict == "undecided"
    wide = Rule(margin=0.2)
    assert decide([skill(6, 6, 100)], wide)[0].verdict == "keep"


def test_metrics_are_adjusted_over_the_skills_that_have_them() -> None:
    first, second = skill(30, 5, 200), skill(3, 3, 60)
    slots = Evidence(0.01, second.metrics[DECIDING].difference)
    second = replace(second, metrics={**second.metrics, "slot_f1": slots})
    assert decide([first, second])[1].tests[1].p_adjusted == pytest.approx(0.01)


def test_nothing_to_decide() -> None:
    assert decide([]) == []


def simulated(
    rng: np.random.Generator, world: World, gains: list[float], seeds: int
) -> list[SkillEvidence]:
    skills = []
    for gain in gains:
        n = int(rng.integers(80, 300))
        base = rng.uniform(0.4, 0.7)
        first, second = world.answers(rng, n, seeds, (base, base + gain))
        skills.append(evidence(second - first))
    return skills


@pytest.mark.parametrize(("luck", "seeds"), [(0.0, 1), (0.2, 3)])
def test_a_list_without_a_difference_moves_nothing(luck: float, seeds: int) -> None:
    """18 skills, 100 lists: any claim of a difference at all in at most one list of twenty."""
    rng, runs, alarms = np.random.default_rng(0), 100, 0
    for _ in range(runs):
        skills = simulated(rng, World(luck=luck), [0.0] * 18, seeds)
        tests = adjusted_tests(skills, Rule())
        alarms += any(each[DECIDING].p_adjusted <= 0.05 for each in tests)
    assert alarms / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_true_gains_are_found_and_false_moves_are_few() -> None:
    rng, world = np.random.default_rng(1), World(luck=0.1)
    gains = [0.15] * 6 + [0.0] * 6 + [-0.15] * 6
    moved = np.zeros(18)
    kept = np.zeros(18)
    runs = 6
    for _ in range(runs):
        found = decide(simulated(rng, world, gains, 3))
        moved += [v.verdict == "move" for v in found]
        kept += [v.verdict == "keep" for v in found]
    assert moved[:6].sum() / (6 * runs) > 0.6
    assert kept[12:].sum() / (6 * runs) > 0.6
    assert moved[6:].sum() <= 0.1 * moved.sum()
    assert kept[:6].sum() == 0
