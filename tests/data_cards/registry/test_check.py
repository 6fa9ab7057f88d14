"""A card that lies is caught: counts, hashes, overlaps, locales."""

import os
from dataclasses import replace

import pytest

from data_cards.card import CARDS, DATA_VARIABLE, card, cards
from data_cards.errors import SkillwiseError
from data_cards.records import Frame, Skill, Slot, Utterance
from data_cards.registry import check as checking
from data_cards.registry.check import check, check_all, measure, suggest
from data_cards.registry.listing import (
    list_cards,
    render_list,
    render_locales,
    render_report,
    show,
)

HEAD = "text,category\n"
TRAIN = "where is my card,card\nmy card is lost,card\nopen an account,account\n?,card\n"
TEST = "my card is lost!,card\nwhere is my cards,card\nwho are you,chat\n"


@pytest.fixture
def data(tmp_path, monkeypatch, write):
    write(tmp_path / "toys/train.csv.gz", HEAD + TRAIN)
    write(tmp_path / "toys/test.csv", HEAD + TEST)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    return tmp_path / "toys"


@pytest.fixture
def honest(data, make_card):
    """A card of which everything is true."""
    files = checking.file_hashes(
        make_card("banking", source={"folder": "toys", "files": {"train.csv": "", "test.csv": ""}})
    )

    def make(name="toy", **changes):
        return make_card(
            "banking",
            name=name,
            **{
                "source": {"folder": "toys", "files": files},
                "counts": {"skills": 1, "train": 3, "test": 3, "faults": 1},
                "overlaps": [{"card": name, "texts": 1}],
                **changes,
            },
        )

    return make


def test_an_honest_card_has_no_errors_and_every_fault_is_listed(honest):
    report = check(honest())
    assert report.errors == ()
    assert len(report.files) == 2 and report.texts == 5
    assert [f.line for f in report.faults] == [5]
    (skill,) = report.skills
    assert (skill.exact, skill.near, skill.new_intents) == (1, 1, ("chat",))
    assert skill.drift == pytest.approx(1 / 3)
    assert not skill.measurable


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"counts": {"skills": 1, "train": 4, "test": 3, "faults": 1}}, "train are 3, the card"),
        ({"counts": {"skills": 1, "train": 3, "test": 3}}, "faults are 1, the card says 0"),
        ({"counts": None}, "the card has no counts"),
        ({"overlaps": []}, "1 test texts stand in train, the card does not say so"),
        ({"overlaps": [{"card": "toy", "texts": 9}]}, "stand in train, the card says 9"),
        ({"locales": ["de-DE"]}, "names no locale 'en-GB'"),
        ({"source": {"folder": "toys", "files": {"test.csv": "00"}}}, "the card says 00"),
        ({"source": {"folder": "toys", "files": {"dev.csv": "00"}}}, "dev.csv is not in"),
    ],
)
def test_a_lie_is_an_error(honest, changes, error):
    (found,) = check(honest(**changes)).errors
    assert error in found


def test_overlap_with_another_card_must_be_declared_and_true(honest):
    overlaps = [{"card": "toy", "texts": 1}, {"card": "other", "texts": 5}]
    silent, honest_one, wrong = (
        honest(),
        honest("other", overlaps=[{"card": "other", "texts": 1}, {"card": "toy", "texts": 5}]),
        honest(overlaps=[{"card": "toy", "texts": 1}, {"card": "other", "texts": 2}]),
    )
    first, second = check_all([silent, honest_one])
    assert first.errors == ("5 texts stand in card other, the card does not say so",)
    assert second.errors == ()
    assert check_all([wrong, honest_one])[0].errors == (
        "5 texts stand in card other, the card says 2",
    )
    (told,) = check_all([honest(overlaps=overlaps), honest_one])[0].overlaps
    assert (told.card, told.texts, told.declared) == ("other", 5, 5)


def test_absent_data_are_told_but_are_no_lie(make_card, monkeypatch):
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    report = check(make_card("banking", source={"folder": "toys"}))
    assert report.errors == () and DATA_VARIABLE in report.absent
    assert "not checked" in render_report(report)


def test_a_suggestion_makes_a_card_true(data, make_card):
    bare = make_card("banking", source={"folder": "toys"})
    block = suggest(bare, [data / "train.csv.gz", data / "test.csv"])
    assert "counts: {skills: 1, train: 3, dev: 0, test: 3, faults: 1}" in block
    assert "{card: toy, texts: 1}" in block
    assert "train.csv: " in block and "train.csv.gz" not in block


def test_no_data_no_suggestion(make_card, monkeypatch):
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    with pytest.raises(SkillwiseError, match=DATA_VARIABLE):
        suggest(make_card("banking", source={"folder": "toys"}))


def utterance(id, words, intent, *slots):
    return Utterance(id, tuple(words.split()), Frame(intent, slots))


def test_seen_values_are_counted_by_slot_and_occurrence():
    train = (utterance("1", "call Ann", "call", Slot("who", 1, 2)),)
    test = (
        utterance("2", "ring ann", "call", Slot("who", 1, 2)),
        utterance("3", "ring bob", "call", Slot("who", 1, 2)),
        utterance("4", "play ann", "call", Slot("song", 1, 2)),
    )
    found = measure(Skill("phone", "en-US", train, (), test))
    assert found.values_seen == pytest.approx(1 / 3)
    assert found.new_slots == ("song",)
    assert found.drift == 0


def test_ids_that_stand_twice_are_an_error(honest, monkeypatch):
    def twice(card, faults):
        one = utterance("1", "hi", "a")
        yield Skill("toy", "en-GB", (one, replace(one, tokens=("ho",))), (), (one,))

    monkeypatch.setattr(checking, "load", twice)
    assert any("1 ids stand twice, e.g. '1'" in e for e in check(honest()).errors)


def test_the_text_says_the_verdict_and_every_fault(honest):
    report = check(honest())
    text = render_report(report)
    assert text.startswith("toy: true\n")
    assert "1 faults" in text and "train.csv.gz:5: has no words" in text
    assert "intents in test only: chat" in text
    assert render_report(check(honest(counts=None))).startswith("toy: 1 errors\n  error: the card")
    assert render_locales([report]).splitlines()[1].split() == ["en-GB", "1", "0", "3", "3"]
    again = replace(report, card="again", repeats=("toy",))
    lines = render_locales([report, again]).splitlines()
    assert lines[1].split() == ["en-GB", "1", "0", "3", "3"]
    assert lines[-1].endswith("repeat other cards: again")


def test_every_card_of_the_project_is_listed_and_shown(monkeypatch):
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    lines = list_cards()
    assert [line.name for line in lines] == sorted(p.stem for p in CARDS.glob("*.md"))
    text = render_list(lines)
    for line in lines:
        assert line.name in text
        assert line.name in show(card(line.name)) and len(card(line.name).body) > 200


@pytest.mark.slow
def test_the_real_cards_tell_the_truth():
    if not os.environ.get(DATA_VARIABLE):
        pytest.skip(f"{DATA_VARIABLE} is not set: the real data are not here")
    names = ("slurp", "hwu64", "banking77", "clinc150")
    known = cards()
    reports = check_all(known[name] for name in names)
    assert [r.errors for r in reports] == [()] * len(names)
    assert not any(r.absent for r in reports)
