"""Rasa NLU YAML: examples, entities, lookups, synonyms."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards import DataError, SkillwiseError
from data_cards.faults import Faults
from data_cards.readers.rasa import read_file
from data_cards.records import Skill

TEXT = """version: "3.1"
nlu:
- intent: brew
  examples: |
    - brew [assam](tea) at [six]{"entity": "time", "role": "start", "value": "6"}
    - a pot of [pepper mint](tea:mint)
    - just tea
    - brew [mint](tea
    - [](tea) now
    - brew [x]{"role": "start"}
    no dash here
- intent: faq/ask
  examples:
  - text: |
      what is this
  - text: how does it work
  - tell me more
- synonym: mint
  examples: |
    - spearmint
    - mentha
- lookup: tea
  examples: |
    - chai
- regex: zip
  examples: |
    - \\d{5}
- story: none
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "nlu.yml"
    path.write_text(TEXT, "utf-8")
    return path


def test_reads_a_file(path: Path) -> None:
    skill = read_file(path, Faults(), name="tea", locale="en-GB")
    said = {u.id: u for u in skill.train + skill.test}
    assert sorted(said) == ["nlu:15", "nlu:16", "nlu:17", "nlu:5", "nlu:6", "nlu:7"]
    first = said["nlu:5"]
    assert first.text == "brew assam at six" and first.frame.intent == "brew"
    assert [(s.name, s.start, s.end) for s in first.frame.slots] == [
        ("tea", 1, 2),
        ("time.start", 3, 4),
    ]
    assert first.template == "brew {tea} at {time.start}"
    assert said["nlu:15"].text == "what is this" and said["nlu:17"].text == "tell me more"
    assert {u.frame.intent for u in said.values()} == {"brew", "faq/ask"}
    assert skill.gazetteers == {"tea": ("chai", "mint", "spearmint", "mentha")}


def test_faults_name_their_line(path: Path) -> None:
    faults = Faults()
    read_file(path, faults)
    assert [(f.line, f.reason.split(" (")[0].split(": ")[0]) for f in faults.found] == [
        (11, "example without its dash"),
        (8, "stray bracket in 'brew [mint](tea'"),
        (9, "empty value or entity in '[](tea)'"),
        (10, '\'{"role"'),
        (28, "is no intent, synonym, lookup or regex"),
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"nlu: [", "broken YAML"),
        (b"rules: []", "no list nlu"),
        (b"", "no list nlu"),
        (b"nlu: \xff", "not UTF-8"),
        (b"[" * 1500, "broken YAML"),
    ],
)
def test_no_training_data_is_an_error(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "nlu.yml"
    path.write_bytes(content)
    with pytest.raises(DataError, match=fault):
        read_file(path, Faults())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.text(alphabet='ab-:|[](){}" \n', max_size=60), st.text(alphabet='ab[](){}":', max_size=30)
)
def test_nothing_but_our_errors_escapes(
    tmp_path: Path, reads_back: Callable[[Skill], bool], block: str, example: str
) -> None:
    path = tmp_path / "nlu.yml"
    for text in (f"nlu:\n- {block}", f"nlu:\n- intent: a\n  examples: |\n    - {example}\n"):
        path.write_text(text, "utf-8")
        with contextlib.suppress(SkillwiseError):
            assert reads_back(read_file(path, Faults()))


def given_text(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "nlu.yml"
    path.write_text(text, "utf-8")
    return path


ROLES = """nlu:
- intent: fly
  examples: |
    - from [Oslo]{"entity": "city", "role": "from"} to [Rome]{"entity": "city", "role": "to"}
    - to [NYC]{'entity': 'city', 'value': 'New York', 'role': 'to'}
    - in [Berlin][{"entity": "place"}, {"entity": "city"}]
    - one [ham]{"entity": "topping", "group": "1"}
- synonym: New York
  examples: |
    - NYC
    - big apple
- synonym: nobody
- lookup: city
  examples: |
    - Oslo
    - Bonn
- lookup: dish
  examples: |
    - soup
"""


def test_a_lookup_goes_to_every_role_of_its_entity(tmp_path: Path) -> None:
    faults = Faults()
    skill = read_file(given_text(tmp_path, ROLES), faults)
    assert not faults.found
    assert skill.gazetteers == {
        "city.from": ("Oslo", "Bonn"),
        "city.to": ("Oslo", "Bonn", "New York", "NYC", "big apple"),
        "dish": ("soup",),
    }
    slots = {s.name for u in (*skill.train, *skill.test) for s in u.frame.slots}
    assert slots == {"city.from", "city.to", "place", "topping"}


def test_what_is_not_used_is_told(tmp_path: Path) -> None:
    faults = Faults()
    text = ROLES + "- regex: zip\n  examples: |\n    - x\n    - y\nresponses: {}\n"
    read_file(given_text(tmp_path, text), faults)
    told = [n.reason for n in faults.notes]
    for reason in (
        "regex 'zip' is not read (2 patterns)",
        "section responses is not read",
        "lookup 'dish' (1 value): no example annotates it",
        "1 synonym not used",
        "a second entity of one value is not read: 1 times",
        "groups of entities are not read: 1 times",
    ):
        assert any(reason in note for note in told), reason


def test_several_keys_nlu_and_several_documents_are_all_read(tmp_path: Path) -> None:
    part = "nlu:\n- intent: {0}\n  examples: |\n    - say {0}\n    - tell {0}\n"
    text = part.format("a") + part.format("b") + "---\n" + part.format("c")
    skill = read_file(given_text(tmp_path, text), Faults())
    assert skill.intents == ("a", "b", "c")
    assert len(skill.train) + len(skill.test) == 6


def test_aliases_merges_and_flow_lists_give_each_example_its_own_id(tmp_path: Path) -> None:
    text = """nlu:
- &i
  intent: a
  examples: &e |
    - one
    - two
- intent: b
  examples: *e
- <<: *i
  intent: c
- intent: d
  examples: [three, "four five", "[six](hour)"]
"""
    skill = read_file(given_text(tmp_path, text), Faults())
    said = [*skill.train, *skill.test]
    assert len({u.id for u in said}) == len(said) == 9
    assert sorted(u.frame.intent for u in said) == list("aabbccddd")


def test_brackets_without_a_mark_are_what_they_say(tmp_path: Path) -> None:
    text = """nlu:
- intent: a
  examples: |
    - what does array[0] do
    - press [enter] (please)
    - "call f(x) \\\\[now\\\\]"
    # a remark
    - in the [US(country)]
    - a [red circle]{"entity":
    - [ok](answer) (yes)
"""
    faults = Faults()
    skill = read_file(given_text(tmp_path, text), faults)
    assert len(skill.train) + len(skill.test) == 4
    assert [f.line for f in faults.found] == [8, 9]
    assert any("1 line beginning with # taken for remarks" in n.reason for n in faults.notes)


def test_a_file_without_intents_says_what_it_holds(tmp_path: Path) -> None:
    text = "nlu:\n- lookup: dish\n  examples: |\n    - soup\n    - salad\n- regex: zip\n"
    with pytest.raises(DataError, match="holds a lookup of 2 values for 'dish', 1 regex, no inten"):
        read_file(given_text(tmp_path, text), Faults())
    with pytest.raises(DataError, match="has no list nlu; it holds intents, responses"):
        read_file(given_text(tmp_path, "intents: [a]\nresponses: {}\n"), Faults())


def test_a_folded_block_has_its_examples_on_one_line(tmp_path: Path) -> None:
    text = "nlu:\n- intent: a\n  examples: >\n    - one two\n    - three\n"
    skill = read_file(given_text(tmp_path, text), Faults())
    assert sorted(u.text for u in (*skill.train, *skill.test)) == ["one two", "three"]
