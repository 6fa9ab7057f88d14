"""`import evaluation as ev` costs nothing, and gives what it promises."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from toy_skills import music, shopping

import evaluation as ev
from data_cards.jsonl import write_skill

HEAVY = ("numpy", "pandas", "torch", "pydantic", "sklearn", "typer")

LINES = """
import evaluation as ev
from toy_systems import Memory as MyEngine
run = ev.compare(["maxent-crf", "dnn-mlm", MyEngine], data="skills", shots=10, seeds=3, out="runs/mine", jobs=2)  # -> Run
run.cells(); run.comparisons(); run.verdicts(); run.slices(); run.predictions()        # pandas DataFrames, columns documented
ev.open("runs/mine"); ev.read_skill("skills/music@en-US"); ev.vectors("en").neighbours("apple")
"""  # noqa: E501


def test_importing_it_imports_nothing() -> None:
    code = f"import sys, evaluation; print([n for n in {HEAVY} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ev.__all__)
def test_every_name_is_there_and_no_sub_package_takes_it(name: str) -> None:
    assert getattr(ev, name).__doc__
    assert name in dir(ev)
    assert find_spec(f"evaluation.{name}") is None


def test_the_list_of_names_is_that_of_their_homes() -> None:
    assert sorted(ev._HOMES) == ev.__all__
    with pytest.raises(AttributeError, match="no attribute 'comparre'"):
        _ = ev.comparre


@pytest.mark.slow
def test_the_lines_of_the_documentation_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for skill in (music(), shopping()):
        write_skill(skill, tmp_path / "skills")
    names: dict[str, ev.Run] = {}
    exec(LINES, names)
    cells = names["run"].cells()
    assert len(cells) == 2 * 3 * 3
    assert set(cells["system"]) == {"maxent-crf", "dnn-mlm", "toy_systems:Memory"}
