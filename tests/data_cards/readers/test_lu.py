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
from data_cards.parsing.lu_marks import lu_pieces
from data_cards.readers.lu import read_file
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
