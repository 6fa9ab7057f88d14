"""One corpus of so many tokens, read or factorised in a process of its own.

    python benchmarks/scale_corpus.py prepare|warm TOKENS

prints {"cpu_seconds": …, "peak_mb": …} as JSON. The text is drawn with Zipf's frequencies over a
vocabulary that grows as Heaps' law says real ones do, 20 sqrt(tokens).
"""

import hashlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pretrain.corpus import prepare
from pretrain.settings import PretrainSettings
from pretrain.sources import Source
from pretrain.warm_start import factorise

SENTENCE = 12


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


def main(step: str, tokens: int) -> int:
    """Do one step and print its cost."""
    settings = PretrainSettings()
    digest = hashlib.sha256(f"zipf {tokens}".encode()).hexdigest()
    source = Source("zipf", 1, digest, lambda: sentences(tokens))
    with tempfile.TemporaryDirectory() as folder:
        corpus = prepare(
            [source], Path(folder), row=settings.row, max_words=settings.max_words,
            min_count=settings.min_count,
        )  # fmt: skip
        clock = 0.0
        if step == "warm":
            clock = time.process_time()
            factorise(corpus, settings.width, settings.window, 1)
    found = {
        "cpu_seconds": time.process_time() - clock,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2])))
