"""Exports of other tools, one small skill in each: what they are told to be, and what is read."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_cards.errors import DataError
from data_cards.exchange.formats import FORMATS
from data_cards.exchange.importing import Preview, import_skill, preview
from data_cards.jsonl import read_skill
from data_cards.records import Utterance

KINDS = ("green", "black", "white", "herbal")
CARRIERS = {
    "Order": ("brew a pot of {} tea", "i want my {} tea now", "{} tea please", "some {} for me"),
    "Ask": ("where is {} tea grown", "what is in {} tea", "who drinks {}", "is {} tea any good"),
}
SAID = [
    (text.format(kind), intent, kind)
    for intent, texts in CARRIERS.items()
    for text, kind in zip(texts, KINDS, strict=True)
]
TEMPLATES = {
    "Order": ["brew a pot of {kind} tea", "i want {kind}", "{kind} tea please", "some {kind} tea"],
    "Ask": ["where does {kind} tea grow", "what is {kind} tea", "who drinks it", "is it good"],
}


def put(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def place(text: str, value: str) -> dict[str, int]:
    return {"start": text.index(value), "end": text.index(value) + len(value)}


def parts(text: str, value: str) -> list[tuple[str, bool]]:
    before, _, after = text.partition(value)
    return [(before, False), (value, True), (after, False)]


def watson(root: Path) -> Path:
    intents: dict[str, list[Any]] = {"Order": [], "Ask": []}
    for text, intent, value in SAID:
        mention = {"entity": "kind", "location": [*place(text, value).values()]}
        intents[intent].append({"text": text, "mentions": [mention]})
    content = {
        "language": "en",
        "intents": [{"intent": i, "examples": e} for i, e in intents.items()],
        "entities": [{"entity": "kind", "values": [{"value": "oolong", "synonyms": ["blue"]}]}],
        "counterexamples": [{"text": "how old are you"}],
    }
    return put(root / "workspace.json", content)


def rasa_json(root: Path) -> Path:
    examples = [
        {"text": t, "intent": i, "entities": [{"entity": "kind", "value": v} | place(t, v)]}
        for t, i, v in SAID
    ]
    tables = [{"name": "kind", "elements": ["oolong", "blue"]}]
    data = {"common_examples": examples, "lookup_tables": tables}
    return put(root / "nlu.json", {"rasa_nlu_data": data})


def wit(root: Path) -> Path:
    rows = [
        {"text": t, "intent": i, "traits": [],
         "entities": [{"entity": "kind:kind", "body": v, "entities": []} | place(t, v)]}
        for t, i, v in SAID
    ]  # fmt: skip
    put(root / "wit/app.json", {"name": "tea", "lang": "en"})
    put(root / "wit/intents/Order.json", {"name": "Order"})
    keywords = [{"keyword": "oolong", "synonyms": ["oolong", "blue"]}]
    put(root / "wit/entities/kind.json", {"name": "kind", "roles": ["kind"], "keywords": keywords})
    put(root / "wit/utterances/utterances-1.json", {"utterances": rows[:3]})
    put(root / "wit/utterances/utterances-2.json", {"utterances": rows[3:]})
    return root / "wit"


def old_wit(root: Path) -> Path:
    rows = [
        {"text": t, "entities": [
            {"entity": "intent", "value": json.dumps(i)},
            {"entity": "kind", "value": json.dumps(v)} | place(t, v),
        ]} for t, i, v in SAID
    ]  # fmt: skip
    return put(root / "expressions.json", {"data": rows})


def snips(root: Path) -> Path:
    intents: dict[str, Any] = {"Order": {"utterances": []}, "Ask": {"utterances": []}}
    for text, intent, value in SAID:
        pieces = [
            {"text": p, "entity": "tea_kind", "slot_name": "kind"} if slot else {"text": p}
            for p, slot in parts(text, value)
        ]
        intents[intent]["utterances"].append({"data": pieces})
    values = {"tea_kind": {"data": [{"value": "oolong", "synonyms": ["blue"]}]}}
    return put(root / "a.json", {"language": "en", "intents": intents, "entities": values})


def snips_yaml(root: Path) -> Path:
    documents = [
        {"type": "intent", "name": intent, "slots": [{"name": "kind", "entity": "tea_kind"}],
         "utterances": [t.replace(v, f"[kind]({v})") for t, i, v in SAID if i == intent]}
        for intent in ("Order", "Ask")
    ]  # fmt: skip
    entity = {"type": "entity", "name": "tea_kind", "values": [["oolong", "blue"]]}
    put(root / "snips/order.yaml", yaml.safe_dump(documents[0]))
    put(root / "snips/rest.yaml", yaml.safe_dump_all([documents[1], entity]))
    return root / "snips"


def luis(root: Path) -> Path:
    rows = []
    for text, intent, value in SAID:
        at = place(text, value)
        mark = {"entity": "kind", "startPos": at["start"], "endPos": at["end"] - 1}
        rows.append({"text": text, "intent": intent, "entities": [mark]})
    lists = [{"name": "kind", "subLists": [{"canonicalForm": "oolong", "list": ["blue"]}]}]
    content = {"luis_schema_version": "7.0.0", "culture": "en-us", "utterances": rows}
    return put(root / "app.json", content | {"closedLists": lists})


def dialogflow(root: Path) -> Path:
    home = root / "agent"
    put(home / "agent.json", {"language": "en"})
    for intent in ("Order", "Ask"):
        rows = [
            {"data": [{"text": p, "alias": "kind", "meta": "@kind"} if slot else {"text": p}
                      for p, slot in parts(t, v)], "isTemplate": False}
            for t, i, v in SAID if i == intent
        ]  # fmt: skip
        put(home / f"intents/{intent}.json", {"name": intent})
        put(home / f"intents/{intent}_usersays_en.json", rows)
    put(home / "entities/kind.json", {"name": "kind"})
    put(
        home / "entities/kind_entries_en.json",
        [{"value": "oolong", "synonyms": ["oolong", "blue"]}],
    )
    return home


def markdown(root: Path) -> Path:
    for intent in ("Order", "Ask"):
        rows = [f"- {t.replace(v, f'[{v}](kind)')}\n" for t, i, v in SAID if i == intent]
        put(root / f"project/data/{intent}.md", f"## intent:{intent}\n{''.join(rows)}")
    put(root / "project/data/lookup.md", "## lookup:kind\n- oolong\n- blue\n")
    put(root / "project/README.md", "# A bot\n\nIt makes tea.\n")
    return root / "project"


def rasa(root: Path) -> Path:
    for intent in ("Order", "Ask"):
        rows = [f"- {t.replace(v, f'[{v}](kind)')}\n" for t, i, v in SAID if i == intent]
        entry = {"intent": intent, "examples": "".join(rows)}
        put(root / f"bot/data/{intent}.yml", yaml.safe_dump({"nlu": [entry]}))
    lookup = {"lookup": "kind", "examples": "- oolong\n- blue\n"}
    put(root / "bot/data/lookup.yml", yaml.safe_dump({"nlu": [lookup]}))
    put(root / "bot/domain.yml", yaml.safe_dump({"intents": ["Order", "Ask"]}))
    put(root / "bot/tests/stories.yml", yaml.safe_dump({"stories": [{"story": "a", "steps": []}]}))
    return root / "bot"


OF_UTTERANCES = {
    "watson": watson, "rasa-json": rasa_json, "wit": wit, "snips": snips, "luis": luis,
    "dialogflow": dialogflow, "rasa-markdown": markdown, "rasa": rasa,
}  # fmt: skip


def all_of(seen: Preview) -> list[Utterance]:
    return [*seen.skill.train, *seen.skill.dev, *seen.skill.test]


def check(seen: Preview, format: str) -> None:
    assert (seen.format, seen.faults, seen.skill.locale) == (format, (), "en-US")
    found = {
        (u.text, u.frame.intent, *(" ".join(u.words(s)) for s in u.frame.slots if s.name == "kind"))
        for u in all_of(seen)
    }
    assert found == set(SAID) and len(all_of(seen)) == len(SAID)
    assert {u.frame.intent for u in seen.skill.test} == {"Order", "Ask"}
    assert len({u.id for u in all_of(seen)}) == len(SAID)


@pytest.mark.parametrize("format", OF_UTTERANCES)
def test_an_export_is_told_from_its_content_and_read_whole(tmp_path: Path, format: str) -> None:
    path = OF_UTTERANCES[format](tmp_path)
    seen = preview(path, name="tea")
    check(seen, format)
    assert dict(seen.skill.gazetteers) == {"kind": ("oolong", "blue")}
    folder = import_skill(path, None, tmp_path / "out", name="tea")
    assert read_skill(folder) == seen.skill
    check(preview(path, format, name="tea"), format)


@pytest.mark.parametrize("format", OF_UTTERANCES)
def test_an_export_may_be_zipped(tmp_path: Path, format: str) -> None:
    path = OF_UTTERANCES[format](tmp_path / "in")
    zipped = Path(shutil.make_archive(str(tmp_path / "tea"), "zip", tmp_path / "in"))
    seen = preview(zipped)
    check(seen, format)
    assert seen.path == zipped and seen.skill.name == "tea"
    assert path.exists()


def test_further_shapes_of_snips_and_wit(tmp_path: Path) -> None:
    seen = preview(snips_yaml(tmp_path))
    check(seen, "snips")
    assert dict(seen.skill.gazetteers) == {"kind": ("oolong", "blue")}
    check(preview(old_wit(tmp_path)), "wit")


def lex(root: Path, *locales: str) -> Path:
    for locale in locales or ("en_US",):
        home = root / "lex/tea/BotLocales" / locale
        put(home / "BotLocale.json", {"identifier": locale})
        for intent, said in TEMPLATES.items():
            rows = [{"utterance": t} for t in said]
            put(home / f"Intents/{intent}/Intent.json", {"name": intent, "sampleUtterances": rows})
            slot = {"name": "kind", "slotTypeName": "Kind"}
            put(home / f"Intents/{intent}/Slots/kind/Slot.json", slot)
        values = [{"sampleValue": {"value": k}, "synonyms": [{"value": f"{k}er"}]} for k in KINDS]
        put(home / "SlotTypes/Kind/SlotType.json", {"name": "Kind", "slotTypeValues": values})
    put(root / "lex/Manifest.json", {"metaData": {"schemaVersion": "1"}})
    return root / "lex"


def alexa_schema(root: Path) -> Path:
    slots = [{"name": "kind", "type": "KINDS"}]
    schema = {"intents": [{"intent": i, "slots": slots} for i in TEMPLATES]}
    put(root / "speechAssets/IntentSchema.json", schema)
    lines = [f"{i} {t}" for i, said in TEMPLATES.items() for t in said]
    put(root / "speechAssets/SampleUtterances.txt", "\n".join(lines))
    put(root / "speechAssets/customSlotTypes/KINDS", "\n".join(KINDS))
    return root


def ovos(root: Path) -> Path:
    for intent, said in TEMPLATES.items():
        put(root / f"skill-tea/locale/en-us/{intent}.intent", "\n".join(said))
    put(root / "skill-tea/locale/en-us/kind.entity", "\n".join(KINDS))
    return root / "skill-tea"


def jovo(root: Path) -> Path:
    intents = {i: {"phrases": said, "entities": {"kind": "Kind"}} for i, said in TEMPLATES.items()}
    kinds = {"Kind": {"values": list(KINDS)}}
    model = {"invocation": "tea", "intents": intents, "entityTypes": kinds}
    return put(root / "en-US.json", model)


OF_TEMPLATES = {"lex": lex, "alexa-schema": alexa_schema, "ovos": ovos, "jovo": jovo}


@pytest.mark.parametrize("format", OF_TEMPLATES)
def test_an_export_of_templates_is_filled_from_its_values(tmp_path: Path, format: str) -> None:
    seen = preview(OF_TEMPLATES[format](tmp_path), name="tea")
    assert (seen.format, seen.faults, seen.skill.key) == (format, (), "tea@en-US")
    assert {u.template for u in all_of(seen)} == {t for said in TEMPLATES.values() for t in said}
    values = {" ".join(u.words(s)) for u in all_of(seen) for s in u.frame.slots}
    assert values <= {*KINDS, *(f"{k}er" for k in KINDS)} and len(values) >= 3


def test_a_schema_names_its_samples_and_either_file_stands_for_both(tmp_path: Path) -> None:
    home = alexa_schema(tmp_path) / "speechAssets"
    for name in ("IntentSchema.json", "SampleUtterances.txt"):
        assert preview(home / name, locale="en-US").format == "alexa-schema"
    (home / "SampleUtterances.txt").unlink()
    with pytest.raises(DataError, match="holds no file of samples; give the folder"):
        preview(home / "IntentSchema.json")


def test_a_bot_of_several_locales_is_one_skill_by_choice(tmp_path: Path) -> None:
    path = lex(tmp_path, "en_US", "en_GB")
    with pytest.raises(DataError, match="holds the locales en-GB, en-US; choose one: --locale"):
        preview(path)
    assert preview(path, locale="en-GB").skill.locale == "en-GB"
    with pytest.raises(DataError, match="has intents in en-GB, en-US only"):
        preview(path, locale="de-DE")


def test_a_language_that_an_export_names_is_its_locale(tmp_path: Path) -> None:
    content = json.loads(watson(tmp_path).read_text("utf-8")) | {"language": "de"}
    seen = preview(put(tmp_path / "workspace.json", content))
    assert seen.skill.locale == "de-DE" and "as the file says" in seen.understood[0]


def test_what_is_no_utterance_is_a_note(tmp_path: Path) -> None:
    (note,) = preview(watson(tmp_path)).notes
    assert "counterexamples is not read" in note.reason


def test_roles_tell_slots_apart_and_inner_marks_do_not_count(tmp_path: Path) -> None:
    marks = [
        {"entity": "wit$location:origin", "start": 5, "end": 9, "entities": []},
        {"entity": "wit$location:goal", "start": 13, "end": 21, "entities": []},
        {"entity": "city:city", "start": 17, "end": 21, "entities": []},
    ]
    row = {"text": "from rome to new york", "intent": "fly", "entities": marks}
    content = {"utterances": [row, {"text": "bye", "intent": "leave"}]}
    said = all_of(preview(put(tmp_path / "a.json", content)))
    assert [(s.name, said[0].words(s)) for s in said[0].frame.slots] == [
        ("location.origin", ("rome",)), ("location.goal", ("new", "york")),
    ]  # fmt: skip


def test_an_older_intent_of_wit_may_stand_on_words_of_the_text(tmp_path: Path) -> None:
    def row(text: str, *entities: tuple[str, str]) -> dict[str, Any]:
        marks = [
            {"entity": e, "value": json.dumps(v)} | place(text, v.strip()) for e, v in entities
        ]
        return {"text": text, "entities": marks}

    rows = [
        row("brew green tea", ("intent", "brew "), ("kind", "green")),
        row("where is it grown", ("intent", "where")),
        row("brew it where", ("intent", "brew"), ("intent", "where")),
    ]
    seen = preview(put(tmp_path / "expressions.json", {"data": rows}))
    told = {u.text: (u.frame.intent, [s.name for s in u.frame.slots]) for u in all_of(seen)}
    assert told == {"brew green tea": ("brew", ["kind"]), "where is it grown": ("where", [])}
    (fault,) = seen.faults
    assert "intents 'brew' and 'where' of one utterance (utterance 3)" in fault.reason


def test_an_older_export_of_wit_that_describes_its_intents_is_not_one_of_lex(
    tmp_path: Path,
) -> None:
    home = old_wit(tmp_path / "tea").parent
    values = [{"value": "Order", "expressions": ["order"]}, {"value": "Ask", "expressions": []}]
    lookups = ["free-text", "keywords"]
    entity = {"id": "intent", "name": "intent", "lookups": lookups, "values": values}
    put(home / "entities/intent.json", {"data": entity})
    put(home / "app.json", {"version": "20160801", "data": {"name": "tea", "lang": "en"}})
    turns = [{"user": "brew it", "entities": [], "operations": [{"action": "template-fine"}]}]
    put(home / "stories.json", {"data": [{"name": "", "turns": turns}]})
    put(home / "actions.json", {"data": [{"id": "template-fine", "template": "fine"}]})
    seen = preview(home)
    check(seen, "wit")
    assert [note.path.name for note in seen.notes] == ["actions.json", "stories.json"]
    assert not seen.faults


def test_marks_of_wit_that_miss_their_body_are_faults_and_traits_are_noted(tmp_path: Path) -> None:
    kind = {"entity": "kind:kind", "start": 5, "end": 10, "body": "green", "entities": []}
    traits = [{"trait": "polite", "value": "true"}]
    rows = [
        {"text": "brew green tea", "intent": "Order", "entities": [kind], "traits": traits},
        {"text": "some green tea", "intent": "Order", "entities": [kind | {"start": 4}]},
        {"text": "boil green tea", "intent": "Order", "entities": [kind | {"end": 9}]},
    ]
    seen = preview(put(tmp_path / "a.json", {"utterances": rows}))
    assert {u.text for u in all_of(seen)} == {"brew green tea", "some green tea"}
    (fault,) = seen.faults
    assert "'kind:kind' marks 'gree', yet its body is 'green'" in fault.reason
    assert [n.reason for n in seen.notes] == ["traits of 1 utterances are not read"]


@pytest.mark.parametrize("version", [1, 2])
def test_answers_to_a_slot_of_lex_belong_to_its_intent(tmp_path: Path, version: int) -> None:
    if version == 2:
        path = lex(tmp_path)
        asked = {"sampleUtterances": [{"utterance": "make it {kind}"}, {"utterance": 5}]}
        held = {"name": "kind", "slotTypeName": "Kind", "valueElicitationSetting": asked}
        put(next(path.rglob("Order/Slots/kind")) / "Slot.json", held)
    else:
        slot: dict[str, Any] = {"name": "kind", "slotType": "Kind"}
        asking = slot | {"sampleUtterances": ["make it {kind}", 5]}
        kinds = {"name": "Kind", "enumerationValues": [{"value": k} for k in KINDS]}
        intents = [
            {"name": i, "sampleUtterances": said, "slots": [asking if i == "Order" else slot]}
            for i, said in TEMPLATES.items()
        ]
        resource = {"name": "tea", "locale": "en-US", "intents": intents, "slotTypes": [kinds]}
        content = {"metadata": {"importType": "LEX"}, "resource": resource}
        path = put(tmp_path / "bot.json", content)
    seen = preview(path, locale="en-US")
    said = {(u.template, u.frame.intent) for u in all_of(seen)}
    assert ("make it {kind}", "Order") in said
    assert len({template for template, _ in said}) == 9
    (fault,) = seen.faults
    assert fault.reason.endswith("is no text (intent 'Order')")


def test_files_named_after_splits_are_those_splits(tmp_path: Path) -> None:
    for split in ("train", "valid", "test"):
        put(tmp_path / f"tea/{split}.csv", f"text,intent\ngreen {split},Order\nwhy {split},Ask\n")
    skill = preview(tmp_path / "tea").skill
    assert [u.text for u in skill.dev] == ["green valid", "why valid"]
    assert [u.text for u in skill.test] == ["green test", "why test"]


def test_a_folder_of_two_kinds_of_files_asks_which(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", "text,intent\na,b\n")
    put(tmp_path / "a.lu", "# A\n- b\n")
    with pytest.raises(DataError, match="holds files of csv, lu; choose one by --format"):
        preview(tmp_path)
    assert preview(tmp_path, "lu").format == "lu"
    with pytest.raises(DataError, match="holds no watson file"):
        preview(tmp_path, "watson")


def test_a_skill_in_the_neutral_format_needs_no_import(tmp_path: Path) -> None:
    folder = import_skill(rasa(tmp_path), None, tmp_path / "out", name="tea")
    with pytest.raises(DataError, match="in the neutral format already; give the folder"):
        preview(folder)


@pytest.mark.parametrize("format", sorted(FORMATS))
@pytest.mark.parametrize("content", ["{}", "[]", "5", "", '{"intents": 5}', '{"utterances": [5]}'])
def test_a_file_of_another_format_than_named_is_one_error(
    tmp_path: Path, format: str, content: str
) -> None:
    path = put(tmp_path / "a.json", content)
    try:
        seen = preview(path, format, locale="en-US")
        assert seen.faults or not all_of(seen)
    except DataError as error:
        assert "\n" not in str(error)


def test_a_broken_zip_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="broken zip"):
        preview(put(tmp_path / "a.zip", "PK no"))


def test_a_fault_in_a_zip_names_the_file_in_it(tmp_path: Path) -> None:
    put(tmp_path / "in/data/nlu.yml", "nlu:\n- intent: a\n  examples: |\n    - [half](\n    - b\n")
    zipped = Path(shutil.make_archive(str(tmp_path / "tea"), "zip", tmp_path / "in"))
    (fault,) = preview(zipped).faults
    assert (fault.path, fault.line) == (zipped / "data/nlu.yml", 4)
