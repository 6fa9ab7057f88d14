"""HWU64 cross-validation folds: semicolon CSV, `[slot : value]` inline; a scenario is a skill."""

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.readers.inline import assemble
from data_cards.records import Frame, Skill, Utterance

_MARK = re.compile(r"\[\s*([^\[\]:]+?)\s*:\s*([^\[\]]*?)\s*\]")


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield the 18 scenarios. Test = published fold 1 and a second ninth cut from the train set.

    Published figures use folds 1-2 for test; folds 2-10 are re-splits that nobody kept, so the
    second fold is drawn by a hash of the answer's id, which no run can change.
    """
    splits: dict[str, dict[str, list[Utterance]]] = defaultdict(lambda: {"train": [], "test": []})
    for path in sorted((root / "KFold_1/trainset").glob("*.csv")):
        for scenario, utterance in _read(path, faults):
            digest = hashlib.sha256(utterance.id.encode()).digest()
            fold = int.from_bytes(digest[:4], "big") % 9
            splits[scenario]["test" if fold == 0 else "train"].append(utterance)
    for path in sorted((root / "KFold_1/testset/csv").glob("*.csv")):
        for scenario, utterance in _read(path, faults):
            splits[scenario]["test"].append(utterance)
    for scenario, parts in sorted(splits.items()):
        yield Skill(scenario, "en-GB", tuple(parts["train"]), (), tuple(parts["test"]))


def _read(path: Path, faults: Faults) -> Iterator[tuple[str, Utterance]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        header = next(rows, [])
        columns = {name: i for i, name in enumerate(header)}
        for row in rows:
            try:
                record = {name: row[i] for name, i in columns.items()}
                pieces = list(_pieces(record["answer_annotation"]))
                text, tokens, slots = assemble(pieces)
            except (ValueError, IndexError, KeyError) as error:
                faults.add(path, rows.line_num, f"{error}")
                continue
            frame = Frame(f"{record['scenario']}_{record['intent']}", slots)
            yield record["scenario"], Utterance(record["answerid"], tokens, frame, text)


def _pieces(annotation: str) -> Iterator[tuple[str, str]]:
    """Cut "set [time : six]" into ("set ", ""), ("six", "time"); ValueError at a stray bracket."""
    at = 0
    for match in _MARK.finditer(annotation):
        yield _plain(annotation[at : match.start()]), ""
        yield match[2], match[1]
        at = match.end()
    yield _plain(annotation[at:]), ""


def _plain(text: str) -> str:
    if "[" in text or "]" in text:
        raise ValueError(f"unclosed slot bracket in {text.strip()!r}")
    return text
