"""`ev.compare`: what is measured, by which systems, where it goes and what it says."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from notebooks import Notebook
from own_engine import Own
from toy_skills import music, shopping, write_skills
from toy_systems import Buggy, Majority, Memory

import evaluation as ev
from evaluation.api import compare as module
from evaluation.planning.plan import DEFAULT_SYSTEMS

ENGINE = """
class Engine(Majority):
    def answer(self, utterance):
        assert os.getpid() == HERE
        return ev.Frame(self.intent)
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with skills in `skills`."""
    monkeypatch.chdir(tmp_path)
    write_skills(tmp_path / "skills")
    return tmp_path


def test_data_is_measured_and_nothing_else() -> None:
    run = ev.compare([Majority, "toy_systems:Memory"], data="skills", out="runs/a", jobs=1)
    cells = run.cells()
    assert set(cells["suite"]) == {"skills"}
    assert set(cells["system"]) == {"toy_systems:Majority", "toy_systems:Memory"}
    assert len(cells) == 6 == len(ev.open("runs/a").cells())
    assert run.report.is_file()
    assert "toy_systems:Memory" in run.headline
    assert str(run) == "runs/a: 6 cells, 3 skills, toy_systems:Majority, toy_systems:Memory"


def test_with_neither_data_nor_suites_the_starter_suite_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Stopped(Exception):
        pass

    asked = []

    def stop(settings: object, *rest: object) -> None:
        asked.append(settings)
        raise Stopped

    monkeypatch.setattr(module, "plan", stop)
    for arguments in ({}, {"data": "skills"}, {"data": "skills", "suites": "hwu64"}):
        with pytest.raises(Stopped):
            ev.compare(**arguments)
    assert [a.suites for a in asked] == [("starter",), (), ("hwu64",)]
    assert {a.systems for a in asked} == {DEFAULT_SYSTEMS}


def test_skills_may_come_as_objects() -> None:
    run = ev.compare(Memory, data=[music(), Path("skills/shopping@en-GB")], out="runs/a", jobs=1)
    assert list(run.cells()["suite"]) == ["shopping@en-GB", "given"]
    run = ev.compare(Memory, data=shopping(), shots=[2, "all"], seeds=2, out="runs/b", jobs=1)
    assert list(run.cells()["shots"].fillna(-1)) == [2, 2, -1, -1]
    mute = ev.Skill("mute", "en-US", music().train)
    with pytest.raises(ev.SkillwiseError, match="mute@en-US: cannot be measured, it has no test"):
        ev.compare(Memory, data=[mute], out="runs/c")


def test_without_out_it_goes_where_the_command_puts_it() -> None:
    run = ev.compare(Memory, data="skills", jobs=1)
    assert run.folder.parent == Path("runs")
    assert run.report.exists()


def test_source_models_lie_beside_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    folders = []
    plan = module.plan
    monkeypatch.setattr(module, "plan", lambda *given: folders.append(given[1]) or plan(*given))
    ev.compare(Memory, data="skills", out="deep/down/mine", jobs=1)
    assert folders == [Path("deep/down/sources")]


def test_quiet_and_not(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def said(out: str, quiet: bool | None) -> str:
        ev.compare(Memory, data="skills", out=f"{out}/run", jobs=1, quiet=quiet)
        return capfd.readouterr().err

    assert "cells 3/3" in said("a", None)
    assert said("b", True) == ""
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    assert said("c", None) == ""
    assert "cells 3/3" in said("d", False)


def test_failed_cells_are_warned_of_however_quiet_it_is() -> None:
    with pytest.warns(RuntimeWarning, match="1 of 6 cells failed, first skills/music@en-US"):
        run = ev.compare([Majority, Buggy], data="skills", out="runs/a", jobs=2, quiet=True)
    assert len(run.cells()) == 5
    (failure,) = run.failures().itertuples()
    assert "planted bug" in failure.traceback
    assert str(run).endswith("1 cells failed")


def test_an_engine_of_ones_own_gets_settings_and_vectors() -> None:
    run = ev.compare(
        [Own, Memory], data="skills", changes={"own_engine:Own.slots": False}, out="runs/a", jobs=1
    )
    own = run.settings["systems"]["own_engine:Own"]
    assert own == {"target": "own_engine:Own", "settings": {"slots": False}}
    answers = run.predictions().set_index("system")
    assert not any(answers.loc["own_engine:Own", "slots"])
    assert any(answers.loc["toy_systems:Memory", "slots"])
    digests = run.cells().groupby("system")["vectors_digest"].first()
    assert digests["own_engine:Own"] and not digests["toy_systems:Memory"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"systems": []}, "names no system"),
        ({"systems": "maxent-crff"}, "'maxent-crf'"),
        ({"data": "nowhere"}, "no such folder"),
        ({"data": []}, "no skill to measure"),
        ({"data": None, "suites": ()}, "no skill to measure"),
        ({"shots": 0}, "shots=0"),
        ({"shots": "many"}, "shots='many'"),
        ({"seeds": 0}, "seeds=0"),
        ({"changes": {"toy_systems:Memory.x": 1}}, "takes no settings"),
        ({"vectors": "nowhere"}, "no such vector store"),
    ],
)
def test_bad_input_is_one_line(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ev.SkillwiseError, match=words):
        ev.compare(**{"systems": Memory, "data": "skills", "out": "runs/a"} | arguments)


def test_a_class_of_a_notebook_is_run_in_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook(monkeypatch)
    notebook.run("import os\nimport evaluation as ev\nfrom toy_systems import Majority, Memory")
    notebook.run("HERE = os.getpid()")
    notebook.run(ENGINE)
    asked = "ev.compare([Engine, Memory], data='skills', out='runs/{}', jobs=2)"
    notebook.run(f"run = {asked.format('a')}")
    first = notebook["run"].cells()
    assert set(first["system"]) == {"__main__:Engine", "toy_systems:Memory"}
    assert len(first) == 6
    notebook.run(ENGINE)
    notebook.run(f"run = {asked.format('b')}")
    assert list(notebook["run"].cells()["key"]) == list(first["key"])
    notebook.run(ENGINE.replace("self.intent", "'Stop'"))
    notebook.run(f"run = {asked.format('c')}")
    same = notebook["run"].cells()["key"] == first["key"]
    assert list(same) == [system != "__main__:Engine" for system in first["system"]]


SCRIPT = """
from toy_systems import Majority, Memory

import evaluation as ev


class Engine(Majority):
    def answer(self, utterance):
        return ev.Frame("Stop")


run = ev.compare([Engine, Memory], data="skills", out="runs/a", jobs=2)
print(len(run.cells()), *run.settings["systems"])
"""


def test_a_class_of_a_script_needs_no_guard_and_no_module(here: Path) -> None:
    """A worker that imported the script would run it again, for ever."""
    (here / "mine.py").write_text(SCRIPT, "utf-8")
    done = subprocess.run(
        [sys.executable, "mine.py"], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": ":".join(str(Path(p).absolute()) for p in sys.path if p)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["6", "__main__:Engine", "toy_systems:Memory"]
