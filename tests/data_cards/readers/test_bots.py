"""Folders of bots with an index: what is left out, and that each part of it is counted."""

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.errors import SkillwiseError
from data_cards.faults import Faults
from data_cards.readers.bot_files import FORMATS, BotOptions
from data_cards.readers.bots import read, read_bot, rows

VERBS = ("brew", "boil", "pour", "stir", "heat", "cool", "serve", "fetch", "find", "order", "want")
PLACES = ("here", "now", "outside", "at home")


def sentences(*more):
    return [f"{verb} {place}" for verb in VERBS for place in PLACES] + list(more)


def yaml_bot(intents):
    lines = ["nlu:"]
    for intent, said in intents.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {s}" for s in said)]
    return "\n".join(lines) + "\n"


def markdown_bot(intents):
    return "".join(f"## intent:{i}\n" + "".join(f"- {s}\n" for s in said)
                   for i, said in intents.items())  # fmt: skip


OWN = {"tea": sentences("[mint](kind) tea"), "cup": [f"a cup {s}" for s in sentences()]}
COPIED = {"greet": ["hello", "hi there"]}


@pytest.fixture
def root(tmp_path, write):
    """Four bots: YAML in two files of one name, Markdown, one that is too small, one left out."""
    places = {
        "skills/y/a/nlu.yml": yaml_bot({"tea": OWN["tea"]} | COPIED),
        "skills/y/b/nlu.yml": yaml_bot({"cup": OWN["cup"], "one": ["..."]}),
        "skills/y/kinds.yml": "nlu:\n- lookup: kind\n  examples: |\n    - mint\n    - assam\n",
        "skills/y/domain.yml": "intents: [tea]\n",
        "skills/m/nlu.md": markdown_bot(OWN | COPIED) + "## lookup:kind\nkinds.txt\n",
        "skills/m/kinds.txt": "mint\nassam\n",
        "skills/s/nlu.md": markdown_bot({"a": ["one", "two"], "b": ["three"]}),
    }
    for name, content in places.items():
        write(tmp_path / name, content)

    def index(skill_id, files, form, evaluable=True, locale="en-US"):
        return {"skill_id": skill_id, "files": files, "locale": locale, "format": form,
                "copied_intents": ["greet", "bye"], "evaluable": evaluable}  # fmt: skip

    listed = [
        index("y", list(places)[:4], "rasa-yaml 3"),
        index("m", list(places)[4:6], "rasa-markdown", locale="de-DE"),
        index("s", list(places)[6:], "rasa-markdown"),
        index("gone", ["nowhere.md"], "rasa-markdown", evaluable=False),
        index("far", ["nowhere.md"], "rasa-markdown", locale="it-IT"),
    ]
    write(tmp_path / "index.jsonl", "\n".join(map(json.dumps, listed)))
    return tmp_path


def test_what_is_left_out_is_counted(root, make_card):
    faults = Faults()
    skills = list(read(make_card("rasa"), root, faults))
    assert [s.key for s in skills] == ["m@de-DE", "y@en-US"]
    assert sorted(f"{f.path.name}:{f.line}: {f.reason}" for f in faults.found) == [
        "index.jsonl:1: intent 'greet' left out: most of its 2 examples are copies (y@en-US)",
        "index.jsonl:2: intent 'greet' left out: most of its 2 examples are copies (m@de-DE)",
        "index.jsonl:3: skill s@en-US left out: 2 train and 1 test utterances (at least 20 and 10 "
        "wanted)",
        "index.jsonl:4: skill gone@en-US left out: without copied intents too few of its intents "
        "have eight distinct examples",
        "index.jsonl:5: skill far@it-IT left out: the card names no locale 'it-IT'",
        "nlu.yml:50: has no words (intent 'one')",
    ]


def test_all_files_of_a_bot_are_one_skill(root, make_card):
    markdown, yaml = read(make_card("rasa"), root, Faults())
    for skill in (markdown, yaml):
        said = (*skill.train, *skill.test)
        assert len(said) == sum(map(len, OWN.values())) == len({u.id for u in said})
        assert skill.intents == ("cup", "tea") and skill.test
        assert {s.name for u in said for s in u.frame.slots} == {"kind"}
        assert skill.gazetteers == {"kind": ("mint", "assam")}
    assert {u.id.partition(":")[0] for u in yaml.train} == {"a/nlu", "b/nlu"}


def test_a_cap_counts_what_it_leaves_out(root, make_card):
    faults = Faults()
    card = make_card("rasa", options={"per_intent": {"y": 30}, "skip": {"m": "a copy"}})
    (skill,) = read(card, root, faults)
    said = [u.frame.intent for u in (*skill.train, *skill.test)]
    assert said.count("tea") == said.count("cup") == 30
    reasons = [f.reason for f in faults.found]
    assert "skill m@de-DE left out: a copy" in reasons
    assert (
        "intent 'tea': 15 of 45 examples left out, at most 30 an intent are kept of this skill"
    ) in reasons


def test_every_row_is_an_utterance_or_a_fault(root):
    for _, row in rows(root, Faults()):
        if row["files"] == ["nowhere.md"]:
            continue
        faults = Faults()
        skill = read_bot(row, root, BotOptions(), faults)
        dashes = sum(
            line.strip().startswith("- ") and "intent" not in line
            for name in row["files"]
            if "kinds" not in name
            for line in (root / name).read_text("utf-8").splitlines()
        )
        assert len(skill.train) + len(skill.test) + len(faults) == dashes


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"files": []}, "files is empty"),
        ({"files": "a"}, "files is 'a', not a list of texts"),
        ({"locale": None}, "locale is 'None', not a text"),
        ({"evaluable": 1}, "evaluable is '1', not true or false"),
        ({"format": "watson"}, "format is 'watson', none of"),
        ({"copied_intents": [1]}, "copied_intents is '[1]', not a list of texts"),
    ],
)
def test_a_row_of_the_index_that_says_too_little_is_a_fault(root, write, change, fault):
    first = json.loads((root / "index.jsonl").read_text("utf-8").splitlines()[0])
    write(root / "index.jsonl", json.dumps(first | change) + '\n"bot"\n')
    faults = Faults()
    assert list(rows(root, faults)) == []
    assert faults.found[0].reason.startswith(fault) and faults.found[0].line == 1
    assert faults.found[1].reason == "is str, not an object"


def test_an_unknown_option_is_an_error(root, make_card):
    with pytest.raises(SkillwiseError, match="no option 'per_intents'; did you mean 'per_intent'"):
        list(read(make_card("rasa", options={"per_intents": {}}), root, Faults()))


def test_dialogflow_luis_and_jovo_are_read_by_the_format_of_their_row(tmp_path, write):
    brew = [{"data": [{"text": "brew"}]}]
    write(tmp_path / "d/agent.json", "{}")
    write(tmp_path / "d/intents/a_usersays_en.json", json.dumps(brew))
    write(tmp_path / "l.json", json.dumps({"utterances": [{"text": "brew", "intent": "a"}]}))
    write(tmp_path / "j.json", json.dumps({"intents": [{"name": "a", "phrases": ["brew"]}]}))
    for form, name in (("dialogflow", "d/agent.json"), ("luis", "l.json"), ("jovo", "j.json")):
        assert form in FORMATS
        row = {"skill_id": "pot", "locale": "en-GB", "format": f"{form} 2", "files": [name]}
        skill = read_bot(row, tmp_path, BotOptions(), Faults())
        assert skill.key == "pot@en-GB" and [u.frame.intent for u in skill.train] == ["a"]


TEXT = st.text(alphabet='{}[]":,#- \nabnluits', max_size=60)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["index.jsonl", "skills/m/nlu.md", "skills/y/a/nlu.yml", "skills/y/kinds.yml"]),
    TEXT.map(str.encode) | st.binary(max_size=30),
)
def test_nothing_but_our_errors_escapes(root, make_card, name, raw):
    kept = (root / name).read_bytes()
    (root / name).write_bytes(raw)
    with contextlib.suppress(SkillwiseError):
        list(read(make_card("rasa"), root, Faults()))
    (root / name).write_bytes(kept)
