"""MTOP as XSemPLR holds it: a JSON list a split, each utterance and its parse in six languages.

A parse is a bracket form without the words that stand in no slot:
`[IN:CREATE_CALL [SL:CONTACT Camilla ] ]`. The top intent is the utterance's, and its own slots are
the utterance's: of nested slots the outermost counts, as flat taggers are measured on MTOP.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import fields, sources, splits
from data_cards.parsing.inline import assemble, token_pieces
from data_cards.parsing.options import Options, settle
from data_cards.readers.alexa import Lines
from data_cards.records import Frame, Skill, Slot, Utterance

_DOMAINS = {
    "_CALL": "calling", "AVAILAB": "calling", "_ALARM": "alarm", "_REMINDER": "reminder",
    "_TIMER": "timer", "_WEATHER": "weather", "_SUNRISE": "weather", "_SUNSET": "weather",
    "_EVENT": "event", "_RSVP": "event", "_MESSAGE": "messaging", "_MUSIC": "music",
    "_NEWS": "news", "_RECIPES": "recipes",
}  # fmt: skip
"""A part of an intent's name -> its domain; the first that fits, people where none does."""

_PLACEMENTS = 1000
"""Most ways tried to place the words of an utterance's slots; nearly all have one."""


class MtopOptions(Options):
    """Where the files are, and which skills are left out."""

    train: str = "dev.json"  # the published training part is not at hand
    test: str = "test.json"
    languages: dict[str, str] = {"en-US": "en", "de-DE": "de"}  # locale -> the key of its texts
    leave_out: dict[str, list[str]] = {}  # locale -> domains


@dataclass(frozen=True, slots=True)
class Node:
    """A bracket of a parse: "IN" or "SL", its name, and its words and brackets in order."""

    kind: str
    name: str
    inside: list["str | Node"] = field(default_factory=list)

    @property
    def runs(self) -> list[list[str]]:
        """The words below it in runs that no bracket cuts."""
        found: list[list[str]] = [[]]
        for part in self.inside:
            if isinstance(part, str):
                found[-1].append(part)
            else:
                found += [*part.runs, []]
        return [run for run in found if run]


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield a skill a domain and locale; test utterances of intents never trained are faults."""
    options = settle(card, MtopOptions)
    for locale, language in sorted(options.languages.items()):
        if locale not in card.skillwise.locales:
            continue
        found = splits.gather()
        left_out: Counter[str] = Counter()
        for split, name in (("train", options.train), ("test", options.test)):
            path = root / name
            for line, utterance in read_file(path, faults, language=language, prefix=split):
                domain = domain_of(utterance.frame.intent)
                if domain in options.leave_out.get(locale, ()):
                    left_out[domain] += 1
                    continue
                taught = {u.frame.intent for u in found[domain].train}
                if split == "test" and utterance.frame.intent not in taught:
                    reason = f"intent {utterance.frame.intent!r} is not in train ({locale})"
                    faults.add(path, line, reason)
                else:
                    found[domain].add(split, utterance)
        for domain, count in sorted(left_out.items()):
            faults.add(root, None, f"skill {domain}@{locale} left out: {count} utterances")
        yield from splits.skills(found, locale)


def read_file(
    path: Path, faults: Faults, *, language: str, prefix: str
) -> Iterator[tuple[int | None, Utterance]]:
    """Yield the utterances of one language with their lines; those without a span are faults."""
    content = sources.json_content(path)
    if not isinstance(content, list):
        raise DataError(path, 1, "is no list of utterances", "give dev.json or test.json of MTOP")
    lines = Lines(sources.content(sources.locate(path)))
    seen: set[str] = set()
    for number, row in enumerate(content, 1):
        said = row.get("id") if isinstance(row, dict) else None
        line = lines.of(said) if isinstance(said, str) else None
        try:
            utterance = _utterance(row, language, prefix)
            if utterance.id in seen:
                raise ValueError(f"id {utterance.id!r} was used before")
        except ValueError as error:
            faults.add(path, line, f"{error} ({language}, utterance {number})")
            continue
        seen.add(utterance.id)
        yield line, utterance


def domain_of(intent: str) -> str:
    """The domain of an intent by its name, since no field of the data says it."""
    return next((domain for part, domain in _DOMAINS.items() if part in f"_{intent}"), "people")


def _utterance(row: Any, language: str, prefix: str) -> Utterance:
    texts = row.get("question") if isinstance(row, dict) else None
    meanings = row.get("mr") if isinstance(row, dict) else None
    parses = meanings.get("slot_intent") if isinstance(meanings, dict) else None
    tokens = fields.string(texts, language).split()
    top = parse(fields.string(parses, language))
    slots = _placed(tokens, [n for n in top.inside if isinstance(n, Node)])
    text, words, found = assemble(token_pieces(tokens, slots))
    return Utterance(f"{prefix}:{fields.string(row, 'id')}", words, Frame(top.name, found), text)


def parse(text: str) -> Node:
    """The top intent of a bracket form; ValueError where it is none."""
    root = Node("", "")
    open_: list[Node] = [root]
    for word in text.split():
        if word == "]":
            if len(open_) == 1:
                raise ValueError(f"']' without its partner in {text[:60]!r}")
            open_.pop()
        elif word.startswith(("[IN:", "[SL:")) and len(word) > 4:
            node = Node(word[1:3], word[4:])
            open_[-1].inside.append(node)
            open_.append(node)
        else:
            open_[-1].inside.append(word)
    top = root.inside[0] if len(root.inside) == 1 else None
    if len(open_) > 1 or not isinstance(top, Node) or top.kind != "IN":
        raise ValueError(f"no parse of one intent: {text[:60]!r}")
    return top


def _placed(tokens: Sequence[str], nodes: Sequence[Node]) -> list[Slot]:
    """The slots over the words of the utterance; ValueError where a slot's words stand apart.

    A slot that holds others reaches from their first word to their last. Where words occur twice
    the placement that keeps the order of the parse is taken.
    """
    runs = [(index, run) for index, node in enumerate(nodes) for run in node.runs]
    for index, node in enumerate(nodes):
        if node.kind != "SL" or not node.runs:
            raise ValueError(f"slot {node.name!r} (number {index + 1}) holds no word")
    choices = []
    for index, run in runs:
        width = len(run)
        starts = [i for i in range(len(tokens) - width + 1) if list(tokens[i : i + width]) == run]
        if not starts:
            name, words = nodes[index].name, " ".join(run)
            raise ValueError(f"slot {name!r} does not stand in one piece in the text: {words!r}")
        choices.append([(index, start, start + width) for start in starts])
    best: tuple[int, list[Slot]] | None = None
    for number, placement in enumerate(product(*choices)):
        if number == _PLACEMENTS:
            break
        spans = [[p for p in placement if p[0] == index] for index in range(len(nodes))]
        slots = [
            Slot(node.name, min(s for _, s, _ in span), max(e for _, _, e in span))
            for node, span in zip(nodes, spans, strict=True)
        ]
        ordered = sorted(slots, key=lambda s: s.start)
        if any(a.end > b.start for a, b in zip(ordered, ordered[1:], strict=False)):
            continue
        turns = sum(a.start > b.start for a, b in zip(slots, slots[1:], strict=False))
        if best is None or turns < best[0]:
            best = turns, slots
    if best is None:
        raise ValueError("its slots overlap wherever they are placed")
    return best[1]
