"""The preview of a file as text: what was understood, and what was left out, in numbers."""

import re
from collections import Counter
from collections.abc import Iterable

from data_cards.exchange.importing import Preview
from data_cards.faults import Fault
from data_cards.registry.listing import table

_QUOTED = re.compile(r"(?<!type )(?<!intent )('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
"""What differs within one reason; types and intents are part of it."""
FEW = 3
"""Places of one reason that are listed; of more, the first and their number."""


def render_preview(seen: Preview) -> str:
    """What was understood: splits, intents, slots with sample values, every reason for a loss."""
    skill = seen.skill
    lines = [f"{seen.path}: read as {seen.format}, skill {skill.key}"]
    lines += [f"  {guess}" for guess in seen.understood]
    lines.append(
        f"  {len(skill.train)} train, {len(skill.dev)} dev, {len(skill.test)} test utterances"
    )
    trained, tested = (Counter(u.frame.intent for u in part) for part in (skill.train, skill.test))
    intents = sorted(trained.keys() | tested.keys())
    rows = [(i or "(none)", str(trained[i]), str(tested[i])) for i in intents]
    lines += _indented(table(("intent", "train", "test"), rows, {1, 2}))
    values: dict[str, Counter[str]] = {}
    for utterance in (*skill.train, *skill.dev, *skill.test):
        for slot in utterance.frame.slots:
            values.setdefault(slot.name, Counter())[" ".join(utterance.words(slot))] += 1
    if values:
        slots = [
            (n, str(v.total()), str(len(v)), ", ".join(x for x, _ in v.most_common(3)))
            for n, v in sorted(values.items())
        ]
        lines += _indented(table(("slot", "times", "values", "e.g."), slots, {1, 2}))
    if seen.faults:
        lines.append(f"  left out, {len(seen.faults)} in all:")
        lines += _by_reason(seen.faults, "left out")
    lines += _by_reason(seen.notes, "note")
    return "\n".join(lines) + "\n"


def _by_reason(faults: Iterable[Fault], word: str) -> list[str]:
    """A line a fault; where one reason has many, the first, their number and the last line."""
    groups: dict[str, list[Fault]] = {}
    for fault in faults:
        groups.setdefault(re.sub(r"\d+", "0", _QUOTED.sub("''", fault.reason)), []).append(fault)
    lines = []
    for group in groups.values():
        shown = group if len(group) <= FEW else group[:1]
        lines += [f"  {word}: {fault}" for fault in shown]
        if len(group) > FEW:
            last = f", the last in line {group[-1].line}" if group[-1].line else ""
            lines.append(f"    and {len(group) - 1} more for this reason{last}")
    return lines


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]
