"""Line-aligned folders: `<skill>/<split>/{seq.in, label[, seq.out]}`, as slot-filling work has."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from data_cards import bio
from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import sources
from data_cards.parsing.inline import assemble, token_pieces
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance


class SeqlabelOptions(Options):
    """Which folders are which."""

    skills: dict[str, str] = Field(min_length=1)  # folder -> locale; the folder names the skill
    train: str = "train"
    dev: str | None = "valid"
    test: str = "test"
    slots: bool = False  # read seq.out, BIO tags word for word


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield one skill a folder, in the order of the card."""
    options = settle(card, SeqlabelOptions)
    for name, locale in options.skills.items():
        train, dev, test = (
            tuple(_read(root / name / folder, options.slots, faults)) if folder else ()
            for folder in (options.train, options.dev, options.test)
        )
        yield Skill(name.lower(), locale, train, dev, test)


def _read(folder: Path, with_slots: bool, faults: Faults) -> Iterator[Utterance]:
    columns = [_column(folder / "seq.in"), _column(folder / "label")]
    if with_slots:
        columns.append(_column(folder / "seq.out"))
    if len({len(column) for column in columns}) != 1:
        lengths = " and ".join(str(len(column)) for column in columns)
        raise DataError(folder, None, f"its files have {lengths} lines", "fetch them again")
    path = sources.locate(folder / "seq.in")
    for number, (said, intent, *tags) in enumerate(zip(*columns, strict=True), 1):
        try:
            text, tokens, slots = assemble(_pieces(said, tags))
            if not intent.strip():
                raise ValueError("has no label")
        except ValueError as error:
            faults.add(path, number, str(error))
            continue
        yield Utterance(f"{folder.name}:{number}", tokens, Frame(intent.strip(), slots), text)


def _pieces(said: str, tags: list[str]) -> Iterator[tuple[str, str]]:
    if not tags:
        return iter([(said, "")])
    tokens, labels = said.split(), tags[0].split()
    if len(tokens) != len(labels):
        raise ValueError(f"has {len(tokens)} words and {len(labels)} tags")
    return token_pieces(tokens, bio.spans(bio.plain(labels)))


def _column(path: Path) -> list[str]:
    """All lines, blank ones too: their number aligns the files."""
    column = sources.cut_lines(sources.text(sources.locate(path), "fetch it again"))
    return column[:-1] if column[-1] == "" else column
