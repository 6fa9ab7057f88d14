"""Substitution probes: `<skill>@<locale>/` with train.tsv and pairs.tsv, read as two skills.

A line of train.tsv is `Intent<TAB>text with [value](slot)`, one of pairs.tsv
`Intent<TAB>same<TAB>substituted`: a sentence made of training words, then its partner with other
ones. `<skill>-same` and `<skill>-substituted` share their training split and, pair by pair, their
test ids, so that each half is scored as a skill of its own.

Strict: these files are written for this purpose, so a fault is an error with its line, and so is
a word that would let a half measure something else than it says.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from data_cards.card import Card
from data_cards.errors import DataError, nearest
from data_cards.faults import Faults
from data_cards.parsing import sources
from data_cards.parsing.inline import assemble, link_pieces
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance
from data_cards.words import normalise

SAME, SUBSTITUTED = "same", "substituted"
"""The halves: what a skill's name ends in."""

_ENGLISH = """
a an the my me i you your we us it its this that these those some any something not no
for to from in on at of with by about into out off up down back over through around or and
is are was am be been do does did don't has have had will would can could should shall must might
may let there here yet longer please what which how when where who much many 'd 's 'll
"""
FUNCTION_WORDS = {"en": frozenset(_ENGLISH.split())}
"""Words that both halves may use, by language; all others are content words."""

_FOLDER = re.compile(r"^(?P<name>[^@/]+)@(?P<locale>[a-z]{2}-[A-Z]{2})$")


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield both halves of each skill, by folder name."""
    settle(card, Options)  # it takes none
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")):
        yield from read_halves(folder)


def read_halves(folder: Path) -> tuple[Skill, Skill]:
    """Read one folder: the skill tested with the words of training, and with others."""
    match = _FOLDER.match(folder.name)
    if match is None:
        raise DataError(folder, None, "is not named <skill>@<locale>", "e.g. name it taxi@en-US")
    locale = match["locale"]
    if locale[:2] not in FUNCTION_WORDS:
        fault = f"no function words are known for {locale[:2]!r}"
        raise DataError(folder, None, fault, "add them to FUNCTION_WORDS of this reader")
    texts: dict[str, str] = {}
    path = folder / "train.tsv"
    train = tuple(
        _utterance(path, number, f"train:{number}", intent, marked, texts)
        for number, (intent, marked) in _rows(path, 2)
    )
    same, substituted = _pairs(folder / "pairs.tsv", train, locale[:2], texts)
    return (
        Skill(f"{match['name']}-{SAME}", locale, train, (), same),
        Skill(f"{match['name']}-{SUBSTITUTED}", locale, train, (), substituted),
    )


def content_words(tokens: Iterable[str], language: str) -> frozenset[str]:
    """The normalised words that are no function words."""
    return frozenset(map(normalise, tokens)) - FUNCTION_WORDS[language]


def _pairs(
    path: Path, train: tuple[Utterance, ...], language: str, texts: dict[str, str]
) -> tuple[tuple[Utterance, ...], tuple[Utterance, ...]]:
    """Both halves of pairs.tsv, each pair checked against training and against each other."""
    trained = {normalise(t) for u in train for t in u.tokens}
    intents = {u.frame.intent for u in train}
    slots = {s.name for u in train for s in u.frame.slots}
    same, substituted = [], []
    for number, (intent, *marked) in _rows(path, 3):
        if intent not in intents:
            fault = f"intent {intent!r} is not in train.tsv"
            raise DataError(path, number, fault, nearest(intent, intents))
        one, other = (_utterance(path, number, f"pair:{number}", intent, m, texts) for m in marked)
        names, others = (sorted(s.name for s in u.frame.slots) for u in (one, other))
        if names != others:
            fault = f"one half has slots {names}, the other {others}"
            raise DataError(path, number, fault, "give the partners the same slots")
        for slot in names:
            if slot not in slots:
                fault = f"slot {slot!r} is not in train.tsv"
                raise DataError(path, number, fault, nearest(slot, slots))
        new = sorted({normalise(t) for t in one.tokens} - trained)
        if new:
            fault = f"{new[0]!r} of {one.text!r} is not in train.tsv"
            raise DataError(path, number, fault, "use words of training in the first half")
        content = content_words(other.tokens, language)
        if not content:
            fault = f"{other.text!r} has no content word"
            raise DataError(path, number, fault, "replace at least one content word")
        old = sorted(content & trained)
        if old:
            fault = f"{old[0]!r} of {other.text!r} is in train.tsv"
            raise DataError(path, number, fault, "use content words that train.tsv lacks")
        same.append(one)
        substituted.append(other)
    return tuple(same), tuple(substituted)


def _rows(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of every line that is not blank."""
    lines = sources.cut_lines(sources.text(path))
    if not any(line.strip() for line in lines):
        raise DataError(path, 1, "has no line", "write one utterance or pair a line")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != columns or not all(cells):
            fault = f"{line[:60]!r} is not {columns} columns"
            raise DataError(path, number, fault, "write Intent<TAB>text with [value](slot)")
        yield number, cells


def _utterance(
    path: Path, number: int, key: str, intent: str, marked: str, texts: dict[str, str]
) -> Utterance:
    """One annotated sentence; `texts` remembers where a sentence stood before."""
    try:
        text, tokens, slots = assemble(link_pieces(marked))
    except ValueError as error:
        raise DataError(path, number, str(error), "write [value](slot)") from None
    folded = " ".join(map(normalise, tokens))
    if folded in texts:
        fault = f"{text!r} stands at {texts[folded]} already"
        raise DataError(path, number, fault, "write every sentence once")
    texts[folded] = f"{path.name}:{number}"
    return Utterance(key, tokens, Frame(intent, slots), text)
