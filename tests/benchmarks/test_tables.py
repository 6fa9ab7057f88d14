"""The tables of the pages are made from docs/results, and say when the code has changed since."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import tables
from data_cards.errors import DataError
from evaluation.planning.code_digest import source_digest
from evaluation.results.figures import write_figures

RESULTS = tables.ROOT / "docs" / "results"
MEASURED = ("evaluation.scoring.gains",)
PAGE = "before\n<!-- table: toy/gains -->\nold\n<!-- end -->\nafter\n"
TEMPLATE = "| {a:score} | {gain:gain} | {share:share} | {lead_points:points} | {n:count} |\n"
FIGURES = {"a": 0.6921, "gain": 0.451, "share": 0.156, "lead_points": 11.5, "n": 1234.0}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one page of one table, measured by today's code."""
    (tmp_path / "docs" / "tables" / "toy").mkdir(parents=True)
    (tmp_path / "docs" / "results").mkdir()
    (tmp_path / "docs" / "tables" / "toy" / "gains.md").write_text(TEMPLATE, "utf-8")
    write_figures(tmp_path / "docs" / "results" / "toy.json", FIGURES, 60.0, MEASURED)
    return tmp_path


def changed(root: Path, **values: Any) -> None:
    path = root / "docs" / "results" / "toy.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")


@pytest.mark.parametrize("page", list(tables.pages()), ids=lambda path: path.name)
def test_every_table_is_what_its_file_says_and_tells_when_the_code_has_changed(page: Path) -> None:
    """Run `make docs` where this fails."""
    text = page.read_text("utf-8")
    assert tables.filled(text) == text


def test_every_template_is_shown_on_a_page() -> None:
    texts = [page.read_text("utf-8") for page in tables.pages()]
    shown = {found[2] for text in texts for found in tables.BLOCK.finditer(text)}
    folder = tables.ROOT / "docs" / "tables"
    assert shown == {str(p.relative_to(folder).with_suffix("")) for p in folder.rglob("*.md")}


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda p: p.name)
def test_results_files_have_the_common_form(path: Path) -> None:
    content = json.loads(path.read_text("utf-8"))
    assert content["schema"] == 1
    needed = {"commit", "date", "machine", "seconds", "measures", "code_digest", "figures"}
    assert needed <= set(content)
    for name, value in content["figures"].items():
        assert value is None or isinstance(value, int | float), name
        if "gain" in name or "share" in name or "error_reduction" in name:
            assert value is None or abs(value) < 10, f"{name} is a fraction"


def test_figures_are_shown_in_their_form_and_the_rest_of_a_page_stays(root: Path) -> None:
    made = tables.filled(PAGE, root)
    assert made.startswith("before\n<!-- table: toy/gains -->\n")
    assert "| .692 | +45.1 % | 15.6 % | +11.5 | 1,234 |" in made
    assert made.endswith("<!-- end -->\nafter\n")
    assert "old" not in made
    assert tables.filled(made, root) == made


def test_today_s_code_is_not_called_changed_and_other_code_is(root: Path) -> None:
    assert tables.CHANGED not in tables.filled(PAGE, root)
    changed(root, code_digest="0" * 64)
    assert tables.CHANGED in tables.filled(PAGE, root)
    changed(root, code_digest=None)
    assert tables.CHANGED in tables.filled(PAGE, root)


def test_what_was_not_measured_is_said_so(root: Path) -> None:
    changed(root, figures=FIGURES | {"gain": None})
    assert "| not measured |" in tables.filled(PAGE, root)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{gian:gain}", "did you mean 'gain'?"),
        ("{a:scores}", "did you mean 'score'?"),
        ("{lead_points:gain}", "show what ends in _points as points"),
        ("{gain:points}", "show what ends in _points as points"),
    ],
)
def test_a_bad_template_is_one_line(root: Path, template: str, words: str) -> None:
    (root / "docs" / "tables" / "toy" / "gains.md").write_text(template, "utf-8")
    with pytest.raises(DataError, match="gains.md") as raised:
        tables.filled(PAGE, root)
    assert words in str(raised.value)


def test_a_missing_results_file_is_one_line(root: Path) -> None:
    (root / "docs" / "results" / "toy.json").unlink()
    with pytest.raises(DataError, match="no such file"):
        tables.filled(PAGE, root)


def test_the_digest_is_of_source_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages must be the same under any release of Python and its libraries."""
    before = source_digest(MEASURED)
    monkeypatch.setattr("evaluation.planning.code_digest.release", lambda library: "0.0")
    assert source_digest(MEASURED) == before
    assert source_digest(["evaluation.scoring.metrics"]) != before


def test_the_machine_is_told_without_its_name(root: Path) -> None:
    content = json.loads((root / "docs" / "results" / "toy.json").read_text("utf-8"))
    assert set(content["machine"]) == {"cores", "processor"}
    assert content["measures"] == list(MEASURED)
    assert len(content["date"]) == len("2026-01-31")
