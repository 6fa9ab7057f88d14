"""The word maps of a run: made once for the vectors that it started from, into its folder.

Where a language has no groups of words, or a store knows too few of them, there is no map of it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from data_cards.errors import DataError
from data_cards.scratch import write_whole
from evaluation.planning.vectors import Vectors
from evaluation.report.page.words import FILE, SCHEMA, read_maps
from pretrain.quality.word_map import languages, word_map
from pretrain.store.vector_store import VectorStore


def map_words(vectors: Mapping[str, Vectors], folder: Path) -> None:
    """Map the stores of a run, unless their maps stand there already."""
    wanted = {n: store for n, store in sorted(vectors.items()) if n in languages()}
    if not wanted or {m.digest for m in read_maps(folder)} == {s.digest for s in wanted.values()}:
        return
    maps = []
    for store in wanted.values():
        try:
            maps.append(word_map(VectorStore.open(store.path)))
        except DataError:
            continue  # too few of the words: a picture is no reason to end a run
    content = {"schema": SCHEMA, "maps": [asdict(found) for found in maps]}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    write_whole(folder / FILE, text + "\n")
