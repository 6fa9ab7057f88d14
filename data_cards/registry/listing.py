"""The cards and what `check` found, as plain text."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data_cards.card import Card, cards
from data_cards.errors import SkillwiseError
from data_cards.registry.check import CheckReport, SkillCheck


@dataclass(frozen=True, slots=True)
class CardLine:
    """One card in a list."""

    name: str
    pretty_name: str
    license: str
    locales: tuple[str, ...]
    skills: int | None
    train: int | None
    test: int | None
    available: bool
    """Whether its data are there."""


def list_cards() -> tuple[CardLine, ...]:
    """One line a card, by name."""
    return tuple(_line(card) for _, card in sorted(cards().items()))


def _line(card: Card) -> CardLine:
    counts = card.skillwise.counts
    try:
        available = card.root.is_dir()
    except SkillwiseError:
        available = False
    return CardLine(
        card.name,
        card.pretty_name,
        card.license,
        tuple(card.skillwise.locales),
        counts.skills if counts else None,
        counts.train if counts else None,
        counts.test if counts else None,
        available,
    )


def render_list(lines: Sequence[CardLine]) -> str:
    """A table of cards."""
    rows = [
        (
            line.name, _n(line.skills), _n(line.train), _n(line.test), " ".join(line.locales),
            line.license, "yes" if line.available else "no", line.pretty_name,
        )
        for line in lines
    ]  # fmt: skip
    head = ("card", "skills", "train", "test", "locales", "licence", "here", "what")
    return table(head, rows, right={1, 2, 3})


def show(card: Card) -> str:
    """A card in full: its facts, then its text."""
    reading, source = card.skillwise, card.skillwise.source
    facts = {
        "what": card.pretty_name,
        "licence": card.license,
        "a skill is": reading.skill,
        "utterances": _utterances(card),
        "locales": " ".join(reading.locales),
        "reader": reading.reader,
        "options": ", ".join(f"{k}: {v}" for k, v in reading.options.items()),
        "source": " ".join(filter(None, (source.hub or source.repository, source.revision))),
        "folder": source.folder
        or (f"({source.packaged} in the package)" if source.packaged else ""),
        "files": f"{len(source.files)} with sha256" if source.files else "",
        "counts": _counts(card),
        "overlaps": ", ".join(f"{o.texts} texts with {o.card}" for o in reading.overlaps),
    }
    width = max(map(len, facts))
    head = "\n".join(f"{key:<{width}}  {value}" for key, value in facts.items() if value)
    return f"{card.name}\n{head}\n\n{card.body}\n"


def render_report(report: CheckReport) -> str:
    """What a check found: the verdict first, then skills, overlaps and every fault."""
    if report.absent:
        return f"{report.card}: not checked: {report.absent}\n"
    verdict = "true" if not report.errors else f"{len(report.errors)} errors"
    counts = report.counts
    parts = [f"{report.card}: {verdict}"]
    parts += [f"  error: {error}" for error in report.errors]
    if counts:
        parts.append(
            f"  {counts.skills} skills, {counts.train} train, {counts.dev} dev, {counts.test} "
            f"test, {counts.faults} faults, {report.texts} distinct texts, "
            f"{sum(s.tokens for s in report.skills)} words"
        )
    parts += [_indent(_skill_table(report.skills))] if report.skills else []
    for skill in report.skills:
        if skill.new_intents:
            parts.append(f"  {skill.key}: intents in test only: {', '.join(skill.new_intents)}")
        if skill.new_slots:
            parts.append(f"  {skill.key}: slots in test only: {', '.join(skill.new_slots)}")
    for overlap in report.overlaps:
        declared = "" if overlap.declared is None else ", as declared"
        if overlap.declared not in (None, overlap.texts):
            declared = f", declared {overlap.declared}"
        parts.append(
            f"  {overlap.texts} texts stand in {overlap.card}{declared}; {overlap.near} nearly so"
        )
    parts += [f"  fault: {fault}" for fault in report.faults]
    return "\n".join(parts) + "\n"


def render_locales(reports: Iterable[CheckReport]) -> str:
    """Skills per locale over all cards, those left out that repeat another's utterances.

    A skill is measurable with 2 intents or a slot, 20 train and 10 test utterances.
    """
    found: Counter[tuple[str, str]] = Counter()
    repeating = []
    for report in reports:
        if report.repeats and report.skills:
            repeating.append(report.card)
            continue
        for skill in report.skills:
            found[skill.locale, "skills"] += 1
            found[skill.locale, "measurable"] += skill.measurable
            found[skill.locale, "train"] += skill.train
            found[skill.locale, "test"] += skill.test
    columns = ("skills", "measurable", "train", "test")
    locales = sorted({locale for locale, _ in found})
    rows = [(loc, *(str(found[loc, c]) for c in columns)) for loc in locales]
    sums = (str(sum(found[loc, c] for loc in locales)) for c in columns)
    told = "measurable: 2 intents or a slot, 20 train and 10 test utterances"
    if repeating:
        told += f"; not counted, since they repeat other cards: {', '.join(repeating)}"
    return table(("locale", *columns), [*rows, ("all", *sums)], right={1, 2, 3, 4}) + told + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: set[int]) -> str:
    """Columns of even width, those of `right` flush right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [
        "  ".join(
            cell.rjust(w) if i in right else cell.ljust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
    return "\n".join(lines) + "\n"


def _skill_table(skills: Sequence[SkillCheck]) -> str:
    head = (
        "skill", "train", "dev", "test", "intents", "slots", "in train", "nearly", "drift",
        "values seen",
    )  # fmt: skip
    rows = [
        (
            s.key, str(s.train), str(s.dev), str(s.test), str(s.intents), str(s.slots),
            str(s.exact), str(s.near), f"{s.drift:.2f}",
            "-" if s.values_seen is None else f"{s.values_seen:.2f}",
        )
        for s in skills
    ]  # fmt: skip
    return table(head, rows, right=set(range(1, len(head))))


def _counts(card: Card) -> str:
    counts = card.skillwise.counts
    if counts is None:
        return "not counted yet"
    return ", ".join(f"{value} {key}" for key, value in counts.model_dump().items())


def _utterances(card: Card) -> str:
    said = card.skillwise.utterances
    kinds = ", ".join(f"{p}: {k}" for p, k in said.items()) if isinstance(said, dict) else said
    aside = " (confirmatory: kept aside, reached by name only)"
    return (kinds or "not said") + aside * card.skillwise.confirmatory


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _n(number: int | None) -> str:
    return "-" if number is None else str(number)
