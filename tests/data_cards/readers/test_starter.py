"""The starter reader on a tiny folder, and the starter suite itself against its own promises."""

import json
import re
from pathlib import Path

import pytest

from data_cards import DataError
from data_cards.card import card
from data_cards.faults import Faults
from data_cards.readers.starter import pieces, read_skill, read_strict_model
from data_cards.records import Skill
from data_cards.registry.loading import load

STARTER = Path(__file__).parents[3] / "data_cards" / "starter"
FOLDERS = sorted(p for p in STARTER.glob("*@*") if p.is_dir())

MODEL = {
    "interactionModel": {
        "languageModel": {
            "invocationName": "tea time",
            "intents": [
                {
                    "name": "BrewTea",
                    "slots": [
                        {"name": "tea", "type": "Tea"},
                        {"name": "when", "type": "AMAZON.TIME"},
                    ],
                    "samples": ["brew some {tea}", "brew {tea} at {when}", "put the kettle on"],
                },
                {"name": "Stop", "samples": ["stop brewing"]},
            ],
            "types": [
                {
                    "name": "Tea",
                    "values": [
                        {"name": {"value": "assam", "synonyms": ["strong tea"]}},
                        {"name": {"value": "mint"}},
                        {"name": {"value": "the blue one"}},
                    ],
                }
            ],
        }
    }
}
DEV = "BrewTea\tum i'd love a cup of [rooibos](tea)\nStop\tno more tea\n"
TEST = "BrewTea\t[mint](tea) for [half past six](when) please\n\nStop\tleave it\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "tea@en-GB"
    path.mkdir()
    (path / "model.json").write_text(json.dumps(MODEL, indent=1), "utf-8")
    (path / "dev.tsv").write_text(DEV, "utf-8")
    (path / "test.tsv").write_text(TEST, "utf-8")
    return path


def test_reads_a_skill(folder: Path) -> None:
    skill = read_skill(folder)
    assert skill.key == "tea@en-GB"
    assert skill.intents == ("BrewTea", "Stop") and skill.slot_names == ("tea", "when")
    assert [u.id for u in skill.test] == ["test:1", "test:3"]
    assert skill.test[0].tokens == ("mint", "for", "half", "past", "six", "please")
    assert [(s.name, skill.test[0].words(s)) for s in skill.test[0].frame.slots] == [
        ("tea", ("mint",)),
        ("when", ("half", "past", "six")),
    ]
    assert skill.dev[0].text == "um i'd love a cup of rooibos"
    assert skill.gazetteers["tea"] == ("assam", "strong tea", "mint", "the blue one")
    assert "half past six" in skill.gazetteers["when"]


def test_train_is_the_expansion_of_the_samples(folder: Path) -> None:
    skill = read_skill(folder, fillings=3)
    by_template: dict[str, list[str]] = {}
    for utterance in skill.train:
        by_template.setdefault(utterance.template, []).append(utterance.text)
        for slot in utterance.frame.slots:
            assert " ".join(utterance.words(slot)) in skill.gazetteers[slot.name]
    assert {t: len(texts) for t, texts in by_template.items()} == {
        "brew some {tea}": 3,
        "brew {tea} at {when}": 3,
        "put the kettle on": 1,
        "stop brewing": 1,
    }
    assert [u.id for u in skill.train if u.template == "brew {tea} at {when}"] == [
        f"train:BrewTea:2:{i}" for i in (1, 2, 3)
    ]
    assert len({u.id for u in skill.train}) == len(skill.train)
    assert read_skill(folder) == skill


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("BrewTea brew it", "two columns"),
        ("BrewTea\tbrew\tit", "two columns"),
        ("BrewTee\tbrew it", "'BrewTee' is not in model.json; did you mean 'BrewTea'"),
        ("BrewTea\tbrew [assam](tee)", "slot 'tee' is not in model.json; did you mean 'tea'"),
        ("BrewTea\tbrew [assam](tea", "stray bracket"),
        ("BrewTea\tbrew [](tea)", "empty value"),
        ("BrewTea\tbrew [?](tea)", "holds no word"),
        ("BrewTea\t...", "has no words"),
        ("Stop\tNo more, tea", "stands at dev.tsv:2 already"),
    ],
)
def test_a_bad_line_is_an_error_with_its_place(folder: Path, line: str, fault: str) -> None:
    (folder / "test.tsv").write_text(TEST + line + "\n", "utf-8")
    with pytest.raises(DataError, match=re.escape(fault)) as error:
        read_skill(folder)
    assert error.value.path.name == "test.tsv" and error.value.line == 4


def test_a_bad_model_is_an_error(folder: Path) -> None:
    path = folder / "model.json"
    good = path.read_text("utf-8")
    for old, new, fault in [
        ("brew some {tea}", "brew some {teas}", "slot 'teas'"),
        ("brew some {tea}", "brew some {tea", "unclosed slot marker"),
        ("AMAZON.TIME", "AMAZON.TIDE", "type 'AMAZON.TIDE' of slot 'when' has no values"),
        ('"assam"', '"?!"', "holds no word"),
        ('"intents"', '"intense"', "has no list of intents"),
        ('"types"', '"types', "broken JSON"),
    ]:
        path.write_text(good.replace(old, new), "utf-8")
        with pytest.raises(DataError, match=re.escape(fault)):
            read_skill(folder)


def test_missing_and_empty_files(folder: Path) -> None:
    (folder / "test.tsv").write_text("\n", "utf-8")
    with pytest.raises(DataError, match="has no utterance"):
        read_skill(folder)
    (folder / "test.tsv").write_bytes(b"Stop\tl\xe4ss es\n")
    with pytest.raises(DataError, match="not UTF-8"):
        read_skill(folder)
    (folder / "test.tsv").unlink()
    with pytest.raises(DataError, match="no such file"):
        read_skill(folder)
    with pytest.raises(DataError, match="not named"):
        read_skill(folder.rename(folder.with_name("tea")))


def test_the_card_loads_every_folder() -> None:
    faults = Faults()
    skills = list(load(card("starter"), faults))
    assert [s.key for s in skills] == [p.name for p in FOLDERS]
    assert not faults.found


def _marked(line: str) -> str:
    """The users' line as a template: its values replaced by their slots."""
    return "".join(f"{{{name}}}" if name else text for text, name in pieces(line))


def _pattern(sample: str, skill: Skill) -> re.Pattern[str]:
    """The sample with any words in its slots, no more than a value there may have."""

    def value(marker: re.Match[str]) -> str:
        longest = max(len(v.split()) for v in skill.gazetteers[marker[1]])
        return rf"\S+(?: \S+){{0,{max(longest, 3) - 1}}}"

    parts = re.split(r"(\{\w+\})", sample)
    return re.compile(
        "".join(re.sub(r"\{(\w+)\}", value, p) if p[:1] == "{" else re.escape(p) for p in parts)
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_starter_skill_keeps_its_promises(folder: Path) -> None:
    skill = read_skill(folder)
    model = read_strict_model(folder / "model.json", skill.locale)
    samples = {s.template.lower() for s in model.samples}
    slots = {slot for s in model.samples for c in s.carriers for slot in c.slots}
    assert 80 <= len(model.samples) <= 200, "80-200 samples"
    assert len(skill.dev) >= 30 and len(skill.test) >= 80
    assert 4 <= len(model.intents) <= 10 and 3 <= len(slots) <= 8
    assert {s.name for u in skill.dev + skill.test for s in u.frame.slots} <= slots
    for split in (skill.dev, skill.test):
        assert {u.frame.intent for u in split} == set(model.intents)
    train_texts = {" ".join(u.tokens).lower() for u in skill.train}
    patterns = {s: _pattern(s, skill) for s in samples}
    for name in ("dev.tsv", "test.tsv"):
        for number, line in enumerate((folder / name).read_text("utf-8").splitlines(), 1):
            marked = line.partition("\t")[2].lower()
            if not marked:
                continue
            text = "".join(text for text, _ in pieces(marked))
            assert _marked(marked) not in samples, f"{folder.name}/{name}:{number} is a sample"
            assert text not in train_texts, f"{folder.name}/{name}:{number} stands in train"
            for sample, pattern in patterns.items():
                place = f"{folder.name}/{name}:{number} {text!r} is an expansion of {sample!r}"
                assert pattern.fullmatch(text) is None, place


def test_the_suite_has_its_locales() -> None:
    counts: dict[str, int] = {}
    for folder in FOLDERS:
        locale = folder.name.partition("@")[2]
        counts[locale] = counts.get(locale, 0) + 1
    assert counts["en-US"] >= 12
    assert min(counts[locale] for locale in ("en-GB", "en-IN", "de-DE")) >= 6
