"""Steps to the target: hand-made curves whose answers are known, censoring, fits with no target."""

import math
from dataclasses import dataclass

import pytest

from evaluation.stats.convergence import Race, arrival, figures, race


@dataclass(frozen=True)
class Seen:
    steps: tuple[int, ...]
    scores: tuple[float, ...]
    seconds: tuple[float, ...] = ()


def seen(steps: tuple[int, ...], scores: tuple[float, ...], start: float = 2.0) -> Seen:
    """A curve whose steps take a tenth of a second each, after some seconds."""
    return Seen(steps, scores, tuple(start + 0.1 * step for step in steps))


STEPS = (0, 1, 10, 50, 100)
COLD = seen(STEPS, (0.0, 0.1, 0.5, 0.8, 0.79), start=1.0)


def made(name: str, seed: int, *scores: float, locale: str = "en-US") -> Race:
    found = race(f"s/{name}@{locale}", name, seed, COLD, seen(STEPS, scores))
    assert found is not None
    return found


def test_the_first_step_at_99_percent_of_the_best() -> None:
    assert arrival(COLD, 0.99 * 0.8).steps == 50
    assert arrival(COLD, 0.79).steps == 50
    found = made("a", 0, 0.2, 0.7, 0.792, 0.6, 0.6)
    assert (found.scratch.steps, found.transfer.steps) == (50, 10)
    assert found.transfer.reached
    assert found.transfer.seconds == pytest.approx(3.0)
    assert found.transfer.training == pytest.approx(1.0)
    assert not made("a", 0, 0.2, 0.7, 0.7919, 0.6, 0.6).transfer.reached


def test_what_never_gets_there_is_censored_at_its_full_length() -> None:
    found = made("a", 0, 0.2, 0.7, 0.7, 0.7, 0.7)
    assert found.transfer.steps == 100
    assert not found.transfer.reached


def test_what_is_there_before_the_first_step_counts_as_there_after_it() -> None:
    found = made("a", 0, 0.9, 0.1, 0.1, 0.1, 0.1)
    assert (found.transfer.steps, found.transfer.at_start) == (1, True)
    assert found.transfer.training == pytest.approx(0.1)


def test_a_cold_start_that_has_nothing_right_has_no_target() -> None:
    never = seen(STEPS, (0.0,) * 5)
    assert race("s/a@en-US", "a", 0, never, COLD) is None


def test_the_figures_of_hand_made_races() -> None:
    """Skill a: ratios 5 and 50, mean sqrt(250); b: censored, 50 / 100; c has no target."""
    races = [
        made("a", 0, 0.0, 0.0, 0.8, 0.8, 0.8),
        made("a", 1, 0.8, 0.8, 0.8, 0.8, 0.8),
        made("b", 0, 0.0, 0.0, 0.0, 0.0, 0.0),
    ]
    found = figures(races, ["s/b@en-US", "s/c@en-US"], 500)
    assert found["convergence_ratio"] == pytest.approx(math.sqrt(math.sqrt(250) * 0.5))
    assert (found["skills"], found["fits"]) == (2, 3)
    assert found["median_steps_scratch"] == 50
    assert found["median_steps_transfer"] == 10
    assert found["ratio_of_median_steps"] == 5
    # seconds of the cold start are 6; of transfer 3, 2.1 and 12
    by_hand = math.sqrt(math.sqrt(6 / 3 * 6 / 2.1) * 6 / 12)
    assert found["seconds_ratio"] == pytest.approx(by_hand)
    assert found["ratio_of_median_seconds"] == pytest.approx(2)
    assert found["training_seconds_ratio"] == pytest.approx(found["convergence_ratio"])
    assert (found["median_start_seconds_scratch"], found["median_start_seconds_transfer"]) == (1, 2)
    assert found["never_reached_share"] == pytest.approx(1 / 3)
    assert found["never_reached_skills_share"] == 0.5
    assert found["at_start_share"] == pytest.approx(1 / 3)
    assert (found["zero_share"], found["zero_skills"]) == (0.4, 1)
    assert found["zero_skills_share"] == pytest.approx(1 / 3)


def test_the_interval_holds_the_mean_and_counts_a_name_once() -> None:
    fast, slow = (0.0, 0.8, 0.8, 0.8, 0.8), (0.0, 0.0, 0.8, 0.8, 0.8)
    names = [f"n{i}" for i in range(8)]
    alone = [made(n, s, *(fast if i % 2 else slow)) for i, n in enumerate(names) for s in (0, 1)]
    found = figures(alone, (), 2000)
    value, low, high = (
        found[f"convergence_ratio{end}"] for end in ("", "_ci_low", "_ci_high")
    )  # 50 and 5
    assert value == pytest.approx(math.sqrt(250))
    assert low is not None and high is not None
    assert 5 < low < value < high < 50
    thrice = [
        made(n, 0, *(fast if i % 2 else slow), locale=locale)
        for i, n in enumerate(names)
        for locale in ("en-US", "en-GB", "de-DE")
    ]
    again = figures(thrice, (), 2000)
    assert again["skills"] == 24
    assert again["convergence_ratio_ci_low"] == pytest.approx(low, rel=0.1)


def test_nothing_measured_has_no_figure() -> None:
    found = figures([], ["s/a@en-US"], 10)
    assert found["convergence_ratio"] is None
    assert (found["skills"], found["zero_skills"], found["zero_share"]) == (0, 1, 1.0)
