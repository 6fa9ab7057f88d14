"""What a lint reports: its kinds, in the order in which they are shown, and one finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Split = Literal["train", "dev", "test"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding. An error contradicts itself, so no system can be right on all of it."""

    name: str
    severity: Severity
    title: str


TWO_INTENTS = Kind("two-intents", "error", "one text under two intents")
CONTRADICTION = Kind("contradiction", "error", "annotations that contradict one another")
BOUNDARY = Kind("boundary", "warning", "slots whose borders differ from the others'")
UNMARKED = Kind("unmarked-slot", "warning", "a slot's value that is not annotated")
TWO_SLOTS = Kind("two-slots", "warning", "a value under two slots")
NEAR_INTENTS = Kind("near-intents", "warning", "nearly one text under two intents")
OVERLAP = Kind("test-overlap", "warning", "a test utterance that is also in train")
FEW = Kind("few-utterances", "warning", "an intent with too few utterances")

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        TWO_INTENTS, CONTRADICTION, BOUNDARY, UNMARKED, TWO_SLOTS, NEAR_INTENTS, OVERLAP, FEW
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where an utterance stands; `file` and `line` are "" and None where only its id is known."""

    split: Split
    id: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.file}:{self.line}"
        return f"{self.file or self.split}, {self.id}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: the utterance to fix first, then those that it disagrees with."""

    kind: Kind
    skill: str
    places: tuple[Place, ...]
    what: str
    suggestion: str
