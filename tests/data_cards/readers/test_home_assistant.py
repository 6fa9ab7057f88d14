"""Home Assistant grammars: rules, lists, names of the house, spans of test sentences."""

import os
import sys
from pathlib import Path

import pytest

from data_cards.card import Card, card
from data_cards.errors import SkillwiseError
from data_cards.faults import Faults
from data_cards.parsing.expansion import Expansion
from data_cards.parsing.hassil_grammar import grammar
from data_cards.parsing.templates import sentences
from data_cards.readers import READERS
from data_cards.readers.home_assistant import read, read_family, read_home
from data_cards.registry.loading import load

FILES = {
    "intents.yaml": """
HassLightSet:
  slot_combinations:
    name_level:
      name_domain_groups: {default: [light]}
""",
    "lists/lamps.yaml": "lists: {level: {range: {from: 0, to: 100}}, wish: {wildcard: true}}",
    "lists/en/lamps.yaml": "lists: {hue: {values: [{in: '(dark|light) red', out: red}, blue]}}",
    "rules/en/all.yaml": "expansion_rules: {set: '(set|put|turn)', the: '(the|my)'}",
    "sentences/en/_common.yaml": "language: en",
    "sentences/en/HassLightSet/name_level.yaml": """
data:
  - sentences:
      - "<set> [<the>] {name} to {level}[ percent]"
      - "{name} at {level}"
      - "<set> {name} down to {level}"
      - "make {name} as bright as {level}"
      - "dim {name} until {level}"
      - "([now];{name} {level})"
      - "grant {wish} to {name}"
      - "broken (group"
    name_domains: default
""",
    "sentences/en/HassLightSet/area_hue.yaml": """
data:
  - sentences:
      - "<set> the {area} to {hue:color}"
      - "{area} in {hue:color}"
      - "colour {area} {hue:color}"
      - "I want {hue:color} in the {area}"
""",
    "tests/en/_fixtures.yaml": """
areas: [{name: Kitchen}, {name: Attic}]
entities: [{name: "Desk Lamp", id: light.desk}, {name: "Rover", id: vacuum.rover}]
""",
    "tests/en/HassLightSet/name_level.yaml": """
entities: [{name: "Hall Light", domain: light}]
tests:
  - sentences:
      - "turn my desk lamp to 40 percent"
      - "desk lamp at 40"
      - "put desk lamp down to 40"
      - "make desk lamp as bright as 40"
      - "dim desk lamp until 40"
      - "an unheard of sentence"
    slots: {name: "Desk Lamp", level: 40}
  - sentences: ["hall light at 7"]
    slots: {name: "Hall Light", level: 7}
""",
    "tests/en/HassLightSet/area_hue.yaml": """
tests:
  - sentences: ["attic in light red", "colour attic light red", "put the attic to light red",
                "I want light red in the attic"]
    slots: {area: Attic, color: red}
""",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def test_the_grammar_is_hassils() -> None:
    node = grammar("[please] ({a};{list:b}) now", {})
    assert sorted(sentences(node, "k", 10)) == [
        "please {a} {list:b} now", "please {list:b} {a} now",
        "{a} {list:b} now", "{list:b} {a} now",
    ]  # fmt: skip
    for bad in ("(a", "<none>", "{a"):
        with pytest.raises(ValueError, match="hassil|rule"):
            grammar(bad, {})


def test_reads_a_family(root: Path) -> None:
    faults = Faults()
    home = read_home(root, "en", faults)
    assert set(home.names["light"]) == {"Desk Lamp", "Hall Light"}
    folder = root / "sentences/en/HassLightSet"
    skill = read_family("lights", [folder], home, "en-US", faults, Expansion())
    assert skill.intents == ("HassLightSet",)
    assert set(skill.slot_names) <= {"name", "level", "area", "color"}
    names = {" ".join(u.words(s)) for u in skill.train for s in u.frame.slots if s.name == "name"}
    assert names <= {"Desk Lamp", "Hall Light"}, "the block asks for lights, so no Rover"
    assert set(skill.gazetteers["color"]) == {"dark red", "light red", "blue"}
    train, test = ({u.template for u in part} for part in (skill.train, skill.test))
    assert train and test and not train & test
    assert len({u.id for u in skill.train + skill.test}) == len(skill.train + skill.test)


def test_test_sentences_get_their_spans(root: Path) -> None:
    faults = Faults()
    home = read_home(root, "en", faults)
    skill = read_family(
        "lights", [root / "sentences/en/HassLightSet"], home, "en-US", faults, Expansion()
    )
    natural = {u.text: u for u in skill.test if ":s" in u.id}
    assert natural, "a held-out template has test sentences"
    for utterance in natural.values():
        slots = {s.name: " ".join(utterance.words(s)) for s in utterance.frame.slots}
        if "level" in slots:
            assert (slots["name"], slots["level"]) in (("desk lamp", "40"), ("hall light", "7"))
        else:
            assert slots == {"area": "attic", "color": "light red"}
    reasons = [(f.path.name, f.line, f.reason) for f in faults.found]
    assert any(
        name == "name_level.yaml" and line == 11 and "'broken (group'" in reason
        for name, line, reason in reasons
    )
    assert any("slot 'wish' has no values" in reason for _, _, reason in reasons)
    assert any("unheard of" in reason and line == 10 for _, line, reason in reasons)


def test_small_families_are_counted(root: Path) -> None:
    faults = Faults()
    content = {
        "pretty_name": "t", "license": "mit", "language": ["en"], "name": "t",
        "skillwise": {"reader": "home_assistant", "skill": "f", "locales": ["en-US"],
                      "options": {"min_train": 1000}},
    }  # fmt: skip
    assert list(read(Card.model_validate(content), root, faults)) == []
    assert any("lights@en-US left out" in f.reason for f in faults.found)


def test_broken_yaml_is_a_fault(root: Path) -> None:
    (root / "lists/en/lamps.yaml").write_text("lists: [", "utf-8")
    faults = Faults()
    read_home(root, "en", faults)
    assert [f.path.name for f in faults.found] == ["lamps.yaml"]
    assert "broken YAML" in faults.found[0].reason


@pytest.mark.slow
@pytest.mark.skipif("SKILLWISE_DATA" not in os.environ, reason="SKILLWISE_DATA is not set")
def test_real_grammars() -> None:
    faults = Faults()
    chosen = card("home-assistant")
    skills = list(load(chosen, faults))
    assert chosen.skillwise.counts is not None
    assert len(skills) == chosen.skillwise.counts.skills >= 20
    assert sum(len(s.test) for s in skills) == chosen.skillwise.counts.test
    assert len(faults) == chosen.skillwise.counts.faults
    natural = sum(":s" in u.id for s in skills for u in s.test)
    assert natural >= 800, "the source's own sentences stand in the test splits"
    for skill in skills:
        assert not {u.template for u in skill.train} & {u.template for u in skill.test}


def test_without_hassil_the_card_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("readers.home_assistant", "parsing.hassil_grammar"):
        monkeypatch.delitem(sys.modules, f"data_cards.{name}")
    monkeypatch.setitem(sys.modules, "hassil", None)
    with pytest.raises(SkillwiseError, match=r"card home-assistant: .*; pip install hassil$"):
        list(READERS["home_assistant"](card("home-assistant"), tmp_path, Faults()))
