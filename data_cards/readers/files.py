"""What the names of a project's files tell: the split of each, and a short name for its ids."""

import re
from collections.abc import Sequence
from pathlib import Path

from data_cards.parsing.columns import SPLITS

_DATA = re.compile(r"^(?:nlu[._-])?(?P<split>[a-z]+?)(?:[._-](?:data|nlu|set|utterances))?$")


def splits_of(paths: Sequence[Path]) -> list[str]:
    """The split that each file's name tells (train.yml, test_data.yml), "" for every other file.

    Only where one is named train and another one test do the names tell splits: a file that
    stands alone, or one an intent, may have any name.
    """
    told = [_split(path.stem.lower()) for path in paths]
    return told if {"train", "test"} <= set(told) else [""] * len(told)


def _split(stem: str) -> str:
    match = _DATA.match(stem)
    return SPLITS.get(match["split"], "") if match else ""


def prefixes(paths: Sequence[Path]) -> list[str]:
    """A name for each file: its stem, or its path below their common folder where stems repeat."""
    stems = [path.stem for path in paths]
    depth = min((len(path.parts) for path in paths), default=0)
    shared = 0
    while shared < depth - 1 and len({path.parts[shared] for path in paths}) == 1:
        shared += 1
    return [
        stem if stems.count(stem) == 1 else Path(*path.parts[shared:]).as_posix()
        for stem, path in zip(stems, paths, strict=True)
    ]
