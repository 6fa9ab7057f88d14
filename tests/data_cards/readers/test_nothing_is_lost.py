"""Every reader, by one rule: the rows of a file are its utterances and its counted faults.

Each format has a writer here that makes a file of known rows, some of them broken on purpose, and
so counts them apart from the reader. No row of a well-formed file is a fault.
"""

import csv
import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.card import Card
from data_cards.errors import SkillwiseError
from data_cards.exchange.formats import FORMATS
from data_cards.exchange.importing import preview
from data_cards.faults import Faults
from data_cards.jsonl import MAX_WORDS
from data_cards.readers import READERS
from data_cards.records import Skill, Utterance

INTENTS = ("Paint", "Sell", "Ask")


@dataclass(frozen=True)
class Row:
    """One utterance to be written: its words, its intent, and one slot where `end` is not 0."""

    words: tuple[str, ...]
    intent: str
    start: int = 0
    end: int = 0

    def marked(self, form: str) -> str:
        """The sentence with its slot as `form` writes it, e.g. "[{value}]({name})"."""
        if not self.end:
            return " ".join(self.words)
        value = " ".join(self.words[self.start : self.end])
        mark = form.replace("VALUE", value).replace("NAME", "hue")
        return " ".join((*self.words[: self.start], mark, *self.words[self.end :]))

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def characters(self) -> tuple[int, int]:
        """Where the slot stands in the text."""
        before = len(" ".join((*self.words[: self.start], "")))
        return before, before + len(" ".join(self.words[self.start : self.end]))

    def labels(self, first: str = "B-hue", other: str = "I-hue", outside: str = "O") -> list[str]:
        """One tag a word."""
        return [
            (first if i == self.start else other) if self.start <= i < self.end else outside
            for i in range(len(self.words))
        ]


WORD = st.text("abcdeäöß", min_size=1, max_size=5)


@st.composite
def a_row(draw: st.DrawFn) -> Row:
    """A row whose slot, if it has one, covers some of its words."""
    words = tuple(draw(st.lists(WORD, min_size=1, max_size=5)))
    start = draw(st.integers(0, len(words) - 1))
    end = draw(st.integers(start + 1, len(words))) if draw(st.booleans()) else 0
    return Row(words, draw(st.sampled_from(INTENTS)), start if end else 0, end)


ROWS = st.lists(a_row(), min_size=1, max_size=12)
BROKEN = st.integers(0, 5)
LIGHT = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def put(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def mixed(good: Sequence[Any], bad: Sequence[Any], broken: int) -> list[Any]:
    """The good rows between `broken` bad ones."""
    chosen = list(islice(cycle(bad), broken))
    return [*chosen[::2], *good, *chosen[1::2]]


def delimited(table: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    buffer = StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerows(table)
    return buffer.getvalue()


def lines(rows: Sequence[Any]) -> str:
    """JSON lines; a string is a line as it is."""
    return "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows)


def distinct(rows: Sequence[Row], taken: Sequence[str] = ()) -> list[Row]:
    """The rows whose text stands before in none."""
    found = dict.fromkeys(taken)
    return [r for r in rows if r.text not in found and not found.update({r.text: None})]


Options = dict[str, Any]
Writer = Callable[[Path, list[Row], int], tuple[Options, int, int]]
"""Write a folder of (rows, broken rows); returns the card's options, and the utterances and faults
that an honest reader finds."""


def banking(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    bad = [["one column"], ["?!", "Paint"], ["no label", " "], ["a", "b", "c"]]
    table = mixed([[r.text, r.intent] for r in rows], bad, broken)
    put(root / "train.csv", delimited([["text", "category"], *table]))
    put(root / "test.csv", delimited([["text", "category"], *table]))
    return {}, 2 * len(rows), 2 * broken


def clinc(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    put(root / "domains.json", json.dumps({"shop": list(INTENTS)}))
    pairs = mixed([[r.text, r.intent] for r in rows], [["a"], 5, ["?", "Ask"], ["a", "x"]], broken)
    parts = {"train": pairs, "val": pairs, "test": pairs}
    put(root / "data_full.json", json.dumps(parts))
    return {}, 3 * len(rows), 3 * broken


def conll(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = [
        f"# intent: {r.intent}\n"
        + "\n".join(f"{w}\t{t}" for w, t in zip(r.words, r.labels(), strict=True))
        for r in rows
    ]
    blocks = mixed(good, ["a\tWHAT", "alone", "?\tO"], broken)
    put(root / "all.conll", "\ufeff-DOCSTART- O\n\n" + "\n\n".join(blocks) + "\n")
    return {"files": {"all": "all.conll"}}, len(rows), broken


def csv_file(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = [[r.marked("[VALUE](NAME)"), f" {r.intent} "] for r in rows]
    bad = [["[half](", "Ask"], ["short"], ["[]", "Ask"], ["fine", ""]]
    put(root / "a.csv", delimited([["said", "means"], *mixed(good, bad, broken)], ";"))
    options = {"files": {"all": "a.csv"}, "delimiter": ";", "annotated": "said", "marks": "link"}
    return options | {"intent": "means"}, len(rows), broken


def fb_mtod(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = [
        " ".join(f"{w}:{t}" for w, t in zip(r.words, r.labels(), strict=True))
        + f" <=> shop__{r.intent}"
        for r in rows
    ]
    bad = ["no:O arrow:O", "a:O <=> nodomain", "a:X <=> shop__Ask", ":O <=> shop__Ask"]
    for stem in ("train", "valid", "test"):
        put(root / "en" / stem, "\n".join(mixed(good, bad, broken)) + "\n")
    return {}, 3 * len(rows), 3 * broken


def hub(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    table = mixed([(r.text, r.intent) for r in rows], [("?", "Ask"), ("a", " ")], broken)
    columns = {"utt": [t for t, _ in table], "label": [i for _, i in table]}
    root.mkdir(parents=True, exist_ok=True)
    for split in ("train", "test"):
        path = root / f"{split}-00000-of-00001.parquet"
        datasets.Dataset.from_dict(columns).to_parquet(path)
    return {"text": "utt", "intent": "label"}, 2 * len(rows), 2 * broken


def hwu64(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    header = ["answerid", "scenario", "intent", "answer_annotation"]
    good = [[str(i), "shop", r.intent, r.marked("[NAME : VALUE]")] for i, r in enumerate(rows)]
    bad = [
        ["1", "2"],
        ["9", "shop", "Ask", "[half"],
        ["", "shop", "Ask", "a"],
        ["9", " ", "x", "a"],
    ]
    for folder in ("trainset", "testset/csv"):
        table = [header, *mixed(good, bad, broken)]
        put(root / "KFold_1" / folder / "shop.csv", delimited(table, ";"))
    return {}, 2 * len(rows), 2 * broken


def lu(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = [f"# {r.intent}\n- {r.marked('{@NAME = VALUE}')}" for r in rows]
    bad = ["- half {a", "- ^a {pattern}", "orphan", "# ? question\n```\n- answer\n```", "-"]
    start = ["> ! remark", "# None", "", "## "]
    text = "\n".join([*start, *mixed(good, bad, broken), "@ ml hue", "@ list hue =", "- red:"])
    put(root / "shop/en-us/a.lu", text)
    return {"min_train": 0, "min_test": 0}, len(rows), broken


def massive(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = [
        {"id": str(i), "partition": part, "scenario": "shop", "intent": r.intent,
         "annot_utt": r.marked("[NAME : VALUE]")}
        for i, (r, part) in enumerate(zip(rows, cycle(["train", "dev", "test"]), strict=False))
    ]  # fmt: skip
    bad = ["{", [], {}, {"partition": "train", "annot_utt": "a"}, {"partition": "other"}]
    put(root / "data/en-US.jsonl", "\ufeff" + lines(mixed(good, bad, broken)))
    return {"locales": ["en-US"]}, len(rows), broken


def multidogo(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    header = ["utteranceId", "utterance", "slot-labels", "intent"]
    good = [
        [str(i), r.text, " ".join(r.labels("hue", "hue")), r.intent] for i, r in enumerate(rows)
    ]
    bad = [["1", "2"], ["9", "two words", "O", "Ask"], ["9", "?", "O", "Ask"], ["9", "a", "O", ""]]
    top = root / "splits_annotated_at_sentence_level/shop"
    for split in ("train", "dev", "test"):
        put(top / f"{split}.tsv", delimited([header, *mixed(good, bad, broken)], "\t"))
    return {}, 3 * len(rows), 3 * broken


def restaurant8k(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = []
    for row in rows:
        start, end = row.characters
        label = {"slot": "hue", "valueSpan": {"startIndex": start, "endIndex": end}}
        good.append({"userInput": {"text": row.text}, "labels": [label] if row.end else None})
    bad = [5, {}, {"userInput": {"text": "a"}, "labels": [{"slot": "hue"}]}]
    for name in ("train_0.json", "test.json"):
        put(root / name, json.dumps(mixed(good, bad, broken)))
    return {}, 2 * len(rows), 2 * broken


def seqlabel(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = [(r.text, r.intent, " ".join(r.labels())) for r in rows]
    bad = [("", "Ask", "O"), ("a", " ", "O"), ("a", "Ask", "O O"), ("a", "Ask", "what")]
    columns = list(zip(*mixed(good, bad, broken), strict=True))
    for split in ("train", "valid", "test"):
        for name, column in zip(("seq.in", "label", "seq.out"), columns, strict=True):
            put(root / "shop" / split / name, "\n".join(column) + "\n")
    options = {"skills": {"shop": "en-US"}, "slots": True}
    return options, 3 * len(rows), 3 * broken


def sgd(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = []
    for row in rows:
        start, end = row.characters
        slot = {"slot": "hue", "start": start, "exclusive_end": end}
        frame = {"service": "Shop_1", "state": {"active_intent": row.intent},
                 "slots": [slot] if row.end else None}  # fmt: skip
        good.append({"speaker": "USER", "utterance": row.text, "frames": [frame]})
    bad = [5, {"speaker": "USER", "utterance": "a"}, {"speaker": "USER", "frames": 3},
           {"speaker": "USER", "frames": [{"service": "Shop_1"}]}, {"speaker": "?"}]  # fmt: skip
    silent = {"speaker": "SYSTEM", "utterance": "yes?"}
    dialogue = {"dialogue_id": "1", "turns": [silent, *mixed(good, bad, broken)]}
    for folder in ("train", "dev"):
        put(root / folder / "schema.json", json.dumps([{"service_name": "Shop_1"}]))
        put(root / folder / "dialogues_001.json", json.dumps([dialogue]))
    return {}, 2 * len(rows), 2 * broken


def slurp(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = [
        {"slurp_id": i, "scenario": "shop", "intent": r.intent,
         "sentence_annotation": r.marked("[NAME : VALUE]")}
        for i, r in enumerate(rows)
    ]  # fmt: skip
    bad = ["{", [], {}, {"scenario": "shop", "intent": "Ask", "sentence_annotation": "[half"}]
    put(root / "slurp/devel.jsonl", lines(mixed(good, bad, broken)).replace("\n", "\r\n"))
    return {}, len(rows), broken


def snips(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = []
    for row in rows:
        pieces = [
            {"text": " ".join((*row.words[: row.start], ""))},
            {"text": " ".join(row.words[row.start : row.end]), "entity": "hue"},
            {"text": " ".join(("", *row.words[row.end :]))},
        ]
        good.append({"data": pieces if row.end else [{"text": row.text}]})
    content = {"Ask": mixed(good, [5, {}, {"data": [{}]}, {"data": None}], broken)}
    for stem in ("train_Ask_full", "validate_Ask"):
        put(root / f"Ask/{stem}.json", json.dumps(content))
    return {}, 2 * len(rows), 2 * broken


def indexed(root: Path, form: str, files: list[str]) -> Options:
    """The index of a folder of bots that holds one, and the options that measure it whole."""
    row = {"skill_id": "shop", "locale": "en-US", "format": form, "files": files}
    put(root / "index.jsonl", lines([row | {"copied_intents": [], "evaluable": True}]))
    return {"min_train": 0, "min_test": 0}


def rasa(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    put(root / "nlu.yml", own_rasa(rows, broken)[1])
    return indexed(root, "rasa-yaml", ["nlu.yml"]), len(rows), broken


def luis(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = []
    for row in rows:
        start, end = row.characters
        mark = {"entity": "hue", "startPos": start, "endPos": end - 1}
        good.append({"text": row.text, "intent": row.intent, "entities": [mark] * bool(row.end)})
    bad = [5, {}, {"text": "a", "intent": "Ask", "entities": [{"entity": "hue"}]}]
    content = {"luis_schema_version": "7.0.0", "culture": "en-us"}
    put(root / "app.json", json.dumps(content | {"utterances": mixed(good, bad, broken)}))
    return indexed(root, "luis", ["app.json"]), len(rows), broken


def dialogflow(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    bad = [5, {}, {"data": [{}]}, {"isTemplate": True, "data": [{"text": "a"}]}]
    put(root / "agent.json", "{}")
    for intent in INTENTS:
        good = []
        for row in (r for r in rows if r.intent == intent):
            value = " ".join(row.words[row.start : row.end])
            parts = [
                {"text": " ".join((*row.words[: row.start], ""))},
                {"text": value, "alias": "hue", "meta": "@hue"},
                {"text": " ".join(("", *row.words[row.end :])), "meta": "@sys.ignore"},
            ]
            good.append({"data": parts if row.end else [{"text": row.text}]})
        said = mixed(good, bad, broken if intent == "Ask" else 0)
        put(root / f"intents/{intent}.json", json.dumps({"name": intent}))
        put(root / f"intents/{intent}_usersays_en.json", json.dumps(said))
    return indexed(root, "dialogflow", ["agent.json"]), len(rows), broken


def mtop(root: Path, rows: list[Row], broken: int) -> tuple[Options, int, int]:
    good = [
        {"id": str(i), "question": {"en": r.text},
         "mr": {"slot_intent": {"en": f"[IN:{r.intent} "
                + f"[SL:HUE {' '.join(r.words[r.start : r.end])} ] " * bool(r.end) + "]"}}}
        for i, r in enumerate(rows)
    ]  # fmt: skip
    bad = [5, {}, {"id": "x", "question": {"en": "a"}, "mr": {"slot_intent": {"en": "[IN:Ask"}}}]
    for name in ("dev.json", "test.json"):
        put(root / name, json.dumps(mixed(good, bad, broken)))
    return {"languages": {"en-US": "en"}}, 2 * len(rows), 2 * broken


WRITERS: dict[str, Writer] = {
    "banking": banking,
    "clinc": clinc,
    "conll": conll,
    "csv_file": csv_file,
    "dialogflow": dialogflow,
    "fb_mtod": fb_mtod,
    "hub": hub,
    "hwu64": hwu64,
    "lu": lu,
    "luis": luis,
    "massive": massive,
    "mtop": mtop,
    "multidogo": multidogo,
    "rasa": rasa,
    "restaurant8k": restaurant8k,
    "seqlabel": seqlabel,
    "sgd": sgd,
    "slurp": slurp,
    "snips": snips,
}
"""Readers of utterances. Those of templates and the strict ones have tests of their own below."""

MODELS = ("ask_models", "ask_models_more")
OF_TEMPLATES = (*MODELS, "home_assistant", "jovo", "ovos")
STRICT = ("probe", "starter")


def test_every_reader_is_held_to_the_rule() -> None:
    assert READERS.keys() <= {*WRITERS, *OF_TEMPLATES, *STRICT}


def said(skills: Sequence[Skill]) -> Iterator[Utterance]:
    for skill in skills:
        yield from (*skill.train, *skill.dev, *skill.test)


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], Path]:
    """A new folder for each example."""
    numbers = iter(range(10**6))
    return lambda: tmp_path / str(next(numbers))


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.mark.parametrize("reader", [name for name in WRITERS if name in READERS])
@LIGHT
@given(rows=ROWS, broken=BROKEN)
def test_rows_are_utterances_or_counted_faults(
    fresh: Callable[[], Path],
    make_card: Callable[..., Card],
    reads_back: Callable[[Skill], bool],
    reader: str,
    rows: list[Row],
    broken: int,
) -> None:
    if reader == "hub" and len(rows) + broken > 6:
        return  # each example writes and streams two tables; a few will do
    root = fresh()
    options, utterances, faulty = WRITERS[reader](root, rows, broken)
    card = make_card(reader, options=options, source={"folder": "toy"})
    faults = Faults()
    skills = list(READERS[reader](card, root, faults))
    if not skills:  # one intent and no slot: left out whole, as a fault
        assert "left out" in faults.found[-1].reason
        return
    found = list(said(skills))
    assert (len(found), len(faults)) == (utterances, faulty), [str(f) for f in faults.found]
    slotted = 0 if reader in ("banking", "clinc", "hub") else sum(bool(r.end) for r in rows)
    assert sum(bool(u.frame.slots) for u in found) == slotted * utterances // len(rows)
    assert all(map(reads_back, skills))


# Readers of templates: each template is expanded, or is a counted fault, or is told twice.

TEMPLATE = st.lists(WORD, min_size=1, max_size=4).flatmap(
    lambda words: st.integers(0, len(words)).map(
        lambda at: " ".join((*words[:at], "{hue}", *words[at:])) if at < len(words) else
        " ".join(words)
    )
)  # fmt: skip
TEMPLATES = st.lists(TEMPLATE, min_size=2, max_size=12, unique=True)
HUES = ("zq", "zr", "zs zt")
"""Values made of letters that templates lack, so that no sentence can be said by two templates."""
ALL = {"max_templates": 5, "min_train": 0, "min_test": 0}


def dealt(templates: list[str]) -> dict[str, list[str]]:
    """Two intents' templates."""
    return {"Paint": templates[::2], "Sell": templates[1::2]}


def check_templates(
    skills: list[Skill], templates: list[str], broken: int, repeated: int, faults: Faults
) -> None:
    expanded = {(u.frame.intent, u.template) for u in said(skills)}
    left = [n for n in faults.notes if "left out by max_templates" in n.reason]
    capped = sum(int(n.reason.split()[0]) for n in left)
    assert len(expanded) + capped == len(templates), [str(f) for f in faults.found]
    assert len(faults) == broken
    assert sum("stands twice" in n.reason for n in faults.notes) == repeated


@pytest.mark.parametrize("reader", ["own file", *(name for name in MODELS if name in READERS)])
@LIGHT
@given(templates=TEMPLATES, broken=BROKEN, repeated=st.integers(0, 2))
def test_templates_of_interaction_models(
    fresh: Callable[[], Path],
    make_card: Callable[..., Card],
    reader: str,
    templates: list[str],
    broken: int,
    repeated: int,
) -> None:
    root = fresh()
    intents = []
    bad = [5, "half {hue", "in {where}", "...", None]
    for number, (intent, samples) in enumerate(dealt(templates).items()):
        again = samples[:1] * repeated if not number else []
        everything = mixed([*samples, *again], bad, 0 if number else broken)
        asked = len(everything) // 2
        slot = {"name": "hue", "type": "Hue", "samples": everything[asked:]}
        intents.append({"name": intent, "slots": [slot], "samples": everything[:asked]})
    types = [{"name": "Hue", "values": [{"name": {"value": v}} for v in HUES]}]
    model = {"invocationName": "shop", "intents": intents, "types": types}
    put(root / "m.json", json.dumps({"interactionModel": {"languageModel": model}}))
    faults = Faults()
    if reader == "own file":
        seen = preview(root / "m.json", locale="en-US")
        faults.found, faults.notes, skills = list(seen.faults), list(seen.notes), [seen.skill]
    else:
        row = {"skill_id": "shop", "file": "m.json", "locale": "en-US", "duplicate_of": None}
        row |= {"repo": "shop", "same_as_sibling": "", "same_samples_in": ""}
        put(root / "index.jsonl", json.dumps(row))
        card = make_card(reader, options=ALL | {"min_templates": 0})
        skills = list(READERS[reader](card, root, faults))
        if not skills:
            assert "left out" in faults.found[-1].reason
            return
    check_templates(skills, templates, broken, repeated, faults)


@pytest.mark.skipif("jovo" not in READERS, reason="there is no reader of Jovo models")
@LIGHT
@given(templates=TEMPLATES, broken=BROKEN)
def test_templates_of_jovo_models(
    fresh: Callable[[], Path], make_card: Callable[..., Card], templates: list[str], broken: int
) -> None:
    root = fresh()
    bad = [5, "half {hue", "in {where}", "..."]
    intents = [
        {"name": intent, "inputs": [{"name": "hue", "type": "Hue"}],
         "phrases": mixed(phrases, bad, broken if intent == "Paint" else 0)}
        for intent, phrases in dealt(templates).items()
    ]  # fmt: skip
    types = [{"name": "Hue", "values": [{"value": v} for v in HUES]}]
    model = {"invocation": "shop", "intents": intents, "inputTypes": types}
    put(root / "models/en-US.json", json.dumps(model))
    options = indexed(root, "jovo", ["models/en-US.json"]) | ALL
    faults = Faults()
    skills = list(READERS["jovo"](make_card("jovo", options=options), root, faults))
    if not skills:
        assert "left out" in faults.found[-1].reason
        return
    check_templates(skills, templates, broken, 0, faults)


@LIGHT
@given(templates=TEMPLATES, broken=BROKEN, repeated=st.integers(0, 2))
def test_templates_of_locale_folders(
    fresh: Callable[[], Path],
    make_card: Callable[..., Card],
    templates: list[str],
    broken: int,
    repeated: int,
) -> None:
    root = fresh()
    place = root / "shop/locale/en-us"
    for number, (intent, samples) in enumerate(dealt(templates).items()):
        again = samples[:1] * repeated if not number else []
        bad = ["(half", "in {where}", "???", "a) b"]
        rows = mixed([*samples, *again], bad, 0 if number else broken)
        put(place / f"{intent}.intent", "\ufeff" + "\n".join(["# a remark", "", *rows]))
    put(place / "hue.entity", "\n".join(HUES))
    faults = Faults()
    skills = list(READERS["ovos"](make_card("ovos", options=ALL), root, faults))
    if not skills:
        assert "left out" in faults.found[-1].reason
        return
    check_templates(skills, templates, broken, repeated, faults)


@LIGHT
@given(templates=TEMPLATES, broken=BROKEN)
def test_templates_of_sentence_grammars(
    fresh: Callable[[], Path], make_card: Callable[..., Card], templates: list[str], broken: int
) -> None:
    root = fresh()
    put(root / "intents.yaml", "{}")
    put(root / "lists/en/hue.yaml", yaml.safe_dump({"lists": {"hue": {"values": list(HUES)}}}))
    for number, samples in enumerate(dealt(templates).values()):
        name = f"Hass{'TurnOn' if number else 'TurnOff'}"
        rows = mixed(samples, ["(half", "<unknown> rule"], 0 if number else broken)
        blocks = {"intents": {name: {}}, "data": [{"sentences": rows}]}
        put(root / f"sentences/en/{name}/a.yaml", yaml.safe_dump(blocks, allow_unicode=True))
    faults = Faults()
    card = make_card("home_assistant", options=ALL, locales=["en-US"])
    skills = list(READERS["home_assistant"](card, root, faults))
    if not skills:
        assert "left out" in faults.found[-1].reason
        return
    check_templates(skills, templates, broken, 0, faults)


# Strict readers: every row is an utterance, or the file is refused.


@LIGHT
@given(rows=ROWS, broken=st.booleans())
def test_rows_of_the_starter_format(
    fresh: Callable[[], Path], make_card: Callable[..., Card], rows: list[Row], broken: bool
) -> None:
    root = fresh()
    slot = {"name": "hue", "type": "Hue"}
    intents = [{"name": i, "slots": [slot], "samples": [f"{i} now"]} for i in INTENTS]
    types = [{"name": "Hue", "values": [{"name": {"value": v}} for v in HUES]}]
    folder = root / "shop@en-US"
    put(folder / "model.json", json.dumps({"intents": intents, "types": types}))
    kept = distinct(rows, ["z"])
    put(folder / "dev.tsv", "Ask\tz\n")
    bad = ["Ask\t[half](hue\n"] * broken
    tested = [f"{r.intent}\t{r.marked('[VALUE](NAME)')}\n" for r in kept]
    put(folder / "test.tsv", "\ufeff" + "".join([*tested, *bad]))
    if broken:
        with pytest.raises(SkillwiseError, match=f"test.tsv:{len(kept) + 1}"):
            list(READERS["starter"](make_card("starter"), root, Faults()))
        return
    (skill,) = READERS["starter"](make_card("starter"), root, Faults())
    assert (len(skill.train), len(skill.dev), len(skill.test)) == (3, 1, len(kept))


@LIGHT
@given(rows=ROWS, broken=st.booleans())
def test_rows_of_the_probe_format(
    fresh: Callable[[], Path], make_card: Callable[..., Card], rows: list[Row], broken: bool
) -> None:
    root = fresh()
    kept = [replace(r, end=0, start=0) for r in distinct(rows)]
    folder = root / "shop@en-US"
    train = [f"{r.intent}\t{r.text}\n" for r in kept]
    put(folder / "train.tsv", "".join(train))
    pairs = [
        f"{r.intent}\t{r.text} {r.text} {r.text}\t{'z' * (i + 1)}\n" for i, r in enumerate(kept)
        if f"{r.text} {r.text} {r.text}" not in {k.text for k in kept}
    ]  # fmt: skip
    put(folder / "pairs.tsv", "".join([*pairs, *["Ask\tone\n"] * broken]))
    if broken:
        with pytest.raises(SkillwiseError, match=f"pairs.tsv:{len(pairs) + 1}"):
            list(READERS["probe"](make_card("probe"), root, Faults()))
        return
    same, other = READERS["probe"](make_card("probe"), root, Faults())
    assert len(same.train) == len(kept) and len(same.test) == len(other.test) == len(pairs)


# A user's own file, in every format that is imported.


def own_csv(rows: list[Row], broken: int) -> tuple[str, str]:
    good = [[r.marked("[VALUE](NAME)"), f"{r.intent} "] for r in rows]
    bad = [["one"], ["?", "Ask"], ["fine", " "], ["[half](hue", "Ask"]]
    return "a.csv", delimited([["Utterance", "Intent"], *mixed(good, bad, broken)], ";")


def own_tsv(rows: list[Row], broken: int) -> tuple[str, str]:
    good = [f'"{r.text}\t{r.intent}' if i % 2 else f"{r.text}\t{r.intent}"
            for i, r in enumerate(rows)]  # fmt: skip
    return "a.tsv", "\r".join(["text\tintent", *mixed(good, ["one", '"\tAsk'], broken)])


def spans(row: Row) -> dict[str, Any]:
    start, end = row.characters
    entities = [{"entity": "hue", "start": start, "end": end}] if row.end else None
    return {"text": row.text, "intent": row.intent, "entities": entities}


def own_spans(rows: list[Row], broken: int) -> tuple[str, str]:
    good = [spans(r) if r.end else {"text": r.text, "intent": r.intent} for r in rows]
    bad = ["{", [], {"text": "a", "intent": {}}, {"text": "?", "intent": "Ask"}]
    return "a.jsonl", "\ufeff" + lines(mixed(good, bad, broken))


def own_array(rows: list[Row], broken: int) -> tuple[str, str]:
    good = [spans(r) for r in rows]
    bad = [5, {"text": "a", "intent": "Ask", "entities": [{"entity": "hue", "start": 0, "end": 9}]}]
    return "a.json", json.dumps(mixed(good, bad, broken), indent=1)


def own_tags(rows: list[Row], broken: int) -> tuple[str, str]:
    good = [{"tokens": r.words, "tags": r.labels(), "intent": r.intent} for r in rows]
    bad = [{"tokens": ["a"], "tags": [], "intent": "Ask"}, {"tokens": ["a"], "tags": ["O", "O"]}]
    return "a.jsonl", lines(mixed(good, bad, broken))


def own_neutral(rows: list[Row], broken: int) -> tuple[str, str]:
    good = []
    for number, row in enumerate(rows):
        slots = [{"name": "hue", "start": row.start, "end": row.end}] if row.end else []
        good.append({"id": str(number), "tokens": row.words, "intent": row.intent, "slots": slots})
    bad = [{"id": "x", "tokens": [], "intent": "Ask"}, {"id": "y", "intent": "Ask"}]
    return "a.jsonl", lines(mixed(good, bad, broken))


def own_rasa(rows: list[Row], broken: int) -> tuple[str, str]:
    good = [r.marked("[VALUE](NAME)") + f"\0{r.intent}" for r in rows]
    chosen = mixed(good, ["[half](hue\0Ask", "[](hue)\0Ask", "\0Ask"], broken)
    text = "version: '3.1'\n"
    for each in chosen:  # a key nlu of its own for each, as joined files have
        example, _, intent = each.partition("\0")
        text += f"nlu:\n- intent: {intent}\n  examples: |\n    - {example}\n"
    return "a.yml", text


def own_conll(rows: list[Row], broken: int) -> tuple[str, str]:
    blocks = [
        f"# intent: {r.intent}\n"
        + "\n".join(f"{w} {t}" for w, t in zip(r.words, r.labels("U-hue", "L-hue"), strict=True))
        for r in rows
    ]
    return "a.conll", "\n\n".join(mixed(blocks, ["a WHAT", "? O"], broken))


def own_lu(rows: list[Row], broken: int) -> tuple[str, str]:
    good = [f"# {r.intent}\r\n- {r.marked('{NAME=VALUE}')}" for r in rows]
    return "a.lu", "\r\n".join(mixed(good, ["- half {a", "what"], broken))


def own_rasa_json(rows: list[Row], broken: int) -> tuple[str, str]:
    bad = [5, {}, {"text": "a", "intent": "Ask", "entities": [{"entity": "hue", "start": 0}]}]
    examples = mixed([spans(r) for r in rows], bad, broken)
    data = {"common_examples": examples, "lookup_tables": [{"name": "hue", "elements": ["x"]}]}
    return "a.json", json.dumps({"rasa_nlu_data": data}, indent=1)


def own_markdown(rows: list[Row], broken: int) -> tuple[str, str]:
    good = [f"## intent:{r.intent}\n- {r.marked('[VALUE](NAME)')}" for r in rows]
    bad = ["## intent:Ask\n- [half](hue", "no dash"]
    return "a.md", "\n\n".join(mixed(good, bad, broken)) + "\n\n## regex:hue\n- r.d\n"


def own_luis(rows: list[Row], broken: int) -> tuple[str, str]:
    good = []
    for row in rows:
        start, end = row.characters
        mark = {"entity": "hue", "startPos": start, "endPos": end - 1}
        good.append({"text": row.text, "intent": row.intent, "entities": [mark] * bool(row.end)})
    bad = [{"text": "a", "intent": "Ask", "entities": [{"entity": "hue"}]}]
    content = {"luis_schema_version": "7.0.0", "utterances": mixed(good, bad, broken)}
    return "a.json", json.dumps(content, indent=1)


def own_watson(rows: list[Row], broken: int) -> tuple[str, str]:
    intents = [{"intent": "Ask", "examples": [{"text": "?"}] * broken}]
    for row in rows:
        mentions = [{"entity": "hue", "location": list(row.characters)}] if row.end else None
        intents.append(
            {"intent": row.intent, "examples": [{"text": row.text, "mentions": mentions}]}
        )
    entities = [{"entity": "hue", "values": [{"value": "zq", "synonyms": ["zr"]}]}]
    return "a.json", json.dumps({"intents": intents, "entities": entities}, indent=1)


def own_snips(rows: list[Row], broken: int) -> tuple[str, str]:
    intents: dict[str, Any] = {i: {"utterances": []} for i in INTENTS}
    for row in rows:
        pieces = [
            {"text": " ".join((*row.words[: row.start], ""))},
            {"text": " ".join(row.words[row.start : row.end]), "entity": "Hue", "slot_name": "hue"},
            {"text": " ".join(("", *row.words[row.end :]))},
        ]
        said = {"data": pieces if row.end else [{"text": row.text}]}
        intents[row.intent]["utterances"].append(said)
    bad = [5, {}, {"data": [{}]}, {"data": [{"text": "?"}]}]
    intents["Ask"]["utterances"] += mixed([], bad, broken)
    entities = {"Hue": {"data": [{"value": "zq", "synonyms": ["zr"]}]}}
    return "a.json", json.dumps({"language": "en", "intents": intents, "entities": entities})


def own_snips_yaml(rows: list[Row], broken: int) -> tuple[str, str]:
    good = [{"type": "intent", "name": r.intent, "utterances": [r.marked("[NAME:Hue](VALUE)")]}
            for r in rows]  # fmt: skip
    bad = [{"type": "intent", "name": "Ask", "utterances": [u]} for u in ("[half", ["a"], "?")]
    entity = {"type": "entity", "name": "Hue", "values": ["zq", ["zr", "zs"]]}
    documents = [entity, *mixed(good, bad, broken)]
    return "a.yaml", yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False)


def own_wit(rows: list[Row], broken: int) -> tuple[str, str]:
    good = []
    for row in rows:
        start, end = row.characters
        mark = {"entity": "wit$hue:hue", "start": start, "end": end, "body": "", "entities": []}
        entities = [mark] if row.end else []
        good.append({"text": row.text, "intent": row.intent, "entities": entities, "traits": []})
    bad = [{"text": "", "intent": "Ask"}, {"text": "a", "entities": [{"entity": "hue"}]}]
    return "a.json", json.dumps({"utterances": mixed(good, bad, broken)}, indent=1)


OWN = (
    own_csv, own_tsv, own_spans, own_array, own_tags, own_neutral, own_rasa, own_conll, own_lu,
    own_rasa_json, own_markdown, own_luis, own_watson, own_snips, own_snips_yaml, own_wit,
)  # fmt: skip
WITHOUT_LINES = (own_snips, own_rasa_json, own_watson, own_wit)
"""Formats whose broken rows may have no text that tells their line."""


@pytest.mark.parametrize("write", OWN)
@LIGHT
@given(rows=ROWS, broken=BROKEN)
def test_rows_of_ones_own_file(
    fresh: Callable[[], Path],
    reads_back: Callable[[Skill], bool],
    write: Callable[[list[Row], int], tuple[str, str]],
    rows: list[Row],
    broken: int,
) -> None:
    rows = [replace(rows[0], intent="Ask"), *rows]
    name, content = write(rows, broken)
    path = fresh() / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content.encode())
    seen = preview(path, locale="en-US")
    found = list(said([seen.skill]))
    assert (len(found), len(seen.faults)) == (len(rows), broken), [str(f) for f in seen.faults]
    assert {u.frame.intent for u in found} == {r.intent for r in rows}
    slotted = 0 if write is own_tsv else sum(bool(r.end) for r in rows)
    assert sum(bool(u.frame.slots) for u in found) == slotted
    assert reads_back(seen.skill)
    assert all(fault.line for fault in seen.faults) or write in WITHOUT_LINES


FORMATS_ELSEWHERE = {"alexa", "alexa-schema", "dialogflow", "jovo", "lex", "ovos"}
"""Formats of folders and of templates, which have writers of their own below and above."""


def test_every_format_of_import_has_a_writer(tmp_path: Path) -> None:
    written = set[str]()
    for number, write in enumerate(OWN):
        name, content = write([Row(("red",), "Ask", 0, 1), Row(("go",), "Sell")], 0)
        put(tmp_path / str(number) / name, content)
        written.add(preview(tmp_path / str(number) / name, locale="en-US").format)
    assert written | FORMATS_ELSEWHERE == set(FORMATS)


def lex_v2(root: Path, templates: list[str], bad: list[Any], broken: int) -> None:
    home = root / "shop/BotLocales/en_US"
    for intent, said in dealt(templates).items():
        folder = home / "Intents" / intent
        rows = [{"utterance": t} if isinstance(t, str) else t for t in
                mixed(said, bad, broken if intent == "Paint" else 0)]  # fmt: skip
        put(folder / "Intent.json", json.dumps({"name": intent, "sampleUtterances": rows}))
        slot = {"name": "hue", "slotTypeName": "Hue"}
        put(folder / "Slots/hue/Slot.json", json.dumps(slot))
    values = [{"sampleValue": {"value": v}, "synonyms": None} for v in HUES]
    kind = {"name": "Hue", "slotTypeValues": values}
    put(home / "SlotTypes/Hue/SlotType.json", json.dumps(kind))


def lex_v1(root: Path, templates: list[str], bad: list[Any], broken: int) -> None:
    intents = [
        {"name": intent, "slots": [{"name": "hue", "slotType": "Hue"}],
         "sampleUtterances": mixed(said, bad, broken if intent == "Paint" else 0)}
        for intent, said in dealt(templates).items()
    ]  # fmt: skip
    kinds = [{"name": "Hue", "enumerationValues": [{"value": v} for v in HUES]}]
    resource = {"name": "shop", "intents": intents, "slotTypes": kinds}
    put(root / "shop.json", json.dumps({"metadata": {}, "resource": resource}))


def alexa_schema(root: Path, templates: list[str], bad: list[Any], broken: int) -> None:
    slots = [{"name": "hue", "type": "HUES"}]
    intents = [{"intent": intent, "slots": slots} for intent in ("Paint", "Sell")]
    put(root / "IntentSchema.json", json.dumps({"intents": intents}))
    said = [f"{intent} {t}" for intent, found in dealt(templates).items() for t in found]
    texts = [f"Paint {b}" for b in bad if isinstance(b, str)]
    put(root / "SampleUtterances.txt", "\n".join(mixed(said, [*texts, "Buy it"], broken)) + "\n")
    put(root / "customSlotTypes/HUES", "\n".join(HUES))


def jovo_model(root: Path, templates: list[str], bad: list[Any], broken: int) -> None:
    intents = {
        intent: {"phrases": mixed(said, bad, broken if intent == "Paint" else 0),
                 "entities": {"hue": {"type": "Hue"}}}
        for intent, said in dealt(templates).items()
    }  # fmt: skip
    model = {"invocation": "shop", "intents": intents, "entityTypes": {"Hue": {"values": [*HUES]}}}
    put(root / "en-US.json", json.dumps(model))


def ovos_locale(root: Path, templates: list[str], bad: list[Any], broken: int) -> None:
    for intent, said in dealt(templates).items():
        rows = mixed(said, ["(half", "???"], broken if intent == "Paint" else 0)
        put(root / f"locale/en-us/{intent}.intent", "\n".join(rows))
    put(root / "locale/en-us/hue.entity", "\n".join(HUES))


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("write", [lex_v2, lex_v1, alexa_schema, jovo_model, ovos_locale])
@settings(LIGHT, max_examples=15)
@given(templates=TEMPLATES, broken=BROKEN)
def test_templates_of_exports_that_are_folders_or_zips(
    fresh: Callable[[], Path],
    write: Callable[[Path, list[str], list[Any], int], None],
    zipped: bool,
    templates: list[str],
    broken: int,
) -> None:
    root = fresh() / "shop"
    write(root, templates, ["half {hue", "in {where}", "..."], broken)
    if zipped:
        root = Path(shutil.make_archive(str(root), "zip", root))
    seen = preview(root, locale="en-US")
    faults = Faults(list(seen.faults), list(seen.notes))
    check_templates([seen.skill], templates, broken, 0, faults)


@pytest.mark.parametrize("zipped", [False, True])
@settings(LIGHT, max_examples=15)
@given(rows=ROWS, broken=BROKEN)
def test_rows_of_exports_that_are_folders_or_zips(
    fresh: Callable[[], Path], zipped: bool, rows: list[Row], broken: int
) -> None:
    rows = [replace(rows[0], intent="Ask"), *rows]
    root = fresh() / "shop"
    dialogflow(root, rows, broken)
    (root / "index.jsonl").unlink()
    if zipped:
        root = Path(shutil.make_archive(str(root), "zip", root))
    seen = preview(root, locale="en-US")
    assert seen.format == "dialogflow"
    assert (len(list(said([seen.skill]))), len(seen.faults)) == (len(rows), broken)


def test_a_sentence_too_long_for_any_system_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    put(path, f"text,intent\nb c,x\nd e,x\n{'a ' * (MAX_WORDS + 1)},x\n")
    seen = preview(path)
    assert len(list(said([seen.skill]))) == 2 and [f.line for f in seen.faults] == [4]


@pytest.mark.skipif("SKILLWISE_DATA" not in os.environ, reason="SKILLWISE_DATA is not set")
def test_the_rows_of_the_real_banking_files_by_a_count_apart(real: Any) -> None:
    (skill,), faults = real("banking77")
    path = Path(os.environ["SKILLWISE_DATA"]) / "skills/banking77/train.csv.gz"
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    rows = sum(1 for _ in csv.reader(StringIO(text, newline=""))) - 1
    assert len(skill.train) == rows and not faults.found
