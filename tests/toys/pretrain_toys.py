"""A toy text whose words fall into groups that can stand for one another."""

import hashlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pretrain.mlm.settings import PretrainSettings
from pretrain.text.corpus import Corpus, prepare
from pretrain.text.sources import Source

FRUIT = ("apple", "orange", "pear", "plum")
CITIES = ("köln", "rome", "oslo", "paris")
DAYS = ("today", "tomorrow", "monday")
CARRIERS = (
    "buy me one fruit for my lunch",
    "order some fresh fruit and eat it",
    "will it rain in city day",
    "show the weather of city for day",
)


def lines(count: int = 300, seed: int = 0) -> list[list[str]]:
    """So many sentences, as words."""
    draw = random.Random(seed)
    groups = {"fruit": FRUIT, "city": CITIES, "day": DAYS}
    return [
        [draw.choice(groups[w]) if w in groups else w for w in draw.choice(CARRIERS).split()]
        for _ in range(count)
    ]


def source(sentences: Sequence[list[str]], weight: int = 1) -> Source:
    digest = hashlib.sha256(repr(sentences).encode()).hexdigest()
    return Source("toy", weight, digest, lambda: iter(sentences))


def settings(**changes: Any) -> PretrainSettings:
    """A model of a few units."""
    small: dict[str, Any] = {
        "width": 16, "heads": 2, "row": 8, "rows": 8, "min_count": 1,
        "negatives": 12, "subsample": 0.0, "mask": 0.25, "table_rate": 0.05, "rate": 0.01,
    }  # fmt: skip
    return PretrainSettings(**(small | changes))


def corpus(folder: Path, sentences: Sequence[list[str]] | None = None, row: int = 8) -> Corpus:
    given = source(lines() if sentences is None else sentences)
    return prepare([given], folder, row=row, max_words=100, min_count=1)


def write_text(path: Path, count: int = 300) -> Path:
    path.write_text("".join(" ".join(words) + "\n" for words in lines(count)), "utf-8")
    return path


def left_in(folder: Path) -> list[str]:
    """The files below a folder, hidden ones too."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
