"""A skill's training utterances as tensors, and the batches that are cut from them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from data_cards.bio import tags
from data_cards.folds import folds
from data_cards.lexicon import jackknifed
from data_cards.records import Frame, Skill, Slot, Utterance
from dnn.inputs.encoding import Sentences, Vocabulary
from dnn.inputs.reader import Reader
from dnn.inputs.wide import WideTags
from dnn.layers.network import Answers, Batch
from dnn.settings import DNNSettings

CATALOG_HOLDOUT = 0.3
"""Share of catalog values hidden from each fold in training: users say others than are listed."""

SWAP = 0.7
"""Chance that a copy of an utterance has another value in a slot."""


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """The encoded training utterances of a skill, and copies of them with swapped values."""

    reader: Reader
    """Of the skill, with the wide tag features that its training utterances show."""
    vocabulary: Vocabulary
    sentences: Sentences
    intents: Tensor  # (utterances,)
    tags: Tensor  # (utterances, words), 0 = O also at the padding
    vectors: Tensor  # (rows, width) of the vocabulary's words, row 0 pads
    ngrams: Tensor  # (rows, grams)
    originals: int
    """Utterances that are no copies: how long to train is counted by them."""

    def __len__(self) -> int:
        return len(self.intents)

    def batch(self, indices: Tensor) -> tuple[Batch, Answers]:
        """What `Network.loss` takes, for some of the utterances."""
        batch = self.sentences.take(indices).batch(self.vectors, self.ngrams)
        tag_ids = self.tags[indices, : len(batch.words)].t().contiguous()
        return batch, Answers(self.intents[indices], tag_ids)


def training_set(skill: Skill, reader: Reader, settings: DNNSettings, seed: int) -> TrainingSet:
    """Encode `skill.train`; each utterance reads what is known without its own fold.

    `settings.swaps` copies of each have other values in their slots; with `settings.wide_tags` the
    features that reach the tags directly are numbered too, in the `reader` of what is returned.
    """
    vocabulary = Vocabulary.of(skill.train)
    fold_of = folds(skill.train, settings.lexicon_folds, seed)
    copies = swapped(skill.train, fold_of, seed, settings.swaps) if settings.swaps else []
    train = [*skill.train, *(copy for _, copy in copies)]
    said: list[list[list[str]]] = [[] for _ in train]
    if reader.marks:
        lexicons = jackknifed(skill, fold_of, seed, CATALOG_HOLDOUT)
        known = [*lexicons, *(lexicons[original] for original, _ in copies)]
        said = [reader.said(u, lexicon) for u, lexicon in zip(train, known, strict=True)]
    states = reader.read(train, torch.float16)
    sentences = reader.sentences(train, vocabulary, said, states)
    if settings.wide_tags:
        found = reader.features(train, said)
        numbered = WideTags.of(found)
        reader = replace(reader, wide_tags=numbered)
        sentences = replace(sentences, wide_tags=numbered.encode(found))
    vectors, ngrams = reader.tables(vocabulary)
    numbers = {intent: i for i, intent in enumerate(reader.intents)}
    return TrainingSet(
        reader, vocabulary, sentences, torch.tensor([numbers[u.frame.intent] for u in train]),
        tag_ids(train, reader.tags), vectors, ngrams, len(skill.train),
    )  # fmt: skip


def swapped(
    train: Sequence[Utterance], fold_of: Sequence[int], seed: int, copies: int
) -> list[tuple[int, Utterance]]:
    """Copies with slot values of other utterances (Dai and Adel 2020, "mention replacement").

    -> the index of the original and the copy; at most `copies` of an utterance, those left out that
    came out like it. Values come from the utterance's own fold (`fold_of` names that of each): what
    its jackknifed lexicon is blind to it stays blind to.
    """
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
