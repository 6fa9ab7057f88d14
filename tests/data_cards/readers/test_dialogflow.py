"""Dialogflow ES exports: folders and zips, slots by alias, entities, languages."""

import contextlib
import json
import zipfile

import bot_toys
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError, SkillwiseError
from data_cards.faults import Faults
from data_cards.readers.dialogflow import read


def says(*rows):
    """Rows of a usersays file; a part is a text, or (text, meta, alias)."""
    parts = [[{"text": p} if isinstance(p, str) else _part(*p) for p in row] for row in rows]
    return [{"id": f"u{n}", "data": data, "isTemplate": False} for n, data in enumerate(parts)]


def _part(text, meta, alias):
    return {"text": text, "meta": meta, "userDefined": True} | ({"alias": alias} if alias else {})


FILES = {
    "agent.json": {"language": "en"},
    "intents/Brew.json": {"name": "Brew: now", "events": []},
    "intents/Brew_usersays_en.json": says(
        ["brew ", ("assam", "@tea", "kind"), " at ", ("six", "@sys.time", "when")],
        ["a pot ", ("of", "@sys.ignore", ""), " tea"],
        ["just tea"],
    ),
    "intents/Brew_usersays_de.json": says(["koche ", ("Assam", "@tea", "kind")]),
    "intents/Only event.json": {"name": "Only event"},
    "intents/Orphan_usersays_en.json": says(["who are you"], ["what is this"]),
    "entities/tea.json": {"name": "tea"},
    "entities/tea_entries_en.json": [
        {"value": "ASM", "synonyms": ["assam", "second flush"]},
        {"value": "mix", "synonyms": ["@tea:tea and @milk:milk"]},
        {"value": "odd"},
    ],
    "entities/tea_entries_de.json": [{"value": "ASM", "synonyms": ["Assam-Tee"]}],
}


@pytest.fixture
def agent(tmp_path, write):
    for name, content in FILES.items():
        write(tmp_path / "pot" / name, json.dumps(content))
    return tmp_path / "pot"


def test_reads_a_folder(agent):
    faults = Faults()
    skill = read(agent, faults, name="pot", locale="en-IN")
    said = {u.id: u for u in (*skill.train, *skill.test)}
    assert sorted(said) == [
        "Brew: now:1", "Brew: now:2", "Brew: now:3", "Orphan:1", "Orphan:2"
    ]  # fmt: skip
    assert said["Brew: now:1"].text == "brew assam at six"
    assert [(s.name, s.start, s.end) for s in said["Brew: now:1"].frame.slots] == [
        ("kind", 1, 2),
        ("when", 3, 4),
    ]
    assert said["Brew: now:2"].text == "a pot of tea" and not said["Brew: now:2"].frame.slots
    assert skill.gazetteers == {"kind": ("assam", "second flush")}
    assert [f.reason[:5] for f in faults.found] == ["entry"]


def test_the_locale_chooses_the_language(agent):
    skill = read(agent, Faults(), locale="de-DE")
    assert [u.text for u in (*skill.train, *skill.test)] == ["koche Assam"]
    assert skill.gazetteers == {"kind": ("Assam-Tee",)} and skill.name == "pot"
    with pytest.raises(DataError, match="has utterances in de, en only"):
        read(agent, Faults(), locale="fr-FR")


def test_a_zip_is_read_as_its_folder(agent, tmp_path):
    packed = tmp_path / "pot.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in agent.rglob("*.json"):
            archive.write(path, f"export/{path.relative_to(agent)}")
    assert read(packed, Faults(), name="pot") == read(agent, Faults(), name="pot")


def test_an_old_export_holds_utterances_and_values_inside(tmp_path, write):
    rows = says(["brew ", ("assam", "@tea", "kind")], ["tea"])
    write(tmp_path / "intents/a.json", json.dumps({"name": "A", "userSays": rows}))
    entries = [{"value": "assam", "synonyms": ["assam", "asm"]}]
    write(tmp_path / "entities/tea.json", json.dumps({"name": "tea", "entries": entries}))
    skill = read(tmp_path, Faults())
    assert len(skill.train) + len(skill.test) == 2
    assert skill.gazetteers == {"kind": ("assam", "asm")}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"data": [{"text": "@tea:kind"}], "isTemplate": True}, "a pattern, no utterance"),
        ({"data": [{"text": ""}]}, "has no words"),
        ({"data": "tea"}, "data is 'tea', not a list"),
        ({"data": [{"meta": "@tea", "alias": "kind"}]}, "has no text"),
        ({"data": [{"text": "tea", "meta": 3, "alias": "kind"}]}, "names no entity"),
        (None, "(intent 'Brew: now', utterance 1)"),
    ],
)
def test_a_row_that_cannot_be_used_is_a_fault(agent, write, row, reason):
    write(agent / "intents/Brew_usersays_en.json", json.dumps([row]))
    write(agent / "entities/tea_entries_en.json", "[]")
    faults = Faults()
    skill = read(agent, faults)
    assert len(skill.train) + len(skill.test) == 2
    assert [reason in f.reason for f in faults.found] == [True]


def test_what_is_no_agent_is_an_error(tmp_path, write):
    with pytest.raises(DataError, match="no such file"):
        read(tmp_path / "none", Faults())
    with pytest.raises(DataError, match="holds no folder named intents"):
        read(tmp_path, Faults())
    with pytest.raises(DataError, match="broken zip"):
        read(write(tmp_path / "pot.zip", b"PK"), Faults())
    for name in "ab":
        write(tmp_path / f"two/{name}/intents/x.json", "{}")
    with pytest.raises(DataError, match="several agents"):
        read(tmp_path / "two", Faults())


def exported(folder, bot):
    """Write a bot as an export, with a second language beside it."""
    (folder / "intents").mkdir(parents=True)
    for number, (intent, said) in enumerate(bot.items()):
        rows = says(*([(f"{t} ", f"@{s}", s) if s else f"{t} " for t, s in one] for one in said))
        stem = folder / "intents" / f"i{number}"
        stem.with_suffix(".json").write_text(json.dumps({"name": intent}), "utf-8")
        stem.with_name(f"i{number}_usersays_en.json").write_text(json.dumps(rows), "utf-8")
        stem.with_name(f"i{number}_usersays_de.json").write_text(json.dumps(rows[:1]), "utf-8")


@settings(max_examples=60)
@given(bot_toys.bots)
def test_every_row_of_a_well_formed_agent_is_an_utterance(tmp_path_factory, bot):
    folder = tmp_path_factory.mktemp("agent")
    exported(folder, bot)
    faults = Faults()
    skill = read(folder, faults)
    said = (*skill.train, *skill.test)
    assert len(said) == bot_toys.rows(bot) and not len(faults)
    assert sum(len(u.frame.slots) for u in said) == bot_toys.slot_count(bot)
    assert {u.frame.intent for u in said} == set(bot)


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "text", "meta", "alias", "name", "userSays", "synonyms"]),
            inner,
        )
    ),
    max_leaves=8,
).map(json.dumps)


@settings(max_examples=80)
@given(
    st.sampled_from(["intents/a_usersays_en.json", "intents/a.json", "entities/b_entries_en.json"]),
    JSON | st.binary(max_size=20),
)
def test_nothing_but_our_errors_escapes(tmp_path_factory, name, raw):
    folder = tmp_path_factory.mktemp("agent")
    for path, content in {"intents/c_usersays_en.json": "[]", name: raw}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    with contextlib.suppress(SkillwiseError):
        read(folder, Faults())
