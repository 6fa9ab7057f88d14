"""One corpus of so many tokens, read or factorised in a process of its own.

    python -m benchmarks.scale_corpus prepare|warm TOKENS [FILE…]

prints {"cpu_seconds": …, "peak_mb": …} as JSON. Without files the text is drawn with Zipf's
frequencies over a vocabulary that grows as Heaps' law says real ones do, 20 sqrt(tokens). Files of
text, one sentence a line, are read again from the first one where they have fewer tokens; "passes"
then says how often, and the vocabulary grows no more after the first.
"""

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.peak import peak_mb
from pretrain.mlm.settings import PretrainSettings
from pretrain.mlm.warm_start import factorise
from pretrain.text import lines as text
from pretrain.text.corpus import prepare
from pretrain.text.sources import Source

SENTENCE = 12


def repeated(tokens: int, files: Sequence[Path]) -> Iterator[list[str]]:
    """Sentences of the files, begun anew after the last, until there are so many tokens."""
    left = tokens
    while left > 0:
        before = left
        for path in files:
            for words in text.sentences(path):
                yield words[:left]
                left -= len(words)
                if left <= 0:
                    return
        if left == before:
            raise SystemExit("the files hold no word")


def passes(tokens: int, files: Sequence[Path]) -> float:
    """How often the files are read for so many tokens; under 1 where they have more."""
    return tokens / sum(len(words) for path in files for words in text.sentences(path))


def sentences(tokens: int) -> Iterator[list[str]]:
    """Sentences of twelve words, the same at every call."""
    rng = np.random.default_rng(1)
    words = int(20 * tokens**0.5)
    below = np.cumsum(1 / np.arange(1, words + 1))
    below /= below[-1]
    for start in range(0, tokens, 120_000):
        count = min(120_000, tokens - start)
        ids = np.searchsorted(below, rng.random(count))
        for at in range(0, count, SENTENCE):
            yield [f"w{i}" for i in ids[at : at + SENTENCE].tolist()]


def main(step: str, tokens: int, files: Sequence[Path] = ()) -> int:
    """Do one step and print its cost."""
    settings = PretrainSettings()
    name = "text" if files else "zipf"
    digest = hashlib.sha256(f"{name} {tokens}".encode()).hexdigest()
    source = Source(
        name, 1, digest, lambda: repeated(tokens, files) if files else sentences(tokens)
    )
    found = {"passes": passes(tokens, files)} if files else {}
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        corpus = prepare(
            [source], Path(folder), row=settings.row, max_words=settings.max_words,
            min_count=settings.min_count,
        )  # fmt: skip
        clock = begun
        if step == "warm":
            clock = time.process_time()
            factorise(corpus, settings.width, settings.window, 1)
    found["cpu_seconds"] = time.process_time() - clock
    found["peak_mb"] = peak_mb()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2]), [Path(a) for a in sys.argv[3:]]))
