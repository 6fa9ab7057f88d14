"""CoNLL and BIO files: a word a line, its tag in another column, a blank line ends a sentence."""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from pydantic import Field

from data_cards import bio
from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.parsing import sources, splits
from data_cards.parsing.inline import assemble, token_pieces
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance, span_fault
from data_cards.words import tokenize

_TAG = re.compile(r"O|[BIELSU]-\S+")

KEPT = "as they are"
"""What a comment "# words:" says of a sentence whose words are not to be cut anew."""


class ConllOptions(Options):
    """The files, and what their columns hold (counted from 0, from the end where negative)."""

    files: dict[str, str] = Field(min_length=1)  # train, dev, test -> path below root
    word: int = 0
    tag: int = -1
    intent: int | None = None  # a column; else "# intent: NAME" before the sentence
    name: str = "skill"
    locale: str = Field("en-US", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    keep_words: bool = False  # keep the published words, to compare with published tag scores
    ids: bool = False  # "# id: NAME" before a sentence names it
    test_share: float = Field(0.25, gt=0, lt=1)  # cut by hash of the text where no test is given


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the one skill of the files."""
    options = settle(card, ConllOptions)
    parts = splits.Parts()
    for split, name in options.files.items():
        for utterance in _read(root / name, split, options, faults):
            parts.add(split if split in ("dev", "test") else "train", utterance)
    if not parts.test:
        cut = splits.hold_out(parts.train, options.test_share)
        parts.train, parts.test = cut.train, cut.test
    yield from splits.skills({options.name: parts}, options.locale)


def read_file(path: Path, faults: Faults, prefix: str = "") -> Iterator[Utterance]:
    """Yield the utterances of one file whose columns are as most have them.

    Ids are what a comment "# id: NAME" before each sentence says, or "<prefix>:<number>", the
    prefix being the file's name unless it is given.
    """
    options = ConllOptions(files={"all": path.name}, ids=True)
    found = list(_read(path, prefix or path.stem, options, faults))
    if len({utterance.id for utterance in found}) < len(found):  # they name something else
        options = options.model_copy(update={"ids": False})
        found = list(_read(path, prefix or path.stem, options, Faults()))
    yield from found


def _read(path: Path, split: str, options: ConllOptions, faults: Faults) -> Iterator[Utterance]:
    found = sources.locate(path)
    for number, line, block in _sentences(found, faults):
        try:
            utterance = _utterance(f"{split}:{number}", block, options)
        except ValueError as error:
            faults.add(found, line, str(error))
            continue
        if utterance is not None:
            yield utterance


def _sentences(path: Path, faults: Faults) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (number, first line, lines) of the blocks that blank lines part."""
    numbered = enumerate(sources.raw_lines(sources.content(path)), 1)
    blocks = (
        list(run) for blank, run in groupby(numbered, lambda n: not n[1].strip()) if not blank
    )
    for number, block in enumerate(blocks, 1):
        try:
            lines = [raw.decode("utf-8").strip(" ") for _, raw in block]
        except UnicodeDecodeError as error:
            bad = error.object[error.start]
            line = next(n for n, raw in block if raw == error.object)
            faults.add(path, line, f"byte 0x{bad:02x} is not UTF-8 in this sentence")
            continue
        yield number, block[0][0], lines


def _is_comment(line: str) -> bool:
    """Whether a line is no word with its tag; "#" may be a word, as in "# O"."""
    parts = line.split()
    if not line.startswith("#") or len(parts) == 1:
        return False
    row = "\t" in line or len(parts) == 2
    return not (row and _TAG.fullmatch(parts[-1]))


def _utterance(id: str, block: list[str], options: ConllOptions) -> Utterance | None:
    told: dict[str, str] = {}
    rows = []
    for line in block:
        if _is_comment(line):
            key, _, value = line[1:].partition(":")
            told[key.strip()] = value.strip()
        elif not line.startswith("-DOCSTART-"):
            rows.append(line.split("\t") if "\t" in line else line.split())
    if not rows:
        return None  # a comment or a document's start, no sentence
    intent = told.get("intent", "")
    try:
        tokens = [row[options.word].strip() for row in rows]
        tags = bio.plain([row[options.tag].strip() for row in rows])
        if options.intent is not None:
            intent = rows[0][options.intent].strip()
    except IndexError:
        raise ValueError(f"a line has {min(map(len, rows))} columns, too few") from None
    marks = bio.spans(tags)
    if options.keep_words or told.get("words") == KEPT:
        text, words, slots = " ".join(tokens), tuple(tokens), marks
        fault = span_fault(len(tokens), marks)
        if fault or not all(tokens):
            raise ValueError(fault or "a line has no word")
        if options.keep_words:
            text = assemble(token_pieces(tokens, marks))[0]
    else:
        text, words, slots = assemble(token_pieces(tokens, marks))
    if told.get("text") and (told.get("words") == KEPT or tokenize(told["text"]) == words):
        text = told["text"]
    id = (told.get("id") if options.ids else "") or id
    return Utterance(id, words, Frame(intent, slots), text, told.get("template", ""))
