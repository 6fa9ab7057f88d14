"""The corpus of the MLM benchmark: English dialogue and speech, and rows held out of it."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data_cards.card import DATA_VARIABLE
from pretrain.mlm.masking import Batch
from pretrain.mlm.settings import PretrainSettings
from pretrain.text import sources
from pretrain.text.corpus import Corpus, prepare
from pretrain.text.vocabulary import MASK, SPECIAL

NAMES = (
    "ami_transcripts", "common_voice_sentences_en", "disfl_qa", "mimic_prompts_en", "multidogo",
    "query_wellformedness", "sgd", "synthetic_persona_chat", "taskmaster", "topical_chat",
)  # fmt: skip
BOTH = ("chatterbot_corpus", "tatoeba_en_de_50k", "voice_scripts_en_de")
HELD = 64
"""Rows held out, 4,096 words."""
MASKED = 0.15


@dataclass(frozen=True, slots=True)
class Split:
    """A corpus without its held-out rows, and these."""

    train: Corpus
    held: NDArray[np.int32]  # (HELD, row)


def dialogue(folder: Path) -> Corpus:
    """8 M words, one corpus and vocabulary for all that is compared."""
    text = Path(os.environ[DATA_VARIABLE]) / "text"
    files = [text / name / "text.txt.gz" for name in NAMES]
    files += [text / name / "text.en.txt.gz" for name in BOTH]
    given = PretrainSettings()
    return prepare(
        [sources.file(str(path)) for path in files], folder, row=given.row,
        max_words=given.max_words, min_count=given.min_count,
    )  # fmt: skip


def split(corpus: Corpus, seed: int = 0) -> Split:
    """Hold out rows drawn by `seed`."""
    order = np.random.default_rng(seed).permutation(len(corpus.rows))
    rest = corpus.rows.select(np.sort(order[HELD:]))
    return Split(replace(corpus, rows=rest), corpus.take(np.sort(order[:HELD])))


def question(held: NDArray[np.int32], seed: int = 1) -> Batch:
    """The held-out rows with 15 % of their words masked, the same for every model."""
    flat = held.astype(np.int64).ravel()
    chance = np.random.default_rng(seed).random(len(flat))
    positions = np.flatnonzero((chance < MASKED) & (flat >= len(SPECIAL)))
    targets = flat[positions]
    flat[positions] = SPECIAL.index(MASK)
    read, ids = np.unique(flat, return_inverse=True)
    return Batch(read, ids.reshape(held.shape), positions, targets, None, None)
