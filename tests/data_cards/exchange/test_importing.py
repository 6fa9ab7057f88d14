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
