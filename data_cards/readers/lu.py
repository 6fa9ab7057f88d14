"""Microsoft .lu files: `## Intent`, then `- sentence with {Slot=value}` lines; list entities.

Where slots are nested, `{ToTime={FromTime=5 pm}}`, the outermost counts. Patterns (`{Slot}`
without a value, `^`, alternatives) are no utterances and are counted as left out; `@` and `$`
definitions are read for their list values only.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes
from data_cards.parsing import splits
from data_cards.parsing.expansion import distinct, shortcoming
from data_cards.parsing.inline import assemble
from data_cards.parsing.options import Options, settle
from data_cards.parsing.templates import folded
from data_cards.records import Frame, Skill, Utterance

_HEADER = re.compile(r"^#+\s*(\S.*)$")
_LIST = re.compile(r"^\$\s*([\w.]+)\s*:\s*([^=/]+)=\s*$")
_LIST_ML = re.compile(r"^@\s*list\s+\"?([\w.]+)\"?")
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
    """Read one .lu file as a skill; a quarter of its sentences, by template, is its test split."""
    return read_files([path], faults, name=name or path.stem, locale=locale)


def read_files(
    paths: Iterable[Path],
    faults: Faults,
    *,
    name: str,
    locale: str,
    test_share: float = 0.25,
    root: Path | None = None,
) -> Skill:
    """Read the files of one skill; ids are "<file>:<line>", the file below `root`."""
    utterances: list[Utterance] = []
    catalogs: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        prefix = str(path.relative_to(root)) if root else path.stem
        utterances.extend(_utterances(path, prefix, catalogs, faults))
    used = {s.name for u in utterances for s in u.frame.slots}
    parts = splits.hold_out(utterances, test_share, key=lambda u: f"{name}|{folded(u.template)}")
    gazetteers = {slot: distinct(v) for slot, v in sorted(catalogs.items()) if slot in used}
    return Skill(name, locale, tuple(parts.train), (), tuple(parts.test), gazetteers)


def _utterances(
    path: Path, prefix: str, catalogs: dict[str, list[str]], faults: Faults
) -> Iterator[Utterance]:
    """The utterances of one file; the values of its list entities go into `catalogs`."""
    intent, slot = "", ""
    try:
        lines = read_bytes(path).decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise DataError(path, None, "is not UTF-8", "save the file as UTF-8") from None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        header = _HEADER.match(text)
        if header:
            intent, slot = header[1].strip(), ""
        elif text.startswith(("$", "@")):
            listed = _LIST.match(text) or _LIST_ML.match(text)
            intent, slot = "", listed[1] if listed else ""
            if listed and listed.re is _LIST:
                catalogs[slot].append(listed[2])
        elif text.startswith(("-", "*", "+")):
            said = text[1:].strip()
            if intent:
                try:
                    yield _utterance(f"{prefix}:{number}", said, intent)
                except ValueError as error:
                    faults.add(path, number, f"{error} (intent {intent!r})")
            elif slot:
                catalogs[slot].append(said.rstrip(":"))
        elif text and not text.startswith((">", "[", "!")):
            faults.add(path, number, f"not understood: {text[:60]!r}")


def _utterance(utterance_id: str, said: str, intent: str) -> Utterance:
    pieces = list(lu_pieces(said))
    text, tokens, slots = assemble(pieces)
    template = "".join(f"{{{name}}}" if name else value for value, name in pieces)
    return Utterance(utterance_id, tokens, Frame(intent, slots), text, template)


def lu_pieces(said: str) -> Iterator[tuple[str, str]]:
    """Cut "from {When=noon}" into ("from ", ""), ("noon", "When"), outermost slots only.

    Raises ValueError for a pattern and where a brace has no partner.
    """
    if not said:
        raise ValueError("has no words")
    if said[0] == "^" or re.search(r"\{[^{}=]*\}", said) or re.search(r"[(\[][^{}()\[\]]*\|", said):
        raise ValueError(f"a pattern, no utterance: {said[:60]!r}")
    depth, start = 0, 0
    for match in re.finditer(r"[{}]", said):
        if match[0] == "{":
            if depth == 0:
                yield said[start : match.start()], ""
                start = match.end()
            depth += 1
        else:
            depth -= 1
            if depth < 0:
                raise ValueError(f"'}}' without its partner in {said[:60]!r}")
            if depth == 0:
                name, equals, value = said[start : match.start()].partition("=")
                if not equals or not name.strip():
                    raise ValueError(f"slot without a name in {said[:60]!r}")
                yield _bare(value), name.strip().removeprefix("@")
                start = match.end()
    if depth:
        raise ValueError(f"'{{' without its partner in {said[:60]!r}")
    yield said[start:], ""


def _bare(value: str) -> str:
    """The words of a value, inner slots unwrapped."""
    return re.sub(r"\{[^{}=]*=|\}", "", value).strip()
