"""Which skills a run takes, and what it says of those it does not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toy_skills import music, shopping, write_skills

from data_cards.card import DATA_VARIABLE, Card, Reading, Source
from data_cards.errors import DataError, SkillwiseError
from data_cards.faults import Faults
from data_cards.records import Frame, Skill
from evaluation.planning import skills as gathering
from evaluation.planning.skills import Readings, gather


def silent(skill: Skill) -> Skill:
    """The skill with neither slots nor a second intent."""
    train = tuple(replace(u, frame=Frame("Only")) for u in skill.train)
    return replace(skill, name="silent", train=train)


def single(skill: Skill) -> Skill:
    """The skill with one intent and its slots."""
    train = tuple(u for u in skill.train if u.frame.slots)
    return replace(skill, name="single", train=train)


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card(
        pretty_name="toys", license="cc0-1.0", language=["en"], name="toys",
        skillwise=Reading(reader="none", skill="a toy", locales=["en-US"]),
    )  # fmt: skip

    def load(asked: Card, faults: Faults) -> Iterator[Skill]:
        faults.add(Path("toys.csv"), 3, "unclosed bracket")
        yield from (music(), silent(music()), single(music()), replace(shopping(), test=()))

    monkeypatch.setattr(gathering, "card", lambda name: card)
    monkeypatch.setattr(gathering, "load", load)


def test_what_a_suite_cannot_offer_is_noted(suite: None) -> None:
    found, notes = gather(["toys"], [])
    assert [s.label for s in found] == ["toys/music@en-US"]
    assert [n.partition(": ")[2].partition(",")[0] for n in notes] == [
        "silent@en-US left out", "single@en-US left out", "shopping@en-US left out",
        "1 faulty entries left out",
    ]  # fmt: skip
    found, _ = gather(["toys"], [], slots_only=True)
    assert [s.key for s in found] == ["music@en-US", "single@en-US"]


def test_a_card_is_read_once_where_it_is_asked_for_twice(
    suite: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By both rules, with the same skills and notes as without what was kept."""
    rules: list[dict[str, Any]] = [{"slots_only": False}, {"slots_only": True}, {"pattern": "m*"}]
    wanted = [gather(["toys"], [], **rule) for rule in rules]
    readings, reads, load = Readings(), [], gathering.load
    monkeypatch.setattr(gathering, "load", lambda *asked: reads.append(asked) or load(*asked))
    assert [gather(["toys"], [], **rule, readings=readings) for rule in rules] == wanted
    assert len(reads) == 1


def test_patterns(suite: None, tmp_path: Path) -> None:
    folder = write_skills(tmp_path / "mine")
    assert len(gather([], [folder])[0]) == 3
    assert [s.key for s in gather([], [folder], "*@en-GB")[0]] == ["shopping@en-GB"]
    assert len(gather(["toys"], [folder], "music@*")[0]) == 2
    assert len(gather(["toys"], [folder], "mine/music@*")[0]) == 1
    both = gather([], [folder], "music@en-US,mine/shopping@en-GB")[0]
    assert [s.key for s in both] == ["music@en-US", "shopping@en-GB"]
    with pytest.raises(SkillwiseError, match="'music@en-US'"):
        gather([], [folder], "musik@en-US")


def test_a_skill_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = write_skills(tmp_path / "mine")
    assert [s.key for s in gather([], [folder / "music@en-US"])[0]] == ["music@en-US"]


def test_the_same_twice_is_refused(tmp_path: Path) -> None:
    folder = write_skills(tmp_path / "mine")
    with pytest.raises(SkillwiseError, match="there twice"):
        gather([], [folder, folder])


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        gather([], [tmp_path / "none"])


def test_confirmatory_cards_are_reached_by_name_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def toy(name: str, confirmatory: bool) -> Card:
        reading = Reading(
            reader="none", skill="a toy", locales=["en-US"], confirmatory=confirmatory,
            source=Source(folder="toys", repository="toys"),
        )  # fmt: skip
        return Card(
            pretty_name=name, license="cc0-1.0", language=["en"], name=name, skillwise=reading
        )

    (tmp_path / "toys").mkdir()
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    known = {"open": toy("open", False), "sealed": toy("sealed", True)}
    monkeypatch.setattr(gathering, "cards", lambda: known)
    monkeypatch.setattr(gathering, "card", known.__getitem__)
    monkeypatch.setattr(gathering, "load", lambda card, faults: iter([music()]))
    assert gathering.collected() == ["open"]
    assert [s.label for s in gather(["collected"], [])[0]] == ["open/music@en-US"]
    assert [s.label for s in gather(["sealed"], [])[0]] == ["sealed/music@en-US"]
