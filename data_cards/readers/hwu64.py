"""HWU64 cross-validation folds: semicolon CSV, `[slot : value]` inline; a scenario is a skill."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from data_cards.card import Card
from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import csv_rows, fields, splits
from data_cards.parsing.inline import assemble, colon_pieces
from data_cards.parsing.options import Options, settle
from data_cards.records import Frame, Skill, Utterance


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the 18 scenarios. Test = published fold 1 and a second ninth cut from the train set.

    Published figures use folds 1-2 for test; folds 2-10 are re-splits that nobody kept, so the
    second fold is drawn by a hash of the answer's id, which no run can change.
    """
    settle(card, Options)
    found = splits.gather()
    times: Counter[tuple[str, str]] = Counter()  # (scenario, answer's id): some stand twice
    for folder in ("trainset", "testset/csv"):
        for path in _files(root / "KFold_1" / folder):
            for scenario, answer, utterance in _read(path, faults):
                digest = hashlib.sha256(answer.encode()).digest()
                second = int.from_bytes(digest[:4], "big") % 9 == 0
                split = "train" if folder == "trainset" and not second else "test"
                times[scenario, answer] += 1
                if times[scenario, answer] > 1:
                    utterance = replace(utterance, id=f"{answer}#{times[scenario, answer]}")
                found[scenario].add(split, utterance)
    yield from splits.skills(found, "en-GB")


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.csv"))
    if not found:
        raise DataError(folder, None, "holds no *.csv", "fetch the data set again")
    return found


def _read(path: Path, faults: Faults) -> Iterator[tuple[str, str, Utterance]]:
    needed = ("scenario", "intent", "answerid", "answer_annotation")
    for place, row in csv_rows.rows(path, faults, delimiter=";", needed=needed):
        try:
            text, tokens, slots = assemble(colon_pieces(row["answer_annotation"]))
            scenario, intent, answer = (
                fields.label(row, key) for key in ("scenario", "intent", "answerid")
            )
        except ValueError as error:
            faults.add(place.path, place.line, str(error))
            continue
        frame = Frame(f"{scenario}_{intent}", slots)
        yield scenario, answer, Utterance(answer, tokens, frame, text)
