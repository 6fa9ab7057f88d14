"""A folder can be read at a glance: few modules in each, and the tests lie as the code does.

Which floor may import which is import-linter's to hold (test_imports.py).
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("data_cards", "pretrain", "baselines", "dnn", "evaluation")
MOST = 15
"""Modules of one folder, beside its `__init__`."""

ONE_A_FORMAT = {"data_cards/readers"}
"""Folders that may hold more: one file for each format there is."""


def folders() -> list[str]:
    """Every package of the rooms, by its path."""
    found = (path.parent for room in ROOMS for path in (ROOT / room).rglob("__init__.py"))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def modules(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("folder", sorted(set(folders()) - ONE_A_FORMAT))
def test_a_folder_holds_few_modules(folder: str) -> None:
    assert len(modules(folder)) <= MOST


def test_evaluation_itself_holds_the_ways_in() -> None:
    assert modules("evaluation") == {"__main__", "cli"}


def test_every_folder_with_code_is_a_package() -> None:
    """Else its modules import all the same, but the contracts do not see them."""
    code = {p.parent for room in ROOMS for p in (ROOT / room).rglob("*.py")}
    assert {path.relative_to(ROOT).as_posix() for path in code} == set(folders())


def test_tests_lie_as_the_code_does() -> None:
    tested = {p.parent.relative_to(ROOT / "tests") for p in (ROOT / "tests").rglob("test_*.py")}
    tested = {path.as_posix() for path in tested if path.parts and path.parts[0] in ROOMS}
    assert tested <= set(folders())
