"""The convergence meter: how good the network of one fit is after how many steps, at what cost.

At each step the model is scored that would have been kept had training stopped there: weights
averaged and rounded, with the source model's n-grams for words that training never showed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import process_time

from data_cards.draws import develop, draw
from data_cards.folds import number
from data_cards.records import Skill
from dnn.fitted import Fitted
from dnn.layers.network import Batch
from dnn.system import DNN
from dnn.training import steps_for

ENOUGH = 50
"""Utterances from which a skill's own dev split is asked; a smaller one says little."""

LEAST = 20
"""Utterances that a development set must have: below, one utterance is more than 5 points."""

MOST = 300
"""Utterances asked of a development set at most: they are asked at every look."""

GROWTH = 1.05
"""Looks are taken at each of the first 40 steps, then wherever the steps have grown by a twentieth:
of a ratio of steps both sides are known equally well, wherever they lie."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Frame accuracy on the development set against steps of training.

    `seconds` are those of this process's CPU since `fit` began, looks left out: the first of them
    is what opening the source model, encoding and imprinting cost, and the last that of training
    whole, packing left out.
    """

    steps: tuple[int, ...]  # ascending, 0 first: before any step
    seconds: tuple[float, ...]
    scores: tuple[float, ...]  # 0 to 1


def looks(total: int) -> list[int]:
    """The steps at which a training of `total` steps is looked at, 0 and the last one included."""
    found, step = [0], 0
    while step < total:
        step = min(total, max(step + 1, int(step * GROWTH)))
        found.append(step)
    return found


def development(skill: Skill, shots: int | None, seed: int) -> Skill | None:
    """The skill as the meter takes it: a draw as `train`, the development set as `dev`, no test.

    The development set is the skill's own dev split where that is large enough. Else it is cut out
    of the training split, whole templates at a time, before the draw is taken (`draws.develop`): it
    depends neither on the seed nor on the shots, no expansion of a trained template stands in it,
    and what is trained on is smaller by it. The test split is never read: a number of steps chosen
    on it would be tuned on what is reported. Of a large set those utterances are asked that a hash
    of their ids draws. None where fewer than `LEAST` would be left to ask.
    """
    if len(skill.dev) >= ENOUGH:
        held, drawn = skill.dev, draw(skill, shots, seed)
    else:
        drawn = develop(skill, shots, seed)
        held = drawn.test
    ranked = sorted(held, key=lambda u: number(f"convergence|{skill.key}|{u.id}"))[:MOST]
    if len(ranked) < LEAST or not drawn.train:
        return None
    return replace(drawn, dev=tuple(ranked), test=())


def curve(system: DNN, skill: Skill, seed: int, clock: Callable[[], float] = process_time) -> Curve:
    """Fit on `skill.train`, asking all of `skill.dev` at each of `looks`.

    The system ends fitted, as if nobody had looked. CPU seconds are those of all threads.
    """
    when = frozenset(looks(steps_for(len(skill.train), system.settings)))
    gold = [u.frame for u in skill.dev]
    rows: list[tuple[int, float, float]] = []
    batches: list[tuple[list[int], Batch]] = []
    began, looked = clock(), 0.0

    def look(step: int, stopped: Callable[[], Fitted]) -> None:
        nonlocal batches, looked
        if step not in when:
            return
        arrived = clock()
        now = stopped()
        if not batches or system.settings.word_rate > 0:  # words that learn are read again
            batches = list(now.reader.batches(skill.dev))
        answers = now.predict(skill.dev, batches)
        right = sum(p.frame == g for p, g in zip(answers, gold, strict=True))
        rows.append((step, arrived - began - looked, right / len(gold)))
        looked += clock() - arrived

    system.fit(replace(skill, dev=(), test=()), seed, look)
    steps, seconds, scores = zip(*rows, strict=True)
    return Curve(steps, seconds, scores)
