"""The code digest follows what a system imports, and nothing else."""

import sys
from pathlib import Path

import pytest

from evaluation import versions


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of three modules: `system` imports `part`, nobody imports `report`."""
    package = tmp_path / "engine_under_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "system.py").write_text("from engine_under_test import part\n")
    (package / "part.py").write_text("from . import deep\n")
    (package / "deep.py").write_text("A = 1\n")
    (package / "report.py").write_text("B = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    versions.code_digest.cache_clear()
    yield package
    versions.code_digest.cache_clear()
    for name in [n for n in sys.modules if n.startswith("engine_under_test")]:
        del sys.modules[name]


def digest() -> str:
    versions.code_digest.cache_clear()
    return versions.code_digest("engine_under_test.system")


def test_what_is_imported_counts(engine: Path) -> None:
    before = digest()
    (engine / "report.py").write_text("B = 2\n")
    assert digest() == before
    (engine / "deep.py").write_text("A = 2\n")
    assert digest() != before


def test_library_releases_count(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest()
    monkeypatch.setattr(versions, "release", lambda library: "0.0")
    assert digest() != before


def test_the_report_is_in_no_digest() -> None:
    """Whatever cells hang on must not reach the rendering, the schema or the command line."""
    names, waiting = set(), [versions.MEASURING]
    while waiting:
        name = waiting.pop()
        source = versions._source(name)
        if source is None or name in names:
            continue
        names.add(name)
        waiting += [n for n in versions._imports(name, source) if n.startswith("evaluation")]
    assert {n for n in names if n.startswith("evaluation.")} == {
        "evaluation.measuring",
        "evaluation.metrics",
    }


def test_commit_outside_of_git_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "_git", lambda folder, *arguments: None)
    assert versions.commit() is None
