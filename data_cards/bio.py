"""BIO tags, known to this module only: everything else speaks of `Slot`s."""

from collections.abc import Sequence

from data_cards.records import Slot

OUTSIDE = "O"
_KINDS = {"B": "B", "I": "I", "E": "I", "L": "I", "S": "B", "U": "B"}


def tags(slots: Sequence[Slot], length: int) -> list[str]:
    """One IOB2 tag a word: B-name opens a slot, I-name continues it, O is outside."""
    out = [OUTSIDE] * length
    for slot in slots:
        out[slot.start] = f"B-{slot.name}"
        for i in range(slot.start + 1, slot.end):
            out[i] = f"I-{slot.name}"
    return out


def spans(tag_sequence: Sequence[str]) -> tuple[Slot, ...]:
    """The slots of a tag sequence; an I- without its B- opens a slot, as conlleval reads it.

    Inverse of `tags` on every valid set of slots: `spans(tags(s, n)) == s`.
    """
    found: list[Slot] = []
    name, start = "", 0
    for i, tag in enumerate([*tag_sequence, OUTSIDE]):
        kind, _, label = tag.partition("-")
        if name and (kind != "I" or label != name):
            found.append(Slot(name, start, i))
            name = ""
        if kind in ("B", "I") and not name:
            name, start = label, i
    return tuple(found)


def plain(tag_sequence: Sequence[str]) -> list[str]:
    """Published tags as BIO: BIOES and BILOU lose their ends; ValueError for what is no tag."""
    out = []
    for tag in tag_sequence:
        kind, dash, label = tag.partition("-")
        if tag != OUTSIDE and (kind not in _KINDS or not dash or not label):
            raise ValueError(f"{tag!r} is no BIO tag")
        out.append(OUTSIDE if tag == OUTSIDE else f"{_KINDS[kind]}-{label}")
    return out


def tag_names(slot_names: Sequence[str]) -> list[str]:
    """The tag set of a skill: O first, then B- and I- of each slot."""
    return [OUTSIDE, *(f"{kind}-{name}" for name in slot_names for kind in "BI")]


def may_follow(previous: str, tag: str) -> bool:
    """Whether `tag` may stand after `previous` ("" = at the start): I-x only after B-x or I-x."""
    kind, _, label = tag.partition("-")
    return kind != "I" or (previous != OUTSIDE and previous.partition("-")[2] == label)
