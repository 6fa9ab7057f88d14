"""Whether a card tells the truth: counts, hashes and overlaps are counted again, and told."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from data_cards.card import Card, Counts, cards
from data_cards.errors import SkillwiseError
from data_cards.faults import Fault, Faults
from data_cards.overlap import Sketch, distinct, near_duplicates, same_words, sketch
from data_cards.parsing import sources
from data_cards.records import Skill, Utterance
from data_cards.registry.kinds import kind
from data_cards.registry.loading import load

UNDECLARED = 0.05
"""Share of a card's distinct texts in another card from which the overlap must be declared."""


@dataclass(frozen=True, slots=True)
class SkillCheck:
    """One skill, measured."""

    key: str
    train: int
    dev: int
    test: int
    intents: int
    slots: int
    tokens: int
    exact: int
    """Test utterances whose words stand in train."""
    near: int
    """Distinct test texts that nearly stand in train."""
    drift: float
    """Total variation between the intent distributions of train and test, 0 to 1."""
    new_intents: tuple[str, ...]
    """Intents of the test split that train does not show."""
    new_slots: tuple[str, ...]
    values_seen: float | None
    """Share of the test split's slot values that train shows in that slot; None without slots."""

    @property
    def locale(self) -> str:
        """The locale of `name@locale`."""
        return self.key.rpartition("@")[2]

    @property
    def measurable(self) -> bool:
        """Whether systems can be told apart on it."""
        return (self.intents >= 2 or self.slots >= 1) and self.train >= 20 and self.test >= 10


@dataclass(frozen=True, slots=True)
class CrossOverlap:
    """Distinct texts of a card that stand in another one."""

    card: str
    texts: int
    near: int
    declared: int | None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` found; the card lies where `errors` is not empty."""

    card: str
    absent: str
    """Why the data are not to be had, "" where they are."""
    counts: Counts | None
    skills: tuple[SkillCheck, ...]
    texts: int
    """Distinct normalised texts."""
    files: Mapping[str, str]
    overlaps: tuple[CrossOverlap, ...]
    faults: tuple[Fault, ...]
    errors: tuple[str, ...]
    repeats: tuple[str, ...] = ()
    """Cards whose utterances it cuts another way."""


@dataclass(frozen=True, slots=True)
class _Reading:
    card: Card
    counts: Counts
    skills: tuple[SkillCheck, ...]
    sketch: Sketch
    own_overlap: int
    faults: tuple[Fault, ...]
    errors: tuple[str, ...]


def check(card: Card) -> CheckReport:
    """Recount one card, and its overlap with the cards that it names."""
    named = [o.card for o in card.skillwise.overlaps if o.card != card.name]
    known = cards()
    return check_all([card, *(known[n] for n in named if n in known)])[0]


def check_all(
    chosen: Iterable[Card], progress: Callable[[str], None] | None = None
) -> tuple[CheckReport, ...]:
    """Recount cards, and how far any two of them overlap.

    Each card's skills are read once, one at a time; what stays are its distinct texts. `progress`
    is told each card's name before it is read.
    """
    read = []
    for card in chosen:
        if progress:
            progress(card.name)
        read.append((card, _read(card)))
    there = {card.name: r for card, r in read if isinstance(r, _Reading)}
    return tuple(
        _report(r, there)
        if isinstance(r, _Reading)
        else CheckReport(card.name, r, None, (), 0, {}, (), (), ())
        for card, r in read
    )


def measure(skill: Skill) -> SkillCheck:
    """Measure one skill: sizes, overlap of test with train, drift of its labels."""
    train = set(map(same_words, skill.train))
    tested = distinct(skill.test)
    near = near_duplicates(sketch(tested), sketch(list(train)))
    intents = Counter(u.frame.intent for u in skill.train)
    asked = Counter(u.frame.intent for u in skill.test)
    values, wanted = _values(skill.train), _values(skill.test)
    total = wanted.total()
    slots = {s.name for u in skill.test for s in u.frame.slots}
    return SkillCheck(
        key=skill.key,
        train=len(skill.train),
        dev=len(skill.dev),
        test=len(skill.test),
        intents=len(intents),
        slots=len(skill.slot_names),
        tokens=sum(len(u.tokens) for u in (*skill.train, *skill.dev, *skill.test)),
        exact=sum(same_words(u) in train for u in skill.test),
        near=len(near),
        drift=_total_variation(intents, asked),
        new_intents=tuple(sorted(asked.keys() - intents.keys())),
        new_slots=tuple(sorted(slots - set(skill.slot_names))),
        values_seen=sum(n for v, n in wanted.items() if v in values) / total if total else None,
    )


def file_hashes(card: Card) -> dict[str, str]:
    """The sha256 of each file that the card lists; a file that is not there is left out."""
    root = card.root
    return {
        name: sha256(sources.content(path)).hexdigest()
        for name in card.skillwise.source.files
        if (path := sources.locate(root / name)).is_file()
    }


def suggest(card: Card, unlisted: Iterable[Path] = ()) -> str:
    """The counts, overlaps with itself and file hashes to put into a card, as YAML.

    Files are those that the card lists already and, with their paths below its root, `unlisted`.
    """
    reading = _read(card)
    if not isinstance(reading, _Reading):
        raise SkillwiseError(reading)
    counts = reading.counts.model_dump()
    inner = ", ".join(f"{k}: {v}" for k, v in counts.items())
    lines = [f"  counts: {{{inner}}}", "  overlaps:"]
    lines += [f"    - {{card: {card.name}, texts: {reading.own_overlap}}}  # test texts in train"]
    lines += ["  source:", "    files:"]
    hashes = file_hashes(card) | {
        path.relative_to(card.root).as_posix().removesuffix(".gz"): sha256(
            sources.content(path)
        ).hexdigest()
        for path in unlisted
    }
    lines += [f"      {name}: {digest}" for name, digest in sorted(hashes.items())]
    return "\n".join(lines) + "\n"


def _read(card: Card) -> _Reading | str:
    """Everything about one card alone; why not, where its data are not there."""
    try:
        root = card.root
    except SkillwiseError as error:
        return str(error)
    faults, errors = Faults(), []
    if not card.skillwise.source.folder and card.skillwise.source.hub:
        return f"card {card.name}: streamed from the hub; download it to check it"
    found, texts, own = [], dict[str, None](), set[str]()
    for skill in load(card, faults):
        found.append(measure(skill))
        errors += _skill_errors(card, skill, found)
        train = set(map(same_words, skill.train))
        own.update(t for u in skill.test if (t := same_words(u)) in train)
        texts |= dict.fromkeys(distinct((*skill.train, *skill.dev, *skill.test)))
    counts = Counts(
        skills=len(found),
        train=sum(s.train for s in found),
        dev=sum(s.dev for s in found),
        test=sum(s.test for s in found),
        faults=len(faults),
    )
    errors += _hash_errors(card, root)
    return _Reading(
        card, counts, tuple(found), sketch(list(texts)), len(own), tuple(faults.found),
        tuple(errors),
    )  # fmt: skip


def _report(reading: _Reading, there: Mapping[str, _Reading]) -> CheckReport:
    card = reading.card
    overlaps, errors = _cross(reading, there)
    return CheckReport(
        card=card.name,
        absent="",
        counts=reading.counts,
        skills=reading.skills,
        texts=len(reading.sketch.texts),
        files=file_hashes(card),
        overlaps=overlaps,
        faults=reading.faults,
        errors=(*_count_errors(card, reading.counts), *reading.errors, *errors),
        repeats=tuple(card.skillwise.repeats),
    )


def _skill_errors(card: Card, skill: Skill, found: list[SkillCheck]) -> list[str]:
    errors = []
    if skill.locale not in card.skillwise.locales:
        errors.append(f"{skill.key}: the card names no locale {skill.locale!r}")
    if sum(s.key == skill.key for s in found) > 1:
        errors.append(f"{skill.key}: two skills bear this name")
    ids = Counter(u.id for u in (*skill.train, *skill.dev, *skill.test))
    try:
        kind(skill, card)
    except SkillwiseError as error:
        errors.append(str(error))
    repeated = [i for i, n in ids.items() if n > 1]
    if repeated:
        errors.append(f"{skill.key}: {len(repeated)} ids stand twice, e.g. {repeated[0]!r}")
    return errors


def _count_errors(card: Card, counts: Counts) -> list[str]:
    claimed = card.skillwise.counts
    if claimed is None:
        return ["the card has no counts; put in what `suggest` prints"]
    return [
        f"{key} are {getattr(counts, key)}, the card says {getattr(claimed, key)}"
        for key in Counts.model_fields
        if getattr(counts, key) != getattr(claimed, key)
    ]


def _hash_errors(card: Card, root: Path) -> list[str]:
    hashes = file_hashes(card)
    errors = []
    for name, claimed in card.skillwise.source.files.items():
        if name not in hashes:
            errors.append(f"file {name} is not in {root}")
        elif hashes[name] != claimed:
            errors.append(f"file {name} hashes to {hashes[name]}, the card says {claimed}")
    return errors


def _cross(
    reading: _Reading, there: Mapping[str, _Reading]
) -> tuple[tuple[CrossOverlap, ...], list[str]]:
    name = reading.card.name
    claims = {o.card: o.texts for o in reading.card.skillwise.overlaps}
    errors = []
    if name in claims and claims[name] != reading.own_overlap:
        errors.append(
            f"{reading.own_overlap} test texts stand in train, the card says {claims[name]}"
        )
    elif name not in claims and reading.own_overlap:
        errors.append(f"{reading.own_overlap} test texts stand in train, the card does not say so")
    found = []
    own = set(reading.sketch.texts)
    for other, its in there.items():
        if other == name:
            continue
        shared = len(own.intersection(its.sketch.texts))
        near = len(near_duplicates(reading.sketch, its.sketch))
        if not shared and not near and other not in claims:
            continue
        found.append(CrossOverlap(other, shared, near, claims.get(other)))
        if other in claims and claims[other] != shared:
            errors.append(f"{shared} texts stand in card {other}, the card says {claims[other]}")
        elif other not in claims and shared > UNDECLARED * len(own):
            errors.append(f"{shared} texts stand in card {other}, the card does not say so")
    return tuple(found), errors


def _values(utterances: Iterable[Utterance]) -> Counter[tuple[str, str]]:
    return Counter(
        (slot.name, " ".join(u.words(slot)).lower()) for u in utterances for slot in u.frame.slots
    )


def _total_variation(one: Counter[str], other: Counter[str]) -> float:
    """Half the summed difference of two distributions; 0 where either is empty."""
    n, m = one.total(), other.total()
    if not n or not m:
        return 0.0
    return sum(abs(one[k] / n - other[k] / m) for k in one.keys() | other.keys()) / 2
