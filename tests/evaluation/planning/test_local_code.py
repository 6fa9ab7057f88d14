"""Classes of a script or a notebook: named, told from importable ones, and digested by source."""

from types import ModuleType

import pytest
import toy_systems
from notebooks import Notebook

from data_cards.errors import SkillwiseError
from evaluation.planning import code_digest
from evaluation.planning.classes import elsewhere, found, name_of
from evaluation.planning.local_code import local_digest
from evaluation.planning.systems import system_specs

ENGINE = """
class Engine(Majority):
    # why
    def answer(self, utterance):
        return guess(utterance, LIMIT)
"""


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    """One with an engine that reads a function and a number of other cells."""
    made = Notebook(monkeypatch)
    made.run("from toy_systems import Majority\nimport json, math\nLIMIT = 3\n")
    made.run("def guess(utterance, limit):\n    return table(limit)\n")
    made.run("def table(limit):\n    return limit + 1\n")
    made.run("def unused():\n    return 1\n")
    made.run(ENGINE)
    return made


def digest(notebook: Notebook) -> str:
    return local_digest(notebook["Engine"])


def test_a_class_of_a_notebook_is_local_and_one_of_a_module_is_not(notebook: Notebook) -> None:
    assert elsewhere(toy_systems.Majority)
    assert not elsewhere(notebook["Engine"])
    assert name_of(notebook["Engine"]) == "__main__:Engine"
    assert found("__main__:Engine") is notebook["Engine"]
    one, other = system_specs(["__main__:Engine", "toy_systems:Majority"])
    assert one.code_digest() == one.local == digest(notebook)
    assert not other.local


def test_a_module_that_only_this_process_has_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("made_here")
    exec(compile("class Engine: pass", "<made>", "exec"), module.__dict__)
    monkeypatch.setitem(__import__("sys").modules, "made_here", module)
    assert not elsewhere(module.Engine)


@pytest.mark.parametrize(
    "changed",
    [
        ENGINE.replace("LIMIT", "LIMIT + 1"),
        "LIMIT = 4",
        "def guess(utterance, limit):\n    return table(limit) + 1\n",
        "def table(limit):\n    return limit + 2\n",
        "class Majority(Majority):\n    x = 1\n",
    ],
)
def test_whatever_the_class_reaches_counts(notebook: Notebook, changed: str) -> None:
    before = digest(notebook)
    notebook.run(changed)
    if "class Majority" in changed:
        notebook.run(ENGINE)
    assert digest(notebook) != before


@pytest.mark.parametrize(
    "changed",
    [
        ENGINE,
        ENGINE.replace("# why", "# because").replace("def answer", '"""What."""\n    def answer'),
        "def unused():\n    return 2\n",
        "OTHER = 5",
        "LIMIT = 3",
    ],
)
def test_nothing_else_does(notebook: Notebook, changed: str) -> None:
    before = digest(notebook)
    notebook.run(changed)
    assert digest(notebook) == before


def test_the_numbers_of_an_array_count_where_its_text_leaves_them_out(notebook: Notebook) -> None:
    notebook.run("import numpy as np\nLIMIT = np.zeros(5000)")
    before = digest(notebook)
    notebook.run("LIMIT = np.zeros(5000)")
    assert digest(notebook) == before
    notebook.run("LIMIT[2500] = 1")
    assert digest(notebook) != before


def test_modules_of_the_project_count(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook.run("from data_cards import bio")
    notebook.run(ENGINE.replace("guess(utterance, LIMIT)", "bio.spans(utterance)"))
    before = digest(notebook)
    monkeypatch.setattr("evaluation.planning.local_code.code_digest", lambda module: module)
    assert digest(notebook) != before


def test_the_api_brings_no_report_into_a_digest(notebook: Notebook) -> None:
    """An engine that says `ev.Frame` keeps its cells whatever else of the project changes."""
    notebook.run("import evaluation as ev\nimport sklearn")
    notebook.run(ENGINE.replace("guess(utterance, LIMIT)", "ev.Frame(sklearn.__name__)"))
    read: list[bytes] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(code_digest, "token_digest", lambda source: read.append(source) or "")
        code_digest.code_digest.cache_clear()
        digest(notebook)
    code_digest.code_digest.cache_clear()
    assert b"class System(Protocol)" in b"".join(read)  # the face, and what every cell runs
    assert len(read) < 20


def test_a_class_without_methods_counts_by_what_it_declares(notebook: Notebook) -> None:
    notebook.run("from dataclasses import dataclass")
    declared = "@dataclass\nclass Widths:\n    first: int = 1\n"
    notebook.run(declared)
    notebook.run(ENGINE.replace("LIMIT", "Widths().first"))
    before = digest(notebook)
    notebook.run(declared)
    assert digest(notebook) == before
    notebook.run(declared.replace("1", "2"))
    assert digest(notebook) != before


def test_what_cannot_be_named_is_refused(notebook: Notebook) -> None:
    class Inside:
        pass

    old = notebook["Engine"]
    notebook.run(ENGINE)
    with pytest.raises(SkillwiseError, match="another class now"):
        name_of(old)
    with pytest.raises(SkillwiseError, match="inside of a function"):
        name_of(Inside)


def test_a_class_whose_source_nobody_has_is_refused(notebook: Notebook) -> None:
    exec("class Bare:\n    def fit(self): pass", notebook.module.__dict__)
    with pytest.raises(SkillwiseError, match="source cannot be read"):
        local_digest(notebook["Bare"])
