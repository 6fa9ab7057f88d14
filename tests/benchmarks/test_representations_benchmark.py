"""benchmarks/representations.py: pairs by hand, families as the unit, controls that are chosen."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import representations
from benchmarks.representations import ARMS, CONTROLS, PAIRS, Measured, choose, figures, resampled

SCORES = {
    "frozen": [0.2, 0.4, 0.6, 0.8], "table": [0.3, 0.4, 0.6, 0.8],
    "static": [0.4, 0.5, 0.7, 0.8], "context": [0.5, 0.5, 0.8, 0.9],
}  # fmt: skip
FOUND = Measured(
    ("a", "a", "b", "c"), np.array([True, True, False, False]),
    {name: np.array(values) for name, values in SCORES.items()},
)  # fmt: skip


def test_points_and_gains_are_of_means_over_skills() -> None:
    found = figures(FOUND, {"random": "table"})
    assert found["context_over_static_points"] == pytest.approx(100 * (0.675 - 0.6))
    assert found["context_over_static_points_annotated"] == pytest.approx(100 * (0.5 - 0.45))
    assert found["context_over_static_points_expanded"] == pytest.approx(100 * (0.85 - 0.75))
    assert found["context_relative_gain_annotated"] == pytest.approx(0.5 / 0.35 - 1)
    assert found["context_over_static_wins"] == 3
    assert (found["skills_all"], found["skills_annotated"], found["skills_families"]) == (4, 2, 3)


def test_a_pair_without_its_arms_is_left_out() -> None:
    found = figures(FOUND, {"random": "table"})
    assert "mlm_over_sgns_points" not in found and "context_over_static_points" in found


def test_the_better_control_is_chosen() -> None:
    assert choose(FOUND.scores) == {"random": "table"}


def test_every_pair_is_of_arms_that_are_measured() -> None:
    known = {*ARMS, *CONTROLS}
    assert all(arm in known for pair in PAIRS.values() for arm in pair)
    assert all(arm in ARMS for arms in CONTROLS.values() for arm in arms)


def test_families_are_drawn_whole() -> None:
    """Twenty copies of a skill are one family, and no evidence of twenty skills."""
    draw = np.random.default_rng(1)
    control = np.concatenate([draw.normal(0.5, 0.1, 10), np.full(20, 0.5)])
    against = control + np.concatenate([draw.normal(0.0, 0.1, 10), np.full(20, 0.3)])
    own = np.array([f"f{i}" for i in range(10)])
    spread = [
        np.std(np.diff(resampled(control, against, np.concatenate([own, copies])), axis=1))
        for copies in (np.full(20, "copied"), np.array([f"c{i}" for i in range(20)]))
    ]
    assert spread[0] > 2 * spread[1]


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    draw = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        control = draw.normal(0.5, 0.1, 40)
        against = control + draw.normal(0.03, 0.08, 40)
        found = figures(
            Measured(
                tuple(f"f{i}" for i in range(40)), np.ones(40, dtype=bool),
                {"static": control, "context": against},
            ),
            {},
        )  # fmt: skip
        low, high = (found[f"context_over_static_points_ci_{end}"] for end in ("low", "high"))
        assert low is not None and high is not None
        held += low <= 3 <= high
    assert 178 <= held <= 199


@pytest.mark.slow
def test_a_run_measures_and_goes_on(tmp_path: Path) -> None:
    asked = [
        "--only", "frozen,static", "--suite", "starter", "--skills", "gym@*", "--reported",
        "--shots", "2", "--seeds", "1", "--work", str(tmp_path / "w"),
    ]  # fmt: skip
    for name in ("one", "two"):
        assert representations.main([*asked, "--json", str(tmp_path / name)]) == 0
    one, two = (json.loads((tmp_path / name).read_text())["figures"] for name in ("one", "two"))
    assert one == two
    assert one["skills_all"] >= 1 and 0 <= one["frame_static"] <= 1


def test_what_is_no_work_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert representations.main(["--untrained-from", str(tmp_path)]) == 2
    assert "is no work folder of one pretraining" in capsys.readouterr().err
