"""The slot tagger: a linear-chain conditional random field, trained and decoded by crfsuite."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pycrfsuite
from pydantic import BaseModel, ConfigDict, Field

from data_cards import bio
from data_cards.records import Slot

TokenRow = list[list[str]]
"""Feature names of each word of an utterance."""


class CrfSettings(BaseModel):
    """How a CRF is trained (L-BFGS; OWL-QN where `c1` is above 0)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    c1: float = Field(0.0, ge=0, description="strength of L1, which drops features altogether")
    c2: float = Field(0.1, ge=0, description="strength of L2")
    iterations: int = Field(100, ge=1, description="most passes over the training utterances")
    unseen_transitions: bool = Field(
        True, description="weigh pairs of tags that training never shows, e.g. O before I-city"
    )


@dataclass(frozen=True, eq=False)
class SlotTagger:
    """The most probable tags of an utterance under the CRF.

    crfsuite knows tags by their number, so that a slot may have any name; without slots in
    training (`model` empty) every word is outside.
    """

    tags: tuple[str, ...]
    model: bytes

    @classmethod
    def fit(
        cls, rows: Sequence[TokenRow], slots: Sequence[Sequence[Slot]], settings: CrfSettings
    ) -> "SlotTagger":
        """Train on the features and gold slots of each utterance."""
        tags = tuple(bio.tag_names(sorted({slot.name for found in slots for slot in found})))
        if len(tags) == 1:
            return cls(tags, b"")
        trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
        trainer.set_params(
            {
                "c1": settings.c1,
                "c2": settings.c2,
                "max_iterations": settings.iterations,
                "feature.possible_transitions": settings.unseen_transitions,
            }
        )
        numbers = {tag: str(number) for number, tag in enumerate(tags)}
        for row, found in zip(rows, slots, strict=True):
            trainer.append(row, [numbers[tag] for tag in bio.tags(found, len(row))])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            trainer.train(str(path))
            return cls(tags, path.read_bytes())

    def tag(self, row: TokenRow) -> tuple[list[str], float]:
        """The tags of an utterance and the probability of just this sequence."""
        if self._crf is None:
            return [bio.OUTSIDE] * len(row), 1.0
        numbers = self._crf.tag(row)
        return [self.tags[int(n)] for n in numbers], self._crf.probability(numbers)

    def slots(self, row: TokenRow) -> tuple[tuple[Slot, ...], float]:
        """The slots of an utterance and the probability of its tag sequence."""
        tags, probability = self.tag(row)
        return bio.spans(tags), min(1.0, max(0.0, probability))

    def evidence(self, features: Sequence[str], tag: str) -> list[tuple[str, float]]:
        """The weights of a word's features for a tag, heaviest first."""
        number = str(self.tags.index(tag))
        known, _ = self._weights
        found = [(name, known[name, number]) for name in features if (name, number) in known]
        return sorted(found, key=lambda f: (-abs(f[1]), f[0]))

    def transition(self, previous: str, tag: str) -> float:
        """The weight of `tag` after `previous`."""
        _, known = self._weights
        return known.get((str(self.tags.index(previous)), str(self.tags.index(tag))), 0.0)

    @cached_property
    def _crf(self) -> pycrfsuite.Tagger | None:
        if not self.model:
            return None
        crf = pycrfsuite.Tagger()
        crf.open_inmemory(self.model)
        return crf

    @cached_property
    def _weights(self) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
        if self._crf is None:
            return {}, {}
        dump = self._crf.info()
        return dump.state_features, dump.transitions
