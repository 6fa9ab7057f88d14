"""A skill's training utterances as tensors, and the batches that are cut from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from data_cards.bio import tags
from data_cards.lexicon import jackknifed
from data_cards.records import Skill, Utterance
from dnn.encoding import Sentences, Vocabulary
from dnn.network import Answers, Batch
from dnn.wide import WideFeatures

CATALOG_HOLDOUT = 0.3
"""Share of catalog values hidden from each fold in training: users say others than are listed."""


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """The encoded training utterances of a skill."""

    sentences: Sentences
    intents: Tensor  # (utterances,)
    tags: Tensor  # (utterances, words), 0 = O also at the padding
    vectors: Tensor  # (rows, 300) word vectors, row 0 pads
    ngrams: Tensor  # (rows, grams)

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
    return Batch(
        words, inside.to(vectors.dtype), vectors[distinct], ngrams[distinct], marks, sentences.wide
    )


def training_set(
    skill: Skill, vocabulary: Vocabulary, vectors: Tensor, ngrams: Tensor,
    intents: Sequence[str], tag_names: Sequence[str], marks: Mapping[str, int],
    wide: WideFeatures | None, n_folds: int, seed: int,
) -> TrainingSet:  # fmt: skip
    """Encode `skill.train`; each utterance reads what is known without its own fold."""
    lexicons = jackknifed(skill, n_folds, seed, CATALOG_HOLDOUT) if marks else []
    sentences = Sentences.of(skill.train, vocabulary, lexicons, marks)
    if wide is not None:
        sentences = replace(sentences, wide=wide.encode(skill.train))
    numbers = {intent: i for i, intent in enumerate(intents)}
    return TrainingSet(
        sentences,
        torch.tensor([numbers[u.frame.intent] for u in skill.train]),
        tag_ids(skill.train, tag_names),
        vectors,
        ngrams,
    )


def tag_ids(utterances: Sequence[Utterance], names: Sequence[str]) -> Tensor:
    """(utterances, words) tag ids, 0 = O at the padding."""
    ids = {name: i for i, name in enumerate(names)}
    longest = max(len(u.tokens) for u in utterances)
    out = torch.zeros(len(utterances), longest, dtype=torch.long)
    for row, utterance in zip(out, utterances, strict=True):
        found = tags(utterance.frame.slots, len(utterance.tokens))
        row[: len(found)] = torch.tensor([ids[t] for t in found])
    return out
