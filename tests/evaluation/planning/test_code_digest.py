"""The code digest follows what a system imports, and nothing else."""

import sys
from pathlib import Path

import pytest

from evaluation.planning import code_digest as versions


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


def test_what_only_a_type_checker_imports_does_not_count(engine: Path) -> None:
    guarded = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import {}\n"
    (engine / "part.py").write_text(guarded.format("report"))
    before = digest()
    (engine / "report.py").write_text("B = 2\n")
    assert digest() == before
    (engine / "part.py").write_text("from . import report\n")
    assert digest() != before


def test_library_releases_count(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest()
    monkeypatch.setattr(versions, "release", lambda library: "0.0")
    assert digest() != before


def reached(module: str) -> set[str]:
    """The project's modules that a system in `module` reaches, as the digest walks them."""
    names, waiting = set(), [module, versions.ANSWERING]
    while waiting:
        name = waiting.pop()
        source = versions._source(name)
        if source is None or name in names:
            continue
        names.add(name)
        inside = (n for n in versions._imports(name, source) if n.split(".")[0] in versions.ROOMS)
        waiting += inside
    return names


@pytest.mark.parametrize("module", ["baselines.strong", "dnn.system"])
def test_no_report_metric_or_reader_is_in_a_digest(module: str) -> None:
    """A new metric, report panel or reader must leave every finished cell as it is."""
    names = reached(module)
    assert {n for n in names if n.startswith("evaluation.")} == {versions.ANSWERING}
    assert not {n for n in names if n.startswith("data_cards.readers")}


def test_a_comment_a_docstring_and_a_moved_module_change_nothing(engine: Path) -> None:
    before = digest()
    (engine / "deep.py").write_text(
        '"""What it is."""\n\nimport os  # noqa\n\n# why\nA  =  1  # here\n"""What A is."""\n'
    )
    assert digest() == before
    (engine / "deeper").mkdir()
    (engine / "deeper" / "__init__.py").write_text('"""A folder."""\n')
    (engine / "deep.py").rename(engine / "deeper" / "far.py")
    (engine / "part.py").write_text("from engine_under_test.deeper import far\n")
    assert digest() == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A = 1\n", "A = 2\n"),
        ("if A:\n    b()\n    c()\n", "if A:\n    b()\nc()\n"),
        ("a = f'{x + 1} and'\n", "a = f'{x + 2} and'\n"),
        ("a = 'one'\n", "a = 'two'\n"),
        ("f(a, b)\n", "f(b, a)\n"),
    ],
)
def test_what_a_module_does_is_in_its_digest(one: str, other: str) -> None:
    assert versions.token_digest(one.encode()) != versions.token_digest(other.encode())


def test_an_f_string_is_one_token_in_every_release() -> None:
    """Python 3.12 cuts f-strings into parts; the digest must not depend on the release."""
    source = b"""x = f'{a!r:>{w}} {f"{b}"}' 'c'\ny = f'''{\na\n}'''\n"""
    found = [text for kind, text in versions._tokens(source) if kind == versions._STRING]
    assert found == ["""f'{a!r:>{w}} {f"{b}"}'""", "'c'", "f'''{\na\n}'''"]


def test_commit_outside_of_git_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "_git", lambda folder, *arguments: None)
    assert versions.commit() is None


def test_the_scoring_digest_follows_the_metrics_and_no_cell_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def digests() -> tuple[str, str]:
        versions.scoring_digest.cache_clear()
        versions.code_digest.cache_clear()
        return versions.scoring_digest(), versions.code_digest("baselines.maxent_crf")

    scoring, cells = digests()
    plain = versions.token_digest
    metrics = versions._source("evaluation.scoring.metrics")
    assert metrics is not None
    text = metrics.read_bytes()
    monkeypatch.setattr(
        versions, "token_digest", lambda source: plain(source + b"A = 1\n" * (source == text))
    )
    changed = digests()
    assert changed[0] != scoring
    assert changed[1] == cells
    monkeypatch.undo()
    assert digests() == (scoring, cells)
