"""Coverage-guided fuzzing of the readers of text formats, with atheris (not among our packages).

An input is one byte that chooses the format and the file's bytes. Nothing but a `SkillwiseError`
may escape, and what was read must be written and read again as the same skill.

    python -m pip install atheris
    python benchmarks/fuzz.py -max_total_time=120 -max_len=400 [folder of inputs]
"""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["data_cards"]):
    from data_cards.card import Card
    from data_cards.errors import SkillwiseError
    from data_cards.exchange.importing import preview
    from data_cards.faults import Faults
    from data_cards.jsonl import read_skill, write_skill
    from data_cards.parsing.inline import assemble, colon_pieces, link_pieces
    from data_cards.records import Skill
    from data_cards.registry.loading import READERS
    from data_cards.words import align, clean, words

Target = Callable[[bytes, Path], Iterator[Skill]]


def _reader(name: str, files: dict[str, str], options: dict[str, object]) -> Target:
    """A reader over a folder whose files all hold the input, or the text given for them."""
    card = Card.model_validate(
        {
            "pretty_name": "Fuzz", "license": "cc0-1.0", "language": ["en"], "name": "fuzz",
            "skillwise": {
                "reader": name, "skill": "an input", "locales": ["en-US"], "options": options,
            },
        }
    )  # fmt: skip

    def read(raw: bytes, root: Path) -> Iterator[Skill]:
        for path, fixed in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(fixed.encode() if fixed else raw)
        yield from READERS[name](card, root, Faults())

    return read


def _imported(suffix: str) -> Target:
    """What `skillwise cards import` understands of a file with this suffix."""

    def read(raw: bytes, root: Path) -> Iterator[Skill]:
        (root / f"input{suffix}").write_bytes(raw)
        yield preview(root / f"input{suffix}").skill

    return read


def _neutral(raw: bytes, root: Path) -> Iterator[Skill]:
    """A skill folder whose splits share the input's lines."""
    folder = root / "fuzz@en-US"
    folder.mkdir()
    head, _, tail = raw.partition(b"\n")
    (folder / "train.jsonl").write_bytes(head)
    (folder / "test.jsonl").write_bytes(tail)
    yield read_skill(folder, slots_only=True)


def _text(raw: bytes, root: Path) -> Iterator[Skill]:
    """No skill: words and marked text, whose spans must lie within the sentence."""
    text = clean(raw.decode("utf-8", "replace"))
    found = words(text)
    assert all(text[w.start : w.end] == w.text for w in found)
    for cut in (link_pieces, colon_pieces):
        with contextlib.suppress(ValueError):  # how a stray bracket is told to the reader
            _, tokens, slots = assemble(cut(text))
            assert all(0 <= s.start < s.end <= len(tokens) for s in slots)
    align(found, "slot", 0, len(text) // 2)
    yield from ()


TARGETS: dict[str, Target] = {
    "jsonl": _neutral,
    "alexa": _imported(".json"),
    "lu": _imported(".lu"),
    "rasa": _imported(".yml"),
    "csv": _imported(".csv"),
    "jsonl-import": _imported(".jsonl"),
    "ovos": _reader("ovos", {"toy/locale/en-us/a.intent": "", "toy/locale/en-us/b.entity": ""}, {}),
    "conll": _reader("conll", {"all.bio": ""}, {"files": {"all": "all.bio"}}),
    "hwu64": _reader("hwu64", {"KFold_1/trainset/a.csv": "", "KFold_1/testset/csv/a.csv": ""}, {}),
    "massive": _reader("massive", {"data/en-US.jsonl": ""}, {"locales": ["en-US"]}),
    "snips": _reader("snips", {"Tea/train_Tea_full.json": "", "Tea/validate_Tea.json": ""}, {}),
    "text": _text,
}
"""Format -> how an input is read in it; the first byte of an input chooses by its position."""


def one(data: bytes) -> None:
    """Read one input; any exception but our own, and any loss, is a finding."""
    if not data:
        return
    target = list(TARGETS.values())[data[0] % len(TARGETS)]
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "in"
        root.mkdir()
        try:
            for number, skill in enumerate(target(data[1:], root)):
                _written_and_read(skill, Path(scratch) / f"out{number}")
        except SkillwiseError:
            return


def _written_and_read(skill: Skill, out: Path) -> None:
    """Assert that writing and reading are inverse, for a skill that may be written at all."""
    if not (skill.train and skill.test):
        return
    try:
        folder = write_skill(skill, out)
        again = read_skill(folder, slots_only=True)
    except SkillwiseError:
        return  # e.g. an intent in test only, which the neutral format refuses
    assert (again.train, again.dev, again.test) == (skill.train, skill.dev, skill.test)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
