"""A skill's training utterances as tensors, and the batches that are cut from them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from data_cards.bio import tags
from data_cards.folds import folds
from data_cards.lexicon import jackknifed
from data_cards.records import Frame, Skill, Slot, Utterance
from dnn.inputs.encoding import Sentences, Vocabulary, matches
from dnn.inputs.wide import WideFeatures, WideTags, word_features
from dnn.layers.network import Answers, Batch

CATALOG_HOLDOUT = 0.3
"""Share of catalog values hidden from each fold in training: users say others than are listed."""

SWAP = 0.7
"""Chance that a copy of an utterance has another value in a slot."""


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """The encoded training utterances of a skill, and copies of them with swapped values."""

    sentences: Sentences
    intents: Tensor  # (utterances,)
    tags: Tensor  # (utterances, words), 0 = O also at the padding
    vectors: Tensor  # (rows, 300) word vectors, row 0 pads
    ngrams: Tensor  # (rows, grams)
    originals: int
    """Utterances that are no copies: how long to train is counted by them."""
    wide_tags: WideTags | None = None

    def __len__(self) -> int:
        return len(self.intents)

    def batch(self, indices: Tensor) -> tuple[Batch, Answers]:
        """What `Network.loss` takes, for some of the utterances."""
        batch = batch_of(self.sentences.take(indices), self.vectors, self.ngrams)
        tag_ids = self.tags[indices, : len(batch.words)].t().contiguous()
        return batch, Answers(self.intents[indices], tag_ids)


def batch_of(sentences: Sentences, vectors: Tensor, ngrams: Tensor) -> Batch:
    """Sentences as the network reads them; tables have a row for each word of the vocabulary."""
    distinct, words = torch.unique(sentences.rows.t(), return_inverse=True)
    inside = torch.arange(len(words)).unsqueeze(1) < sentences.lengths
    marks = sentences.marks.transpose(0, 1).contiguous()
    tags = sentences.wide_tags
    return Batch(
        words, inside.to(vectors.dtype), vectors[distinct], ngrams[distinct], marks,
        sentences.wide, None if tags is None else tags.transpose(0, 1).contiguous(),
    )  # fmt: skip


def training_set(
    skill: Skill, vocabulary: Vocabulary, vectors: Tensor, ngrams: Tensor,
    intents: Sequence[str], tag_names: Sequence[str], marks: Mapping[str, int],
    wide: WideFeatures | None, n_folds: int, seed: int,
    swaps: int = 0, wide_tags: bool = False, case: bool = True,
) -> TrainingSet:  # fmt: skip
    """Encode `skill.train`; each utterance reads what is known without its own fold.

    `swaps` copies of each have other values in their slots; with `wide_tags` the features that
    reach the tags directly are numbered and encoded too, `case` among them.
    """
    copies = swapped(skill.train, n_folds, seed, swaps) if swaps else []
    train = [*skill.train, *(copy for _, copy in copies)]
    said: list[list[list[str]]] = [[] for _ in train]
    if marks:
        lexicons = jackknifed(skill, n_folds, seed, CATALOG_HOLDOUT)
        known = [*lexicons, *(lexicons[original] for original, _ in copies)]
        said = [matches(u, lexicon) for u, lexicon in zip(train, known, strict=True)]
    sentences = Sentences.of(train, vocabulary, said, marks)
    if wide is not None:
        sentences = replace(sentences, wide=wide.encode(train))
    features = None
    if wide_tags:
        found = [word_features(u, heard, case) for u, heard in zip(train, said, strict=True)]
        features = WideTags.of(found)
        sentences = replace(sentences, wide_tags=features.encode(found))
    numbers = {intent: i for i, intent in enumerate(intents)}
    return TrainingSet(
        sentences,
        torch.tensor([numbers[u.frame.intent] for u in train]),
        tag_ids(train, tag_names),
        vectors,
        ngrams,
        len(skill.train),
        features,
    )


def swapped(
    train: Sequence[Utterance], n_folds: int, seed: int, copies: int
) -> list[tuple[int, Utterance]]:
    """Copies with slot values of other utterances (Dai and Adel 2020, "mention replacement").

    -> the index of the original and the copy; at most `copies` of an utterance, those left out that
    came out like it. Values come from the utterance's own fold: what its jackknifed lexicon is
    blind to it stays blind to.
    """
    fold_of = folds(train, n_folds, seed)
    values: dict[tuple[int, str], list[tuple[str, ...]]] = defaultdict(list)
    for fold, utterance in zip(fold_of, train, strict=True):
        for slot in utterance.frame.slots:
            values[fold, slot.name].append(utterance.words(slot))
    draws = np.random.default_rng(seed)
    found = []
    for i, (fold, utterance) in enumerate(zip(fold_of, train, strict=True)):
        choices = [values[fold, slot.name] for slot in utterance.frame.slots]
        for _ in range(copies if choices else 0):
            copy = _refilled(utterance, choices, draws)
            if copy.tokens != utterance.tokens:
                found.append((i, copy))
    return found


def _refilled(
    utterance: Utterance,
    choices: Sequence[Sequence[tuple[str, ...]]],
    draws: np.random.Generator,
) -> Utterance:
    """The utterance with a value drawn for some of its slots; `choices` has the values of each."""
    tokens: list[str] = []
    slots, end = [], 0
    for slot, choice in zip(utterance.frame.slots, choices, strict=True):
        tokens += utterance.tokens[end : slot.start]
        value = utterance.words(slot)
        if draws.random() < SWAP:
            value = choice[int(draws.integers(len(choice)))]
        slots.append(Slot(slot.name, len(tokens), len(tokens) + len(value)))
        tokens += value
        end = slot.end
    tokens += utterance.tokens[end:]
    frame = Frame(utterance.frame.intent, tuple(slots))
    return Utterance(utterance.id, tuple(tokens), frame, "", utterance.template)


def tag_ids(utterances: Sequence[Utterance], names: Sequence[str]) -> Tensor:
    """(utterances, words) tag ids, 0 = O at the padding."""
    ids = {name: i for i, name in enumerate(names)}
    longest = max(len(u.tokens) for u in utterances)
    out = torch.zeros(len(utterances), longest, dtype=torch.long)
    for row, utterance in zip(out, utterances, strict=True):
        found = tags(utterance.frame.slots, len(utterance.tokens))
        row[: len(found)] = torch.tensor([ids[t] for t in found])
    return out
