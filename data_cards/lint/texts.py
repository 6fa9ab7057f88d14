"""Rules about whole texts: two intents, two annotations, train and test, too few."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from data_cards.lint.finding import CONTRADICTION, FEW, OVERLAP, TWO_INTENTS, Finding, Place
from data_cards.lint.reading import Entry, Reading

FEWEST = 5
"""Different training texts that an intent needs, at least."""

SHOWN = 3
"""Places of a finding that are named."""


def two_intents(reading: Reading) -> Iterator[Finding]:
    """One text (case and punctuation aside) that stands under several intents, in any split."""
    for entries in reading.by_text.values():
        if len(entries) < 2:
            continue
        times = Counter[str]()
        for entry in entries:
            times[entry.frame.intent] += len(entry.places)
        if len(times) < 2:
            continue
        (most, often), (_, second) = times.most_common(2)
        rare_first = sorted(entries, key=lambda e: times[e.frame.intent])
        listed = ", ".join(f"{intent!r} ({n})" for intent, n in times.most_common())
        advice = f"keep it under {most!r} only" if often > second else "decide for one of them"
        yield Finding(
            TWO_INTENTS, reading.skill.key, _first_places(rare_first),
            f"{entries[0].said!r} is under the intents {listed}", advice,
        )  # fmt: skip


def two_annotations(reading: Reading) -> Iterator[Finding]:
    """One text under one intent with different slots."""
    for entries in reading.by_text.values():
        if len(entries) < 2:
            continue
        by_intent: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_intent[entry.frame.intent].append(entry)
        for group in by_intent.values():
            ways = {annotation(entry): entry for entry in reversed(group)}
            if len(ways) < 2:
                continue
            rare_first = sorted(ways.values(), key=lambda e: (len(e.places), len(e.frame.slots)))
            yield Finding(
                CONTRADICTION, reading.skill.key, _first_places(rare_first),
                f"{group[0].said!r} is annotated {' and '.join(map(slots_text, rare_first[:2]))}",
                "annotate it in one way",
            )  # fmt: skip


def test_overlap(reading: Reading) -> Iterator[Finding]:
    """A text of the test (or development) split that is also in train, once per text."""
    for entries in reading.by_text.values():
        places = [place for entry in entries for place in entry.places]
        trained = next((p for p in places if p.split == "train"), None)
        for split in ("dev", "test"):
            held = [p for p in places if p.split == split]
            if trained and held:
                yield Finding(
                    OVERLAP, reading.skill.key, (held[0], trained),
                    f"{entries[0].said!r} is in {split}{_times(len(held))} and in train",
                    f"remove it from {split}, unless users say it so often",
                )  # fmt: skip


def template_overlap(reading: Reading) -> Iterator[Finding]:
    """A template whose expansions are in train and in test; texts that are equal are left out."""
    trained = {u.template: u for u in reversed(reading.skill.train) if u.template}
    if not trained:
        return
    texts = {e.text for e in reading.entries if any(p.split == "train" for p in e.places)}
    told = set[str]()
    for utterance in reading.skill.test:
        sibling = trained.get(utterance.template)
        said = tuple(token.lower() for token in utterance.tokens)
        if sibling is None or utterance.template in told or said in texts:
            continue
        told.add(utterance.template)
        yield Finding(
            OVERLAP, reading.skill.key, (Place("test", utterance.id), Place("train", sibling.id)),
            f"the template {utterance.template[:80]!r} is in test and in train",
            "keep all expansions of a template in one split",
        )  # fmt: skip


def few_utterances(reading: Reading) -> Iterator[Finding]:
    """An intent with fewer than `FEWEST` different training texts."""
    texts: dict[str, dict[tuple[str, ...], Place]] = defaultdict(dict)
    for entry in reading.entries:
        place = next((p for p in entry.places if p.split == "train"), None)
        if place and entry.frame.intent:
            texts[entry.frame.intent].setdefault(entry.text, place)
    for intent, found in sorted(texts.items()):
        if len(found) < FEWEST:
            yield Finding(
                FEW, reading.skill.key, tuple(found.values())[:SHOWN],
                f"intent {intent!r} has {len(found)} different training "
                f"utterance{'s' if len(found) > 1 else ''}",
                f"write at least {FEWEST}, in other words each",
            )  # fmt: skip


def annotation(entry: Entry) -> tuple[tuple[str, str], ...]:
    """An entry's slots by name and words, whatever punctuation stands between."""
    return tuple((s.name, " ".join(entry.value(s))) for s in entry.frame.slots)


def slots_text(entry: Entry) -> str:
    """The slots for a message: `[jazz](genre)`."""
    return ", ".join(f"[{value}]({name})" for name, value in annotation(entry)) or "with no slot"


def _first_places(entries: list[Entry]) -> tuple[Place, ...]:
    return tuple(entry.places[0] for entry in entries[:SHOWN])


def _times(n: int) -> str:
    return "" if n == 1 else f" ({n} times)"
