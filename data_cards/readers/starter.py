"""Our own skills: `<skill>@<locale>/` with model.json (Alexa model), dev.tsv and test.tsv.

Strict: these files are ours, so a fault is an error with its line. A line of the .tsv files is
`Intent<TAB>text with [value](slot)`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from data_cards.card import Card
from data_cards.errors import DataError, nearest
from data_cards.faults import Faults
from data_cards.parsing import sources
from data_cards.parsing.expansion import fill
from data_cards.parsing.inline import assemble
from data_cards.parsing.options import Options, settle
from data_cards.readers.alexa import Model, read_model
from data_cards.records import Frame, Skill, Utterance

_FOLDER = re.compile(r"^(?P<name>[^@/]+)@(?P<locale>[a-z]{2}-[A-Z]{2})$")
_MARK = re.compile(r"\[([^\[\]()]*)\]\(([^\[\]()]*)\)")


class StarterOptions(Options):
    """How samples are expanded."""

    fillings: int = 3  # utterances made from a sample with slots


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the skills by folder name."""
    fillings = settle(card, StarterOptions).fillings
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")):
        yield read_skill(folder, fillings=fillings)


def read_skill(folder: Path, *, fillings: int = 3) -> Skill:
    """Read one skill: train from the model's samples, dev and test from the users' lines."""
    match = _FOLDER.match(folder.name)
    if match is None:
        raise DataError(folder, None, "is not named <skill>@<locale>", "e.g. name it taxi@en-GB")
    path = folder / "model.json"
    model = read_strict_model(path, match["locale"])
    faults = Faults()
    train = tuple(fill(model.samples, model.catalogs, f"train|{folder.name}", fillings, faults))
    _refuse(faults)
    texts: dict[str, str] = {}
    splits = {
        split: tuple(_read_lines(folder / f"{split}.tsv", model, texts))
        for split in ("dev", "test")
    }
    used = {slot for sample in model.samples for c in sample.carriers for slot in c.slots}
    gazetteers = {slot: v for slot, v in sorted(model.catalogs.items()) if slot in used}
    return Skill(match["name"], match["locale"], train, splits["dev"], splits["test"], gazetteers)


def read_strict_model(path: Path, locale: str) -> Model:
    """The interaction model, or a DataError where anything in it cannot be used."""
    faults = Faults()
    model = read_model(path, faults, locale)
    _refuse(faults)
    if not model.samples:
        raise DataError(path, 1, "has no sample", "write sample utterances")
    for slot, kind in model.unfilled.items():
        if not model.catalogs.get(slot):
            fault = f"type {kind!r} of slot {slot!r} has no values"
            raise DataError(path, None, fault, "list its values under types")
    return model


def _refuse(faults: Faults) -> None:
    for fault in faults.found:
        raise DataError(fault.path, fault.line, fault.reason, "mend the model")


def _read_lines(path: Path, model: Model, texts: dict[str, str]) -> Iterator[Utterance]:
    """Yield the utterances of one split; `texts` remembers where a sentence stood before."""
    empty = True
    slots_known = set(model.catalogs)
    lines = sources.cut_lines(sources.text(path))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        intent, tab, marked = line.rstrip("\r").partition("\t")
        if not tab or "\t" in marked:
            fault = f"{line[:60]!r} is not two columns"
            raise DataError(path, number, fault, "write Intent<TAB>text with [value](slot)")
        if intent not in model.intents:
            remedy = nearest(intent, model.intents)
            raise DataError(path, number, f"intent {intent!r} is not in model.json", remedy)
        try:
            text, tokens, slots = assemble(pieces(marked))
        except ValueError as error:
            raise DataError(path, number, str(error), "write [value](slot)") from None
        for slot in slots:
            if slot.name not in slots_known:
                remedy = nearest(slot.name, slots_known)
                raise DataError(path, number, f"slot {slot.name!r} is not in model.json", remedy)
        folded = " ".join(tokens).lower()
        if folded in texts:
            fault = f"{text!r} stands at {texts[folded]} already"
            raise DataError(path, number, fault, "write every utterance once")
        texts[folded] = f"{path.name}:{number}"
        empty = False
        yield Utterance(f"{path.stem}:{number}", tokens, Frame(intent, slots), text)
    if empty:
        raise DataError(path, 1, "has no utterance", "write one utterance a line")


def pieces(marked: str) -> Iterator[tuple[str, str]]:
    """Cut "play [jazz](genre)" into ("play ", ""), ("jazz", "genre"); a stray mark: ValueError."""
    at = 0
    for match in _MARK.finditer(marked):
        yield _plain(marked[at : match.start()]), ""
        if not match[1].strip() or not match[2].strip():
            raise ValueError(f"empty value or slot in {match[0]!r}")
        yield match[1], match[2]
        at = match.end()
    yield _plain(marked[at:]), ""


def _plain(text: str) -> str:
    if any(mark in text for mark in "[]()"):
        raise ValueError(f"stray bracket in {text.strip()!r}")
    return text
