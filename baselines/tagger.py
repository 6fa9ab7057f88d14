"""The slot tagger: a linear-chain conditional random field, trained and decoded by crfsuite."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import pycrfsuite
from pydantic import BaseModel, ConfigDict, Field
from sklearn.utils import check_consistent_length
from sklearn_crfsuite import CRF

from data_cards import bio
from data_cards.records import Slot

TokenRow = list[list[str]]
"""Feature names of each word of an utterance."""


class CrfSettings(BaseModel):
    """How a CRF is trained (L-BFGS; OWL-QN where `c1` is above 0)."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    c1: float = Field(0.0, ge=0, description="strength of L1, which drops features altogether")
    c2: float = Field(0.1, ge=0, description="strength of L2")
    iterations: int = Field(100, ge=1, description="most passes over the training utterances")
    unseen_transitions: bool = Field(
        True, description="weigh pairs of tags that training never shows, e.g. O before I-city"
    )

    def parameters(self) -> dict[str, Any]:
        """The parameters of a `SlotTagger`, which bear crfsuite's names."""
        return {
            "c1": self.c1,
            "c2": self.c2,
            "max_iterations": self.iterations,
            "all_possible_transitions": self.unseen_transitions,
        }


class SlotTagger(CRF):  # type: ignore[misc]  # sklearn-crfsuite publishes no types
    """The most probable tags of an utterance under the CRF, as a scikit-learn estimator.

    crfsuite knows tags by their number, so that a slot may have any name: what is inherited speaks
    of numbers where it names labels (`state_features_`, `predict_marginals`). Without slots in
    training (`model_` empty) every word is outside.

    The trained model is held as the bytes of crfsuite's own file. The base class would keep a
    temporary file, and a descriptor of it, for as long as the tagger lives.
    """

    tags_: tuple[str, ...]
    model_: bytes

    def __init__(
        self,
        c1: float = 0.0,
        c2: float = 0.1,
        max_iterations: int = 100,
        all_possible_transitions: bool = True,
    ) -> None:
        super().__init__(
            algorithm="lbfgs",
            c1=c1,
            c2=c2,
            max_iterations=max_iterations,
            all_possible_transitions=all_possible_transitions,
        )

    @classmethod
    def of(cls, tags: tuple[str, ...], model: bytes) -> Self:
        """A fitted tagger from its parts; which parameters trained them is not known."""
        made = cls()
        made.tags_, made.model_ = tags, model
        return made

    def fit(self, rows: Sequence[TokenRow], tags: Sequence[Sequence[str]]) -> Self:
        """Train on the features and the BIO tags of each word of each utterance."""
        check_consistent_length(rows, tags)  # the base class would drop what is too long
        slots = {slot.name for row in tags for slot in bio.spans(row)}
        self.tags_ = tuple(bio.tag_names(sorted(slots)))
        self.model_ = b""
        if slots:
            numbers = {tag: str(number) for number, tag in enumerate(self.tags_)}
            super().fit(rows, [[numbers[tag] for tag in row] for row in tags])
            self.model_ = Path(self.modelfile.name).read_bytes()
            self.modelfile.cleanup()
        self._tagger = None  # what the base class opened of an earlier training
        return self

    @property
    def tagger_(self) -> pycrfsuite.Tagger | None:
        """crfsuite's tagger over `model_`, which the base class predicts with."""
        if self._tagger is None and self.model_:
            crf = pycrfsuite.Tagger()
            crf.open_inmemory(self.model_)
            self._tagger, self._info_cached = crf, None  # both are of `model_`, or neither
        return self._tagger

    def tag(self, row: TokenRow) -> tuple[list[str], float]:
        """The tags of an utterance and the probability of just this sequence."""
        crf = self.tagger_
        if crf is None:
            return [bio.OUTSIDE] * len(row), 1.0
        numbers = crf.tag(row)
        return [self.tags_[int(n)] for n in numbers], crf.probability(numbers)

    def predict_single(self, row: TokenRow) -> list[str]:
        """The tags of one utterance."""
        if self.tagger_ is None:
            return [bio.OUTSIDE] * len(row)
        return [self.tags_[int(n)] for n in super().predict_single(row)]

    def slots(self, row: TokenRow) -> tuple[tuple[Slot, ...], float]:
        """The slots of an utterance and the probability of its tag sequence."""
        tags, probability = self.tag(row)
        return bio.spans(tags), min(1.0, max(0.0, probability))

    def evidence(self, features: Sequence[str], tag: str) -> list[tuple[str, float]]:
        """The weights of a word's features for a tag, heaviest first."""
        number = str(self.tags_.index(tag))
        known = self.state_features_ or {}
        found = [(name, known[name, number]) for name in features if (name, number) in known]
        return sorted(found, key=lambda f: (-abs(f[1]), f[0]))

    def transition(self, previous: str, tag: str) -> float:
        """The weight of `tag` after `previous`."""
        pair = str(self.tags_.index(previous)), str(self.tags_.index(tag))
        return float((self.transition_features_ or {}).get(pair, 0.0))
