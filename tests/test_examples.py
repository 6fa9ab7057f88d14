"""The examples run as they stand, on the skills beside them."""

import runpy
import sys
from pathlib import Path

import pytest
from notebooks import Notebook, code_cells

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in; scripts find what stands beside them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])
    monkeypatch.setattr(sys, "argv", ["example"])
    return tmp_path


def test_every_example_is_run_here() -> None:
    scripts = {path.name for path in EXAMPLES.iterdir() if path.suffix in (".py", ".ipynb")}
    assert scripts == {
        "compare_own_skills.py", "nearest_engine.py", "tour.ipynb", "vectors_and_neighbours.py"
    }  # fmt: skip


def test_own_skills_as_tables(capsys: pytest.CaptureFixture[str]) -> None:
    names = runpy.run_path(str(EXAMPLES / "compare_own_skills.py"))
    assert set(names["cells"]["skill"]) == {"taxi", "kitchen"}
    assert len(names["overall"]) == 4
    assert "**maxent-crf-strong** over maxent-crf" in capsys.readouterr().out
    assert Path("runs/own/report.html").exists()


def test_vectors_and_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "vectors_and_neighbours.py"))
    assert capsys.readouterr().out.endswith("this does not belong: monday\n")


def test_an_engine_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    """As a script, so that the class stands in `__main__`."""
    runpy.run_path(str(EXAMPLES / "nearest_engine.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert "**__main__:Nearest** over maxent-crf" in said
    assert "| no slots | 2 |" in said


def test_the_notebook_holds_no_outputs() -> None:
    text = (EXAMPLES / "tour.ipynb").read_text("utf-8")
    assert text.count('"outputs": []') == text.count('"cell_type": "code"') == len(
        code_cells(EXAMPLES / "tour.ipynb")
    )  # fmt: skip


@pytest.mark.slow
def test_the_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("skills").symlink_to(EXAMPLES / "skills")
    notebook = Notebook(monkeypatch)
    for source in code_cells(EXAMPLES / "tour.ipynb"):
        notebook.run(source)
    assert set(notebook["run"].cells()["system"]) == {"maxent-crf", "dnn-mlm"}
    assert set(notebook["own"].cells()["system"]) == {"maxent-crf", "__main__:Keywords"}
    assert notebook["own"].report.exists()
