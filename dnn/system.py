"""`dnn-random` and `dnn-mlm`: the network as a system that fits a skill and predicts frames."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from
from safetensors.torch import save as tensors_to
from torch import Tensor

from data_cards import artefact
from data_cards.bio import spans, tag_names, tags
from data_cards.errors import DataError, SkillwiseError
from data_cards.records import Frame, Prediction, Skill, Utterance
from dnn.encoding import Sentences, Vocabulary, number_ngrams
from dnn.network import Network
from dnn.settings import DNNSettings
from dnn.training import TrainingSet, train
from dnn.vectors import RandomVectors, StoreVectors, WordVectors

WEIGHTS, MODEL = "network.safetensors", "model.json"
BATCH = 64
"""Sentences predicted at a time."""


class DNN:
    """The embedding-initialised multitask bi-LSTM.

    Its word vectors stay those of the generic store at `vectors` (a folder that `skillwise
    pretrain` wrote), so that a fitted skill is a pointer to the store and its small network.
    """

    name = "dnn"

    def __init__(self, settings: DNNSettings | None = None, vectors: Path | None = None) -> None:
        self.settings = settings or DNNSettings()
        self.vectors = vectors
        if self.settings.vectors == "store" and vectors is None:
            raise SkillwiseError(
                "the network needs word vectors; name a store, or set vectors=random"
            )
        self._words: WordVectors | None = None
        self._network: Network | None = None

    def fit(self, skill: Skill, seed: int) -> None:
        """Train on `skill.train`; the same skill and seed give the same network."""
        if not skill.train:
            raise SkillwiseError(f"skill {skill.key} has no training utterance; add some")
        torch.manual_seed(seed)
        settings = self.settings
        self._words = self._open_vectors(seed)
        self._seed = seed
        self._intents = list(skill.intents)
        self._tags = tag_names(skill.slot_names)
        vocabulary = Vocabulary.of(skill.train)
        self._ngrams = number_ngrams(vocabulary.words)
        rows, ngrams = self._tables(vocabulary)
        data = TrainingSet(
            Sentences.of(skill.train, vocabulary),
            torch.tensor([self._intents.index(u.frame.intent) for u in skill.train]),
            _tag_ids(skill.train, self._tags),
            rows,
            ngrams,
        )
        network = self._build(self._words.width)
        generator = torch.Generator().manual_seed(seed)
        self._network = train(network, data, settings, generator)

    def predict(self, utterances: Sequence[Utterance]) -> list[Prediction]:
        """The best frame of each utterance, in their order."""
        if not utterances:
            return []
        vocabulary = Vocabulary.of(utterances)
        rows, ngrams = self._tables(vocabulary)
        order = sorted(range(len(utterances)), key=lambda i: len(utterances[i].tokens))
        answers: dict[int, Prediction] = {}
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            batch = [utterances[i] for i in part]
            answers |= zip(part, self._answer(batch, vocabulary, rows, ngrams), strict=True)
        return [answers[i] for i in range(len(utterances))]

    @torch.inference_mode()
    def _answer(
        self, batch: list[Utterance], vocabulary: Vocabulary, rows: Tensor, ngrams: Tensor
    ) -> list[Prediction]:
        network = self._fitted()
        sentences = Sentences.of(batch, vocabulary)
        logits, emissions = network(rows[sentences.rows], ngrams[sentences.rows], sentences.lengths)
        chances, best = logits.softmax(dim=1).max(dim=1)
        paths, tag_chances = network.crf.decode(emissions, sentences.lengths)
        confidences = (chances * tag_chances).tolist()
        return [
            Prediction(
                utterance.id,
                Frame(self._intents[intent], spans([self._tags[i] for i in path])),
                min(1.0, confidence),
            )
            for utterance, intent, path, confidence in zip(
                batch, best.tolist(), paths, confidences, strict=True
            )
        ]

    def save(self, folder: Path) -> None:
        """Write the network and the pointer to its store; no pickle."""
        network = self._fitted()
        store = self._words.store.meta["digest"] if isinstance(self._words, StoreVectors) else None
        model = {
            "intents": self._intents,
            "tags": self._tags,
            "ngrams": list(self._ngrams),
            "width": self._open_words().width,
            "seed": self._seed,
            "store": {"path": str(self.vectors), "digest": store} if store else None,
        }
        state = {k: v.contiguous() for k, v in network.state_dict().items()}
        parts = {WEIGHTS: tensors_to(state), MODEL: artefact.packed(model)}
        artefact.write(folder, self.name, self.settings, parts)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; refuses a store that is not the one it was trained with."""
        saved = artefact.read(folder, cls.name, frozenset({WEIGHTS, MODEL}))
        model = saved.json(MODEL)
        pointer = model["store"]
        system = cls(saved.settings_as(DNNSettings), Path(pointer["path"]) if pointer else None)
        system._restore(model, folder)
        try:
            system._fitted().load_state_dict(tensors_from(saved.parts[WEIGHTS]))
        except (RuntimeError, SafetensorError) as error:
            raise DataError(
                folder / WEIGHTS, None, f"does not fit ({error})", "fit and save it again"
            ) from None
        return system

    def _restore(self, model: Mapping[str, Any], folder: Path) -> None:
        self._intents, self._tags = model["intents"], model["tags"]
        self._ngrams = {gram: i for i, gram in enumerate(model["ngrams"], 1)}
        self._seed = model["seed"]
        self._words = self._open_vectors(self._seed)
        if isinstance(self._words, StoreVectors):
            found, wanted = self._words.store.meta["digest"], model["store"]["digest"]
            if found != wanted:
                raise DataError(
                    folder / MODEL, None, f"was trained with store {wanted[:12]}, not {found[:12]}",
                    f"put that store back at {self.vectors}",
                )  # fmt: skip
        self._network = self._build(model["width"]).eval()

    def _build(self, width: int) -> Network:
        return Network(self.settings, width, len(self._ngrams), self._intents, self._tags)

    def _open_vectors(self, seed: int) -> WordVectors:
        norm = self.settings.vector_norm
        if self.settings.vectors == "random":
            return RandomVectors(seed, norm)
        assert self.vectors is not None  # the constructor refused that
        return StoreVectors.open(self.vectors, norm)

    def _open_words(self) -> WordVectors:
        if self._words is None:
            raise SkillwiseError("the network is not fitted; call fit first")
        return self._words

    def _fitted(self) -> Network:
        if self._network is None:
            raise SkillwiseError("the network is not fitted; call fit first")
        return self._network

    def _tables(self, vocabulary: Vocabulary) -> tuple[Tensor, Tensor]:
        """Word vectors (rows, width) and n-gram ids (rows, grams) of a vocabulary; row 0 pads."""
        vectors = self._open_words().vectors(vocabulary.words)
        padding = np.zeros((1, vectors.shape[1]), dtype=np.float32)
        return torch.from_numpy(np.concatenate([padding, vectors])), vocabulary.ngrams(self._ngrams)


def _tag_ids(utterances: Sequence[Utterance], names: Sequence[str]) -> Tensor:
    """(utterances, words) tag ids, 0 = O at the padding."""
    ids = {name: i for i, name in enumerate(names)}
    longest = max(len(u.tokens) for u in utterances)
    out = torch.zeros(len(utterances), longest, dtype=torch.long)
    for row, utterance in zip(out, utterances, strict=True):
        found = tags(utterance.frame.slots, len(utterance.tokens))
        row[: len(found)] = torch.tensor([ids[t] for t in found])
    return out
