"""Templates to utterances: slots filled from catalogs, splits by template, all by hash.

Nothing here draws at random: a filling is a function of the skill's key, the template and the
catalog, so it is the same on every machine and in every release.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from data_cards.faults import Faults
from data_cards.folds import number
from data_cards.parsing.inline import assemble
from data_cards.parsing.options import Options
from data_cards.parsing.templates import Carrier, Piece, folded
from data_cards.records import Frame, Skill, Utterance
from data_cards.words import tokenize

Catalogs = Mapping[str, tuple[str, ...]]
"""Slot name -> the values that may fill it."""

MOST = 8
"""Fillings of one template, at most: more would only repeat its words."""
HELD_OUT_FROM = 6
"""Catalogs smaller than this are closed lists: no value of theirs is held out."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A template of one intent: as its developer wrote it, what it stands for, where it stands."""

    id: str
    intent: str
    template: str
    carriers: tuple[Carrier, ...]
    path: Path
    line: int | None = None
    folded: str = field(init=False)
    """The template as splits and caps compare it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", folded(self.template))


class Expansion(Options):
    """How templates become utterances: the options that every reader of templates takes."""

    fillings: int = 3
    """Utterances made from a template with slots, at least (one from a template without)."""
    aim: int = 120
    """Utterances wanted of a skill: one of few templates gets more fillings, `MOST` at most."""
    max_templates: int | None = 400
    """Templates kept of a skill, picked by hash: two real skills hold half of all samples. None
    keeps all, as befits a user's own skill."""
    test_share: float = 0.25
    """Share of each intent's templates that goes to the test split."""
    min_train: int = 20
    min_test: int = 10
    """A skill with fewer utterances is left out, as a counted fault."""

    def of(self, templates: int) -> int:
        """Fillings of one template in a skill of so many."""
        return max(self.fillings, min(MOST, -(-self.aim // max(templates, 1))))


@dataclass(slots=True)
class Rotation:
    """A catalog read round and round, newly shuffled each time, so that values spread evenly."""

    values: tuple[str, ...]
    key: str
    _turn: int = 0
    _left: list[str] = field(default_factory=list)

    def next(self) -> str:
        """The next value."""
        if not self._left:
            key = f"{self._turn}|{self.key}"
            self._left = sorted(self.values, key=lambda v: number(f"{key}|{v}"))
            self._turn += 1
        return self._left.pop()


def fill(
    samples: Iterable[Sample],
    catalogs: Catalogs,
    key: str,
    fillings: int,
    faults: Faults,
    seen: set[tuple[str, ...]] | None = None,
) -> Iterator[Utterance]:
    """Yield the utterances of the samples; no sentence twice, nor one that stands in `seen`.

    A sample that no value fits is added to `faults`. Ids are "<prefix of key>:<sample>:<number>".
    """
    prefix = key.split("|")[0]
    rotations = {name: Rotation(values, f"{key}|{name}") for name, values in catalogs.items()}
    said = seen if seen is not None else set()
    for sample in samples:
        slotted = any(c.slots for c in sample.carriers)
        wanted = fillings if slotted else min(fillings, len(sample.carriers))
        reason, made = "", 0
        for attempt in range(wanted * 4):
            carrier = sample.carriers[attempt % len(sample.carriers)]
            pieces = _said(carrier, rotations)
            try:
                text, tokens, slots = assemble(pieces)
            except ValueError as error:
                reason = str(error)
                continue
            folded_tokens = tuple(t.lower() for t in tokens)
            if folded_tokens not in said:
                said.add(folded_tokens)
                made += 1
                name = f"{prefix}:{sample.id}:{made}"
                frame = Frame(sample.intent, slots)
                yield Utterance(name, tokens, frame, text, sample.template)
            if made == wanted or (not slotted and attempt + 1 >= len(sample.carriers)):
                break
        if not made:
            reason = reason or "says nothing that other templates do not say already"
            faults.add(sample.path, sample.line, f"{reason} (template {sample.template!r})")


def _said(carrier: Carrier, rotations: Mapping[str, Rotation]) -> list[Piece]:
    """The carrier's pieces with values in its slots.

    A word that ends the text before a slot and begins its value is said once: "to the {place}"
    with "the gherkin" is "to the gherkin", where the article belongs to the name.
    """
    pieces: list[Piece] = []
    for text, name in carrier.pieces:
        if not name:
            pieces.append((text, ""))
            continue
        value = text or rotations[name].next()
        first = value.split(" ", 1)[0].lower()
        if pieces and pieces[-1][0].lower().endswith(f" {first} ") and not pieces[-1][1]:
            pieces[-1] = (pieces[-1][0][: -len(first) - 1], "")
        pieces.append((value, span_name(name)))
    return pieces


def span_name(marker: str) -> str:
    """The slot that a marker fills: of "{list:slot}", as some grammars write, it is the latter."""
    return marker.rpartition(":")[2]


def build(
    name: str,
    locale: str,
    samples: Sequence[Sample],
    catalogs: Catalogs,
    how: Expansion,
    faults: Faults,
    kinds: Mapping[str, str] | None = None,
) -> Skill:
    """A skill from templates alone: train and test share no template, and not every value.

    From each catalog of `HELD_OUT_FROM` values or more a third is seen in the test split only and
    stands in no gazetteer, as users bring values that a developer did not list. `kinds` names the
    types of slots that have no values, for messages.
    """
    key = f"{name}@{locale}"
    known = {slot: values for slot, values in catalogs.items() if values}
    distinct_ones = list(_usable(samples, known, kinds or {}, faults))
    usable = cap(distinct_ones, key, how.max_templates)
    if len(usable) < len(distinct_ones):
        left = len(distinct_ones) - len(usable)
        reason = f"{left} of {len(distinct_ones)} templates of {key} left out by max_templates"
        faults.note(samples[0].path, None, reason)
    train, test = split(usable, key, how.test_share)
    listed = {slot: listed_values(values, f"{key}|{slot}") for slot, values in known.items()}
    seen: set[tuple[str, ...]] = set()
    fillings = how.of(len(usable))
    train_made = tuple(fill(train, listed, f"train|{key}", fillings, faults, seen))
    test_made = tuple(fill(test, known, f"test|{key}", fillings, faults, seen))
    used = {slot for sample in usable for c in sample.carriers for slot in c.slots}
    gazetteers: dict[str, tuple[str, ...]] = {}
    for slot in sorted(used & listed.keys()):
        name_of_span = span_name(slot)
        gazetteers[name_of_span] = distinct((*gazetteers.get(name_of_span, ()), *listed[slot]))
    intents = {u.frame.intent for u in train_made}
    kept = tuple(u for u in test_made if u.frame.intent in intents)
    made = {u.template for u in test_made if u.frame.intent not in intents}
    for sample in test:
        if sample.template in made and sample.intent not in intents:
            reason = f"intent {sample.intent!r} has no other template to train on"
            faults.add(sample.path, sample.line, f"{reason} (template {sample.template!r})")
    lost = dict.fromkeys(s.intent for s in samples if s.intent not in intents)
    for intent in lost:
        path = next(s.path for s in samples if s.intent == intent)
        faults.note(path, None, f"intent {intent!r} has no utterance left")
    return Skill(name, locale, train_made, (), kept, gazetteers)


def _usable(
    samples: Iterable[Sample], catalogs: Catalogs, kinds: Mapping[str, str], faults: Faults
) -> Iterator[Sample]:
    """Leave out, as faults, templates without values and templates that two intents claim."""
    owner: dict[str, Sample] = {}
    for sample in samples:
        missing = [
            n
            for c in sample.carriers
            for text, n in c.pieces
            if n and not text and n not in catalogs
        ]
        if missing:
            kind = kinds.get(missing[0], "")
            reason = f"slot {missing[0]!r} has no values"
            if kind:
                reason = f"type {kind!r} of {reason} here; add some under types"
            reason += f" (template {sample.template!r}, intent {sample.intent!r})"
            faults.add(sample.path, sample.line, reason)
            continue
        first = owner.setdefault(sample.folded, sample)
        if first is sample:
            yield sample
        elif first.intent == sample.intent:
            reason = f"template {sample.template!r} stands twice in intent {sample.intent!r}"
            faults.note(sample.path, sample.line, reason)
        else:
            reason = f"template {sample.template!r} stands under intent {first.intent!r} already"
            faults.add(sample.path, sample.line, reason)


def cap(samples: list[Sample], key: str, limit: int | None) -> list[Sample]:
    """At most `limit` samples, in their order: five of each intent first, then in proportion."""
    if limit is None or len(samples) <= limit:
        return samples
    sizes = Counter(s.intent for s in samples)
    turn: Counter[str] = Counter()
    ranks: list[tuple[float, int, str]] = []
    for sample in sorted(samples, key=lambda s: number(f"cap|{key}|{s.folded}")):
        rank = turn[sample.intent]
        turn[sample.intent] += 1
        ranks.append((0.0 if rank < 5 else rank / sizes[sample.intent], len(ranks), sample.id))
    kept = {sample_id for _, _, sample_id in sorted(ranks)[:limit]}
    return [s for s in samples if s.id in kept]


def split(samples: Sequence[Sample], key: str, share: float) -> tuple[list[Sample], list[Sample]]:
    """Part the templates of each intent by hash; an intent of one template stays in train."""
    by_intent: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_intent[sample.intent].append(sample)
    held: set[str] = set()
    for group in by_intent.values():
        ranked = sorted(group, key=lambda s: number(f"split|{key}|{s.folded}"))
        count = min(max(round(len(group) * share), 1 if share else 0), len(group) - 1)
        held.update(s.id for s in ranked[:count])
    return [s for s in samples if s.id not in held], [s for s in samples if s.id in held]


def listed_values(values: tuple[str, ...], key: str) -> tuple[str, ...]:
    """The values that training may show: two thirds by hash, all of a closed list."""
    if len(values) < HELD_OUT_FROM:
        return values
    ranked = sorted(values, key=lambda v: number(f"held|{key}|{v.lower()}"))
    held = set(ranked[: len(values) // 3])
    return tuple(v for v in values if v not in held)


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """The values in order, each once (case and punctuation aside), those without words left out."""
    kept: dict[tuple[str, ...], str] = {}
    for value in values:
        said = spoken(value)
        if said:
            kept.setdefault(said, value.strip())
    return tuple(kept.values())


@lru_cache(maxsize=1 << 16)
def spoken(text: str) -> tuple[str, ...]:
    """The words of a text in lower case; kept, since catalogs repeat from skill to skill."""
    return tuple(word.lower() for word in tokenize(text))


def shortcoming(skill: Skill, min_train: int, min_test: int) -> str:
    """Why a skill cannot be measured, "" if it can: too few utterances or nothing to tell apart."""
    if len(skill.train) < min_train or len(skill.test) < min_test:
        sizes = f"{len(skill.train)} train and {len(skill.test)} test utterances"
        return f"{sizes} (at least {min_train} and {min_test} wanted)"
    if len(skill.intents) < 2 and not skill.slot_names:
        return "one intent and no slot: nothing to tell apart"
    return ""
