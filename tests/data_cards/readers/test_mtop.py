"""MTOP: bracket forms to slots, domains by intent, splits as published."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError, SkillwiseError
from data_cards.faults import Faults
from data_cards.readers.mtop import domain_of, parse, read, read_file


def row(number, text, meaning, language="en"):
    return {
        "id": f"{number:04}",
        "question": {language: text},
        "mr": {"slot_intent": {language: meaning}},
    }


def utterances(path, faults, language="en"):
    return [u for _, u in read_file(path, faults, language=language, prefix="train")]


def slots(utterance):
    return [(s.name, " ".join(utterance.words(s))) for s in utterance.frame.slots]


@pytest.fixture
def read_rows(tmp_path, write):
    def read_them(*rows, language="en"):
        faults = Faults()
        path = write(tmp_path / "dev.json", json.dumps(list(rows)))
        return utterances(path, faults, language), faults

    return read_them


def test_slots_are_found_in_the_text(read_rows):
    (one,), faults = read_rows(
        row(1, "ring my mum , now .", "[IN:CREATE_CALL [SL:CONTACT my mum ] [SL:WHEN now ] ]")
    )
    assert one.id == "train:0001" and one.frame.intent == "CREATE_CALL"
    assert one.tokens == ("ring", "my", "mum", "now") and not len(faults)
    assert slots(one) == [("CONTACT", "my mum"), ("WHEN", "now")]


def test_of_nested_slots_the_outermost_reaches_over_all_their_words(read_rows):
    meaning = "[IN:SEND [SL:TO [IN:GET [SL:OWNER my ] [SL:TYPE mum ] ] ] [SL:TEXT hello ] ]"
    (one,), _ = read_rows(row(1, "tell my dear mum hello", meaning))
    assert slots(one) == [("TO", "my dear mum"), ("TEXT", "hello")]


def test_the_order_of_the_parse_need_not_be_that_of_the_text(read_rows):
    meaning = "[IN:A [SL:WHAT tea ] [SL:WHEN at six ] ]"
    (one,), _ = read_rows(row(1, "at six bring tea", meaning))
    assert slots(one) == [("WHEN", "at six"), ("WHAT", "tea")]


def test_words_that_stand_twice_go_where_the_order_of_the_parse_stays(read_rows):
    meaning = "[IN:A [SL:FROM one ] [SL:TO two ] [SL:BACK one ] ]"
    (one,), _ = read_rows(row(1, "one to two to one", meaning))
    assert [(s.name, s.start) for s in one.frame.slots] == [("FROM", 0), ("TO", 2), ("BACK", 4)]


def test_a_slot_in_two_pieces_is_a_fault_with_its_line(read_rows):
    meaning = "[IN:A [SL:TODO das Haus putzen ] ]"
    found, faults = read_rows(row(1, "das Haus morgen putzen", meaning, "de"), language="de")
    assert not found
    assert [(f.line, f.reason) for f in faults.found] == [
        (1, "slot 'TODO' does not stand in one piece in the text: 'das Haus putzen' "
            "(de, utterance 1)")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (row(2, "tea", "[IN:A ] ]"), "']' without its partner"),
        (row(2, "tea", "[IN:A [SL:B tea ]"), "no parse of one intent"),
        (row(2, "tea", "[SL:B tea ]"), "no parse of one intent"),
        (row(2, "tea", "tea"), "no parse of one intent"),
        (row(2, "tea", "[IN:A [IN:B tea ] ]"), "slot 'B' (number 1) holds no word"),
        (row(2, "tea", "[IN:A [SL:B ] ]"), "slot 'B' (number 1) holds no word"),
        (row(2, "tea", "[IN:A [SL:B tea ] [SL:C tea ] ]"), "overlap wherever they are placed"),
        (row(2, "", "[IN:A ]"), "en is '', not a text"),
        (row(2, ". !", "[IN:A ]"), "has no words"),
        (row(1, "tea", "[IN:A ]"), "id 'train:0001' was used before"),
        (row(2, "tee", "[IN:A ]", "de"), "en is 'None'"),
        ("tea", "en is 'None'"),
    ],
)
def test_a_row_that_cannot_be_used_is_a_fault(read_rows, entry, reason):
    found, faults = read_rows(row(1, "stop", "[IN:A ]"), entry)
    assert len(found) == 1 and len(faults) == 1
    assert reason in faults.found[0].reason
    assert faults.found[0].reason.endswith("(en, utterance 2)")


def test_domains_are_told_by_the_intent():
    told = {
        "UPDATE_REMINDER_DATE_TIME": "reminder", "SET_UNAVAILABLE": "calling",
        "GET_CALL_TIME": "calling", "GET_SUNSET": "weather", "SET_RSVP_YES": "event",
        "GET_DATE_TIME_EVENT": "event", "ADD_TIME_TIMER": "timer", "GET_CONTACT": "people",
    }  # fmt: skip
    assert {intent: domain_of(intent) for intent in told} == told


def test_a_skill_is_a_domain_in_one_locale(tmp_path, write, make_card):
    def both(number, text, meaning):
        one = row(number, text, meaning)
        for value in (one["question"], one["mr"]["slot_intent"]):
            value["de"] = value["en"]
        return one

    train = [both(1, "ring", "[IN:CREATE_CALL ]"), both(2, "rain", "[IN:GET_WEATHER ]")]
    test = [both(1, "ring mum", "[IN:CREATE_CALL ]"), both(2, "hold", "[IN:HOLD_CALL ]")]
    write(tmp_path / "dev.json", json.dumps(train))
    write(tmp_path / "test.json", json.dumps(test))
    card = make_card("mtop", options={"leave_out": {"en-US": ["weather"]}})
    faults = Faults()
    skills = list(read(card, tmp_path, faults))
    assert [(s.key, len(s.train), len(s.test)) for s in skills] == [
        ("calling@de-DE", 1, 1), ("weather@de-DE", 1, 0), ("calling@en-US", 1, 1)
    ]  # fmt: skip
    assert sorted(f.reason for f in faults.found) == [
        "intent 'HOLD_CALL' is not in train (de-DE)",
        "intent 'HOLD_CALL' is not in train (en-US)",
        "skill weather@en-US left out: 1 utterances",
    ]


def test_what_is_no_part_of_mtop_is_an_error(tmp_path, write):
    with pytest.raises(DataError, match="is no list of utterances"):
        utterances(write(tmp_path / "dev.json", b"{}"), Faults())
    with pytest.raises(DataError, match="broken JSON"):
        utterances(write(tmp_path / "dev.json", b"["), Faults())


WORDS = st.lists(st.sampled_from(["a", "tee", "um", "6", "-", "große"]), min_size=1, max_size=3)


@settings(max_examples=80)
@given(st.lists(st.lists(st.tuples(WORDS, st.booleans()), min_size=1, max_size=4), max_size=5))
def test_every_row_of_a_well_formed_file_is_an_utterance(tmp_path_factory, sentences):
    rows, expected = [], []
    for number, sentence in enumerate(sentences):
        values = [" ".join([*words, "x"]) for words, marked in sentence if marked]
        said = " ".join(" ".join([*w, "x"]) if m else " ".join(w) for w, m in sentence) + " now"
        inside = " ".join(f"[SL:S{n} {value} ]" for n, value in enumerate(values))
        rows.append(row(number, said, f"[IN:GO {inside} ]"))
        expected.append(len(values))
    path = tmp_path_factory.mktemp("mtop") / "dev.json"
    path.write_text(json.dumps(rows), "utf-8")
    faults = Faults()
    found = utterances(path, faults)
    assert len(found) == len(rows) and not len(faults)
    assert [len(u.frame.slots) for u in found] == expected


@settings(max_examples=100)
@given(st.text(alphabet="[]INSL: ab", max_size=40))
def test_a_parse_is_an_intent_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        assert parse(text).kind == "IN"


JSON = st.recursive(
    st.none() | st.integers() | st.sampled_from(["a b", "[IN:A [SL:B a ] ]", "[IN:A ]", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "question", "mr", "slot_intent", "en"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=80)
@given(JSON | st.lists(JSON))
def test_nothing_but_our_errors_escapes(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("mtop") / "dev.json"
    path.write_text(json.dumps(content), "utf-8")
    with contextlib.suppress(SkillwiseError):
        utterances(path, Faults())
