"""Worlds with a known truth, for `folds.py`: large pools of utterances, and small learners.

A world is so large that a skill of 40 utterances drawn from it is a small sample, and what a
learner gains on average at that size can be found by drawing many others.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_cards.card import card
from data_cards.errors import SkillwiseError
from data_cards.faults import Faults
from data_cards.records import Frame, Utterance
from data_cards.registry.loading import load

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Learner = Callable[[Floats, Ints, Floats, np.random.Generator], Ints]
"""Training words (rows, vocabulary), their intents, words to answer, chance -> intents."""

SIZE = 3_000
"""Utterances of a made world."""

COLLECTED = (
    ("clinc150", "utility@en-US", 5), ("clinc150", "utility@en-US", 15),
    ("ms-lu", "calendarskill@en-US", 6), ("sgd", "Buses_1@en-US", 2),
)  # fmt: skip
"""Development skills that are large enough to be a world, each with its commonest intents."""


@dataclass(frozen=True)
class World:
    """A pool of utterances: how often each has each word (rows, vocabulary), and its intent."""

    name: str
    utterances: tuple[Utterance, ...]
    words: Floats
    intents: Ints


def worlds() -> Iterator[World]:
    """Made worlds, and the pooled rows of skills that settings were chosen on, where they are."""
    for name, intents, clear in (("made, easy", 4, 0.5), ("made, middling", 6, 0.25),
                                 ("made, hard", 8, 0.12)):  # fmt: skip
        yield _world(name, _made(intents, clear, np.random.default_rng(intents)))
    for suite, key, most in COLLECTED:
        try:
            skill = next(s for s in load(card(suite), Faults()) if s.key == key)
        except SkillwiseError:  # its data are not here
            continue
        rows = (*skill.train, *skill.dev, *skill.test)
        kept = {i for i, _ in Counter(u.frame.intent for u in rows).most_common(most)}
        chosen = tuple(u for u in rows if u.frame.intent in kept)
        yield _world(f"{key.partition('@')[0]}, {most} intents", chosen)


def _made(intents: int, clear: float, rng: np.random.Generator) -> tuple[Utterance, ...]:
    """Utterances of words that follow Zipf's law; `clear` is the chance that a word tells."""
    law = 1 / np.arange(1, 201)
    common = law / law.sum()
    telling = law[:40] / law[:40].sum()
    often = 1 / np.arange(1, intents + 1) ** 0.7
    found = []
    for number in range(SIZE):
        intent = int(rng.choice(intents, p=often / often.sum()))
        tells = rng.random(int(rng.integers(3, 9))) < clear
        tokens = tuple(
            f"i{intent}w{rng.choice(40, p=telling)}" if t else f"w{rng.choice(200, p=common)}"
            for t in tells
        )
        found.append(Utterance(str(number), tokens, Frame(f"Intent{intent}")))
    return tuple(found)


def _world(name: str, utterances: tuple[Utterance, ...]) -> World:
    vocabulary = {w: i for i, w in enumerate(sorted({w for u in utterances for w in u.tokens}))}
    intents = {i: n for n, i in enumerate(sorted({u.frame.intent for u in utterances}))}
    words = np.zeros((len(utterances), len(vocabulary)))
    for row, utterance in enumerate(utterances):
        for token in utterance.tokens:
            words[row, vocabulary[token]] += 1
    return World(name, utterances, words, np.array([intents[u.frame.intent] for u in utterances]))


def _bayes(train: Floats, intents: Ints, asked: Floats, smoothing: float) -> Ints:
    """Multinomial naive Bayes."""
    labels = np.unique(intents)
    own = (intents[None, :] == labels[:, None]).astype(float)  # (labels, rows)
    counts = own @ train + smoothing
    law = np.log(counts / counts.sum(axis=1, keepdims=True))
    return labels[(asked @ law.T + np.log(own.mean(axis=1))).argmax(axis=1)]


def smooth(train: Floats, intents: Ints, asked: Floats, rng: np.random.Generator) -> Ints:
    """Naive Bayes that trusts its counts little."""
    return _bayes(train, intents, asked, 1.0)


def sharp(train: Floats, intents: Ints, asked: Floats, rng: np.random.Generator) -> Ints:
    """Naive Bayes that trusts its counts."""
    return _bayes(train, intents, asked, 0.05)


def lucky(train: Floats, intents: Ints, asked: Floats, rng: np.random.Generator) -> Ints:
    """Naive Bayes that sees a random half of the words: each fit has luck of its own."""
    seen = rng.random(train.shape[1]) < 0.5
    return _bayes(train * seen, intents, asked * seen, 0.3)


def nearest(train: Floats, intents: Ints, asked: Floats, rng: np.random.Generator) -> Ints:
    """The intent of the nearest training utterance, by the cosine."""
    return intents[(_unit(asked) @ _unit(train).T).argmax(axis=1)]


def centre(train: Floats, intents: Ints, asked: Floats, rng: np.random.Generator) -> Ints:
    """The intent whose mean training utterance is nearest, by the cosine."""
    labels = np.unique(intents)
    means = np.stack([train[intents == label].mean(axis=0) for label in labels])
    return labels[(_unit(asked) @ _unit(means).T).argmax(axis=1)]


def commonest(train: Floats, intents: Ints, asked: Floats, rng: np.random.Generator) -> Ints:
    """The commonest intent, whatever is said."""
    return np.full(len(asked), np.bincount(intents).argmax())


def _unit(rows: Floats) -> Floats:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(length > 0, length, 1)


LEARNERS: dict[str, Learner] = {
    "smooth": smooth, "sharp": sharp, "lucky": lucky, "nearest": nearest, "centre": centre,
    "commonest": commonest,
}  # fmt: skip
