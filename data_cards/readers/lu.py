"""Microsoft .lu files: `## Intent`, then `- sentence with {Slot=value}` lines; list entities.

Where slots are nested, `{ToTime={FromTime=5 pm}}`, the outermost counts, and so it does where the
labels of one utterance stand on indented lines below it. Patterns (`{Slot}` without a value, `^`,
alternatives) and the questions of QnA sections are no utterances of an intent and are counted as
left out; `@` and `$` definitions are read for their list values only.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes
from data_cards.parsing import sources, splits
from data_cards.parsing.expansion import distinct, shortcoming
from data_cards.parsing.inline import assemble
from data_cards.parsing.lu_marks import lu_pieces
from data_cards.parsing.options import Options, settle
from data_cards.parsing.templates import folded
from data_cards.records import Frame, Skill, Slot, Utterance

_HEADER = re.compile(r"^#+\s*(\S.*)$")
_LIST = re.compile(r"^\$\s*([^:=]+?)\s*:\s*([^=/]+)=\s*$")
_LIST_ML = re.compile(r"^@\s*list\s+(?:\"([^\"]+)\"|'([^']+)'|([\w.]+))")
_DEFINED = re.compile(r"^(?:@\s*[\w-]+\s+(?:\"([^\"]+)\"|'([^']+)'|([\w.]+))|\$\s*([^:=]+?)\s*:)")
_ROLES = re.compile(r"(?:\bhasRoles?\s+|\b[Rr]oles\s*=\s*)\[?([\w\s,.\"]+)")
_IMPORT = re.compile(r"^(?:[-*+]\s*)?\[[^\]]*\]\(([^)#]*\.(?:lu|qna))[^)]*\)\s*$", re.IGNORECASE)
_LABEL = re.compile(r"\{[^{}=]*=")
_BULLETS = ("-", "*", "+")
HoldOut = Callable[[Iterable[Utterance], float, Callable[[Utterance], str]], splits.Parts]
"""How the test split is cut: (utterances, its share, what tells two texts apart)."""
_LOCALES = {"en-us": "en-US", "de-de": "de-DE"}


class LuOptions(Options):
    """How a folder of .lu files becomes skills."""

    test_share: float = 0.25  # of the sentences with their values taken out
    min_train: int = 20
    min_test: int = 10
    shared: tuple[str, ...] = ("General",)  # files that repeat in every folder: one skill, once


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield a skill a folder and locale, and one for each file that all folders share."""
    options = settle(card, LuOptions)
    found: dict[tuple[str, str], list[Path]] = defaultdict(list)
    taken: set[tuple[str, bytes]] = set()  # copies differ in their blank lines at most
    for path in sorted(root.rglob("*.lu")):
        code = next((p for p in reversed(path.parts) if p.lower() in _LOCALES), "")
        locale = _LOCALES.get(code.lower(), "")
        if locale not in card.skillwise.locales:
            continue
        name = path.relative_to(root).parts[0]
        if path.stem in options.shared:
            name, copy = path.stem.lower(), (locale, b" ".join(read_bytes(path).split()))
            if copy in taken:
                continue
            taken.add(copy)
        found[name, locale].append(path)
    for (name, locale), paths in sorted(found.items()):
        skill = read_files(
            paths, faults, name=name, locale=locale, test_share=options.test_share, root=root
        )
        short = shortcoming(skill, options.min_train, options.min_test)
        if short:
            faults.add(paths[0].parent, None, f"skill {skill.key} left out: {short}")
        else:
            yield skill


def read_file(
    path: Path, faults: Faults, *, name: str | None = None, locale: str = "en-US"
) -> Skill:
    """Read one .lu file, and those that it imports, as a skill.

    A quarter of each intent's sentences, by template, is its test split.
    """
    paths = _with_imports(path, faults)
    return read_files(
        paths, faults, name=name or path.stem, locale=locale, hold_out=splits.hold_out_within
    )


def _with_imports(path: Path, faults: Faults) -> list[Path]:
    """The file and those it imports, each once."""
    found = [path]
    for each in found:
        for number, line in enumerate(sources.cut_lines(sources.text(each)), 1):
            match = _IMPORT.match(line.strip())
            if match is None or line.lstrip().startswith(_BULLETS):
                continue
            other = each.parent / match[1].replace("\\", "/").strip()
            if other.suffix.lower() != ".lu" or not other.is_file():
                faults.note(each, number, f"imports {match[1]}, which is not read")
            elif not any(other.samefile(known) for known in found):
                found.append(other)
    return found


def read_files(
    paths: Iterable[Path],
    faults: Faults,
    *,
    name: str,
    locale: str,
    test_share: float = 0.25,
    root: Path | None = None,
    hold_out: HoldOut = splits.hold_out,
) -> Skill:
    """Read the files of one skill; ids are "<file>:<line>", the file below `root`."""
    utterances: list[Utterance] = []
    lists = _Lists()
    stems: Counter[str] = Counter()
    for path in paths:
        prefix = str(path.relative_to(root)) if root else path.stem
        stems[prefix] += 1
        prefix += f"#{stems[prefix]}" if stems[prefix] > 1 else ""
        utterances.extend(_utterances(path, prefix, lists, faults))
    used = {s.name for u in utterances for s in u.frame.slots}
    parts = hold_out(utterances, test_share, lambda u: f"{name}|{folded(u.template)}")
    gazetteers = {slot: distinct(v) for slot in sorted(used) if (v := lists.of(slot))}
    return Skill(name, locale, tuple(parts.train), (), tuple(parts.test), gazetteers)


@dataclass(slots=True)
class _Lists:
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


def _utterances(path: Path, prefix: str, lists: _Lists, faults: Faults) -> Iterator[Utterance]:
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
        elif text.startswith(_BULLETS):
            said = text[1:].strip()
            if section is _Section.INTENT and _IMPORT.match(text):
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
        elif text.startswith((">", "!", "# !#")) or _IMPORT.match(text):
            continue
        elif text and section not in (_Section.QUESTION, _Section.DEFINITION):
            faults.add(path, number, f"not understood: {text[:60]!r}")
    for example in examples:
        yield example.utterance(prefix, path, faults)
    if unread:
        reason = f"{unread} definitions that list no values are not read (@ and $ lines)"
        faults.note(path, None, reason)


def _define(text: str, lists: _Lists) -> tuple[_Section, str]:
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
