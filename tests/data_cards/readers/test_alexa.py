"""Interaction models: what is read, and what is counted instead."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards import DataError, SkillwiseError
from data_cards.faults import Faults
from data_cards.parsing.expansion import Expansion
from data_cards.readers.alexa import read_file, read_model
from data_cards.records import Skill


def write(tmp_path: Path, intents: Any, types: Any = (), **more: Any) -> Path:
    model = {"invocationName": "lamp lab", "intents": intents, "types": types, **more}
    path = tmp_path / "en-US.json"
    content = {"interactionModel": {"languageModel": model}}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")
    return path


def intent(name: str, samples: list[Any], **slots: str) -> dict[str, Any]:
    return {
        "name": name,
        "slots": [{"name": k, "type": t} for k, t in slots.items()],
        "samples": samples,
    }


COLOURS = {
    "name": "Colour",
    "values": [
        {"id": "1", "name": {"value": "red", "synonyms": ["crimson", "Red"]}},
        {"name": {"value": "sea green"}},
    ],
}


def test_reads_samples_types_and_built_ins(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        [
            intent("Paint", ["make it {c}", "make it {c} on {d}"], c="Colour", d="AMAZON.DATE"),
            intent("AMAZON.HelpIntent", []),
            intent("AMAZON.StopIntent", ["enough"]),
        ],
        [COLOURS],
    )
    faults = Faults()
    model = read_model(path, faults, "en-US")
    assert not faults.found and model.invocation == "lamp lab"
    assert [(s.id, s.template) for s in model.samples] == [
        ("Paint:1", "make it {c}"),
        ("Paint:2", "make it {c} on {d}"),
        ("AMAZON.StopIntent:1", "enough"),
    ]
    assert model.catalogs["c"] == ("red", "crimson", "sea green")
    assert "tomorrow" in model.catalogs["d"]
    assert model.samples[0].line == next(
        n for n, line in enumerate(path.read_text().splitlines(), 1) if '"make it {c}"' in line
    )
    german = read_model(path, faults, "de-DE")
    assert "übermorgen" in german.catalogs["d"]


def test_extends_a_built_in_type(tmp_path: Path) -> None:
    extra = {"name": "AMAZON.City", "values": [{"name": {"value": "Ankh Morpork"}}]}
    path = write(tmp_path, [intent("Go", ["to {c}"], c="AMAZON.City")], [extra])
    values = read_model(path, Faults(), "en-US").catalogs["c"]
    assert "Ankh Morpork" in values and "boston" in values


def test_a_literal_brings_its_value(tmp_path: Path) -> None:
    path = write(tmp_path, [intent("Ask", ["find {old maps|Q}", "find {Q}"], Q="AMAZON.LITERAL")])
    model = read_model(path, Faults(), "en-US")
    assert [s.template for s in model.samples] == ["find {Q}", "find {Q}"]
    assert "old maps" in model.catalogs["Q"]


def test_faults_name_the_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        [
            intent("Paint", ["make it {c}", "in {where}", "open {c", "...", "by {m}", "on {t}"],
                   c="Colour", m="Missing", t="AMAZON.Tide"),
            {"samples": ["nameless"]},
        ],
        [{"name": "Colour", "values": [{"name": {"value": "red"}}, {"name": {"value": "?"}}, {}]}],
    )  # fmt: skip
    faults = Faults()
    skill = read_file(path, faults)
    lines = path.read_text().splitlines()
    found = {f.reason: f.line for f in faults.found}
    for text, part in [
        ("in {where}", "slot 'where' of 'in {where}' is not declared"),
        ("open {c", "unclosed slot marker"),
        ("...", "sample '...' holds no word"),
        ("by {m}", "slot 'm' has no values"),
        ("on {t}", "slot 't' has no values"),
        ("?", "value '?' of type 'Colour' holds no word"),
    ]:
        reason = next(r for r in found if part in r)
        assert json.dumps(text) in lines[(found[reason] or 0) - 1]
    assert any("has no name" in r for r in found)
    assert [u.text for u in skill.train] == ["make it red"]
    assert skill.name == "lamp-lab" and skill.locale == "en-US"


def test_older_layouts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    model = {"intents": [intent("Go", ["go on"])]}
    for content in (model, {"languageModel": model}):
        path.write_text("\ufeff" + json.dumps(content), "utf-8")
        assert [s.template for s in read_model(path, Faults(), "en-US").samples] == ["go on"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"{", "broken JSON"),
        (b"[1]", "no list of intents"),
        (b'{"intents": 3}', "no list of intents"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "broken JSON"),
    ],
)
def test_no_model_is_an_error(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=fault):
        read_file(path, Faults())
    with pytest.raises(DataError, match="no such file"):
        read_file(tmp_path / "none.json", Faults())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "slots",
                    "samples",
                    "type",
                    "types",
                    "values",
                    "value",
                    "synonyms",
                    "intents",
                    "languageModel",
                    "interactionModel",
                ]
            ),
            inner,
            max_size=4,
        )  # fmt: skip
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(intents=st.lists(JSON, max_size=3), types=JSON)
def test_nothing_but_our_errors_escapes(
    tmp_path: Path, reads_back: Callable[[Skill], bool], intents: Any, types: Any
) -> None:
    path = write(tmp_path, intents, types)
    with contextlib.suppress(SkillwiseError):
        assert reads_back(read_file(path, Faults()))


def test_a_users_own_model_has_no_cap(tmp_path: Path) -> None:
    letters = "abcdefghij"
    samples = [f"{a}x {b}y {c}z" for a in letters for b in letters for c in letters[:6]]
    skill = read_file(
        write(tmp_path, [intent("Big", samples), intent("Small", ["stop"])]), Faults()
    )
    assert len(skill.train) + len(skill.test) == 601
    faults = Faults()
    capped = read_file(tmp_path / "en-US.json", faults, how=Expansion(max_templates=50))
    assert len(capped.train) + len(capped.test) == 50
    assert "551 of 601 templates of lamp-lab@en-US left out" in faults.notes[0].reason


def test_answers_to_a_slots_question_are_samples_of_the_intent(tmp_path: Path) -> None:
    paint = intent("Paint", ["make it {c}"], c="Colour")
    paint["slots"][0]["samples"] = ["{c} please", "stop", 3]
    faults = Faults()
    model = read_model(
        write(tmp_path, [paint, intent("Stop", ["stop"])], [COLOURS]), faults, "en-US"
    )
    assert [(s.id, s.template) for s in model.samples] == [
        ("Paint:1", "make it {c}"), ("Stop:1", "stop"), ("Paint:2", "{c} please"),
        ("Paint:3", "stop"),
    ]  # fmt: skip
    assert [f.reason for f in faults.found] == ["'3' in samples is no text"]
    skill = read_file(tmp_path / "en-US.json", Faults())
    assert "Stop" in skill.intents, "an intent's own sample counts before an answer of another"


def test_values_may_be_strings_and_numbers(tmp_path: Path) -> None:
    values = [
        {"name": {"value": "three", "synonyms": "drei"}},
        {"name": {"value": 2, "synonyms": None}}, {"name": "four"}, "five",
        {"value": "six", "synonyms": ["half a dozen"]}, {"id": 3, "name": {"value": None}},
    ]  # fmt: skip
    types = [{"name": "N", "values": values}, {"name": "N", "values": ["seven"]}]
    faults = Faults()
    model = read_model(write(tmp_path, [intent("Go", ["to {n}"], n="N")], types), faults, "en-US")
    assert model.catalogs["n"] == (
        "three", "drei", "2", "four", "five", "six", "half a dozen", "seven",
    )  # fmt: skip
    assert ["has no name" in f.reason for f in faults.found] == [True]


def test_a_type_without_values_is_named_with_its_intent_and_the_remedy(tmp_path: Path) -> None:
    supplied = {"name": "Songs", "valueSupplier": {"type": "CatalogValueSupplier"}}
    intents = [
        intent("Play", ["play {s}"], s="Songs"), intent("Go", ["to the {r}"], r="AMAZON.Room"),
        intent("Stop", ["stop", "halt"]),
    ]  # fmt: skip
    faults = Faults()
    read_file(write(tmp_path, intents, [supplied]), faults)
    assert [f.reason for f in faults.found] == [
        f"type {kind!r} of slot {slot!r} has no values here; add some under types "
        f"(template {template!r}, intent {name!r})"
        for kind, slot, template, name in (
            ("Songs", "s", "play {s}", "Play"),
            ("AMAZON.Room", "r", "to the {r}", "Go"),
        )
    ]
    told = [n.reason for n in faults.notes]
    assert "type 'Songs' takes values from a catalogue elsewhere, which is not read" in told
    assert "intent 'Play' has no utterance left" in told and "intent 'Go' has no" in told[-1]


def test_a_sample_that_stands_twice_and_sections_without_utterances_are_told(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, [intent("Stop", ["stop it", "Stop it!", "halt"])])
    content = json.loads(path.read_text("utf-8"))
    content["interactionModel"] |= {"dialog": {"intents": [1]}, "prompts": [1]}
    path.write_text(json.dumps(content), "utf-8")
    faults = Faults()
    read_file(path, faults)
    assert not faults.found
    assert sorted(n.reason for n in faults.notes) == [
        "section dialog is not read: no utterances",
        "section prompts is not read: no utterances",
        "template 'Stop it!' stands twice in intent 'Stop'",
    ]


def test_json_of_another_kind_is_named_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "app.json"
    path.write_text(
        json.dumps({"luis_schema_version": "7.0.0", "intents": [{"name": "A"}]}), "utf-8"
    )
    with pytest.raises(
        DataError, match=r"is a LUIS app.* not an Alexa .*; import it with --format luis"
    ):
        read_file(path, Faults())
