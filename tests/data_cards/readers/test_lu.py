"""Microsoft .lu: sections, nested slots, patterns, list entities."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards import DataError, SkillwiseError
from data_cards.card import card
from data_cards.faults import Faults
from data_cards.readers.lu import read_file
from data_cards.readers.lu_marks import lu_pieces
from data_cards.records import Skill
from data_cards.registry.loading import load

TEXT = """\ufeff> # Intent definitions
## Brew
- brew {Tea=assam} at {When=half past six}
- from {ToTime={FromTime=5 pm}} on
- a pot until {ToTime=ten past {ToTime=9}}
- ^brew {Tea} now
- (brew|make) some {Tea=mint}
- brew {Tea
- brew {=mint}
-
- brew {Tea=.}
## Stop
* stop it
- stop
what is this

> # Entity definitions
$Tea:mint=
- peppermint
$Tea:simple
$brand:phraseList interchangeable
- a,b
@ list When =
\t- noon:
\t\t- midday
@ ml Size
[Other](./other.lu)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "tea.lu"
    path.write_text(TEXT, "utf-8")
    return path


def test_reads_a_file(path: Path) -> None:
    faults = Faults()
    skill = read_file(path, faults, locale="en-GB")
    said = {u.id: u for u in skill.train + skill.test}
    assert sorted(said) == ["tea:13", "tea:14", "tea:3", "tea:4", "tea:5"]
    brewed = said["tea:3"]
    assert brewed.frame.intent == "Brew" and brewed.text == "brew assam at half past six"
    assert [(s.name, brewed.words(s)) for s in brewed.frame.slots] == [
        ("Tea", ("assam",)),
        ("When", ("half", "past", "six")),
    ]
    assert brewed.template == "brew {Tea} at {When}"
    assert skill.key == "tea@en-GB"
    assert skill.gazetteers == {"Tea": ("mint", "peppermint"), "When": ("noon", "midday")}


def test_the_outermost_slot_counts(path: Path) -> None:
    skill = read_file(path, Faults())
    slots = {u.id: [(s.name, u.words(s)) for s in u.frame.slots] for u in skill.train + skill.test}
    assert slots["tea:4"] == [("ToTime", ("5", "pm"))]
    assert slots["tea:5"] == [("ToTime", ("ten", "past", "9"))]


def test_faults_name_their_line(path: Path) -> None:
    faults = Faults()
    read_file(path, faults)
    assert [(f.line, f.reason.split(":")[0].split(" in ")[0]) for f in faults.found] == [
        (6, "a pattern, no utterance"),
        (7, "a pattern, no utterance"),
        (8, "'{' without its partner"),
        (9, "slot without a name"),
        (10, "has no words (intent 'Brew')"),
        (11, "slot 'Tea' holds no word"),
        (15, "not understood"),
    ]


def test_same_template_same_split(tmp_path: Path) -> None:
    path = tmp_path / "tea.lu"
    lines = [f"- {verb} {{Tea={tea}}}" for verb in ("brew", "make", "pour", "get", "take", "want",
             "fetch", "boil") for tea in ("assam", "mint", "chai")]  # fmt: skip
    path.write_text("## A\n" + "\n".join(lines) + "\n## B\n- stop\n", "utf-8")
    skill = read_file(path, Faults())
    train, test = ({u.template for u in part} for part in (skill.train, skill.test))
    assert train and test and not train & test
    assert "B" in skill.intents


def test_bad_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_file(tmp_path / "none.lu", Faults())
    (tmp_path / "bad.lu").write_bytes(b"## A\n- \xff\n")
    with pytest.raises(DataError, match="not UTF-8"):
        read_file(tmp_path / "bad.lu", Faults())


@given(st.text(alphabet="ab {}=@", max_size=30))
def test_pieces_keep_every_word_or_refuse(said: str) -> None:
    try:
        pieces = list(lu_pieces(said))
    except ValueError:
        return
    assert not any("{" in text or "}" in text for text, _ in pieces)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet="ab#-$@:= {}[]()|>^\n", max_size=80))
def test_nothing_but_our_errors_escapes(
    tmp_path: Path, reads_back: Callable[[Skill], bool], text: str
) -> None:
    path = tmp_path / "f.lu"
    path.write_text(text, "utf-8")
    with contextlib.suppress(SkillwiseError):
        assert reads_back(read_file(path, Faults()))


@pytest.mark.skipif("SKILLWISE_DATA" not in os.environ, reason="SKILLWISE_DATA is not set")
def test_real_folders() -> None:
    faults = Faults()
    chosen = card("ms-lu")
    skills = {s.key: s for s in load(chosen, faults)}
    assert chosen.skillwise.counts is not None
    assert len(skills) == chosen.skillwise.counts.skills == 10
    assert len(faults) == chosen.skillwise.counts.faults
    read = {key: len(s.train) + len(s.test) for key, s in skills.items()}
    # what the source's provenance counts, patterns and slots without a word included
    for key, name, total in [
        ("calendarskill@en-US", "en-us/Calendar.lu", 1823),
        ("emailskill@en-US", "en-us/Email.lu", 623),
        ("todoskill@de-DE", "de-de/ToDo.lu", 278),
        ("emailskill@de-DE", "de-de/Email.lu", 596),
    ]:
        assert read[key] + sum(f.path.as_posix().endswith(name) for f in faults.found) == total


def given_text(tmp_path: Path, text: str, name: str = "tea.lu") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8", newline="")
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_labels_on_indented_lines_are_those_of_one_utterance(tmp_path: Path, end: str) -> None:
    text = """# Brew
- a large assam with milk
    - a {Size = large} {Tea = assam} with milk
    - a large {Tea=assam} with {Extra = milk}
- pour it
    - pour it now
# Order
- a {Pot=large {Tea=assam}}
- a pot
\t- a {Pot = pot}
""".replace("\n", end)
    faults = Faults()
    skill = read_file(given_text(tmp_path, text), faults)
    said = {u.id: u for u in (*skill.train, *skill.test)}
    assert sorted(said) == ["tea:2", "tea:5", "tea:6", "tea:8", "tea:9"] and not faults.found
    assert [s.name for s in said["tea:2"].frame.slots] == ["Size", "Tea", "Extra"]
    assert said["tea:2"].template == "a {Size} {Tea} with {Extra}"
    assert said["tea:9"].template == "a {Pot}"
    assert [(n.line, n.reason) for n in faults.notes] == [
        (8, "1 labels within others are not read")
    ]


def test_of_labels_that_overlap_the_outermost_counts_and_the_rest_is_told(tmp_path: Path) -> None:
    labels = ("a large {Tea=assam}", "{Order=a large assam}", "a {Size=large} assam")
    text = "# Brew\n- a large assam\n" + "".join(f"  - {label}\n" for label in labels)
    faults = Faults()
    skill = read_file(given_text(tmp_path, text), faults)
    assert [s.name for s in skill.train[0].frame.slots] == ["Order"]
    assert sorted(n.reason.split(" lies")[0] for n in faults.notes) == [
        "label 'Size'",
        "label 'Tea'",
    ]


def test_questions_and_answers_are_no_intents_and_are_counted(tmp_path: Path) -> None:
    text = """- an orphan
# ? how does it work
- what to do
```markdown
# Heading
- press the button
```
# !# @qna.pair.source = x
# Brew
- brew it
- make some
```
"""
    faults = Faults()
    skill = read_file(given_text(tmp_path, text), faults)
    assert skill.intents == ("Brew",) and len(skill.train) + len(skill.test) == 2
    assert [f.line for f in faults.found] == [1, 2, 3, 12]


def test_imports_are_read_and_those_that_are_not_there_are_told(tmp_path: Path) -> None:
    given_text(tmp_path, "# Stop\n- halt\n- no more\n[Back](./tea.lu)\n", "other.lu")
    text = (
        "[Other](./other.lu)\n[None](./none.lu)\n# Brew\n- brew\n- make\n- [X](./other.lu#Stop)\n"
    )
    faults = Faults()
    skill = read_file(given_text(tmp_path, text), faults)
    assert skill.intents == ("Brew", "Stop")
    assert [(f.line, "another file" in f.reason) for f in faults.found] == [(6, True)]
    assert [(n.line, n.reason) for n in faults.notes] == [
        (2, "imports ./none.lu, which is not read")
    ]


def test_roles_share_the_values_of_their_entity_and_names_may_hold_blanks(tmp_path: Path) -> None:
    text = """@ list city hasRoles from, to =
- oslo :
  - christiania
@ list "two words" =
- one
@ prebuilt number
@ ml when
- @ ml date
$Pot:phraseList
- big, small
# Go
- fly {from=oslo} to {to=rome}
- take {two words=one}
- in {@city:home=bonn}
"""
    faults = Faults()
    skill = read_file(given_text(tmp_path, text), faults)
    assert not faults.found
    cities = ("oslo", "christiania")
    assert skill.gazetteers == {
        "from": cities, "to": cities, "city:home": cities, "two words": ("one",),
    }  # fmt: skip
    assert "3 definitions that list no values" in faults.notes[-1].reason


def test_an_escaped_brace_is_a_brace() -> None:
    assert list(lu_pieces(r"a \{b\} {Tea=mint}")) == [("a {b} ", ""), ("mint", "Tea"), ("", "")]
