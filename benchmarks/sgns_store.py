"""Skip-gram vectors (word2vec, by gensim) in a store, for `skillwise ablate vectors`.

Reads text as `skillwise pretrain` does, cuts the vocabulary alike and finishes the vectors alike,
so that what differs is how they were trained. Needs the extra `bench`.

    python benchmarks/sgns_store.py --text talk.txt:2 --text books.txt.gz --locale en \
        --out runs/vectors/sgns-en
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from data_cards.errors import SkillwiseError  # noqa: E402
from pretrain.mlm.export import finish  # noqa: E402
from pretrain.store import vector_store as store  # noqa: E402
from pretrain.text import sources  # noqa: E402
from pretrain.text.sources import Source  # noqa: E402


@dataclass(frozen=True)
class Sentences:
    """The sentences of all sources, each source as often as it weighs; may be read again."""

    sources: Sequence[Source]

    def __iter__(self) -> Iterator[list[str]]:
        for source in self.sources:
            for _ in range(source.weight):
                yield from source.sentences()


def main(argv: Sequence[str] | None = None) -> None:
    """Train and write the store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", action="append", required=True, metavar="FILE[:WEIGHT]")
    parser.add_argument("--locale", default="en")
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--width", type=int, default=300)
    parser.add_argument("--max-words", type=int, default=40_000)
    parser.add_argument("--min-count", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(argv)
    try:
        made = write_sgns(asked)
    except SkillwiseError as error:
        print(f"sgns_store: {error}", file=sys.stderr)
        sys.exit(2)
    print(f"{asked.out}: {len(made):,} words, digest {made.meta['digest'][:16]}")


def write_sgns(asked: argparse.Namespace) -> store.VectorStore:
    """Train skip-gram with negative sampling in one thread, so that a seed gives one table."""
    from gensim.models import Word2Vec

    started = time.monotonic()
    read = [sources.file(argument) for argument in asked.text]
    model = Word2Vec(
        Sentences(read), sg=1, negative=10, window=5, sample=1e-4, vector_size=asked.width,
        min_count=asked.min_count, max_final_vocab=asked.max_words, epochs=asked.passes,
        workers=1, seed=asked.seed,
    )  # fmt: skip
    words = list(model.wv.index_to_key)  # most frequent first
    if len(words) < 2:
        raise SkillwiseError(f"the text has {len(words)} words that occur {asked.min_count} times")
    vectors = finish(np.asarray(model.wv.vectors, dtype=np.float32), remove=0)
    language = asked.locale.split("-")[0].lower()
    from_ = "\n".join(f"- {s.name}, weight {s.weight}, digest `{s.digest[:16]}`" for s in read)
    card = f"""---
language: [{language}]
library_name: skillwise
tags: [word-embeddings, skip-gram]
---
# Word vectors, {language}, {asked.width} dimensions, skip-gram

{len(words):,} words by gensim's word2vec (skip-gram, 10 negatives, window 5), {asked.passes}
passes, seed {asked.seed}, {(time.monotonic() - started) / 60:.1f} minutes. Content digest
`{{digest}}`. From

{from_}
"""
    return store.write(asked.out, words, vectors, {"language": language}, card)


if __name__ == "__main__":
    main()
