"""The word maps of a run's folder, as the page draws them: `word-map.json`, read back."""

import json
from pathlib import Path
from typing import Any

from data_cards.errors import DataError
from pretrain.quality.labels import Label
from pretrain.quality.word_map import MappedWord, WordMap

FILE = "word-map.json"
SCHEMA = 1


def read_maps(folder: Path) -> tuple[WordMap, ...]:
    """The maps of a run's folder, none where it has no file of them."""
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["schema"] != SCHEMA:
            raise ValueError(f"schema {content['schema']}, this release reads {SCHEMA}")
        return tuple(_read(row) for row in content["maps"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            path, None, f"is no word map ({type(error).__name__}: {error})",
            "remove it, the run maps the words again",
        ) from None  # fmt: skip


def _read(row: dict[str, Any]) -> WordMap:
    words = tuple(
        MappedWord(
            str(w["word"]), int(w["group"]), float(w["x"]), float(w["y"]),
            Label(float(w["label"]["x"]), float(w["label"]["y"]), w["label"]["anchor"]),
        )
        for w in row["words"]
    )  # fmt: skip
    groups, missing = (tuple(str(name) for name in row[key]) for key in ("groups", "missing"))
    return WordMap(
        str(row["language"]), str(row["digest"]), groups, words, int(row["near"]), missing
    )
