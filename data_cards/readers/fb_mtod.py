"""Facebook multilingual task-oriented dialogue, `word:tag … <=> domain__intent` a line."""

from collections.abc import Iterator
from pathlib import Path

from data_cards import bio
from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.parsing import sources, splits
from data_cards.parsing.inline import assemble, token_pieces
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance

_FILES = {"train": "train", "valid": "dev", "test": "test"}


class FbMtodOptions(Options):
    """Which utterances count."""

    language: str = "en"
    deduplicate_test: bool = False  # leave out test utterances whose words stand in train


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield alarm, reminder and weather, with the published train, dev (valid) and test."""
    options = settle(card, FbMtodOptions)
    found = splits.gather()
    for stem, split in _FILES.items():
        for domain, utterance in _read(root / options.language / stem, faults):
            found[domain].add(split, utterance)
    for parts in found.values():
        if options.deduplicate_test:
            parts.test = splits.unseen(parts.test, parts.train)
    yield from splits.skills(found, "en-US")


def _read(path: Path, faults: Faults) -> Iterator[tuple[str, Utterance]]:
    found = sources.locate(path)
    for number, line in sources.lines(path, faults):
        try:
            said, arrow, intent = line.rpartition(" <=> ")
            domain, cut, _ = intent.strip().partition("__")
            if not arrow or not cut or not domain:
                raise ValueError(f"has no '<=> domain__intent' at its end: {line[-40:]!r}")
            pairs = [word.rpartition(":") for word in said.split()]
            tags = bio.plain([tag for _, _, tag in pairs])
            tokens = [word for word, _, _ in pairs]
            text, words, slots = assemble(token_pieces(tokens, bio.spans(tags)))
        except ValueError as error:
            faults.add(found, number, str(error))
            continue
        frame = Frame(intent.strip(), slots)
        yield domain, Utterance(f"{path.name}:{number}", words, frame, text)
