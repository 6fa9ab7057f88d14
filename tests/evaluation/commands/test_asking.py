"""Options become settings; what is left out is said by the settings themselves."""

import sys
from pathlib import Path
from typing import Any

import pytest

from data_cards.errors import SkillwiseError
from evaluation.cli import main
from evaluation.commands.asking import asked
from evaluation.planning.plan import DEFAULT_SYSTEMS, CompareSettings

NOTHING: dict[str, Any] = {
    "suite": None, "data": None, "systems": None, "system": None, "change": None, "shots": None,
    "seeds": 1, "skills": "*", "vectors": None, "slots_only": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def same_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.mark.parametrize(
    ("given", "suites", "systems"),
    [
        ({}, ("starter",), DEFAULT_SYSTEMS),
        ({"data": [Path("d")]}, (), DEFAULT_SYSTEMS),
        ({"data": [Path("d")], "suite": ["hwu64"]}, ("hwu64",), DEFAULT_SYSTEMS),
        ({"systems": ["a,b", "c"], "system": ["m:C"]}, ("starter",), ("a", "b", "c", "m:C")),
        ({"system": ["m:C"]}, ("starter",), ("m:C",)),
    ],
)
def test_what_is_left_out(given: dict[str, Any], suites: object, systems: object) -> None:
    found = asked(**NOTHING | given)
    assert (found.suites, found.systems) == (suites, systems)
    assert found == CompareSettings(
        suites=given.get("suite"), data=tuple(given.get("data", ())), systems=found.systems
    )


@pytest.mark.parametrize("systems", [[""], [","], ["dnn-mlm", ""]])
def test_systems_that_name_none_are_refused(systems: list[str]) -> None:
    """An empty variable of a shell must not run all of them."""
    with pytest.raises(SkillwiseError, match="--systems: names no system"):
        asked(**NOTHING | {"systems": systems})
    with pytest.raises(SkillwiseError, match="--systems: names no system"):
        CompareSettings(systems=())


def test_the_command_refuses_them_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["compare", "--data", "data", "--systems", "", "--out", "run"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("skillwise: --systems: names no system")
