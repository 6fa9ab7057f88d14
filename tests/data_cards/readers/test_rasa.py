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
