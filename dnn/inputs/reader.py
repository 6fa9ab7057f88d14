"""How a skill's network reads utterances: its numbering of words, features, intents and tags."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from data_cards.bio import spans, tag_names
from data_cards.lexicon import Lexicon
from data_cards.records import Frame, Skill, Utterance
from dnn.inputs.contexts import Contexts, States
from dnn.inputs.encoding import Sentences, Vocabulary, matches, number_marks, number_ngrams
from dnn.inputs.vectors import WordVectors
from dnn.inputs.wide import Named, WideFeatures, WideTags, word_features
from dnn.layers.network import Batch, Heads, Network, Trunk, Widths
from dnn.settings import DNNSettings

BATCH = 64
"""Sentences predicted at a time."""

READ = 16 * BATCH
"""Sentences that an encoder reads at a time: it is fastest on many of one length."""


@dataclass(frozen=True)
class Reader:
    """Turns the utterances of a skill into batches, and the network's choices into frames."""

    intents: Sequence[str]
    tags: Sequence[str]
    lexicon: Lexicon
    marks: Mapping[str, int]
    """What the lexicon may say, numbered from 1; empty where it is not looked into."""
    ngrams: Mapping[str, int]
    """Character n-grams, numbered from 1."""
    words: WordVectors
    wide: WideFeatures | None = None
    wide_tags: WideTags | None = None
    """None until `training_set` has numbered what its jackknifed lexicons say, or without any."""
    case: bool = True
    """Whether the wide tag features tell how words are written."""
    contexts: Contexts | None = None
    """The encoder that reads words in their sentences, where the settings ask for one."""

    @classmethod
    def of(
        cls, skill: Skill, settings: DNNSettings, words: WordVectors,
        contexts: Contexts | None = None,
    ) -> "Reader":  # fmt: skip
        """Number what the training utterances of a skill show."""
        lexicon = Lexicon.of(skill.train, skill.gazetteers)
        return cls(
            list(skill.intents), tag_names(skill.slot_names), lexicon, _marks(lexicon, settings),
            number_ngrams(Vocabulary.of(skill.train).words), words,
            WideFeatures.of(skill.train) if settings.wide else None, case=settings.wide_case,
            contexts=contexts,
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads; but for the words and the idf of the wide features."""
        return {
            "intents": list(self.intents),
            "tags": list(self.tags),
            "values": {k: sorted(map(list, v)) for k, v in self.lexicon.values.items()},
            "ngrams": list(self.ngrams),
            "wide": list(self.wide.rows) if self.wide is not None else None,
            "wide_tags": list(self.wide_tags.rows) if self.wide_tags is not None else None,
        }

    @classmethod
    def from_json(
        cls, value: Mapping[str, Any], idf: Sequence[float] | None, settings: DNNSettings,
        words: WordVectors, contexts: Contexts | None = None,
    ) -> "Reader":  # fmt: skip
        """The inverse of `as_json`; raises `KeyError` or `TypeError` where a part is missing."""
        lexicon = Lexicon(
            {slot: frozenset(map(tuple, values)) for slot, values in value["values"].items()}
        )
        wide, tags = value["wide"], value["wide_tags"]
        return cls(
            list(value["intents"]), list(value["tags"]), lexicon, _marks(lexicon, settings),
            {gram: i for i, gram in enumerate(value["ngrams"], 1)}, words,
            WideFeatures.named(wide, idf) if wide is not None and idf is not None else None,
            WideTags.named(tags) if tags is not None else None, settings.wide_case, contexts,
        )  # fmt: skip

    def heads(self, trunk: Trunk) -> Heads:
        """Untrained output layers over a trunk, for what this reader numbers."""
        wide = len(self.wide.rows) if self.wide is not None else 0
        wide_tags = len(self.wide_tags.rows) if self.wide_tags is not None else 0
        return Heads(trunk, len(self.marks), wide, self.intents, self.tags, wide_tags)

    def network(self, settings: DNNSettings, width: int) -> Network:
        """An untrained network of what this reader numbers, on word vectors of this width."""
        trunk = Trunk(settings, self.widths(width), len(self.ngrams))
        return Network(trunk, self.heads(trunk))

    def widths(self, vector: int) -> Widths:
        """What a trunk reads of words and sentences, on word vectors of this width."""
        if self.contexts is None:
            return Widths(vector)
        return Widths(vector, self.contexts.width, self.contexts.sentence_width)

    def extended(self, grams: Sequence[str]) -> "Reader":
        """The reader that knows more character n-grams, numbered after its own."""
        more = {gram: i for i, gram in enumerate(grams, len(self.ngrams) + 1)}
        return replace(self, ngrams={**self.ngrams, **more})

    def tables(self, vocabulary: Vocabulary) -> tuple[Tensor, Tensor]:
        """Word vectors (rows, width) and n-gram ids (rows, grams) of a vocabulary; row 0 pads."""
        vectors = self.words.vectors(vocabulary.words)
        padding = np.zeros((1, vectors.shape[1]), dtype=np.float32)
        return torch.from_numpy(np.concatenate([padding, vectors])), vocabulary.ngrams(self.ngrams)

    def said(self, utterance: Utterance, lexicon: Lexicon | None = None) -> list[list[str]]:
        """What the reader's lexicon, or another, says of each word; [] where none is asked."""
        return matches(utterance, lexicon or self.lexicon) if self.marks else []

    def features(self, utterances: Sequence[Utterance], said: Sequence[Named]) -> list[Named]:
        """Names of the wide tag features of each word of each utterance."""
        return [
            word_features(u, heard, self.case) for u, heard in zip(utterances, said, strict=True)
        ]

    def sentences(
        self, utterances: Sequence[Utterance], vocabulary: Vocabulary, said: Sequence[Named],
        states: States | None = None,
    ) -> Sentences:  # fmt: skip
        """Encode utterances whose words the vocabulary has; `said` as `said` gives it, `states` as
        `contexts` reads them."""
        found = Sentences.of(utterances, vocabulary, said, self.marks)
        found = replace(found, states=states)
        if self.wide is not None:
            found = replace(found, wide=self.wide.encode(utterances))
        if self.wide_tags is not None:
            found = replace(found, wide_tags=self.wide_tags.encode(self.features(utterances, said)))
        return found

    def batches(self, utterances: Sequence[Utterance]) -> Iterator[tuple[list[int], Batch]]:
        """Batches of utterances of about one length, each with their places in `utterances`."""
        if not utterances:
            return
        vocabulary = Vocabulary.of(utterances)
        vectors, ngrams = self.tables(vocabulary)
        order = sorted(range(len(utterances)), key=lambda i: len(utterances[i].tokens))
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            asked = [utterances[i] for i in part]
            if start % READ == 0:
                states = self.read([utterances[i] for i in order[start : start + READ]])
            at = torch.arange(start % READ, start % READ + len(part))
            own = states.take(at) if states is not None else None
            sentences = self.sentences(asked, vocabulary, [self.said(u) for u in asked], own)
            yield part, sentences.batch(vectors, ngrams)

    def read(
        self, utterances: Sequence[Utterance], kind: torch.dtype = torch.float32
    ) -> States | None:
        """What the encoder says of utterances, kept as `kind`; None where none is asked."""
        return self.contexts.read(utterances, kind) if self.contexts is not None else None

    def frames(self, intents: Sequence[int], paths: Sequence[Sequence[int]]) -> list[Frame]:
        """The frames of chosen intents and of the tags along chosen paths, by their numbers."""
        return [
            Frame(self.intents[intent], spans([self.tags[i] for i in path]))
            for intent, path in zip(intents, paths, strict=True)
        ]


def _marks(lexicon: Lexicon, settings: DNNSettings) -> dict[str, int]:
    return number_marks(lexicon.values) if settings.gazetteers else {}
