"""Templates: markers, alternatives, fillings and splits, on grammars written here."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_cards.faults import Faults
from data_cards.parsing.expansion import (
    MOST,
    Expansion,
    Rotation,
    Sample,
    build,
    cap,
    distinct,
    fill,
    listed_values,
    shortcoming,
    split,
)
from data_cards.parsing.templates import alternatives, carrier, folded
from data_cards.records import Frame, Skill, Utterance

HERE = Path("model.json")


def sample(intent: str, number: int, text: str) -> Sample:
    carriers = tuple(carrier(t) for t in alternatives(text, 8))
    return Sample(f"{intent}:{number}", intent, text, carriers, HERE, number)


def test_a_carrier_knows_its_slots() -> None:
    cut = carrier("play { song }  by {artist}'s band")
    assert cut.slots == ("song", "artist")
    assert cut.text == "play {song} by {artist}'s band"
    assert carrier("{jazz|genre} please").pieces == (("jazz", "genre"), (" please", ""))
    assert carrier("no slot").slots == ()


@pytest.mark.parametrize("text", ["play {song", "play song}", "play {}", "a {b} c}", "{x|}"])
def test_a_broken_marker_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="slot marker"):
        carrier(text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("plain  words", ["plain words"]),
        ("(turn|switch) it off", ["turn it off", "switch it off"]),
        ("stop [it]", ["stop it", "stop"]),
        ("stop (it|)", ["stop it", "stop"]),
        ("[please] (go (home|out)|stay)", None),
        ("yes | no", ["yes", "no"]),
        ("say {a|b}", ["say {a|b}"]),
        ("[a] [a]", ["a a", "a"]),
    ],
)
def test_alternatives(line: str, said: list[str] | None) -> None:
    expected = said or [
        "please go home", "go home", "please go out", "go out", "please stay", "stay",
    ]  # fmt: skip
    assert sorted(alternatives(line, 100)) == sorted(expected)


@pytest.mark.parametrize("line", ["(a|b", "a)", "[a", "(a]", "[(a|b]", "a|b)"])
def test_a_bracket_without_its_partner_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="without its partner"):
        list(alternatives(line, 8))


def test_alternatives_are_bounded_and_never_spelt_out() -> None:
    line = " ".join(f"[w{i}] (a{i}|b{i}|c{i})" for i in range(60))  # 6^60 sentences
    first = list(alternatives(line, 8))
    assert len(first) == len(set(first)) == 8
    assert first == list(alternatives(line, 8))
    with pytest.raises(ValueError, match="nested deeper"):
        list(alternatives("(" * 5000 + "a" + ")" * 5000, 8))


@given(st.text(alphabet="ab ()[]|{}", max_size=30), st.integers(1, 9))
def test_any_line_is_understood_or_refused(line: str, limit: int) -> None:
    try:
        said = list(alternatives(line, limit))
        for text in said:
            carrier(text)
    except ValueError:
        return
    assert len(said) <= limit and len(set(said)) == len(said)
    assert not any(mark in text for text in said for mark in "()[]" if "{" not in line)


def test_folding_ignores_case_and_punctuation() -> None:
    assert folded("Play {Song}, please!") == folded("play  {song} please")
    assert folded("play {song}") != folded("play {artist}")


def test_rotation_spreads_values_evenly() -> None:
    rotation = Rotation(("a", "b", "c", "d", "e"), "key")
    drawn = [rotation.next() for _ in range(23)]
    counts = Counter(drawn)
    assert max(counts.values()) - min(counts.values()) == 1
    assert drawn[:5] != drawn[5:10] or drawn[5:10] != drawn[10:15]


CATALOGS = {
    "song": tuple(f"tune {w}" for w in ("one", "two", "three", "four", "five", "six", "seven")),
    "room": ("kitchen", "attic"),
}


def test_fillings_are_distinct_and_carry_their_template() -> None:
    faults = Faults()
    samples = [sample("Play", 1, "play {song}"), sample("Play", 2, "play {song} in the {room}")]
    made = list(fill(samples, CATALOGS, "train|s@en-US", 3, faults))
    assert [u.id for u in made] == [f"train:Play:{n}:{i}" for n in (1, 2) for i in (1, 2, 3)]
    assert len({u.text for u in made}) == 6 and not faults.found
    assert {u.template for u in made} == {"play {song}", "play {song} in the {room}"}
    assert {u.words(s)[0] for u in made for s in u.frame.slots if s.name == "song"} == {"tune"}
    assert made == list(fill(samples, CATALOGS, "train|s@en-US", 3, Faults()))
    assert made != list(fill(samples, CATALOGS, "train|other@en-US", 3, Faults()))


def test_a_small_catalog_gives_what_it_has() -> None:
    made = list(fill([sample("Go", 1, "to the {room}")], CATALOGS, "train|s@en-US", 3, Faults()))
    assert sorted(u.text for u in made) == ["to the attic", "to the kitchen"]


def test_an_article_is_said_once() -> None:
    made = list(fill([sample("Go", 1, "to the {p}")], {"p": ("the gherkin",)}, "t|s", 3, Faults()))
    assert [u.text for u in made] == ["to the gherkin"]
    assert made[0].words(made[0].frame.slots[0]) == ("the", "gherkin")


def test_a_marker_may_name_its_list() -> None:
    made = list(fill([sample("Set", 1, "to {lvl:n} now")], {"lvl:n": ("max",)}, "t|s", 1, Faults()))
    assert [(s.name, s.start, s.end) for s in made[0].frame.slots] == [("n", 1, 2)]


def test_what_cannot_be_filled_is_a_fault() -> None:
    faults = Faults()
    samples = [sample("Play", 1, "play {song}{room}"), sample("Play", 2, "play {nothing}")]
    skill = build("s", "en-US", samples, CATALOGS, Expansion(), faults)
    assert not skill.train and not skill.test
    assert [f.line for f in faults.found] == [2, 1]
    assert "slot 'nothing' has no values" in faults.found[0].reason
    assert "overlaps" in faults.found[1].reason


WORDS = ("alpha", "beta", "gamma", "delta", "eps", "zeta", "eta", "theta", "iota", "kappa")
MANY = [sample(i, n, f"{w} {i.lower()} {{song}}") for i in ("A", "B") for n, w in enumerate(WORDS)]


def test_splits_are_by_template_and_hold_out_values() -> None:
    skill = build("s", "en-US", MANY, CATALOGS, Expansion(), Faults())
    train, test = ({u.template for u in part} for part in (skill.train, skill.test))
    assert not train & test and len(train) == 16 and len(test) == 4
    assert {u.frame.intent for u in skill.test} == {"A", "B"}
    shown = {u.words(u.frame.slots[0]) for u in skill.train}
    asked = {u.words(u.frame.slots[0]) for u in skill.test}
    assert len(shown) == 5, "two of seven values are held out"
    assert asked - shown and asked & shown
    assert {tuple(v.split()) for v in skill.gazetteers["song"]} == shown
    assert len({u.id for u in skill.train + skill.test}) == len(skill.train + skill.test)
    assert skill == build("s", "en-US", MANY, CATALOGS, Expansion(), Faults())


def test_few_templates_get_more_fillings() -> None:
    how = Expansion(fillings=2, aim=40)
    assert [how.of(n) for n in (0, 1, 10, 19, 20, 500)] == [MOST, MOST, 4, 3, 2, 2]


def test_a_template_of_two_intents_counts_once() -> None:
    faults = Faults()
    samples = [*MANY, sample("C", 1, "Alpha a, {song}!"), sample("A", 99, "alpha a {song}")]
    skill = build("s", "en-US", samples, CATALOGS, Expansion(), faults)
    assert "C" not in skill.intents
    assert [f.reason for f in faults.found] == [
        "template 'Alpha a, {song}!' stands under intent 'A' already"
    ], "a repetition in one intent is no fault"


def test_the_cap_keeps_every_intent() -> None:
    samples = [sample("Big", n, f"big {n}") for n in range(300)]
    samples += [sample("Small", n, f"small {n}") for n in range(3)]
    kept = cap(samples, "s@en-US", 50)
    counts = Counter(s.intent for s in kept)
    assert counts == {"Big": 47, "Small": 3}
    assert kept == cap(samples, "s@en-US", 50) and kept != cap(samples, "t@en-US", 50)
    assert cap(samples, "s@en-US", 303) == samples


def test_an_intent_of_one_template_stays_in_train() -> None:
    train, test = split([sample("One", 1, "only")], "s@en-US", 0.25)
    assert len(train) == 1 and not test


def test_values() -> None:
    assert distinct(["New York", "new york!", "?", " Rome "]) == ("New York", "Rome")
    assert listed_values(("a", "b", "c", "d", "e"), "k") == ("a", "b", "c", "d", "e")
    six = listed_values(("a", "b", "c", "d", "e", "f"), "k")
    assert len(six) == 4 and set(six) < set("abcdef")


def test_a_skill_may_be_too_small() -> None:
    def said(n: int, intent: str) -> tuple[Utterance, ...]:
        return tuple(Utterance(f"{intent}{i}", ("w", str(i)), Frame(intent)) for i in range(n))

    few = Skill("s", "en-US", said(19, "A"), (), said(10, "A"))
    assert shortcoming(few, 20, 10) == "19 train and 10 test utterances (at least 20 and 10 wanted)"
    one = Skill("s", "en-US", said(20, "A"), (), said(10, "A"))
    assert shortcoming(one, 20, 10) == "one intent and no slot: nothing to tell apart"
    two = Skill("s", "en-US", said(20, "A") + said(1, "B"), (), said(10, "A"))
    assert shortcoming(two, 20, 10) == ""
