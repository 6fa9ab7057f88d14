"""The folder of interaction models: which files become skills."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from data_cards import SkillwiseError
from data_cards.card import Card, card
from data_cards.faults import Faults
from data_cards.readers.ask_models import read
from data_cards.registry.loading import load

VERBS = ("brew", "boil", "pour", "stir", "heat", "cool", "serve", "fetch", "find", "order", "want")
MODEL = {
    "interactionModel": {
        "languageModel": {
            "invocationName": "pot",
            "intents": [
                {"name": "Make", "slots": [{"name": "tea", "type": "Tea"}],
                 "samples": [f"{verb} some {{tea}}" for verb in VERBS]},
                {"name": "Stop", "samples": ["stop it", "no more", "that is all", "enough now"]},
            ],
            "types": [{"name": "Tea", "values": [{"name": {"value": v}} for v in
                      ("assam", "mint", "green", "black", "white", "chai", "sencha")]}],
        }
    }
}  # fmt: skip


def ask_card(**options: Any) -> Card:
    return Card.model_validate(
        {
            "pretty_name": "t", "license": "mit", "language": ["en"], "name": "t",
            "skillwise": {"reader": "ask_models", "skill": "a model", "options": options,
                          "locales": ["en-US", "en-GB", "de-DE"]},
        }
    )  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rows = []

    def add(skill: str, locale: str, copy_of: str | None, content: str) -> None:
        name = f"skills/{skill}/{locale}.json"
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
        row = {"skill_id": skill, "file": name, "locale": locale, "duplicate_of": copy_of}
        rows.append(json.dumps(row))

    add("pot", "en-AU", None, json.dumps(MODEL))
    add("pot", "en-GB", "skills/pot/en-AU.json", json.dumps(MODEL))
    add("pot", "en-US", "skills/pot/en-AU.json", json.dumps(MODEL))
    add("pot", "de-DE", None, json.dumps(MODEL).replace("some", "etwas"))
    small = {"intents": [{"name": "A", "samples": ["one", "two"]}]}
    add("tiny", "en-US", None, json.dumps(small))
    add("broken", "en-US", None, "{")
    rows.append('{"skill_id": "odd"}')
    (tmp_path / "index.jsonl").write_text("\n".join(rows), "utf-8")
    return tmp_path


def test_copies_are_skipped_and_faults_counted(root: Path) -> None:
    faults = Faults()
    skills = list(read(ask_card(), root, faults))
    assert [s.key for s in skills] == ["pot@en-US", "pot@de-DE"], "the copy of en-AU is read once"
    reasons = sorted(f"{f.path.name}: {f.reason}" for f in faults.found)
    assert len(reasons) == 3
    assert "broken JSON" in reasons[0] and "2 usable templates" in reasons[1]
    assert reasons[2] == "index.jsonl: has no duplicate_of"


def test_options(root: Path) -> None:
    keys = [s.key for s in read(ask_card(duplicates=True), root, Faults())]
    assert keys == ["pot@en-US", "pot@en-GB", "pot@de-DE"]
    keys = [s.key for s in read(ask_card(locales=["en-GB", "en-US"]), root, Faults())]
    assert keys == ["pot@en-GB"]
    assert list(read(ask_card(min_templates=16), root, Faults())) == []
    with pytest.raises(SkillwiseError, match="no option 'duplicate'; did you mean 'duplicates'"):
        list(read(ask_card(duplicate=True), root, Faults()))


def test_no_template_on_both_sides(root: Path) -> None:
    skill = next(read(ask_card(), root, Faults()))
    assert not {u.template for u in skill.train} & {u.template for u in skill.test}
    assert {u.frame.intent for u in skill.test} == {"Make", "Stop"}


@pytest.mark.skipif("SKILLWISE_DATA" not in os.environ, reason="SKILLWISE_DATA is not set")
def test_real_models() -> None:
    faults = Faults()
    chosen = card("ask-models")
    skills = list(load(chosen, faults))
    assert chosen.skillwise.counts is not None
    assert len(skills) == chosen.skillwise.counts.skills >= 40
    assert sum(len(s.train) for s in skills) == chosen.skillwise.counts.train
    assert len(faults) == chosen.skillwise.counts.faults
    assert {s.locale for s in skills} == {"en-US", "en-GB", "en-IN", "de-DE"}
    for skill in skills:
        train, test = ({u.template for u in part} for part in (skill.train, skill.test))
        assert not train & test and len(train | test) <= 400
        assert len(skill.train) >= 20 and len(skill.test) >= 10
