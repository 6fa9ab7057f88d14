"""Rasa NLU training data in Markdown (Rasa 1): `## intent:name`, then `- text with [value](slot)`.

What stands in an HTML comment is no training data. Under `## lookup:name` stand values or the name
of a file of values, which is read where it is given beside the training data. `## regex:` sections
hold patterns, neither sentences nor values, and are not read.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes
from data_cards.parsing import splits
from data_cards.parsing.expansion import distinct
from data_cards.parsing.inline import assemble
from data_cards.parsing.templates import folded
from data_cards.readers.rasa import rasa_pieces
from data_cards.records import Frame, Skill, Utterance

_COMMENT = re.compile(r"<!--.*?--!*>", re.DOTALL)
_HEADING = re.compile(r"##+\s*(intent|synonym|lookup|regex)\s*[:\s]\s*(\S.*?)\s*$")
_ITEM = re.compile(r"\s*[-*+]\s*(.*?)\s*$")
_REMEDY = "give Rasa NLU Markdown (## intent:name, then lines that begin with '- ')"


@dataclass(slots=True)
class _Found:
    """What the sections of one or more files hold."""

    sections: int = 0
    utterances: list[Utterance] = field(default_factory=list)
    catalogs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    synonyms: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    meant: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Slot -> the values, in lower case, that its annotations stand for."""


def read(
    paths: Path | Sequence[Path],
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    test_share: float = 0.25,
) -> Skill:
    """Read one or more files as a skill; a quarter of its sentences, by template, is its test.

    Files whose names do not end in .md or .markdown are lookup lists and are read where a section
    names them. A synonym becomes a catalog value of the slots whose annotations stand for it. Ids
    are "<file>:<line>". Raises DataError where no file has a heading of an intent, a lookup
    or anything else that Rasa knows.
    """
    given = [paths] if isinstance(paths, Path) else list(paths)
    texts = [p for p in given if p.suffix.lower() in (".md", ".markdown")] or given
    found = _Found()
    for path, prefix in zip(texts, _prefixes(texts), strict=True):
        _read(path, prefix, [p for p in given if p not in texts], found, faults)
    if not found.sections:
        raise DataError(texts[0], 1, "has no heading such as '## intent:greet'", _REMEDY)
    key = name or texts[0].stem
    parts = splits.hold_out(
        found.utterances, test_share, key=lambda u: f"{key}|{folded(u.template)}"
    )
    for slot, values in found.meant.items():
        for value in sorted(values & found.synonyms.keys()):
            found.catalogs[slot].extend(found.synonyms[value])
    gazetteers = {slot: distinct(values) for slot, values in sorted(found.catalogs.items())}
    return Skill(key, locale, tuple(parts.train), (), tuple(parts.test), gazetteers)


def _prefixes(paths: Sequence[Path]) -> list[str]:
    """A name for each file: its stem, or its path where stems are equal."""
    stems = [path.stem for path in paths]
    return [
        stem if stems.count(stem) == 1 else str(p) for stem, p in zip(stems, paths, strict=True)
    ]


def _read(path: Path, prefix: str, lists: Sequence[Path], found: _Found, faults: Faults) -> None:
    """Read one file into `found`; lines that cannot be used go into `faults`."""
    kind = title = ""
    for number, line in _lines(path):
        heading, item = _HEADING.match(line), _ITEM.match(line)
        if heading:
            kind, title = heading[1], heading[2]
            found.sections += 1
            if kind == "synonym":
                found.synonyms[title.lower()].append(title)
        elif item and kind == "regex":
            continue
        elif not item and kind == "lookup" and not line.startswith("#"):
            found.catalogs[title].extend(_listed(line, path, number, lists, faults))
        elif not item or not kind:
            faults.add(path, number, f"not understood: {line[:60]!r}")
        elif kind == "lookup":
            found.catalogs[title].append(item[1])
        elif kind == "synonym":
            found.synonyms[title.lower()].append(item[1])
        else:
            try:
                found.utterances.append(_utterance(f"{prefix}:{number}", item[1], title, found))
            except ValueError as error:
                faults.add(path, number, f"{error} (intent {title!r})")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines outside of comments that are not blank, with their numbers in the file."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(path, None, "is not UTF-8", "save the file as UTF-8") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    bare = _COMMENT.sub(lambda m: "\n" * m[0].count("\n"), text)
    for number, line in enumerate(bare.split("\n"), 1):
        if line.strip():
            yield number, line


def _utterance(utterance_id: str, marked: str, intent: str, found: _Found) -> Utterance:
    pieces = []
    for text, slot, value in rasa_pieces(marked):
        pieces.append((text, slot))
        if slot:
            found.meant[slot].add(value.lower())
    text, tokens, slots = assemble(pieces)
    template = "".join(f"{{{slot}}}" if slot else piece for piece, slot in pieces)
    return Utterance(utterance_id, tokens, Frame(intent, slots), text, template)


def _listed(
    line: str, path: Path, number: int, lists: Sequence[Path], faults: Faults
) -> Iterator[str]:
    """The values of the file that a lookup names, one a line, quotes and commas taken off."""
    name = PurePosixPath(line.strip()).name
    beside = path.parent / name
    known = next((p for p in lists if p.name == name), beside if beside.is_file() else None)
    if known is None:
        faults.add(path, number, f"lookup file {line.strip()[:60]!r} is not beside this file")
        return
    for _, value in _lines(known):
        yield value.strip().strip("\"',").strip()
