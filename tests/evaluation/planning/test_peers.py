"""The worked example of docs/PEERS.md: an outside engine, through the command line."""

import json
import sys
from pathlib import Path

import pytest
from toy_skills import music, write_skills

from evaluation.cli import main

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(autouse=True)
def on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])


def test_the_example_stands_in_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES)
    write_skills(tmp_path / "toys")
    with pytest.raises(SystemExit) as ended:
        main(["compare", "--data", str(tmp_path / "toys"), "--systems", "toy_systems:Majority",
              "--system", "nearest_engine:Nearest", "--jobs", "1",
              "--out", str(tmp_path / "run")])  # fmt: skip
    assert ended.value.code == 0
    content = json.loads((tmp_path / "run" / "summary.json").read_text("utf-8"))
    by_system: dict[str, list[float]] = {}
    for cell in content["cells"]:
        by_system.setdefault(cell["system"], []).append(cell["frame_accuracy"])
    means = {name: sum(values) / len(values) for name, values in by_system.items()}
    assert means["nearest_engine:Nearest"] > means["toy_systems:Majority"]


def test_the_example_loads_what_it_saved(tmp_path: Path) -> None:
    from nearest_engine import Nearest, NearestSettings

    skill, engine = music(), Nearest(NearestSettings(longest=3))
    engine.fit(skill, 0)
    engine.save(tmp_path)
    loaded = Nearest.load(tmp_path)
    assert loaded.settings == engine.settings
    assert loaded.predict(skill.test) == engine.predict(skill.test)
    assert engine.predict([]) == []
