"""Who made a skill's utterances, as its card says."""

import re
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from data_cards.card import DATA_VARIABLE, cards
from data_cards.errors import SkillwiseError
from data_cards.readers import READERS
from data_cards.records import Frame, Skill, Utterance
from data_cards.registry.check import check
from data_cards.registry.kinds import FORMATS, format_of, kind, render_kinds, tally

SKILL = Skill("tea", "en-GB", (Utterance("a", ("brew",), Frame("Brew")),))


def test_a_card_says_one_kind_for_all_skills(make_card):
    assert kind(SKILL, make_card("csv_file", utterances="said")) == "said"


def test_the_first_pattern_that_matches_holds(make_card):
    mixed = {"tea@*": "expanded", "*@en-GB": "translated", "*": "said"}
    card = make_card("csv_file", utterances=mixed)
    assert kind(SKILL, card) == "expanded"
    assert kind(Skill("pot", "en-GB", ()), card) == "translated"
    assert kind(Skill("pot", "en-US", ()), card) == "said"


def test_a_card_that_does_not_say_is_an_error(make_card):
    for silent in (None, {}, {"*@de-DE": "said"}):
        with pytest.raises(SkillwiseError, match="does not say who made the utterances of tea@en-"):
            kind(SKILL, make_card("csv_file", utterances=silent))
    with pytest.raises(ValidationError):
        make_card("csv_file", utterances="spoken")


@pytest.fixture
def bank(tmp_path, monkeypatch, write):
    rows = "".join(f"{a} {b},{b}\n" for a in "abcdefghijklmnopqrstuvwxyz" for b in ("card", "cash"))
    write(tmp_path / "bank/train.csv", "text,category\n" + rows)
    write(
        tmp_path / "bank/test.csv",
        "text,category\n" + "please " + "\nplease ".join(rows.split("\n")[:20]),
    )
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    return {"folder": "bank"}


def test_the_check_tells_of_a_card_that_does_not_say(make_card, bank):
    assert not any("who made" in e for e in check(make_card("banking", source=bank)).errors)
    silent = make_card("banking", source=bank, utterances=None)
    assert sum("does not say who made" in e for e in check(silent).errors) == 1


def test_skills_are_counted_by_locale_kind_and_format(make_card, bank):
    said = make_card("banking", source=bank, utterances="said")
    aside = make_card("banking", "two", source=bank, utterances="said", confirmatory=True)
    again = make_card("banking", "three", source=bank, repeats=["toy"])
    gone = make_card("banking", "four", source={"folder": "none"})
    rows, absent = tally([said, aside, again, gone])
    assert [(r.locale, r.kind, r.format, r.skills, r.confirmatory) for r in rows] == [
        ("en-GB", "said", "banking", 2, 1)
    ]
    assert (rows[0].measurable, rows[0].train, rows[0].test) == (2, 104, 40)
    assert absent == ("four",)
    text = render_kinds(rows, absent)
    assert "| en-GB | said | banking | 2 | 1 | 2 | 104 | 40 |\n" in text
    assert "| all | said | 2 | 1 | 2 | 104 | 40 |\n" in text
    assert text.endswith("Not counted, since their data are not here: four.\n")


def test_the_table_in_the_docs_adds_up_to_what_the_cards_say():
    text = Path(__file__).parents[3].joinpath("docs/DATA.md").read_text("utf-8")
    table = text.split("<!-- skillwise cards list --by-kind -->\n")[1].split("\n\n")[0]
    told: Counter[tuple[str, str]] = Counter()
    columns = ("skills", "aside", "train", "test")
    for line in table.splitlines()[2:]:
        _, _, form, skills, aside, _, train, test = line.strip("| ").split(" | ")
        for column, cell in zip(columns, (skills, aside, train, test), strict=True):
            told[form, column] += int(cell.replace(",", ""))
    said: Counter[tuple[str, str]] = Counter()
    for card in cards().values():
        counts = card.skillwise.counts
        if card.skillwise.repeats or counts is None:
            continue
        form = format_of(card)
        said[form, "skills"] += counts.skills
        said[form, "aside"] += counts.skills * card.skillwise.confirmatory
        said[form, "train"] += counts.train
        said[form, "test"] += counts.test
    assert told == said, "run `skillwise cards list --by-kind` and put its table into docs/DATA.md"


def test_a_format_is_named_of_readers_that_are_there_and_mixed_cards_name_their_locales():
    assert FORMATS.keys() <= READERS.keys()
    for card in cards().values():
        patterns = card.skillwise.utterances
        if isinstance(patterns, dict):
            named = {m[1] for p in patterns if (m := re.fullmatch(r"\*@([a-z]{2}-[A-Z]{2})", p))}
            assert "*" in patterns or named >= set(card.skillwise.locales), card.name
