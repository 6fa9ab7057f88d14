"""One sample utterance of a developer to a template, with the values that it brings along."""

from collections.abc import Collection
from pathlib import Path

from data_cards.parsing.expansion import Sample, spoken
from data_cards.parsing.templates import Carrier, carrier


def sample(
    id: str, intent: str, text: str, declared: Collection[str], path: Path, line: int | None
) -> tuple[Sample, list[tuple[str, str]]]:
    """The template and the (slot, value) pairs of "{who is she|Query}".

    Raises ValueError where a slot is not declared, a brace has no partner or no word is said.
    """
    cut = carrier(text)
    unknown = [slot for slot in cut.slots if slot not in declared]
    if unknown:
        raise ValueError(f"slot {unknown[0]!r} of {text!r} is not declared")
    if not cut.slots and not spoken(cut.text):
        raise ValueError(f"sample {text!r} holds no word")
    brought = [(name, value) for value, name in cut.pieces if name and value]
    bare = Carrier(tuple(("", name) if name else (value, "") for value, name in cut.pieces))
    return Sample(id, intent, bare.text.strip(), (bare,), path, line), brought
