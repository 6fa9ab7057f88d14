"""benchmarks/run_figures.py: a run's scores, gains and costs as named figures."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import run_figures
from evaluation.planning.code_digest import code_digest

CODE = code_digest("baselines.maxent_crf")


def cell(skill: str, locale: str, seed: int, frame: float, **changes: Any) -> dict[str, Any]:
    return {
        "suite": "toy", "skill": skill, "locale": locale, "system": "maxent-crf", "seed": seed,
        "shots": 10, "n_train": 20, "frame_accuracy": frame, "intent_accuracy": None,
        "slot_f1": 0.5, "semer": 0.2, "train_seconds": 1.0 + seed, "predict_ms": 0.1,
        "code_digest": CODE,
    } | changes  # fmt: skip


def comparison(**changes: Any) -> dict[str, Any]:
    return {
        "metric": "frame_accuracy", "candidate": "dnn", "baseline": "maxent-crf", "shots": None,
        "locale": None, **dict.fromkeys(run_figures.QUANTITIES),
    } | changes  # fmt: skip


def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: list[Any], *more: str) -> Any:
    run = {
        "commit": "c0ffee", "seconds": 12.0, "cells": cells,
        "comparisons": [comparison(points=0.115, relative_gain=0.451, wins=3)],
        "settings": {"systems": {"maxent-crf": {"target": "baselines.maxent_crf:MaxEntCRF"}}},
    }  # fmt: skip
    (tmp_path / "summary.json").write_text(json.dumps(run), "utf-8")
    out = tmp_path / "figures.json"
    monkeypatch.setattr(sys, "argv", ["run_figures", str(tmp_path), "--json", str(out), *more])
    assert run_figures.main() == 0
    return json.loads(out.read_text("utf-8"))


def test_a_skill_counts_once_however_many_seeds_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [
        cell("tea", "en-US", 0, 0.2), cell("tea", "en-US", 1, 0.4), cell("taxi", "de-DE", 0, 0.9)
    ]  # fmt: skip
    content = written(tmp_path, monkeypatch, cells)
    found = content["figures"]
    assert found["frame_accuracy_maxent-crf_at_10"] == pytest.approx(0.6)
    assert found["frame_accuracy_maxent-crf_at_10_en-US"] == pytest.approx(0.3)
    assert found["skills_at_10"] == 2
    assert found["intent_accuracy_maxent-crf_at_10"] is None
    assert found["train_seconds_maxent-crf_at_10_en-US"] == 1.5
    assert found["frame_accuracy_dnn_over_maxent-crf_at_all_points"] == pytest.approx(11.5)
    assert found["frame_accuracy_dnn_over_maxent-crf_at_all_relative_gain"] == 0.451
    assert found["frame_accuracy_dnn_over_maxent-crf_at_all_relative_gain_low"] is None
    assert content["commit"] == "c0ffee"
    assert "baselines.maxent_crf" in content["measures"]


def test_a_run_of_other_code_has_no_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = written(tmp_path, monkeypatch, [cell("tea", "en-US", 0, 0.2, code_digest="other")])
    assert content["code_digest"] is None


def test_one_suite_by_skill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [cell("tea", "en-US", 0, 0.2), cell("taxi", "en-US", 0, 0.8, suite="other")]
    found = written(tmp_path, monkeypatch, cells, "--suite", "toy", "--by-skill")["figures"]
    assert found["frame_accuracy_maxent-crf_at_10_tea"] == 0.2
    assert not [name for name in found if "taxi" in name or "_over_" in name]


def test_an_ablation_has_means_and_differences() -> None:
    effect = {
        "metric": "frame_accuracy", "points": -0.02, "ci_low": -0.03, "ci_high": None, "wins": 0,
        "ties": 3, "losses": 15, "skills": 18,
    }  # fmt: skip
    rows = [{"slug": "softmax", "means": {"frame_accuracy": 0.42}, "effects": [effect]}]
    found = run_figures.ablation(rows)
    assert found["softmax_frame_accuracy"] == 0.42
    assert found["softmax_frame_accuracy_points"] == pytest.approx(-2)
    assert found["softmax_frame_accuracy_low_points"] == pytest.approx(-3)
    assert found["softmax_frame_accuracy_high_points"] is None
    assert found["softmax_frame_accuracy_losses"] == 15
