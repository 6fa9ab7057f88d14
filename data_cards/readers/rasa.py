"""Rasa NLU training data in YAML: intents with `[value](entity)`, lookup tables, synonyms."""

import ast
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import splits
from data_cards.parsing.expansion import distinct
from data_cards.parsing.inline import assemble, hide_escaped, literal, show_escaped
from data_cards.parsing.templates import folded
from data_cards.readers.files import prefixes, splits_of
from data_cards.readers.places import places
from data_cards.readers.rasa_yaml import Example, entries, many
from data_cards.records import Frame, Skill, Slot, Utterance, span_fault
from data_cards.words import align

_MARK = re.compile(r"\[([^\[\]]*)\](?:\(([^()]*)\)|(\{[^{}]*\})|(\[\{[^\[\]]*\}\]))")


@dataclass(slots=True)
class _Learnt:
    """What the examples say of their slots while they are read."""

    meant: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Slot -> the values that it takes, the names of synonyms included."""
    slots: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Entity -> its slots: "city" -> "city.departure", "city.destination"."""
    left: Counter[str] = field(default_factory=Counter)
    """What a mark says beyond one entity, and how often."""


def read_file(
    path: Path,
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    test_share: float = 0.25,
) -> Skill:
    """Read one file as a skill; see `read_files`."""
    return read_files([path], faults, name=name, locale=locale, test_share=test_share)


def read_files(
    paths: Sequence[Path],
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    test_share: float = 0.25,
) -> Skill:
    """Read the files of a project as a skill; files named train, dev and test are those splits.

    Without one for test a quarter of each intent's sentences, by template, is for test. A synonym
    becomes a catalog value of the slots that its examples annotate with its value; a lookup table
    is the catalog of every slot of its entity, whatever the role. Ids are "<file>:<line>" unless an
    example's metadata name one. Raises DataError where no file holds an intent.
    """
    key = name or paths[0].stem
    parts = splits.Parts()
    lookups: dict[str, list[str]] = defaultdict(list)
    synonyms: dict[str, list[str]] = defaultdict(list)
    learnt = _Learnt()
    ids: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for path, prefix, split in zip(paths, prefixes(paths), splits_of(paths), strict=True):
        for kind, title, line, examples in entries(path, faults):
            held[kind] += 1
            if kind == "lookup":
                lookups[title].extend(example.text for example in examples)
            elif kind == "synonym":
                synonyms[title.lower()].extend([title, *(example.text for example in examples)])
            elif kind == "regex":
                patterns = many(len(examples), "pattern")
                faults.note(path, line, f"regex {title!r} is not read ({patterns})")
            for example in examples if kind == "intent" else ():
                utterance_id = example.metadata.get("id") or f"{prefix}:{example.line}"
                ids[utterance_id] += 1  # an alias or a flow list has several examples on one line
                if ids[utterance_id] > 1:
                    utterance_id = f"{utterance_id}#{ids[utterance_id]}"
                try:
                    utterance = _utterance(utterance_id, example, title, learnt)
                except ValueError as error:
                    faults.add(path, example.line, f"{error} (intent {title!r})")
                    continue
                parts.add(split or "train", utterance)
    if not held["intent"]:
        tables = [f"a lookup of {many(len(v), 'value')} for {k!r}" for k, v in lookups.items()]
        others = [many(held[k], k) for k in ("synonym", "regex") if held[k]]
        remedy = "it belongs beside the file that has the intents: put them into one file"
        raise DataError(paths[0], None, f"holds {_listed([*tables, *others])}, no intent", remedy)
    catalogs = _catalogs(paths[0], lookups, synonyms, learnt, faults)
    for reason, times in sorted(learnt.left.items()):
        faults.note(paths[0], None, f"{reason}: {times} times")
    if not parts.test:
        cut = splits.hold_out_within(
            parts.train, test_share, key=lambda u: f"{key}|{folded(u.template)}"
        )
        parts.train, parts.test = cut.train, cut.test
    gazetteers = {slot: distinct(values) for slot, values in sorted(catalogs.items())}
    return Skill(key, locale, tuple(parts.train), tuple(parts.dev), tuple(parts.test), gazetteers)


def _listed(parts: list[str]) -> str:
    return ", ".join(parts) if parts else "nothing"


def _catalogs(
    path: Path,
    lookups: Mapping[str, list[str]],
    synonyms: Mapping[str, list[str]],
    learnt: _Learnt,
    faults: Faults,
) -> dict[str, list[str]]:
    """Slot -> its values, from lookup tables and synonyms; tables that no slot takes are told."""
    catalogs: dict[str, list[str]] = defaultdict(list)
    for entity, values in lookups.items():
        for slot in sorted(learnt.slots.get(entity, {entity})):
            catalogs[slot].extend(values)
        if entity not in learnt.slots:
            reason = f"lookup {entity!r} ({many(len(values), 'value')}): no example annotates it"
            faults.note(path, None, reason)
    used = set[str]()
    for slot, meanings in learnt.meant.items():
        for value in sorted(meanings & synonyms.keys()):
            catalogs[slot].extend(synonyms[value])
            used.add(value)
    if synonyms.keys() - used:
        unused = many(len(synonyms.keys() - used), "synonym")
        faults.note(path, None, f"{unused} not used: no example annotates the value")
    return catalogs


def _utterance(utterance_id: str, example: Example, intent: str, learnt: _Learnt) -> Utterance:
    """The utterance; `learnt` remembers which slot takes which value and what was left out."""
    cut = list(_described(example.text))
    pieces = [(text, mark.slot if mark else "") for text, mark in cut]
    text, tokens, slots = assemble(pieces)
    for piece, mark in cut:
        if mark:
            learnt.meant[mark.slot].add((mark.value or piece).lower())
            learnt.slots[mark.entity].add(mark.slot)
            learnt.left.update(mark.left)
    template = "".join(f"{{{slot}}}" if slot else piece for piece, slot in pieces)
    told = example.metadata
    if told.get("words"):
        tokens, slots = _kept(tuple(told["words"].split(" ")), pieces) or (tokens, slots)
    frame = Frame(intent, slots)
    return Utterance(utterance_id, tokens, frame, text, told.get("template", template))


def _kept(
    tokens: tuple[str, ...], pieces: Iterable[tuple[str, str]]
) -> tuple[tuple[str, ...], tuple[Slot, ...]] | None:
    """The words as an export told them, and the slots over them; None where they do not fit."""
    text, marks = "", []
    for piece, slot in pieces:
        if slot:
            marks.append((slot, len(text), len(text) + len(piece)))
        text += piece
    found = places(tokens, text)
    slots = tuple(s for mark in marks if (s := align(found, *mark)))
    if not found or len(slots) < len(marks) or span_fault(len(tokens), slots):
        return None
    return tokens, slots


def rasa_pieces(marked: str) -> Iterator[tuple[str, str, str]]:
    """Cut an example into (text, slot or "", value); ValueError at a mark that is none.

    `[six](time)`, `[six](time:6)` and `[six]{"entity": "time", "value": "6"}` all name a slot;
    a role tells slots of one entity apart and so becomes part of the name: "city.departure". Of
    several entities of one value, `[six][{…}, {…}]`, the first counts.
    """
    for text, mark in _described(marked):
        yield text, mark.slot if mark else "", (mark.value or text) if mark else ""


@dataclass(frozen=True, slots=True)
class _Mark:
    entity: str
    role: str = ""
    value: str = ""
    left: tuple[str, ...] = ()

    @property
    def slot(self) -> str:
        return f"{self.entity}.{self.role}" if self.role else self.entity


def _described(marked: str) -> Iterator[tuple[str, _Mark | None]]:
    """The pieces of an example; "array[0]" is text, as it is to Rasa."""
    hidden = hide_escaped(marked)
    at = 0
    for match in _MARK.finditer(hidden):
        yield _plain(hidden[at : match.start()]), None
        if match[2] is not None:
            entity, _, value = match[2].partition(":")
            mark = _Mark(entity.strip(), value=value.strip())
        else:
            mark = _mark(match[3] or match[4])
        if not mark.entity or not match[1].strip():
            raise ValueError(f"empty value or entity in {match[0]!r}")
        yield show_escaped(match[1]), mark
        at = match.end()
    yield _plain(hidden[at:]), None


def _plain(text: str) -> str:
    try:
        return literal(text)
    except ValueError:
        raise ValueError(f"stray bracket in {text.strip()!r}") from None


def _mark(text: str) -> _Mark:
    """The mark of a JSON object, or of the first of a list of them."""
    try:
        content = json.loads(text)
    except ValueError:
        content = _python(text)
    found = content if isinstance(content, list) else [content]
    first = found[0] if found else None
    if not isinstance(first, dict) or not isinstance(first.get("entity"), str):
        raise ValueError(f"{text!r} names no entity")
    left = ["groups of entities are not read"] if first.get("group") else []
    left += ["a second entity of one value is not read"] * (len(found) - 1)
    role, value = (str(first.get(key) or "").strip() for key in ("role", "value"))
    return _Mark(first["entity"].strip(), role, value, tuple(left))


def _python(text: str) -> Any:
    """An object with single quote marks, which people write for JSON."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
