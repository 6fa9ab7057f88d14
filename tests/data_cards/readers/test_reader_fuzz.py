"""Readers of whole folders under hostile files: nothing but our own error escapes."""

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.card import Card
from data_cards.errors import SkillwiseError
from data_cards.faults import Faults
from data_cards.readers import ask_models, home_assistant, hub, starter
from data_cards.records import Skill

MakeCard = Callable[..., Card]
ReadsBack = Callable[[Skill], bool]

MODEL = {
    "interactionModel": {
        "languageModel": {
            "invocationName": "pot",
            "intents": [
                {"name": "Make", "slots": [{"name": "tea", "type": "Tea"}], "samples": ["a {tea}"]},
                {"name": "Stop", "samples": ["stop"]},
            ],
            "types": [{"name": "Tea", "values": [{"name": {"value": "mint"}}]}],
        }
    }
}
HOSTILE = st.binary(max_size=60) | st.text(alphabet='ab{}[]()|:,"\t\n-', max_size=60).map(
    str.encode
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["interactionModel", "languageModel", "intents", "samples", "types", "x"]),
        inner, max_size=3,
    ),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode())  # fmt: skip
fuzz = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@fuzz
@given(part=st.sampled_from(["model.json", "dev.tsv", "test.tsv"]), raw=HOSTILE | JSON)
def test_starter(tmp_path: Path, reads_back: ReadsBack, part: str, raw: bytes) -> None:
    folder = tmp_path / "pot@en-US"
    folder.mkdir(exist_ok=True)
    (folder / "model.json").write_text(json.dumps(MODEL), "utf-8")
    for split, line in (("dev", "Make\tone [mint](tea)"), ("test", "Stop\tno more")):
        (folder / f"{split}.tsv").write_text(line + "\n", "utf-8")
    (folder / part).write_bytes(raw)
    with contextlib.suppress(SkillwiseError):
        assert reads_back(starter.read_skill(folder))


@fuzz
@given(part=st.sampled_from(["index.jsonl", "pot.json"]), raw=HOSTILE | JSON)
def test_ask_models(
    tmp_path: Path, make_card: MakeCard, reads_back: ReadsBack, part: str, raw: bytes
) -> None:
    row = {"skill_id": "pot", "file": "pot.json", "locale": "en-US", "duplicate_of": None}
    (tmp_path / "index.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    (tmp_path / "pot.json").write_text(json.dumps(MODEL), "utf-8")
    (tmp_path / part).write_bytes(raw)
    with contextlib.suppress(SkillwiseError):
        card = make_card("ask_models", options={"min_train": 0, "min_test": 0, "min_templates": 0})
        assert all(map(reads_back, ask_models.read(card, tmp_path, Faults())))


@fuzz
@given(
    part=st.sampled_from(
        ["sentences/en/HassLightSet/a.yaml", "lists/en/a.yaml", "tests/en/_fixtures.yaml"]
    ),
    raw=HOSTILE,
)
def test_home_assistant(
    tmp_path: Path, make_card: MakeCard, reads_back: ReadsBack, part: str, raw: bytes
) -> None:
    root = tmp_path / "home"
    shutil.rmtree(root, ignore_errors=True)
    plain = {
        "intents.yaml": "HassLightSet: {slot_combinations: {}}",
        "sentences/en/HassLightSet/b.yaml": "data: [{sentences: [light {name}]}]",
        part: raw,
    }
    for name, content in plain.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with contextlib.suppress(SkillwiseError):
        card = make_card("home_assistant", options={"min_train": 0, "min_test": 0})
        assert all(map(reads_back, home_assistant.read(card, root, Faults())))


@pytest.mark.parametrize("raw", [b"", b"PAR1", b"PAR1" + bytes(64) + b"PAR1", b"no parquet at all"])
def test_hub_folder_of_damaged_files(tmp_path: Path, make_card: MakeCard, raw: bytes) -> None:
    (tmp_path / "train-00000-of-00001.parquet").write_bytes(raw)
    card = make_card("hub", source={"folder": "set"}, options={"text": "utt", "intent": "label"})
    with pytest.raises(SkillwiseError):
        list(hub.read(card, tmp_path, Faults()))
