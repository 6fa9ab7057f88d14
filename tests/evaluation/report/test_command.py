"""The command under a report repeats the run: the command line reads it back as it was asked."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from toy_results import RUN
from toy_skills import write_skills

from data_cards.errors import SkillwiseError
from evaluation.cli import main
from evaluation.driver.compare import compare
from evaluation.planning import plan as planning
from evaluation.planning.plan import CompareSettings, plan
from evaluation.report.command import OPTIONS, command, seeds_note
from evaluation.results.reader import FILE, Results


def parsed(line: str, monkeypatch: pytest.MonkeyPatch) -> CompareSettings:
    """The settings that the command line makes of a command."""
    found: list[CompareSettings] = []

    def refuse(settings: CompareSettings, *_: Any) -> None:
        found.append(settings)
        raise SkillwiseError("nothing is planned here")

    monkeypatch.setattr(planning, "plan", refuse)
    program, *arguments = shlex.split(line)
    assert program == "skillwise"
    with pytest.raises(SystemExit):
        main(arguments)
    (settings,) = found
    return settings


ASKED = [
    CompareSettings(),
    CompareSettings(
        suites=("starter", "hwu64"), data=(Path("my skills"), Path("/data/it's here")),
        systems=("maxent-crf", "dnn", "peer.engine:Engine"),
        changes=("dnn.train.steps=30", 'maxent-crf.note="a $b"'), shots=(5, None), seeds=3,
        skills="*taxi*@en-*", vectors=(Path("stores/en"), Path("stores/de one")),
        slots_only=True, sources=("snips", "fb-mtod"), folds=5,
    ),
    CompareSettings(suites=(), data=(Path("-odd"),), skills="a b"),
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED, ids=["plain", "everything", "odd names"])
def test_the_command_is_read_back_as_it_was_asked(
    asked: CompareSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = command({"asked": asked.model_dump(mode="json")})
    assert parsed(line, monkeypatch) == asked


def test_every_setting_has_its_option() -> None:
    assert set(OPTIONS) == set(CompareSettings.model_fields)


def test_a_run_keeps_what_its_command_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_skills(tmp_path / "the toys")
    asked = CompareSettings(
        suites=(), data=(tmp_path / "the toys",), systems=("toy_systems:Majority",), shots=(2,)
    )
    compare(plan(asked), tmp_path / "run", jobs=1)
    with Results(tmp_path / "run" / FILE) as results:
        line = command(results.run().settings)
    assert line in (tmp_path / "run" / "report.md").read_text("utf-8")
    assert parsed(line, monkeypatch) == asked


def test_a_run_of_an_earlier_release_says_what_it_kept() -> None:
    assert command(RUN.settings) == (
        "skillwise compare --suite starter --systems old,new --set new.rate=1 --shots all --seeds 1"
    )


def test_a_night_says_where_its_seeds_begin() -> None:
    assert seeds_note({"first_seed": 3000})
    assert not seeds_note(RUN.settings)
