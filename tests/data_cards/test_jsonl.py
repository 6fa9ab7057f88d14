"""The neutral format: every way it can be wrong has its line, and what is written reads back."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError, SkillwiseError
from data_cards.jsonl import MAX_WORDS, name_fault, read_folder, read_skill, write_skill
from data_cards.records import Frame, Skill, Slot, Utterance


def row(id, words, intent, slots=(), **more):
    spans = [{"name": n, "start": a, "end": b} for n, a, b in slots]
    return {"id": id, "tokens": words.split(), "intent": intent, "slots": spans} | more


TRAIN = [row("1", "play jazz", "Play", [("genre", 1, 2)]), row("2", "stop", "Stop")]
TEST = [row("3", "play some blues", "Play", [("genre", 2, 3)])]


@pytest.fixture
def skill(tmp_path, write):
    """Write music@en-US with these rows (or raw bytes) and return its folder."""

    def make(train=TRAIN, test=TEST, **more):
        folder = tmp_path / "music@en-US"
        folder.mkdir(exist_ok=True)
        for split, rows in {"train": train, "test": test, **more}.items():
            raw = rows
            if isinstance(rows, list):
                raw = "".join(json.dumps(r) + "\n" for r in rows)
            if rows is not None:
                write(folder / f"{split}.jsonl", raw)
        return folder

    return make


def test_a_folder_becomes_skills(skill, tmp_path, write):
    folder = skill(dev=[row("4", "stop it", "Stop", text="Stop it!", template="stop it")])
    write(folder / "gazetteers.json", '{"genre": ["jazz", "blues"]}')
    (found,) = read_folder(tmp_path)
    assert (found.key, found.intents, found.slot_names) == (
        "music@en-US",
        ("Play", "Stop"),
        ("genre",),
    )
    assert found.dev[0].text == "Stop it!" and found.dev[0].template == "stop it"
    assert found.gazetteers == {"genre": ("jazz", "blues")}


LONG = row("9", "word " * 10_000, "Play")
BAD = {
    "a missing file": ({"test": None}, "test.jsonl: no such file"),
    "broken JSON": ({"train": '{"id": "1",\n'}, "train.jsonl:1: broken JSON"),
    "deep JSON": ({"train": "[" * 200_000}, "train.jsonl:1: broken JSON"),
    "a number without end": ({"train": "9" * 5000}, "train.jsonl:1: broken JSON"),
    "half a surrogate pair": ({"train": '\n{"id": "\\ud800"}'}, "train.jsonl:2: broken JSON"),
    "an unknown intent in test": (
        {"test": [*TEST, row("5", "pause", "Pley")]},
        "test.jsonl:2: intent 'Pley' of '5' is not in train",
    ),
    "a slot outside the utterance": (
        {"train": [*TRAIN, row("5", "play", "Play", [("genre", 0, 2)])]},
        "train.jsonl:3: slot 'genre' spans [0, 2) of 1 words",
    ),
    "slots that overlap": (
        {"train": [row("1", "a b c", "Play", [("x", 0, 2), ("y", 1, 3)])]},
        "train.jsonl:1: slot 'y' at [1, 3) overlaps",
    ),
    "an empty slot": ({"train": [row("1", "a", "Play", [("x", 0, 0)])]}, "spans [0, 0) of 1"),
    "a slot without end": (
        {"train": [row("1", "a", "Play") | {"slots": [{"name": "x", "start": 0}]}]},
        "train.jsonl:1: slot",
    ),
    "duplicate ids": (
        {"test": [row("1", "play", "Play")]},
        "test.jsonl:1: id '1' was used at train.jsonl:1",
    ),
    "an empty split": ({"train": []}, "train.jsonl: has no utterance"),
    "one intent": ({"train": TRAIN[:1]}, "train.jsonl:1: the skill's only intent is 'Play'"),
    "Latin-1": ({"train": b'\n{"id": "caf\xe9"}'}, "train.jsonl:2: byte 0xe9 is not UTF-8"),
    "10,000 words": (
        {"test": [*TEST, LONG]},
        f"test.jsonl:2: has 10000 words (at most {MAX_WORDS})",
    ),
    "no words": ({"train": [row("1", "", "Play")]}, "train.jsonl:1: has no words"),
    "words that are none": ({"train": [row("1", "a", "P") | {"tokens": [" "]}]}, "tokens is"),
    "an unknown key": (
        {"train": [row("1", "a", "Play", intend="x")]},
        "train.jsonl:1: unknown key 'intend'; did you mean 'intent'?",
    ),
    "no id": ({"train": [row("", "a", "Play")]}, "train.jsonl:1: id is ''"),
    "no intent": ({"train": [row("1", "a", None)]}, "train.jsonl:1: intent is None"),
    "a list": ({"train": "[]\n"}, "train.jsonl:1: is list, not an object"),
    "a text that is none": ({"train": [row("1", "a", "P", text=3)]}, "text is 3"),
    "slots that are none": ({"train": [row("1", "a", "P") | {"slots": "x"}]}, "slots is 'x'"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_with_file_line_and_remedy(skill, tmp_path, name):
    files, error = BAD[name]
    skill(**files)
    with pytest.raises(DataError) as raised:
        list(read_folder(tmp_path))
    message = str(raised.value)
    assert error in message
    assert "; " in message and "\n" not in message and raised.value.remedy


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"{", "broken JSON"),
        (b"[]", "is not an object of lists"),
        (b'{"a": [1]}', "is not an object of lists"),
        (b'{"a": "\xe9"}', "is not UTF-8"),
    ],
)
def test_bad_gazetteers(skill, tmp_path, write, content, error):
    write(skill() / "gazetteers.json", content)
    with pytest.raises(DataError, match=error):
        list(read_folder(tmp_path))


def test_bad_folders(tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        list(read_folder(tmp_path / "none"))
    with pytest.raises(DataError, match="holds no skill"):
        list(read_folder(tmp_path))
    (tmp_path / "music").mkdir()
    with pytest.raises(DataError, match="is not named <skill>@<locale>"):
        list(read_folder(tmp_path))


def test_one_intent_will_do_where_slots_are_measured(skill):
    folder = skill(train=TRAIN[:1])
    assert read_skill(folder, slots_only=True).intents == ("Play",)
    plain = skill(train=[row("1", "play", "Play")], test=[row("2", "play", "Play")])
    with pytest.raises(DataError, match="add a second intent or slots"):
        read_skill(plain, slots_only=True)


def test_writing_is_whole_or_not_at_all(skill, tmp_path, monkeypatch):
    found = read_skill(skill())
    out = tmp_path / "out"
    write_skill(found, out)
    with pytest.raises(DataError, match="is there already"):
        write_skill(found, out)

    def fail(self, *_):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(DataError, match="disk full"):
        write_skill(Skill("other", "en-US", found.train, (), found.test), out)
    assert [p.name for p in out.iterdir()] == ["music@en-US"]


@pytest.mark.parametrize("name", ["a/b", "a@b", "", ".hidden", "x" * 200])
def test_a_name_that_would_not_read_back_is_not_written(skill, tmp_path, name):
    found = read_skill(skill())
    with pytest.raises(DataError, match="no name for a skill's folder"):
        write_skill(Skill(name, "en-US", found.train, (), found.test), tmp_path / "out")
    assert not (tmp_path / "out").exists()


_WRITABLE = st.characters(codec="utf-8")
_WORD = st.text(_WRITABLE, min_size=1, max_size=5).filter(str.strip)
_NAME = st.text(_WRITABLE, min_size=1, max_size=5)


@st.composite
def utterances(draw, intents):
    tokens = draw(st.lists(_WORD, min_size=1, max_size=6))
    cuts = sorted(draw(st.sets(st.integers(0, len(tokens)), max_size=4)))
    spans = [Slot(draw(_NAME), a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    text, template = draw(st.text(_WRITABLE, max_size=5)), draw(st.text(_WRITABLE, max_size=5))
    return Utterance("", tuple(tokens), Frame(draw(intents), tuple(spans)), text, template)


@st.composite
def skills(draw):
    names = draw(st.lists(st.text(_WRITABLE, max_size=4), min_size=2, max_size=3, unique=True))
    first = [Utterance("", ("a",), Frame(n)) for n in names]
    parts, number = [], 0
    for least in (0, 0, 1):
        part = draw(st.lists(utterances(st.sampled_from(names)), min_size=least, max_size=3))
        for i, u in enumerate(first + part if not parts else part):
            part[i : i + 1] = [Utterance(f"{number}", u.tokens, u.frame, u.text, u.template)]
            number += 1
        parts.append(tuple(part))
    values = st.lists(st.text(_WRITABLE, max_size=4), max_size=3).map(tuple)
    gazetteers = draw(st.dictionaries(_NAME, values, max_size=2))
    return Skill("toy", draw(st.sampled_from(["en-US", "de-DE", "en"])), *parts, gazetteers)


@settings(max_examples=60, deadline=None)
@given(skills())
def test_what_is_written_reads_back_the_same(skill):
    with tempfile.TemporaryDirectory() as folder:
        assert read_skill(write_skill(skill, Path(folder))) == skill


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=60) | st.text('{}[]":,0ai\\ud8\n', max_size=60).map(str.encode))
def test_nothing_but_our_own_error_escapes(raw):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "toy@en-US"
        folder.mkdir()
        (folder / "train.jsonl").write_bytes(raw)
        (folder / "test.jsonl").write_bytes(raw)
        with pytest.raises(SkillwiseError):
            read_skill(folder)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_line_ends_and_null_slots_are_taken(tmp_path: Path, end: str) -> None:
    rows = [
        {"id": f"{i}", "tokens": ["say", i], "intent": i, "slots": None} for i in ("a", "b")
    ]  # fmt: skip
    folder = tmp_path / "tea@en-GB"
    folder.mkdir()
    for split in ("train", "test"):
        lines = [json.dumps(row | {"id": f"{split}{row['id']}"}) for row in rows]
        raw = ("\ufeff" + end.join(lines)).encode()
        (folder / f"{split}.jsonl").write_bytes(raw)
    (folder / "gazetteers.json").write_bytes(b'\xef\xbb\xbf{"x": ["y"]}')
    skill = read_skill(folder)
    assert [u.frame.slots for u in (*skill.train, *skill.test)] == [()] * 4
    assert skill.gazetteers == {"x": ("y",)}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (" ", "is blank"), ("", "is blank"), (" a", "begins or ends with a blank"),
        ("a\nb", r"holds '\n'"), ("a/b", "holds '/'"), ("a@b", "holds '@'"), ("a\\b", "holds"),
        (".a", "begins with a full stop"), ("x" * 101, "longer than 100"), ("grün tee", ""),
    ],
)  # fmt: skip
def test_what_keeps_a_skill_from_its_name_is_told(name: str, fault: str) -> None:
    assert fault in name_fault(name) and bool(fault) == bool(name_fault(name))
