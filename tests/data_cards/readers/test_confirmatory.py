"""Every row of the confirmatory folders is read or counted, by a count that uses no reader.

These need the real data, which `SKILLWISE_DATA` names; no system is fitted here.
"""

import json
import os
import re

import pytest

from data_cards.card import DATA_VARIABLE, card
from data_cards.faults import Faults
from data_cards.readers import alexa, bots, jovo, mtop
from data_cards.readers.bot_files import BotOptions

CONFIRMATORY = (
    "ask-models-more", "dialogflow-exports", "jovo-models", "luis-apps", "mtop", "rasa-bots",
)  # fmt: skip
BOT_CARDS = ("dialogflow-exports", "luis-apps", "rasa-bots")

pytestmark = pytest.mark.skipif(
    not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set: no real data here"
)


def index(name):
    lines = (card(name).root / "index.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def in_rows(faults):
    """Faults of rows, which name their intent or number, not of headings, values and files."""
    return sum("(intent " in f.reason or "utterance " in f.reason for f in faults.found)


def markdown_rows(text):
    """Items below headings of intents, comments cut out."""
    bare = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    parts = re.split(r"^##+ *(\w+)[: ]", bare, flags=re.MULTILINE)
    return sum(
        len(re.findall(r"^ *[-*+]", body, flags=re.MULTILINE))
        for kind, body in zip(parts[1::2], parts[2::2], strict=True)
        if kind == "intent"
    )


def yaml_rows(text):
    """Items that stand deeper than the entry of the intent that they belong to."""
    count, inside, depth = 0, False, 0
    for line in text.splitlines():
        entry = re.match(r"( *)- (intent|synonym|lookup|regex) *:", line)
        if entry:
            inside, depth = entry[2] == "intent", len(entry[1])
        elif line and not line.startswith((" ", "#")) and not line.startswith("-"):
            inside = False
        else:
            item = re.match(r"( *)-(.*)", line)
            count += bool(inside and item and len(item[1]) > depth)
    return count


def json_of(path):
    return json.loads(path.read_text("utf-8-sig"))


def rows_of(path, locale):
    """The rows of one file of a bot, whatever its format."""
    if path.suffix == ".md":
        return markdown_rows(path.read_text("utf-8-sig").replace("\r\n", "\n"))
    if path.suffix in (".yml", ".yaml"):
        return yaml_rows(path.read_text("utf-8-sig"))
    if path.name.endswith(f"_usersays_{locale[:2]}.json"):
        return len(json_of(path))
    if path.name == "LUIS.json":
        return len(json_of(path)["utterances"])
    return 0


@pytest.mark.parametrize("name", BOT_CARDS)
def test_every_row_of_every_bot_is_an_utterance_or_a_fault(name):
    root = card(name).root
    listed = list(bots.rows(root, Faults()))
    assert len(listed) == len(index(name)) > 0
    for _, row in listed:
        faults = Faults()
        skill = bots.read_bot(row, root, BotOptions(), faults)
        said = len(skill.train) + len(skill.test)
        expected = sum(rows_of(root / file, row["locale"]) for file in row["files"])
        assert said + in_rows(faults) == expected, row["skill_id"]
        assert abs(expected - row.get("examples", row.get("utterances"))) <= 1, row["skill_id"]


def test_every_phrase_of_every_jovo_model_is_a_sample_or_a_fault():
    root = card("jovo-models").root
    for row in index("jovo-models"):
        content = json_of(root / row["files"][0])
        intents = content["intents"]
        own = intents.values() if isinstance(intents, dict) else intents
        phrases = sum(len(intent.get("phrases") or []) for intent in own)
        assert phrases == row["utterances"]
        alexas = content["alexa"]["interactionModel"].get("languageModel", {}).get("intents", [])
        phrases += sum(len(intent.get("samples") or []) for intent in alexas)
        faults = Faults()
        model = jovo.read_model(root / row["files"][0], faults, row["locale"])
        assert len(model.samples) + in_rows(faults) == phrases, row["skill_id"]


def test_every_sample_of_every_interaction_model_is_read_or_a_fault():
    root = card("ask-models-more").root
    for row in index("ask-models-more"):
        content = json_of(root / row["file"])
        for key in ("interactionModel", "languageModel"):
            content = content.get(key, content)
        samples = sum(len(intent.get("samples") or []) for intent in content["intents"])
        assert samples == row["samples"]
        answers = sum(
            len(slot.get("samples") or [])
            for intent in content["intents"]
            for slot in intent.get("slots") or []
        )
        faults = Faults()
        model = alexa.read_model(root / row["file"], faults, row["locale"])
        read = len(model.samples) + in_rows(faults)
        assert read in (samples, samples + answers), row["skill_id"]


def test_every_utterance_of_mtop_is_read_or_a_fault():
    options = card("mtop").skillwise.options
    for language in ("de", "en"):
        count, faults = 0, Faults()
        for part in ("train", "test"):
            path = card("mtop").root / options[part]
            found = list(mtop.read_file(path, faults, language=language, prefix=part))
            count += len(found)
        assert count + in_rows(faults) == 2096
        assert len(faults) == (59 if language == "de" else 0)


@pytest.mark.parametrize("name", CONFIRMATORY)
def test_every_file_is_in_the_index_and_pinned_by_the_card(name):
    known = card(name)
    licences = ("LICEN", "PROVENANCE", "COPYING", "NOTICE")
    there = {
        path.relative_to(known.root).as_posix()
        for path in known.root.rglob("*")
        if path.is_file() and not path.name.upper().startswith(licences)
    }
    named = {file for row in index(name) for file in row.get("files", [row.get("file")])}
    assert there == named | {"index.jsonl"}
    assert there == set(known.skillwise.source.files)


@pytest.mark.parametrize("name", CONFIRMATORY)
def test_a_card_counts_right_and_its_skills_are_sound(name, real):
    skills, faults = real(name)
    reading = card(name).skillwise
    assert reading.confirmatory and reading.counts is not None
    assert len(skills) == reading.counts.skills
    assert sum(len(s.train) for s in skills) == reading.counts.train
    assert sum(len(s.test) for s in skills) == reading.counts.test
    assert len(faults) == reading.counts.faults
    left_out = {f.reason.split(" left out")[0] for f in faults.found if "left out" in f.reason}
    assert not {f"skill {s.key}" for s in skills} & left_out
    for skill in skills:
        assert skill.locale in reading.locales and len(skill.train) >= 20 and len(skill.test) >= 10
        ids = [u.id for u in (*skill.train, *skill.test)]
        assert len(ids) == len(set(ids))
        if name in BOT_CARDS or "models" in name:
            train, test = ({u.template for u in part} for part in (skill.train, skill.test))
            assert not train & test, f"{skill.key} tests what it teaches"


def test_copied_intents_are_in_no_skill(real):
    for name in BOT_CARDS:
        copied = {row["skill_id"]: set(row["copied_intents"]) for row in index(name)}
        skills, _ = real(name)
        assert not any(
            u.frame.intent in copied[s.name] for s in skills for u in (*s.train, *s.test)
        )
