"""Rasa NLU Markdown: sections, comments, lookups by file, synonyms."""

import contextlib

import bot_toys
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError, SkillwiseError
from data_cards.faults import Faults
from data_cards.readers.rasa_markdown import read

TEXT = """<!-- a note -->
## intent:brew
- brew [assam](tea) at [six]{"entity": "time", "role": "start"}
* a pot of [pepper mint](tea:mint)
-no blank
- [](tea) now

## intent: faq/ask
+ what is this <!-- really -->
<!--
## intent:gone
- this is a note
-->
## synonym:mint
- spearmint
## synonym Assam
- assam tea
## lookup:tea
- chai
## lookup:place
  data/places.txt
## lookup:none
data/none.txt
## regex:zip
- [0-9]{5}
## - an old example
"""


@pytest.fixture
def path(tmp_path, write):
    write(tmp_path / "places.txt", '"oslo",\n\nrome\n')
    return write(tmp_path / "nlu.md", TEXT)


def test_reads_a_file(path):
    skill = read(path, Faults(), name="tea", locale="en-GB")
    said = {u.id: u for u in skill.train + skill.test}
    assert sorted(said) == ["nlu:3", "nlu:4", "nlu:5", "nlu:9"]
    assert said["nlu:3"].text == "brew assam at six"
    assert [(s.name, s.start, s.end) for s in said["nlu:3"].frame.slots] == [
        ("tea", 1, 2),
        ("time.start", 3, 4),
    ]
    assert said["nlu:5"].text == "no blank" and said["nlu:9"].text == "what is this"
    assert {u.frame.intent for u in said.values()} == {"brew", "faq/ask"}
    assert skill.gazetteers["place"] == ("oslo", "rome")
    assert set(skill.gazetteers["tea"]) == {"chai", "mint", "spearmint", "Assam", "assam tea"}


def test_faults_name_their_line(path):
    faults = Faults()
    read(path, faults)
    assert [(f.line, f.reason.split(" (")[0]) for f in faults.found] == [
        (6, "empty value or entity in '[](tea)'"),
        (23, "lookup file 'data/none.txt' is not beside this file"),
        (26, "not understood: '## - an old example'"),
    ]


def test_a_lookup_is_read_from_the_files_that_are_given_and_from_nowhere_else(tmp_path, write):
    write(tmp_path / "secret.txt", "rome")
    listed = write(tmp_path / "lists/places.txt", "oslo")
    text = "## intent:go\n- to [oslo](place)\n## lookup:place\n"
    path = write(tmp_path / "data/nlu.md", text + "../lists/places.txt\n../secret.txt\n")
    faults = Faults()
    assert read([path, listed], faults).gazetteers == {"place": ("oslo",)}
    assert [f.line for f in faults.found] == [5]


def test_several_files_are_one_skill(tmp_path, write):
    one = write(tmp_path / "a/nlu.md", "## intent:go\n- go\n- go on\n")
    two = write(tmp_path / "b/nlu.md", "## intent:stop\n- stop\n- no more\n")
    skill = read([one, two], Faults(), name="walk")
    assert {u.frame.intent for u in skill.train} == {"go", "stop"}
    assert len({u.id for u in (*skill.train, *skill.test)}) == 4
    assert skill.name == "walk" and read(one, Faults()).name == "nlu"


def test_carriage_returns_and_byte_order_marks_are_line_ends_and_nothing(tmp_path, write):
    text = "## intent:go\n- go\n- go on\n"
    for raw in (text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text):
        faults = Faults()
        skill = read(write(tmp_path / "nlu.md", raw.encode()), faults)
        assert len(skill.train) + len(skill.test) == 2 and not len(faults)


@pytest.mark.parametrize(
    ("raw", "fault"), [(b"# A project\n- to do", "has no heading"), (b"\xff", "is not UTF-8")]
)
def test_other_files_are_errors(tmp_path, write, raw, fault):
    with pytest.raises(DataError, match=fault):
        read(write(tmp_path / "README.md", raw), Faults())


def written(bot):
    """A bot as Markdown, with comments that hold what looks like examples."""
    lines = []
    for intent, said in bot.items():
        lines += [f"## intent:{intent}", "<!-- - not", "- one -->"]
        for one in said:
            marked = " ".join(f"[{text}]({slot})" if slot else text for text, slot in one)
            lines.append(f"- {marked}")
        lines.append("")
    return "\n".join(lines)


@settings(max_examples=60)
@given(bot_toys.bots)
def test_every_row_of_a_well_formed_file_is_an_utterance(tmp_path_factory, bot):
    path = tmp_path_factory.mktemp("bot") / "nlu.md"
    path.write_text(written(bot), "utf-8")
    faults = Faults()
    skill = read(path, faults)
    said = (*skill.train, *skill.test)
    assert len(said) == bot_toys.rows(bot) and not len(faults)
    assert sum(len(u.frame.slots) for u in said) == bot_toys.slot_count(bot)
    assert {u.frame.intent for u in said} == set(bot)


@settings(max_examples=60)
@given(bot_toys.bots, st.lists(st.sampled_from(["- ...", "what", "- [](x) a"])))
def test_every_row_is_an_utterance_or_a_fault(tmp_path_factory, bot, broken):
    path = tmp_path_factory.mktemp("bot") / "nlu.md"
    path.write_text("\n".join([written(bot), *broken]), "utf-8")
    faults = Faults()
    skill = read(path, faults)
    assert len(skill.train) + len(skill.test) == bot_toys.rows(bot)
    assert len(faults) == len(broken)


@settings(max_examples=60)
@given(st.text(alphabet="#- :intent[](){}a\n<!>", max_size=80) | st.binary(max_size=40))
def test_nothing_but_our_errors_escapes(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("bot") / "nlu.md"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    with contextlib.suppress(SkillwiseError):
        read(path, Faults())
