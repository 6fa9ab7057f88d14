"""Ours and gensim's vectors at equal CPU time, on one corpus and vocabulary.

All of our CPU seconds count, warm start included; reading and packing the text, which all share,
does not. A peer gets so many whole passes as fill the same time, rounded up, and the same export.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray

from benchmarks.mlm_corpus import dialogue
from data_cards.card import DATA_VARIABLE
from pretrain.mlm.export import finish
from pretrain.mlm.settings import PretrainSettings
from pretrain.mlm.training import train
from pretrain.mlm.warm_start import factorise
from pretrain.pipeline import exported
from pretrain.quality.intrinsic import evaluate
from pretrain.store import vector_store as store
from pretrain.text.corpus import Corpus
from pretrain.text.vocabulary import END, SPECIAL, words_of

Trained = tuple[NDArray[np.float32], float]
"""Vectors (words, width) and the CPU seconds they took."""
PEERS = ("sgns", "cbow", "fasttext")
SAMPLE = 20_000
"""Sentences of the pass that tells how many passes fill the time."""


def measure(corpus: Corpus, work: Path, steps: int) -> dict[str, float | None]:
    """Train what is not in `work` yet, each in a process of its own; word similarity of all."""
    figures: dict[str, float | None] = {}
    seconds = _made("mlm", work, _mlm, steps)
    figures["cpu_seconds_mlm"] = seconds
    for peer in PEERS:
        figures[f"cpu_seconds_{peer}"] = _made(peer, work, _gensim, seconds)
    figures["cpu_seconds_svd"] = _made("svd", work, _svd, 0)
    figures["cpu_seconds_random"] = _made("random", work, _random, 0)
    for name in ("mlm", *PEERS, "svd", "random"):
        figures[f"word_similarity_{name}"] = _similarity(work / name)
    own = cast(float, figures["word_similarity_mlm"])
    for peer in PEERS:
        other = cast(float, figures[f"word_similarity_{peer}"])
        figures[f"word_similarity_minus_{peer}"] = own - other
    return figures


def _made(name: str, work: Path, make: Callable[..., Trained], budget: float) -> float:
    """Have a fresh process train a store `work/name`; the CPU seconds that it took."""
    if not (work / name / store.FILE).exists():
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            pool.apply(_trained, (name, work, make, budget))
    return float(store.VectorStore.open(work / name).meta["cpu_seconds"])


def _trained(name: str, work: Path, make: Callable[..., Trained], budget: float) -> None:
    torch.set_num_threads(1)
    corpus = dialogue(work)
    vectors, seconds = make(name, corpus, budget)
    meta = {"language": "en", "cpu_seconds": str(seconds)}
    words = words_of(corpus.tokenizer)[len(SPECIAL) :]
    store.write(work / name, words, vectors, meta, f"{name} of the benchmark\n")


def _similarity(path: Path) -> float | None:
    opened = store.VectorStore.open(path)
    root = Path(os.environ[DATA_VARIABLE]) / "word_similarity"
    table = opened.dequantised(np.arange(len(opened)))
    return evaluate(opened.words, table, root, resamples=10).mean_similarity


def _mlm(_: str, corpus: Corpus, steps: int) -> Trained:
    clock = time.process_time()
    settings = PretrainSettings()
    table = factorise(corpus, settings.width, settings.window, 0)
    model = train(corpus, settings, Accelerator(cpu=True), seed=0, steps=int(steps), table=table)
    return exported(model), time.process_time() - clock


def _svd(_: str, corpus: Corpus, __: float) -> Trained:
    """The warm start alone."""
    clock = time.process_time()
    given = PretrainSettings()
    table = factorise(corpus, given.width, given.window, 0)[len(SPECIAL) :]
    return finish(table, given.remove), time.process_time() - clock


def _random(_: str, corpus: Corpus, __: float) -> Trained:
    drawn = np.random.default_rng(0).standard_normal((len(corpus.counts) - len(SPECIAL), 300))
    return finish(drawn.astype(np.float32), 0), 0.0


def _gensim(kind: str, corpus: Corpus, seconds: float) -> Trained:
    """SGNS, CBOW or fastText: window 5, 5 negatives, subsampling 1e-3, as is usual."""
    from gensim.models import FastText, Word2Vec

    sentences = _sentences(corpus)
    options: dict[str, Any] = {
        "vector_size": 300, "window": 5, "negative": 5, "sample": 1e-3, "min_count": 1,
        "workers": 1, "seed": 0, "sg": int(kind != "cbow"),
    }  # fmt: skip

    def model() -> Any:
        made = (FastText if kind == "fasttext" else Word2Vec)(**options)
        made.build_vocab(sentences)
        return made

    clock = time.process_time()
    trial = model()
    ready = time.process_time()
    trial.train(sentences[:SAMPLE], total_examples=SAMPLE, epochs=1)
    share = sum(map(len, sentences[:SAMPLE])) / sum(map(len, sentences))
    one_pass = (time.process_time() - ready) / share
    passes = max(1, int(np.ceil((seconds - (ready - clock)) / one_pass)))
    clock = time.process_time()
    trained = model()
    trained.train(sentences, total_examples=len(sentences), epochs=passes)
    taken = time.process_time() - clock
    words = words_of(corpus.tokenizer)[len(SPECIAL) :]
    zeros = np.zeros(300, dtype=np.float32)
    known = trained.wv.key_to_index
    vectors = np.stack([trained.wv[word] if word in known else zeros for word in words])
    return finish(vectors, PretrainSettings().remove), taken


def _sentences(corpus: Corpus) -> list[list[str]]:
    """The corpus as sentences in the words of its vocabulary."""
    words = words_of(corpus.tokenizer)
    ids = corpus.take(np.arange(len(corpus.rows))).ravel()
    ends = np.flatnonzero(ids == SPECIAL.index(END))
    parts = np.split(ids, ends)
    return [[words[i] for i in part if i >= len(SPECIAL)] for part in parts if len(part) > 2]
