"""What an encoder is tuned on: utterances of many skills in pieces, labels numbered over all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data_cards.bio import tag_names, tags
from data_cards.folds import number
from data_cards.records import Skill
from dnn.settings import TuningSettings
from pretrain.encoder.pieces import NOBODY, Pieces

NEVER = -1e4
"""Added to the logits of another skill's labels."""


@dataclass(frozen=True, slots=True)
class Labels:
    """All labels of all skills in a row; a skill's own are one range."""

    ranges: tuple[tuple[int, int], ...]
    count: int

    @classmethod
    def of(cls, sizes: Sequence[int]) -> "Labels":
        ends = np.cumsum(sizes).tolist()
        starts = [0, *ends[:-1]]
        return cls(tuple(zip(starts, ends, strict=True)), ends[-1])

    def others(self) -> Tensor:
        """(skills, labels): `NEVER` at labels of other skills, else 0."""
        mask = torch.full((len(self.ranges), self.count), NEVER)
        for skill, (start, end) in enumerate(self.ranges):
            mask[skill, start:end] = 0.0
        return mask


@dataclass(frozen=True, slots=True)
class Example:
    """An utterance as the encoder and the heads read it; labels are numbered over all skills."""

    skill: int
    ids: NDArray[np.int64]  # (pieces,)
    owners: NDArray[np.int64]  # (pieces,), the word of each, `NOBODY` for none
    intent: int
    tags: NDArray[np.int64]  # (words,)


@dataclass(frozen=True, slots=True)
class Batch:
    """Utterances of one length in pieces."""

    skills: Tensor  # (batch,)
    ids: Tensor  # (batch, pieces)
    rows: Tensor  # (batch * pieces,), the word of each piece, `words` for none
    sentences: Tensor  # (words,), the utterance of each word
    intents: Tensor  # (batch,)
    tags: Tensor  # (words,)


def examples(
    skills: Sequence[Skill], settings: TuningSettings, pieces: Pieces
) -> tuple[list[Example], Labels, Labels]:
    named = [sorted({u.frame.intent for u in skill.train}) for skill in skills]
    slots = [sorted({s.name for u in skill.train for s in u.frame.slots}) for skill in skills]
    tag_sets = [tag_names(names) for names in slots]
    intents, tag_labels = (
        Labels.of([len(n) for n in named]),
        Labels.of([len(t) for t in tag_sets]),
    )
    found = []
    for at, skill in enumerate(skills):
        intent_at = {name: intents.ranges[at][0] + i for i, name in enumerate(named[at])}
        tag_at = {name: tag_labels.ranges[at][0] + i for i, name in enumerate(tag_sets[at])}
        for utterance in capped(skill, settings.cap).train:
            ids, owners = pieces.cut(utterance.tokens)
            if max(owners, default=NOBODY) == NOBODY:
                continue
            own = tags(utterance.frame.slots, len(utterance.tokens))
            words = max(owners) + 1
            found.append(
                Example(
                    at, np.array(ids), np.array(owners), intent_at[utterance.frame.intent],
                    np.array([tag_at[t] for t in own[:words]]),
                )
            )  # fmt: skip
    return found, intents, tag_labels


def capped(skill: Skill, cap: int) -> Skill:
    """A skill with so many training utterances at most, chosen by a hash, and no other split."""
    if len(skill.train) <= cap:
        return skill
    ranked = sorted(skill.train, key=lambda u: number(f"source|{skill.key}|{u.id}"))
    return Skill(skill.name, skill.locale, tuple(ranked[:cap]), (), (), skill.gazetteers)


def batches(
    examples: Sequence[Example], settings: TuningSettings, random: np.random.Generator, steps: int
) -> Iterator[Batch]:
    """Each utterance has a chance that falls with the size of its skill: none drowns the others."""
    sizes = np.bincount([e.skill for e in examples])
    chance = np.array([sizes[e.skill] ** (settings.power - 1.0) for e in examples])
    lengths = np.array([len(e.ids) for e in examples])
    buckets = [np.flatnonzero(lengths == n) for n in np.unique(lengths)]
    weight = np.array([chance[b].sum() for b in buckets])
    for _ in range(steps):
        bucket = buckets[random.choice(len(buckets), p=weight / weight.sum())]
        own = chance[bucket]
        size = min(settings.batch, len(bucket))
        chosen = random.choice(bucket, size, replace=False, p=own / own.sum())
        yield _batch([examples[i] for i in chosen])


def _batch(examples: Sequence[Example]) -> Batch:
    words = [len(e.tags) for e in examples]
    starts = np.cumsum([0, *words])
    total = int(starts[-1])
    rows = [
        np.where(e.owners == NOBODY, total, e.owners + start)
        for e, start in zip(examples, starts[:-1], strict=True)
    ]
    return Batch(
        torch.tensor([e.skill for e in examples]),
        torch.from_numpy(np.stack([e.ids for e in examples])),
        torch.from_numpy(np.concatenate(rows)),
        torch.from_numpy(np.repeat(np.arange(len(examples)), words)),
        torch.tensor([e.intent for e in examples]),
        torch.from_numpy(np.concatenate([e.tags for e in examples])),
    )
