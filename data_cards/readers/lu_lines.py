"""What the lines of a .lu file are: utterances, questions, values, parts of definitions."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from data_cards.faults import Faults
from data_cards.parsing import sources
from data_cards.parsing.inline import assemble
from data_cards.readers.lu_marks import lu_pieces
from data_cards.records import Frame, Slot, Utterance

_HEADER = re.compile(r"^#+\s*(\S.*)$")
_LIST = re.compile(r"^\$\s*([^:=]+?)\s*:\s*([^=/]+)=\s*$")
_LIST_ML = re.compile(r"^@\s*list\s+(?:\"([^\"]+)\"|'([^']+)'|([\w.]+))")
_DEFINED = re.compile(r"^(?:@\s*[\w-]+\s+(?:\"([^\"]+)\"|'([^']+)'|([\w.]+))|\$\s*([^:=]+?)\s*:)")
_ROLES = re.compile(r"(?:\bhasRoles?\s+|\b[Rr]oles\s*=\s*)\[?([\w\s,.\"]+)")
IMPORT = re.compile(r"^(?:[-*+]\s*)?\[[^\]]*\]\(([^)#]*\.(?:lu|qna))[^)]*\)\s*$", re.IGNORECASE)
_LABEL = re.compile(r"\{[^{}=]*=")
BULLETS = ("-", "*", "+")


@dataclass(slots=True)
class Lists:
    """The values of list entities, and the roles that share them."""

    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    roles: dict[str, str] = field(default_factory=dict)
    """Role -> its entity."""

    def of(self, slot: str) -> list[str]:
        """The values of a slot: an entity, a role of one, or "entity:role"."""
        entity = self.roles.get(slot) or slot.partition(":")[0]
        return self.values.get(slot) or self.values.get(entity) or []


class _Section(Enum):
    """What the lines below a header or a definition are."""

    NOTHING = "nothing yet"
    INTENT = "utterances"
    QUESTION = "the questions and the answer of a QnA pair"
    LIST = "the values of a list entity"
    DEFINITION = "parts of another definition"


def utterances(path: Path, prefix: str, lists: Lists, faults: Faults) -> Iterator[Utterance]:
    """The utterances of one file; the values of its list entities go into `lists`."""
    section, title = _Section.NOTHING, ""
    examples: list[_Example] = []
    unread = 0
    lines = sources.cut_lines(sources.text(path))
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        text = line.strip()
        header = _HEADER.match(text)
        if header and header[1].startswith("?"):
            section, title = _Section.QUESTION, header[1].lstrip("? ")
            faults.add(path, number, f"a QnA pair, no intent: {title[:60]!r}")
        elif header and not header[1].startswith("!#"):
            section, title = _Section.INTENT, header[1].strip()
        elif text.startswith(("$", "@")):
            section, title = _define(text, lists)
            unread += section is _Section.DEFINITION
        elif text.startswith("```"):
            end = next((i for i in range(number, len(lines)) if lines[i].strip() == "```"), None)
            if end is None or section is not _Section.QUESTION:
                faults.add(path, number, "a fenced block that answers no question")
            number = number if end is None else end + 1
        elif text.startswith(BULLETS):
            said = text[1:].strip()
            if section is _Section.INTENT and IMPORT.match(text):
                faults.add(path, number, f"utterances of another file are not read: {said[:60]!r}")
            elif section is _Section.INTENT:
                indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
                try:
                    example = _Example(number, indent, title, *assemble(lu_pieces(said)), said)
                except ValueError as error:
                    faults.add(path, number, f"{error} (intent {title!r})")
                    continue
                if not (examples and examples[-1].labelled_by(example)):
                    examples.append(example)
            elif section is _Section.LIST:
                lists.values[title].append(said.rstrip(": "))
            elif section is _Section.QUESTION:
                faults.add(path, number, f"a question of a QnA pair, no intent: {said[:60]!r}")
            elif section is _Section.NOTHING:
                faults.add(path, number, f"stands under no intent: {said[:60]!r}")
        elif text.startswith((">", "!", "# !#")) or IMPORT.match(text):
            continue
        elif text and section not in (_Section.QUESTION, _Section.DEFINITION):
            faults.add(path, number, f"not understood: {text[:60]!r}")
    for example in examples:
        yield example.utterance(prefix, path, faults)
    if unread:
        reason = f"{unread} definitions that list no values are not read (@ and $ lines)"
        faults.note(path, None, reason)


def _define(text: str, lists: Lists) -> tuple[_Section, str]:
    """Read a line of @ or $; says what the lines below it are, and of which entity."""
    listed = _LIST.match(text) or _LIST_ML.match(text)
    match = listed or _DEFINED.match(text)
    groups = match.groups() if match else ()
    entity = next((g for g in groups if g), "").strip()
    if listed and listed.re is _LIST:
        entity = listed[1]
        lists.values[entity].append(listed[2])
    roles = _ROLES.search(text)
    for role in roles[1].replace('"', "").split(",") if roles and entity else ():
        lists.roles.setdefault(role.strip(), entity)
    return (_Section.LIST if listed else _Section.DEFINITION), entity


@dataclass(slots=True)
class _Example:
    """One utterance of a file, with the labels of the indented lines below it."""

    line: int
    indent: int
    intent: str
    text: str
    tokens: tuple[str, ...]
    slots: tuple[Slot, ...]
    said: str
    more: list[Slot] = field(default_factory=list)

    def labelled_by(self, other: "_Example") -> bool:
        """Take the labels of an indented line that says the same words; False if it does not."""
        same = (other.intent, other.tokens) == (self.intent, self.tokens)
        if not same or other.indent <= self.indent:
            return False
        self.more += [slot for slot in other.slots if slot not in self.more]
        return True

    def utterance(self, prefix: str, path: Path, faults: Faults) -> Utterance:
        """The utterance with the outermost of its labels."""
        kept: list[Slot] = []
        for slot in sorted((*self.slots, *self.more), key=lambda s: (s.start - s.end, s.start)):
            if all(slot.end <= k.start or k.end <= slot.start for k in kept):
                kept.append(slot)
            elif slot not in kept:
                reason = f"label {slot.name!r} lies within {kept[-1].name!r} and is not read"
                faults.note(path, self.line, reason)
        frame = Frame(self.intent, tuple(kept))
        if self.more:
            starts = {s.start: s for s in kept}
            inside = {i for s in kept for i in range(s.start + 1, s.end)}
            words = (f"{{{starts[i].name}}}" if i in starts else w
                     for i, w in enumerate(self.tokens) if i not in inside)  # fmt: skip
            template = " ".join(words)
        else:
            pieces = lu_pieces(self.said)
            template = "".join(f"{{{name}}}" if name else value for value, name in pieces)
            inner = len(_LABEL.findall(self.said)) - len(kept)
            if inner > 0:
                faults.note(path, self.line, f"{inner} labels within others are not read")
        return Utterance(f"{prefix}:{self.line}", self.tokens, frame, self.text, template)
