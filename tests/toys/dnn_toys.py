"""A toy skill that the network learns in a second, and a network of a few units."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from toy_skills import utterance

from data_cards.records import Skill
from dnn.inputs.dataset import TrainingSet, training_set
from dnn.inputs.reader import Reader
from dnn.inputs.vectors import RandomVectors
from dnn.layers.network import Network
from dnn.settings import DNNSettings
from pretrain.store import vector_store as store

CITIES = ("berlin", "paris", "new york", "rome", "oslo")
GENRES = ("jazz", "rock", "hip hop", "blues", "folk")


TRAIN = tuple(
    utterance(n, *row)
    for n, row in enumerate(
        [
            *(("will it rain in *", "GetWeather", "city", c) for c in CITIES),
            *(("the forecast for * please", "GetWeather", "city", c) for c in CITIES),
            *(("play some * music", "PlayMusic", "genre", g) for g in GENRES),
            *(("put * on", "PlayMusic", "genre", g) for g in GENRES),
            ("stop", "Stop"),
            ("please stop that", "Stop"),
        ]
    )
)
TOY = Skill("toy", "en-US", TRAIN)
WORDS = sorted({word for u in TRAIN for word in u.tokens})


def settings(**changes: Any) -> DNNSettings:
    """A network of a few units on random vectors, trained for a few steps."""
    small: dict[str, Any] = {
        "vectors": "random", "projection": 16, "characters": 16, "shared": 16, "task": 16,
        "hidden": 16, "batch": 8, "epochs": 1, "min_steps": 20, "max_steps": 20,
        "gazetteers": 4, "learning_rate": 0.02, "average": 0.8, "dropout": 0.1,
        "input_dropout": 0.1,
    }  # fmt: skip
    return DNNSettings(**(small | changes))


def make_store(folder: Path, words: list[str] = WORDS, seed: int = 0) -> Path:
    """A store of random vectors for some words."""
    vectors = np.random.default_rng(seed).standard_normal((len(words), 12)).astype(np.float32)
    store.write(folder, words, vectors, {"language": "en"}, "a toy\n")
    return folder


WORD_VECTORS = RandomVectors(0, 4.0)
TAGS = Reader.of(TOY, settings(), WORD_VECTORS).tags


def data(chosen: DNNSettings | None = None) -> TrainingSet:
    """The toy skill, encoded on random vectors."""
    chosen = chosen or settings()
    return training_set(TOY, Reader.of(TOY, chosen, WORD_VECTORS), chosen, 0)


def network(chosen: DNNSettings, data: TrainingSet) -> Network:
    """A network for it that nothing has trained."""
    torch.manual_seed(0)
    return data.reader.network(chosen, 300)
