"""A newcomer's file to the neutral format, with a preview."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError, SkillwiseError
from data_cards.exchange.importing import import_skill, preview
from data_cards.exchange.rendering import render_preview
from data_cards.jsonl import read_skill

COLOURS = ("red", "green", "blue", "black", "white", "pink")
ROWS = [(f"paint it {c}", "Paint", c) for c in COLOURS] + [
    (f"sell my {c} bike", "Sell", c) for c in COLOURS
]
LINKED = [(text.replace(c, f"[{c}](colour)"), intent) for text, intent, c in ROWS]

MODEL = {
    "interactionModel": {
        "languageModel": {
            "invocationName": "bike shop",
            "intents": [
                {
                    "name": intent,
                    "slots": [{"name": "colour", "type": "Colour"}],
                    "samples": [s.format("{colour}") for s in samples],
                }
                for intent, samples in {
                    "Paint": ["paint it {}", "make it {}", "i want it {}", "{} please"],
                    "Sell": ["sell my {} bike", "who buys a {} bike", "sell it", "get rid of it"],
                }.items()
            ],
            "types": [{"name": "Colour", "values": [{"name": {"value": c}} for c in COLOURS]}],
        }
    }
}
LU = "# Paint\n" + "".join(f"- {t.replace(c, '{@colour=' + c + '}')}\n" for t, _, c in ROWS[:6])
LU += "# Sell\n" + "".join(f"- {t}\n" for t, _, _ in ROWS[6:])
RASA = 'version: "3.1"\nnlu:\n' + "".join(
    f"- intent: {intent['name']}\n  examples: |\n"
    + "".join(
        "    - " + sample.replace("{colour}", f"[{colour}](colour)") + "\n"
        for sample in intent["samples"]
        for colour in COLOURS[:3]
    )
    for intent in MODEL["interactionModel"]["languageModel"]["intents"]
)
FILES = {
    "bikes.json": json.dumps(MODEL),
    "bikes.lu": LU,
    "bikes.yml": RASA,
    "bikes.csv": "utterance,intent\n" + "".join(f"{t},{i}\n" for t, i in LINKED),
    "bikes.tsv": "Query\tLabel\n" + "".join(f"{t}\t{i}\n" for t, i in LINKED),
    "bikes.jsonl": "".join(
        json.dumps(
            {
                "text": t,
                "intent": i,
                "entities": [{"entity": "colour", "start": t.index(c), "end": t.index(c) + len(c)}],
            }
        )
        + "\n"
        for t, i, c in ROWS
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_comes_out_neutral(tmp_path, write, name):
    path = write(tmp_path / name, FILES[name])
    folder = import_skill(path, None, tmp_path / "out", name="bikes", locale="en-GB")
    assert folder == tmp_path / "out/bikes@en-GB"
    skill = read_skill(folder)
    assert skill == preview(path, name="bikes", locale="en-GB").skill
    assert skill.intents == ("Paint", "Sell") and skill.slot_names == ("colour",)
    assert skill.train and skill.test
    assert {u.words(s) for u in skill.train for s in u.frame.slots} <= {(c,) for c in COLOURS}


def test_neutral_rows_in_one_file_are_cut(tmp_path, write):
    rows = [
        {"id": str(i), "tokens": t.split(), "intent": intent}
        for i, (t, intent, _) in enumerate(ROWS)
    ]
    rows.append(rows[0])
    path = write(tmp_path / "a.jsonl", "".join(json.dumps(r) + "\n" for r in rows))
    seen = preview(path)
    assert len(seen.skill.train) + len(seen.skill.test) == 12
    assert [str(f) for f in seen.faults] == [f"{path}:13: id '0' was used before"]


def test_the_preview_says_what_was_understood(tmp_path, write):
    text = FILES["bikes.csv"] + "paint it [red,Paint\n"
    seen = preview(write(tmp_path / "bikes.csv", text))
    told = render_preview(seen)
    assert "read as csv, skill bikes@en-US" in told
    assert "sentence: column utterance" in told and "slots: [value](slot)" in told
    assert "colour     12       6" in told
    assert "left out: " in told and "unclosed slot bracket" in told


def test_a_split_column_is_followed_and_untaught_intents_are_left_out(tmp_path, write):
    text = "text,intent,split\nhi,greet,train\nbye,leave,train\nhello,greet,test\nwho,ask,test\n"
    seen = preview(write(tmp_path / "a.csv", text))
    assert [u.text for u in seen.skill.test] == ["hello"]
    assert "intent 'ask' is not in train" in seen.faults[0].reason


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.txt", "hello", "format '.txt' is unknown; known: alexa"),
        ("a.csv", "", "is empty"),
        ("a.csv", "text,intent\n", "has no row"),
        ("a.csv", "phrase2,intent\nhi,greet\n", "no column among intent, phrase2 holds the text"),
        ("a.csv", "text,intent\nhi,greet\n", "holds no test utterance"),
        ("a.csv", "text,intent\n" + "".join(f"hi {i},greet\n" for i in range(30)), "only intent"),
        ("a.csv", b"text,intent\ncaf\xe9,order\n", "a.csv:2: byte 0xe9 is not UTF-8"),
        ("a.json", "{", "a.json"),
        ("a.jsonl", "{\n", "has no row"),
    ],
)
def test_what_cannot_be_measured_is_one_error_and_writes_nothing(
    tmp_path, write, name, content, error
):
    path = write(tmp_path / name, content)
    with pytest.raises(SkillwiseError) as raised:
        import_skill(path, None, tmp_path / "out")
    assert error in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_a_missing_file_and_a_taken_folder_are_errors(tmp_path, write):
    with pytest.raises(DataError, match="no such file"):
        preview(tmp_path / "none.csv")
    path = write(tmp_path / "bikes.csv", FILES["bikes.csv"])
    import_skill(path, None, tmp_path / "out")
    with pytest.raises(DataError, match="is there already"):
        import_skill(path, None, tmp_path / "out")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["csv", "jsonl"]),
    head=st.sampled_from(["text,intent\n", "text,intent,split,id\n", '{"text": "a", ']),
    text=st.text('ab,"\n[]():{}0é', max_size=50),
)
def test_nothing_but_our_own_error_escapes(tmp_path, write, reads_back, kind, head, text):
    path = write(tmp_path / f"a.{kind}", head + text)
    try:
        seen = preview(path)
    except SkillwiseError:
        return
    assert render_preview(seen)
    assert reads_back(seen.skill)


def rows_of(write, path, rows, **how):
    text = "".join(json.dumps(row) + "\n" for row in rows)
    return preview(write(path, text), **how)


def slots_of(seen):
    said = (*seen.skill.train, *seen.skill.dev, *seen.skill.test)
    return {u.text: [(s.name, " ".join(u.words(s))) for s in u.frame.slots] for u in said}


PLAIN = [{"text": "good morning", "intent": "greet"}, {"text": "so long", "intent": "leave"}]
SPANNED = {
    "text": "fly to rome",
    "intent": "fly",
    "entities": [{"entity": "to", "start": 7, "end": 11}],
}


@pytest.mark.parametrize("order", [1, -1])
def test_the_shape_is_told_from_all_rows_whatever_their_order(tmp_path, write, order):
    seen = rows_of(write, tmp_path / "a.jsonl", [*PLAIN, SPANNED][::order])
    assert slots_of(seen)["fly to rome"] == [("to", "rome")] and not seen.faults


def test_published_splits_and_ids_stay_with_every_kind_of_slots(tmp_path, write):
    kinds = [
        {"entities": [{"entity": "hue", "start": 0, "end": 3}], "text": "red one"},
        {"tokens": ["red", "two"], "slots": [{"name": "hue", "start": 0, "end": 1}]},
        {"tokens": ["red", "three"], "tags": ["B-hue", "O"]},
        {"text": "red four", "annot_utt": "[hue : red] four"},
    ]
    for kind in kinds:
        rows = [kind | {"id": f"{s}-{i}", "intent": i, "split": s} for i in "ab"
                for s in ("train", "valid", "test")]  # fmt: skip
        seen = rows_of(write, tmp_path / "a.jsonl", rows)
        assert [u.id for u in seen.skill.test] == ["test-a", "test-b"], kind
        assert [u.id for u in seen.skill.dev] == ["valid-a", "valid-b"]
        assert all(s == [("hue", "red")] for s in slots_of(seen).values()) and not seen.faults


def test_a_column_that_is_called_fold_and_tells_no_split_is_named_and_not_used(tmp_path, write):
    rows = [row | {"fold": i, "set": f"s{i}", "note": "x"} for i, row in enumerate(PLAIN * 2)]
    seen = rows_of(write, tmp_path / "a.jsonl", rows)
    assert "not used: column fold, note, set" in seen.understood and not seen.faults
    rows = [row | {"set": s} for row in PLAIN for s in ("train", "test", "challenge")]
    seen = rows_of(write, tmp_path / "b.jsonl", rows)
    assert [(f.line, f.reason) for f in seen.faults] == [
        (line, "set is 'challenge', not train, dev or test") for line in (3, 6)
    ]


def test_ids_that_repeat_name_something_else(tmp_path, write):
    seen = rows_of(write, tmp_path / "a.jsonl", [row | {"id": 7} for row in PLAIN])
    assert not seen.faults and {u.id for u in seen.skill.train} == {"a:1", "a:2"}


@pytest.mark.parametrize(
    ("mark", "slots"),
    [
        ([{"label": "to", "start": 7, "end": 11}], [("to", "rome")]),
        ([[7, 11, "to"]], [("to", "rome")]),
        ([{"entity": "to", "value": "rome"}], [("to", "rome")]),
        (None, []),
        ([], []),
    ],
)
def test_spans_are_taken_as_people_write_them(tmp_path, write, mark, slots):
    rows = [SPANNED | {"text": "go to oslo now"}, SPANNED | {"entities": mark}]
    rows[0]["entities"] = [{"entity": "to", "start": 6, "end": 10}]
    assert slots_of(rows_of(write, tmp_path / "a.jsonl", rows))["fly to rome"] == slots


def test_class_numbers_are_names_and_tags_of_numbers_are_faults(tmp_path, write):
    seen = rows_of(
        write, tmp_path / "a.jsonl", [{"text": "a", "label": 0}, {"text": "b", "label": 1}]
    )
    assert seen.skill.intents == ("0", "1")
    rows = [
        {"tokens": ["x"], "tags": [0], "intent": "a"},
        {"tokens": ["y"], "tags": ["O"], "intent": "a"},
    ]
    (fault,) = rows_of(write, tmp_path / "b.jsonl", rows).faults
    assert fault.line == 1 and "tags holds numbers" in fault.reason


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_an_array_is_read_as_rows_and_said_to_be_one(tmp_path, write, name):
    seen = preview(write(tmp_path / name, json.dumps([*PLAIN, 5, SPANNED], indent=1)))
    assert len(slots_of(seen)) == 3
    assert [(f.line, f.reason) for f in seen.faults] == [(10, "is int, not an object")]
    assert "is one JSON array" in seen.notes[0].reason


def test_rows_one_a_line_in_a_file_called_json_are_read(tmp_path, write):
    text = "".join(json.dumps(row) + "\n" for row in PLAIN)
    assert len(preview(write(tmp_path / "a.json", text)).skill.train) == 2


def test_a_table_of_a_german_spreadsheet_is_read(tmp_path, write):
    text = '\ufeffsep=;\r\nText;Intent;Notiz\r\n"bitte, licht an";Licht ;x\r\nguten Tag;Gruß;\r\n'
    seen = preview(write(tmp_path / "a.csv", text))
    assert seen.skill.intents == ("Gruß", "Licht") and not seen.faults
    assert "not used: column Notiz" in seen.understood


def test_columns_of_a_table_may_hold_lists_and_tags(tmp_path, write):
    text = "text,intent,tags\nfly to rome,fly,O O B-to\nso long,leave,O O\n"
    assert slots_of(preview(write(tmp_path / "a.csv", text)))["fly to rome"] == [("to", "rome")]
    cell = json.dumps(SPANNED["entities"]).replace('"', '""')
    text = f'text,intent,entities\nfly to rome,fly,"{cell}"\n'
    seen = preview(write(tmp_path / "b.csv", text + "so long,leave,[]\n"))
    assert slots_of(seen)["fly to rome"] == [("to", "rome")] and not seen.faults


def test_two_ways_of_marking_slots_in_one_file_are_both_read(tmp_path, write):
    text = "text,intent\n[red](hue) please,a\npaint it [hue : green],a\nuse a[0],b\nuse,b\n"
    seen = preview(write(tmp_path / "a.csv", text))
    assert slots_of(seen) == {
        "red please": [("hue", "red")], "paint it green": [("hue", "green")], "use a[0]": [],
        "use": [],
    }  # fmt: skip


def test_a_file_without_marks_has_literal_brackets_only(tmp_path, write):
    seen = preview(write(tmp_path / "a.csv", "text,intent\npress [ now,a\na] or b,b\n"))
    assert len(slots_of(seen)) == 2 and not seen.faults


def test_conll_files_are_read(tmp_path, write):
    text = "# intent: fly\nto O\nrome B-city\n\n# intent: leave\nbye O\n"
    seen = preview(write(tmp_path / "a.conll", text))
    assert slots_of(seen)["to rome"] == [("city", "rome")]
    assert seen.skill.intents == ("fly", "leave")


def test_intents_that_differ_in_case_are_told(tmp_path, write):
    seen = preview(write(tmp_path / "a.csv", "text,intent\na,Bye\nb,bye\nc, bye \n"))
    assert seen.skill.intents == ("Bye", "bye")
    assert "intents 'Bye' and 'bye' differ in case only" in seen.notes[0].reason


GERMAN = json.loads(json.dumps(MODEL).replace('"Colour"', '"AMAZON.DATE"'))
for _intent in GERMAN["interactionModel"]["languageModel"]["intents"]:
    _intent["samples"] = [
        f"{s} {_intent['name']}"
        for s in ("ich brauche es für {colour}", "bitte {colour}", "was ist das", "mach das")
    ]


def test_a_german_model_is_never_filled_with_english_values(tmp_path, write):
    seen = preview(write(tmp_path / "m.json", json.dumps(GERMAN)))
    assert seen.skill.locale == "de-DE" and "locale de-DE: its words are de" in seen.understood[0]
    said = " ".join(slot for slots in slots_of(seen).values() for _, slot in slots)
    assert "tomorrow" not in said and "monday" not in said.lower()
    foreign = json.dumps(GERMAN)
    for word in ("ich brauche es für", "bitte", "was ist das", "mach das"):
        foreign = foreign.replace(json.dumps(word)[1:-1], "ночь")
    with pytest.raises(DataError, match="its locale cannot be told; give it"):
        preview(write(tmp_path / "n.json", foreign))


def test_rows_and_names_tell_the_locale_and_an_option_overrules_them(tmp_path, write):
    rows = [row | {"locale": "de_de"} for row in PLAIN]
    assert rows_of(write, tmp_path / "en-GB.jsonl", rows).skill.locale == "de-DE"
    assert rows_of(write, tmp_path / "en-GB.jsonl", PLAIN).skill.locale == "en-GB"
    assert rows_of(write, tmp_path / "tea@en-IN.jsonl", PLAIN).skill.key == "tea@en-IN"
    assert rows_of(write, tmp_path / "en-GB.jsonl", rows, locale="en-AU").skill.locale == "en-AU"
    lu = "> !# @app.culture = de-de\n# A\n- yes\n- no\n"
    assert preview(write(tmp_path / "a.lu", lu)).skill.locale == "de-DE"


def test_rows_of_several_locales_are_one_only_by_choice(tmp_path, write):
    rows = [row | {"lang": lang} for row in PLAIN for lang in ("de-DE", "en-GB")]
    with pytest.raises(DataError, match="has rows of de-DE, en-GB; choose one: --locale de-DE"):
        rows_of(write, tmp_path / "a.jsonl", rows)
    seen = rows_of(write, tmp_path / "a.jsonl", rows, locale="en-GB")
    assert [(f.line, f.reason) for f in seen.faults] == [
        (1, "is in de-DE, not en-GB"), (3, "is in de-DE, not en-GB"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", [" ", "", "a\nb", "a/b", "a@b", ".a", " a", "a\x00", "x" * 101])
def test_a_name_that_is_no_folder_is_refused_before_anything_is_written(tmp_path, write, name):
    path = write(tmp_path / "a.csv", FILES["bikes.csv"])
    with pytest.raises(SkillwiseError, match="is no name for a skill"):
        import_skill(path, None, tmp_path / "out", name=name)
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_skill_is_said_to_hold_none(tmp_path):
    with pytest.raises(DataError, match="holds no file of a known format"):
        preview(tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("text,intent\nhi,a\nbye,b\n", "its 2 intents have one text each"),
        ("text,intent,split\nhi,a,test\nbye,b,test\n", "the first: .* intent 'a' is not in train"),
        ("text,intent\n?,a\n!,b\n", "all 2 left out, the first: .*a.csv:2: has no words"),
    ],
)
def test_an_empty_split_says_why(tmp_path, write, content, told):
    with pytest.raises(DataError, match=told):
        import_skill(write(tmp_path / "a.csv", content), None, tmp_path / "out")


def test_the_preview_counts_what_is_left_out_by_reason(tmp_path, write):
    text = "text,intent\n" + "".join(f"word {'a' * (i + 1)},x\n" for i in range(4)) + "?,x\n" * 9
    told = render_preview(preview(write(tmp_path / "a.csv", text + "short\n")))
    assert "left out, 10 in all:" in told
    assert "a.csv:6: has no words\n    and 8 more for this reason, the last in line 14" in told
    assert "a.csv:15: has 1 columns, its header 2" in told


def test_a_table_in_the_code_page_of_a_spreadsheet_is_read_and_said_to_be(tmp_path, write):
    text = "text;intent\r\ngr\u00fc\u00df dich;Gru\u00df\r\nf\u00fcnf \u20ac;Geld\r\n;\r\n"
    seen = preview(write(tmp_path / "a.csv", text.encode("cp1252")))
    assert seen.skill.intents == ("Geld", "Gruß") and not seen.faults
    assert [n.reason.partition(":")[0] for n in seen.notes] == [
        "is no UTF-8", "1 rows of empty cells",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("a.xlsx", "save the sheet as CSV"), ("a.md", "only Rasa's is taken"),
        ("a.zip", "unpack it"),
        ("a.pdf", "known: alexa, alexa-schema, conll"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_gets_the_remedy_that_fits(tmp_path, write, name, remedy):
    with pytest.raises(DataError, match=remedy):
        preview(write(tmp_path / name, "x"))


def test_an_array_of_another_kind_is_named(tmp_path, write):
    path = write(tmp_path / "a.json", json.dumps([{"data": [{"text": "a"}], "isTemplate": False}]))
    with pytest.raises(DataError, match="is a part of a Dialogflow agent's export, not all of it"):
        preview(path)
