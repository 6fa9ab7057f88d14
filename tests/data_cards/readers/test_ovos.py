"""OVOS/Mycroft folders: lines, entities, locales, installed packages."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.card import Card, card
from data_cards.faults import Faults
from data_cards.readers.ovos import installed_skills, read, read_skill, skill_folders
from data_cards.records import Skill
from data_cards.registry.loading import load

START = "\n".join(f"({verb}|{verb} up) [the] {{Blend}}" for verb in
                  ("brew", "pour", "boil", "stir", "fetch", "find", "warm", "order"))  # fmt: skip


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(
        tmp_path,
        {
            "acme__tea/locale/en-us/start.intent": START,
            "acme__tea/locale/en-us/intents/wait.intent": "wait {duration}\nwait # minutes\n"
            "hold on {wizard}\n(hold on\n\n???\n# a remark\nkeep still\nwait a bit\n",
            "acme__tea/locale/en-us/blend.entity": "(assam|mint) tea\nchai\n",
            "acme__tea/locale/en-us/start.voc": "brew\n",
            "acme__tea/locale/de-DE/start.intent": "mach {blend}",
            "pack/skills/one/vocab/en-us/a.intent": "hello there",
            "pack/skills/two/vocab/en-us/b.intent": "good bye",
        },
    )
    return tmp_path


def ovos_card(**options: Any) -> Card:
    return Card.model_validate(
        {
            "pretty_name": "t", "license": "mit", "language": ["en"], "name": "t",
            "skillwise": {"reader": "ovos", "skill": "a folder", "options": options,
                          "locales": ["en-US", "de-DE"]},
        }
    )  # fmt: skip


def test_folders_are_found_and_named(root: Path) -> None:
    found = skill_folders(root)
    assert {name: path.relative_to(root).as_posix() for name, path in found.items()} == {
        "acme__tea": "acme__tea",
        "pack__one": "pack/skills/one",
        "pack__two": "pack/skills/two",
    }


def test_reads_a_skill(root: Path) -> None:
    faults = Faults()
    skill = read_skill("tea", root / "acme__tea", "en-US", faults)
    assert skill.intents == ("start", "wait") and "blend" in skill.slot_names
    said = {" ".join(u.words(s)) for u in skill.train for s in u.frame.slots if s.name == "blend"}
    assert said == {"assam tea", "mint tea", "chai"} == set(skill.gazetteers["blend"])
    templates = {u.template for u in skill.train}
    assert not templates & {u.template for u in skill.test}
    assert "(brew|brew up) [the] {blend}" in templates | {u.template for u in skill.test}
    everything = [u for u in skill.train + skill.test if u.template == "wait {number} minutes"]
    assert everything and all(u.frame.slots[0].name == "number" for u in everything)
    waits = [u for u in skill.train + skill.test if u.template == "wait {duration}"]
    assert all(u.frame.slots[0].name == "duration" for u in waits) and waits


def test_faults_name_file_and_line(root: Path) -> None:
    faults = Faults()
    read_skill("tea", root / "acme__tea", "en-US", faults)
    assert {(f.path.name, f.line) for f in faults.found} == {
        ("wait.intent", 3), ("wait.intent", 4), ("wait.intent", 6),
    }  # fmt: skip
    reasons = {f.line: f.reason for f in faults.found}
    assert "slot 'wizard' has no values" in reasons[3]
    assert "without its partner" in reasons[4] and "holds no word" in reasons[6]


def test_slot_types_name_a_list(root: Path) -> None:
    faults = Faults()
    read_skill("tea", root / "acme__tea", "en-US", faults, slot_types={"wizard": "FirstName"})
    assert not any("wizard" in f.reason for f in faults.found)


def test_small_skills_are_counted(root: Path) -> None:
    faults = Faults()
    skills = list(read(ovos_card(), root, faults))
    assert [s.key for s in skills] == ["acme__tea@en-US"]
    left = [f.reason for f in faults.found if "left out" in f.reason]
    assert len(left) == 3 and any("acme__tea@de-DE" in reason for reason in left)


def test_installed_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"acme_tea/locale/en-us/start.intent": START, "acme_tea/locale/en-us/stop.intent":
             "stop\nend it\nno more\nthat is all\n",
             "acme_tea/locale/en-us/blend.entity": "chai\nmint\nassam\n"}  # fmt: skip
    write(tmp_path, files)
    info = tmp_path / "ovos_skill_tea-1.0.dist-info"
    write(info, {"METADATA": "Metadata-Version: 2.1\nName: ovos-skill-tea\nVersion: 1.0\n"})
    write(info, {"RECORD": "".join(f"{name},,\n" for name in files)})
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert installed_skills()["ovos-skill-tea"] == tmp_path / "acme_tea"
    skills = list(read(ovos_card(installed=True), Path("unread"), Faults()))
    assert "ovos-skill-tea@en-US" in [s.key for s in skills]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=80) | st.text(alphabet="ab {}()[]|#\n", max_size=60).map(str.encode),
    st.text(alphabet="ab()|#% \n", max_size=20),
)
def test_nothing_escapes(
    tmp_path: Path, reads_back: Callable[[Skill], bool], lines: bytes, values: str
) -> None:
    write(tmp_path, {"locale/en-us/a.entity": values, "locale/en-us/x.intent": ""})
    (tmp_path / "locale/en-us/x.intent").write_bytes(lines)
    assert reads_back(read_skill("x", tmp_path, "en-US", Faults()))


@pytest.mark.skipif("SKILLWISE_DATA" not in os.environ, reason="SKILLWISE_DATA is not set")
def test_real_skills() -> None:
    faults = Faults()
    chosen = card("ovos")
    skills = list(load(chosen, faults))
    assert chosen.skillwise.counts is not None
    assert len(skills) == chosen.skillwise.counts.skills >= 40
    assert sum(len(s.train) for s in skills) == chosen.skillwise.counts.train
    assert len(faults) == chosen.skillwise.counts.faults
    assert len({s.key for s in skills}) == len(skills)
    for skill in skills:
        assert not {u.template for u in skill.train} & {u.template for u in skill.test}
    left = [f for f in faults.found if "without its partner" in f.reason]
    assert len(left) == 4, "the source has four lines with a stray bracket"
