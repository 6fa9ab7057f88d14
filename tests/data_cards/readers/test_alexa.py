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
