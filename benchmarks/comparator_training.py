"""How each comparator of `comparators.py` is trained: one corpus, one vocabulary, its own ways.

gensim reads the corpus back from a file of its sentences, in the words that the vocabulary has,
each source as often as it weighs: what `skillwise pretrain` reads. A length is passes over the
corpus for gensim's models and steps for the log-bilinear encoder; PPMI-SVD has none.
"""

import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from accelerate import Accelerator
from numpy.typing import NDArray
from safetensors.numpy import save

from data_cards.errors import DataError, SkillwiseError
from data_cards.scratch import written_whole
from pretrain.mlm.settings import PretrainSettings
from pretrain.mlm.training import train
from pretrain.mlm.warm_start import factorise
from pretrain.store.mapped_tensors import views
from pretrain.text.corpus import Corpus
from pretrain.text.vocabulary import END, SPECIAL, words_of

Floats = NDArray[np.float32]

PIECE = 10_000
"""Packed rows read at a time."""
BUCKETS = 500_000
"""Of fastText's n-grams; its own two million take 2.4 GB and a vocabulary of 40,000 has fewer."""
ANY = 1
"""The length of what has no length."""
GENSIM: dict[str, dict[str, Any]] = {
    "skip-gram": {"sg": 1, "negative": 10, "window": 5, "sample": 1e-4},
    "cbow": {"sg": 0, "negative": 10, "window": 5, "sample": 1e-4, "alpha": 0.05},
    "fasttext": {"sg": 1, "negative": 10, "window": 5, "sample": 1e-4, "bucket": BUCKETS},
}
LOG_BILINEAR, SVD = "log-bilinear", "ppmi-svd"
NAMES = (LOG_BILINEAR, *GENSIM, SVD)


@dataclass(frozen=True)
class Tables:
    """What a training made, rows in the order of the vocabulary without special symbols.

    `answer` is the table of a word as it is predicted; the same as `read` where there is one table.
    """

    read: Floats  # (words, width)
    answer: Floats  # (words, width)
    cpu_seconds: float

    def bytes(self) -> bytes:
        """As `of_bytes` takes them, in half precision."""
        arrays = {"read": self.read, "answer": self.answer}
        halves = {k: np.ascontiguousarray(v.astype(np.float16)) for k, v in arrays.items()}
        return save(halves, {"cpu_seconds": repr(self.cpu_seconds)})

    @classmethod
    def of_bytes(cls, content: bytes) -> "Tables":
        """Raises `ValueError`, `KeyError` where they are none."""
        meta, arrays = views(content)
        read, answer = (arrays[name].astype(np.float32) for name in ("read", "answer"))
        return cls(read, answer, float(meta["cpu_seconds"]))


@dataclass(frozen=True)
class Workshop:
    """What all comparators share: corpus, width, seed and threads; and where results are kept."""

    corpus: Corpus
    folder: Path
    width: int
    seed: int
    threads: int

    @property
    def words(self) -> list[str]:
        """The vocabulary, most frequent first."""
        return words_of(self.corpus.tokenizer)[len(SPECIAL) :]

    def tables(self, name: str, length: int) -> Tables:
        """What a comparator trained for that long comes to; trained now, unless it was before."""
        kind = f"{self.corpus.digest[:12]}-{self.width}-{self.seed}"
        path = self.folder / kind / f"{name}-{length}.safetensors"
        remedy = "remove the file; it is trained again"
        if not path.exists():
            made = self._train(name, length)
            path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(path, "free some space") as scratch:
                scratch.write_bytes(made.bytes())
        try:
            return Tables.of_bytes(path.read_bytes())
        except (ValueError, KeyError) as error:
            raise DataError(path, None, f"is damaged ({error})", remedy) from None

    def _train(self, name: str, length: int) -> Tables:
        if name == SVD:
            return _svd(self)
        if name == LOG_BILINEAR:
            return _log_bilinear(self, length)
        return _gensim(self, name, length)


def settings(width: int) -> PretrainSettings:
    """Those of the log-bilinear encoder, and of the warm start that PPMI-SVD is."""
    return PretrainSettings(width=width, heads=math.gcd(width, 10))


def _svd(shop: Workshop) -> Tables:
    clock = time.process_time()
    window = settings(shop.width).window
    table = factorise(shop.corpus, shop.width, window, shop.seed)[len(SPECIAL) :]
    return Tables(table, table, time.process_time() - clock)


def _log_bilinear(shop: Workshop, steps: int) -> Tables:
    clock = time.process_time()
    given = settings(shop.width)
    table = factorise(shop.corpus, given.width, given.window, shop.seed)
    model = train(
        shop.corpus, given, Accelerator(cpu=True), seed=shop.seed, steps=steps, table=table
    )
    read, answer = (
        each.weight.detach().cpu().numpy()[len(SPECIAL) :] for each in (model.table, model.answers)
    )
    return Tables(read, answer, time.process_time() - clock)


def _gensim(shop: Workshop, name: str, passes: int) -> Tables:
    try:
        from gensim.models import FastText, Word2Vec
    except ImportError:
        raise SkillwiseError(f"{name} needs gensim; pip install '.[bench]'") from None
    text = shop.folder / f"sentences-{shop.corpus.digest[:12]}-{shop.seed}.txt"
    if not text.exists():
        lines = [" ".join(words) + "\n" for words in sentences(shop.corpus)]
        random.Random(shop.seed).shuffle(lines)  # ours reads its rows shuffled too
        with written_whole(text, "free some space") as scratch:
            scratch.write_text("".join(lines), "utf-8")
    counts = dict(zip(shop.words, shop.corpus.counts[len(SPECIAL) :].tolist(), strict=True))
    kind: Callable[..., Any] = FastText if name == "fasttext" else Word2Vec
    clock = time.process_time()
    model = kind(
        vector_size=shop.width, min_count=1, workers=shop.threads, seed=shop.seed, **GENSIM[name]
    )
    model.build_vocab_from_freq(counts)
    model.train(corpus_file=str(text), total_words=sum(counts.values()), epochs=passes)
    seconds = time.process_time() - clock
    rows = [model.wv.key_to_index[word] for word in shop.words]
    read, answer = (np.asarray(t, np.float32)[rows] for t in (model.wv.vectors, model.syn1neg))
    return Tables(read, answer, seconds)


def sentences(corpus: Corpus) -> Iterator[list[str]]:
    """The corpus as sentences, without the words that the vocabulary lacks."""
    words = words_of(corpus.tokenizer)
    end = SPECIAL.index(END)
    rest = np.empty(0, np.int32)
    for start in range(0, len(corpus.rows), PIECE):
        at = np.arange(start, min(start + PIECE, len(corpus.rows)))
        ids = np.concatenate([rest, corpus.take(at).ravel()])
        *parts, rest = np.split(ids, np.flatnonzero(ids == end) + 1)
        if start + PIECE >= len(corpus.rows):
            parts.append(rest)
        for part in parts:
            found = [words[i] for i in part if i >= len(SPECIAL)]
            if found:
                yield found
