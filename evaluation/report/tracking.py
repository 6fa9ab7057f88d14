"""Scores sent to an experiment tracker as well: what accelerate gives, by one option.

A tracker is a copy for whoever looks there; the results file stays the record of a run.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from data_cards.errors import SkillwiseError
from evaluation.planning.changes import flat
from evaluation.results.rows import RunResult
from evaluation.scoring.names import shots_name

Log = Callable[[Mapping[str, float], int], None]
"""Call it with figures by name and the step that they belong to."""

PROJECT = "skillwise"


class Tracker(StrEnum):
    """The trackers of --tracker."""

    tensorboard = "tensorboard"
    mlflow = "mlflow"
    wandb = "wandb"


MODULES = {
    Tracker.tensorboard: ("tensorboard", "tensorboardX"),
    Tracker.mlflow: ("mlflow",),
    Tracker.wandb: ("wandb",),
}
"""The packages of which one must be there."""


def need(tracker: Tracker | None) -> None:
    """Refuse a tracker whose package is not installed, before hours are spent."""
    if tracker is not None and not any(find_spec(name) for name in MODULES[tracker]):
        package = MODULES[tracker][0]
        raise SkillwiseError(
            f"--tracker {tracker}: the package {package} is not installed; pip install {package}"
        )


@contextmanager
def tracking(
    tracker: Tracker | None, name: str, folder: Path, settings: Mapping[str, Any]
) -> Iterator[Log]:
    """Open a tracker's run and yield what logs into it; None yields a log that goes nowhere.

    TensorBoard writes under `folder`; MLflow and W&B go where their own variables say.
    """
    if tracker is None:
        yield lambda figures, step: None
        return
    need(tracker)
    opened = _open(tracker, name, folder)
    opened.start()
    try:
        opened.store_init_configuration(plain(settings))
        yield lambda figures, step: opened.log(dict(figures), step=step)
    finally:
        opened.finish()


def track_run(tracker: Tracker | None, folder: Path, step: int = 0) -> None:
    """Log a finished run: each system's mean scores, each comparison's points."""
    if tracker is None:
        return
    from evaluation.results.reader import (  # brings numpy, which an option's type needs not
        FILE,
        Results,
    )

    with Results(folder / FILE) as results:
        run = results.run()
    settings = {**run.settings, "commit": run.commit, "settings_digest": run.settings_digest}
    settings.pop("skills", None)  # a digest for each of hundreds: the results file has them
    with tracking(tracker, folder.resolve().name, folder, settings) as log:
        log(figures(run), step)


def figures(run: RunResult) -> dict[str, float]:
    """The figures of a run over all locales: `system/shots/metric` and `candidate-baseline/...`."""
    found: dict[str, float] = {}
    for c in run.comparisons:
        if c.locale is not None or c.points is None:
            continue
        where = f"{shots_name(c.shots)}/{c.metric}"
        if c.baseline_mean is not None and c.candidate_mean is not None:
            found.setdefault(f"{c.baseline}/{where}", c.baseline_mean)
            found.setdefault(f"{c.candidate}/{where}", c.candidate_mean)
        found[f"{c.candidate}-{c.baseline}/{where}"] = c.points
    by_system: dict[str, list[float]] = {}
    for cell in run.cells:
        key = f"{cell.row.system}/{shots_name(cell.row.shots)}/frame_accuracy"
        by_system.setdefault(key, []).append(cell.row.frame_accuracy)
    for key, values in by_system.items():  # a single system stands in no comparison
        found.setdefault(key, sum(values) / len(values))
    return found


def plain(settings: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """Nested settings as `a.b` keys with plain values, which is all that trackers take."""
    return {
        key: value if isinstance(value, str | int | float | bool) else str(value)
        for key, value in flat(settings).items()
    }


def _open(tracker: Tracker, name: str, folder: Path) -> Any:
    from accelerate import tracking as trackers

    if tracker is Tracker.tensorboard:
        return trackers.TensorBoardTracker(name, folder / "tensorboard")
    if tracker is Tracker.mlflow:
        return trackers.MLflowTracker(PROJECT, run_name=name)
    return trackers.WandBTracker(PROJECT, name=name)
