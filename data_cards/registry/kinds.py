"""Who made a skill's utterances, and how many skills of each kind there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

from data_cards.card import Card, Kind
from data_cards.errors import SkillwiseError
from data_cards.parsing.expansion import shortcoming
from data_cards.registry.loading import load

FORMATS: Mapping[str, str] = {
    "ask_models": "Alexa model",
    "ask_models_more": "Alexa model",
    "dialogflow": "Dialogflow ES",
    "home_assistant": "hassil grammar",
    "jovo": "Jovo model",
    "lu": "LU",
    "luis": "LUIS app",
    "ovos": "OVOS locale folder",
    "probe": "TSV (ours)",
    "rasa": "Rasa YAML, Markdown",
    "starter": "Alexa model (ours)",
}
"""Reader -> the format of its files, where others use that format too; else the reader's name."""


class Keyed(Protocol):
    """A skill, packed or not: what bears the key `<skill>@<locale>`."""

    @property
    def key(self) -> str: ...


def kind(skill: Keyed, card: Card) -> Kind:
    """Who made the training utterances of a skill of this card, as the card says.

    A card that mixes names patterns of `<skill>@<locale>`, and the first that matches holds. The
    utterances themselves cannot tell: written ones bear a `template` too, since splits go by it.
    Raises SkillwiseError where the card does not say.
    """
    said = card.skillwise.utterances
    patterns: Mapping[str, Kind] = said if isinstance(said, dict) else {"*": said} if said else {}
    for pattern, found in patterns.items():
        if fnmatchcase(skill.key, pattern):
            return found
    raise SkillwiseError(
        f"card {card.name}: does not say who made the utterances of {skill.key}; give its "
        f"`utterances`: said, written, translated or expanded"
    )


def format_of(card: Card) -> str:
    """The format of a card's files; the name of its reader where only this data set has it."""
    return FORMATS.get(card.skillwise.reader, card.skillwise.reader)


@dataclass(frozen=True, slots=True)
class KindRow:
    """The skills of one locale, kind and format, and their utterances."""

    locale: str
    kind: Kind
    format: str
    skills: int = 0
    confirmatory: int = 0
    """Those of them that are kept aside."""
    measurable: int = 0
    train: int = 0
    test: int = 0

    def __add__(self, other: "KindRow") -> "KindRow":
        return KindRow(
            self.locale, self.kind, self.format,
            self.skills + other.skills, self.confirmatory + other.confirmatory,
            self.measurable + other.measurable, self.train + other.train, self.test + other.test,
        )  # fmt: skip


def tally(cards: Iterable[Card]) -> tuple[tuple[KindRow, ...], tuple[str, ...]]:
    """Skills by locale, kind and format, read anew; and the cards whose data are not here.

    Cards that repeat another's utterances are not counted.
    """
    found: dict[tuple[str, str, str], list[KindRow]] = defaultdict(list)
    absent = []
    for card in cards:
        reading = card.skillwise
        if reading.repeats:
            continue
        try:
            here = card.root.is_dir()
        except SkillwiseError:
            here = False
        if not here:
            absent.append(card.name)
            continue
        for skill in load(card):
            row = KindRow(
                skill.locale, kind(skill, card), format_of(card), 1, int(reading.confirmatory),
                int(not shortcoming(skill, 20, 10)), len(skill.train), len(skill.test),
            )  # fmt: skip
            found[row.locale, row.kind, row.format].append(row)
    return tuple(_total(rows) for _, rows in sorted(found.items())), tuple(absent)


def render_kinds(rows: Sequence[KindRow], absent: Sequence[str] = ()) -> str:
    """The rows as a Markdown table, with a sum for each locale and kind below."""
    head = (
        "locale", "utterances", "format", "skills", "confirmatory", "measurable", "train", "test"
    )  # fmt: skip
    sums: dict[tuple[str, str], list[KindRow]] = defaultdict(list)
    for row in rows:
        sums[row.locale, row.kind].append(row)
        sums["all", row.kind].append(row)
    totals = [(place, of, _total(group)) for (place, of), group in sorted(sums.items(), key=_last)]
    parts = [
        _markdown(head, [(r.locale, r.kind, r.format, *_numbers(r)) for r in rows]),
        _markdown((*head[:2], *head[3:]), [(p, of, *_numbers(t)) for p, of, t in totals]),
    ]
    if absent:
        parts.append(f"Not counted, since their data are not here: {', '.join(absent)}.\n")
    return "\n".join(parts)


def _last(item: tuple[tuple[str, str], list[KindRow]]) -> tuple[bool, str, str]:
    (place, of), _ = item
    return place == "all", place, of


def _total(rows: Sequence[KindRow]) -> KindRow:
    first, *others = rows
    for row in others:
        first = first + row
    return first


def _numbers(row: KindRow) -> tuple[str, ...]:
    counts = (row.skills, row.confirmatory, row.measurable, row.train, row.test)
    return tuple(f"{count:,}" for count in counts)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
