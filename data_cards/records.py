"""The records that cross a room's border, all frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from data_cards.errors import SkillwiseError


@dataclass(frozen=True, order=True, slots=True)
class Slot:
    """A named span of words, `tokens[start:end]` (half-open token indices, as everywhere)."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What an utterance means: one intent and its slots in order of their start.

    Gold and predicted answers share this type. `intent` is "" where a data set has none.
    """

    intent: str
    slots: tuple[Slot, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "slots", tuple(sorted(self.slots, key=lambda s: (s.start, s.end))))


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing a user said, as words, with its gold frame.

    `text` is the sentence as it was written, "" where only words are known. `template` names the
    carrier sentence that it was expanded from, so that splits never part an expansion from its
    siblings; "" where it was not expanded.
    """

    id: str
    tokens: tuple[str, ...]
    frame: Frame
    text: str = ""
    template: str = ""

    def __post_init__(self) -> None:
        """Refuse what no reader may produce; readers check first and name file and line."""
        fault = span_fault(len(self.tokens), self.frame.slots)
        if fault:
            raise SkillwiseError(f"utterance {self.id}: {fault}; mend the spans in its source")

    def words(self, slot: Slot) -> tuple[str, ...]:
        """The words that a slot covers."""
        return self.tokens[slot.start : slot.end]


@dataclass(frozen=True, slots=True)
class Skill:
    """One voice application: its name, its locale, its utterances and its slot catalogs.

    `gazetteers` maps a slot's name to the values its developer listed.
    """

    name: str
    locale: str
    train: tuple[Utterance, ...]
    dev: tuple[Utterance, ...] = ()
    test: tuple[Utterance, ...] = ()
    gazetteers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """`name@locale`, unique within a suite and the name of its folder."""
        return f"{self.name}@{self.locale}"

    @property
    def language(self) -> str:
        """The locale's language: "en" of "en-GB"."""
        return self.locale.split("-")[0].lower()

    @property
    def intents(self) -> tuple[str, ...]:
        """Intents that the training utterances show, sorted."""
        return tuple(sorted({u.frame.intent for u in self.train}))

    @property
    def slot_names(self) -> tuple[str, ...]:
        """Slots that the training utterances show, sorted."""
        return tuple(sorted({s.name for u in self.train for s in u.frame.slots}))


@dataclass(frozen=True, slots=True)
class Prediction:
    """A system's answer to one utterance; `confidence` in [0, 1] is that of the whole frame."""

    utterance_id: str
    frame: Frame
    confidence: float


def span_fault(n_tokens: int, slots: tuple[Slot, ...]) -> str:
    """Say what is wrong with an utterance's spans, "" if nothing is."""
    if not n_tokens:
        return "has no words"
    covered = 0
    for slot in sorted(slots, key=lambda s: (s.start, s.end)):
        if not 0 <= slot.start < slot.end <= n_tokens:
            return f"slot {slot.name!r} spans [{slot.start}, {slot.end}) of {n_tokens} words"
        if slot.start < covered:
            return f"slot {slot.name!r} at [{slot.start}, {slot.end}) overlaps the slot before it"
        covered = slot.end
    return ""
