"""Trackers: refused where their package is missing, told the run's figures where it is there."""

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from simulated_run import skill, write_run
from toy_skills import write_skills

from data_cards.errors import SkillwiseError
from evaluation.cli import main
from evaluation.report import tracking as trackers
from evaluation.report.tracking import MODULES, Tracker, need, plain, track_run, tracking
from evaluation.results.reader import FILE


class Recording:
    """Stands for a tracker of accelerate."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.arguments, self.options = arguments, options
        self.said: list[Any] = []

    def start(self) -> None:
        self.said.append("start")

    def store_init_configuration(self, values: Mapping[str, Any]) -> None:
        self.said.append(dict(values))

    def log(self, values: Mapping[str, float], step: int) -> None:
        self.said.append((step, dict(values)))

    def finish(self) -> None:
        self.said.append("finish")


@pytest.mark.parametrize("tracker", list(Tracker))
def test_a_missing_package_is_one_line(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trackers, "find_spec", lambda name: None)
    with pytest.raises(SkillwiseError, match=f"--tracker {tracker}.*pip install {tracker}"):
        need(tracker)


@pytest.mark.parametrize("tracker", list(Tracker))
def test_each_is_the_tracker_of_accelerate(tracker: Tracker, tmp_path: Path) -> None:
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS

    assert isinstance(trackers._open(tracker, "run", tmp_path), LOGGER_TYPE_TO_CLASS[tracker])


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Recording]:
    """The trackers that are opened, each standing for one of accelerate's."""
    found: list[Recording] = []

    def open_(tracker: Tracker, name: str, folder: Path) -> Recording:
        found.append(Recording(tracker, name, folder))
        return found[-1]

    monkeypatch.setattr(trackers, "_open", open_)
    monkeypatch.setattr(trackers, "need", lambda tracker: None)
    return found


def test_a_run_is_logged_and_closed(tmp_path: Path, opened: list[Recording]) -> None:
    write_run(tmp_path / FILE, [skill(1, 8), skill(2, 8)], ("maxent-crf", "dnn-mlm"), shots=(5,))
    track_run(Tracker.mlflow, tmp_path, step=4)
    (start, settings, (step, figures), finish) = opened[0].said
    assert (start, step, finish) == ("start", 4, "finish")
    assert settings["settings_digest"] == "d" * 64
    gain = figures["dnn-mlm-maxent-crf/5/frame_accuracy"]
    means = [figures[f"{name}/5/frame_accuracy"] for name in ("maxent-crf", "dnn-mlm")]
    assert gain == pytest.approx(means[1] - means[0])
    with pytest.raises(ZeroDivisionError), tracking(Tracker.wandb, "r", tmp_path, {}) as log:
        log({"loss": 1 / 0}, 1)
    assert opened[1].said[-1] == "finish"


def called(*argv: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(argv))
    assert ended.value.code == 0


def test_compare_sends_its_means(tmp_path: Path, opened: list[Recording]) -> None:
    write_skills(tmp_path / "toys")
    called("compare", "--data", str(tmp_path / "toys"), "--system", "toy_systems:Memory",
           "--jobs", "1", "--out", str(tmp_path / "run"), "--tracker", "wandb")  # fmt: skip
    (tracker,) = opened
    assert tracker.arguments == (Tracker.wandb, "run", tmp_path / "run")
    (_, _, (step, figures), finish) = tracker.said
    assert (step, finish) == (0, "finish")
    assert "toy_systems:Memory/all/frame_accuracy" in figures


def test_pretrain_sends_its_loss(tmp_path: Path, opened: list[Recording]) -> None:
    text = tmp_path / "a.txt"
    text.write_text("please buy an apple today\n" * 60 + "order an orange now\n" * 60, "utf-8")
    small = ("width=16", "heads=2", "row=8", "rows=8", "min_count=1",
             "negatives=3")  # fmt: skip
    called("pretrain", "--text", str(text), "--steps", "4", "--out", str(tmp_path / "store"),
           "--stop-list", "none", "--tracker", "mlflow",
           *(part for s in small for part in ("--set", s)))  # fmt: skip
    (tracker,) = opened
    (_, settings, *logged, finish) = tracker.said
    assert finish == "finish"
    assert (settings["steps"], settings["width"]) == (4, 16)
    assert logged[-1][0] == 4
    assert logged[-1][1].keys() == {"loss", "words_per_second"}


def test_no_tracker_is_silence(tmp_path: Path) -> None:
    with tracking(None, "run", tmp_path, {}) as log:
        log({"loss": 1.0}, 1)
    assert list(tmp_path.iterdir()) == []


def test_tensorboard_in_full(tmp_path: Path) -> None:
    if not any(find_spec(name) for name in MODULES[Tracker.tensorboard]):
        pytest.skip("neither tensorboard nor tensorboardX is installed")
    with tracking(Tracker.tensorboard, "run", tmp_path, {"a": 1}) as log:
        log({"loss": 1.0}, 1)
    assert list((tmp_path / "tensorboard").rglob("events*"))


def test_settings_become_plain() -> None:
    values = plain({"a": {"b": 1, "c": None}, "d": [1, 2], "e": "x"})
    assert values == {"a.b": 1, "a.c": "None", "d": "[1, 2]", "e": "x"}


def test_the_modules_are_names_and_no_imports() -> None:
    names = {name for group in MODULES.values() for name in group}
    assert not [n for n in names if isinstance(sys.modules.get(n), ModuleType)]
