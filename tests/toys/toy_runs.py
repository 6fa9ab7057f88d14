"""Small comparisons on toy systems, their cells, and what comes of them."""

import json
from pathlib import Path
from typing import Any

from toy_skills import music, shopping, write_skills

from evaluation.planning.cell import Cell, run_cell
from evaluation.planning.plan import CompareSettings
from evaluation.planning.skill_block import pack
from evaluation.planning.systems import system_specs
from evaluation.results.rows import Findings
from evaluation.results.writer import Recorder

SYSTEMS = ("toy_systems:Dice", "toy_systems:Memory")


TIMES = ("train_seconds", "predict_ms")


def settings(tmp_path: Path, systems: tuple[str, ...] = SYSTEMS, **more: Any) -> CompareSettings:
    folder = tmp_path / "toys"
    if not folder.exists():
        write_skills(folder)
    return CompareSettings(suites=(), data=(folder,), systems=systems, **more)


def summary(folder: Path) -> Any:
    """A run's summary but for its times."""
    content = json.loads((folder / "summary.json").read_text("utf-8"))
    del content["seconds"]
    for cell in content["cells"]:
        for name in TIMES:
            del cell[name]
    return content


def cells(seeds: int = 3) -> list[Cell]:
    (spec,) = system_specs(["toy_systems:Memory"])
    skills = [pack(s, "toys") for s in (music(), shopping())]
    return [Cell(skill, spec, seed, None, "s", "c") for skill in skills for seed in range(seeds)]


def filled(path: Path, wanted: list[Cell], done: int | None = None) -> int:
    with Recorder(path) as recorder:
        run = recorder.begin({"shots": [None]}, "digest", None, wanted, 1.0)
        for cell in wanted[:done]:
            recorder.add(cell, run_cell(cell))
        recorder.finish(run, 2.0, Findings())
    return run
