"""CoNLL and BIO files in their several dresses."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.faults import Faults
from data_cards.readers import conll

TRAIN = """\
# id: 1
# intent: greet
good\tO
morning\tO

# intent: call
call\tO
aunt\tB-who
may\tI-who

"""


def read(tmp_path, make_card, write, text, faults=None, **options):
    write(tmp_path / "train.bio", text)
    write(tmp_path / "test.bio", TRAIN)
    files = {"train": "train.bio", "test": "test.bio"}
    card = make_card("conll", options={"files": files} | options)
    (skill,) = conll.read(card, tmp_path, faults if faults is not None else Faults())
    return skill


def test_comments_name_the_intent(tmp_path, make_card, write):
    skill = read(tmp_path, make_card, write, TRAIN, name="phone", locale="en-GB")
    assert (skill.key, skill.intents) == ("phone@en-GB", ("call", "greet"))
    assert skill.train[1].words(skill.train[1].frame.slots[0]) == ("aunt", "may")
    assert [u.id for u in skill.test] == ["test:1", "test:2"]


def test_the_columns_are_options(tmp_path, make_card, write):
    text = "1 call V O call\n2 may N S-who call\n\n1 bye X O leave\n"
    skill = read(tmp_path, make_card, write, text, word=1, tag=3, intent=4)
    assert skill.intents == ("call", "leave")
    assert [(s.name, s.start, s.end) for s in skill.train[0].frame.slots] == [("who", 1, 2)]


def test_published_words_are_kept_where_asked_for(tmp_path, make_card, write):
    text = "U.N. B-org\n, O\nhello! B-word\n"
    assert read(tmp_path, make_card, write, text).train[0].tokens == ("U.N.", "hello")
    kept = read(tmp_path, make_card, write, text, keep_words=True).train[0]
    assert kept.tokens == ("U.N.", ",", "hello!")
    assert [(s.start, s.end) for s in kept.frame.slots] == [(0, 1), (2, 3)]


def test_a_test_split_is_cut_where_none_is_named(tmp_path, make_card, write):
    write(tmp_path / "all.bio", "\n\n".join(f"say{i} O" for i in range(100)))
    card = make_card("conll", options={"files": {"all": "all.bio"}})
    (skill,) = conll.read(card, tmp_path, Faults())
    assert len(skill.train) + len(skill.test) == 100 and 10 < len(skill.test) < 40


def test_faulty_sentences_are_counted_with_their_first_line(tmp_path, make_card, write):
    faults = Faults()
    read(tmp_path, make_card, write, "a O\nb WHAT\n\nc\n\n# note: no\n\n? O\n\nd O\n", faults)
    assert [(f.line, f.reason) for f in faults.found] == [
        (1, "'WHAT' is no BIO tag"),
        (4, "'c' is no BIO tag"),
        (8, "has no words"),
    ]


def test_bytes_that_are_no_utf8_cost_their_sentence_only(tmp_path, make_card, write):
    faults = Faults()
    skill = read(tmp_path, make_card, write, b"a O\n\nb O\nc\xe9 O\n\nd O\n", faults)
    assert [u.text for u in skill.train] == ["a", "d"]
    assert [(f.line, f.reason[:9]) for f in faults.found] == [(4, "byte 0xe9")]


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_line_ends_and_a_byte_order_mark_are_no_words(tmp_path, make_card, write, end):
    skill = read(tmp_path, make_card, write, "\ufeff" + TRAIN.replace("\n", end))
    assert [u.tokens for u in skill.train] == [("good", "morning"), ("call", "aunt", "may")]


@pytest.mark.parametrize(
    "tags",
    [
        ["B-who", "I-who", "B-who", "O", "B-day"],
        ["I-who", "I-who", "B-who", "O", "I-day"],
        ["B-who", "L-who", "U-who", "O", "U-day"],
        ["B-who", "E-who", "S-who", "O", "S-day"],
    ],
    ids=["IOB2", "IOB1", "BILOU", "BIOES"],
)
def test_every_way_of_tagging_tells_the_same_slots(tmp_path, write, tags):
    words = ["ann", "lee", "bob", "on", "monday"]
    text = "".join(f"{w} {t}\n" for w, t in zip(words, tags, strict=True))
    (found,) = conll.read_file(write(tmp_path / "a.conll", text), Faults())
    assert [(s.name, s.start, s.end) for s in found.frame.slots] == [
        ("who", 0, 2), ("who", 2, 3), ("day", 4, 5),
    ]  # fmt: skip


def test_a_hash_with_its_tag_is_a_word(tmp_path, write):
    (found,) = conll.read_file(write(tmp_path / "a.conll", "press O\n# B-key\n"), Faults())
    assert found.tokens == ("press", "#") and found.frame.slots[0].name == "key"


def test_ids_that_repeat_name_something_else(tmp_path, write):
    text = "# id: d1\na O\n\n# id: d1\nb O\n"
    found = conll.read_file(write(tmp_path / "a.conll", text), Faults())
    assert [u.id for u in found] == ["a:1", "a:2"]


@pytest.mark.parametrize("keep", [True, False])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text("ab# \t\nOBIS-:é\r", max_size=60))
def test_whatever_a_file_holds_is_read_or_counted(
    tmp_path, make_card, write, reads_back, text, keep
):
    faults = Faults()
    skill = read(tmp_path, make_card, write, text, faults, keep_words=keep)
    assert len(skill.train) + len(faults) == sentences(text)
    assert reads_back(skill)


def sentences(text):
    """Blocks between blank lines that hold more than comments, counted by hand."""
    found, said = 0, False
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        if not line.strip():
            found, said = found + said, False
        else:
            *others, last = line.split()
            word = len(others) < 2 or "\t" in line.strip(" ")
            tagged = re.fullmatch(r"O|[BIELSU]-\S+", last) and word
            said = said or not line.strip(" ").startswith("#") or not others or bool(tagged)
    return found
