"""An outside engine for `skillwise compare --system nearest_engine:Nearest`: the nearest neighbour.

The answer to an utterance is that of the training utterance nearest by tf-idf of its words and
character n-grams; its slot values are looked up among the words that filled that slot in training.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from sklearn.feature_extraction.text import TfidfVectorizer

from data_cards.records import Frame, Prediction, Skill, Slot, Utterance


class Nearest:
    """What `skillwise` asks of a system: fit, predict, save, load; made without arguments."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.intents: list[str] = []
        self.values: dict[str, str] = {}

    def fit(self, skill: Skill, seed: int) -> None:
        """Keep the training sentences and slot values. Nothing here hangs on the seed."""
        self.sentences = [" ".join(u.tokens).lower() for u in skill.train]
        self.intents = [u.frame.intent for u in skill.train]
        self.values = {
            value.lower(): name for name, values in skill.gazetteers.items() for value in values
        }
        for utterance in skill.train:
            for slot in utterance.frame.slots:
                self.values[" ".join(utterance.words(slot)).lower()] = slot.name
        self._index()

    def predict(self, utterances: Sequence[Utterance]) -> list[Prediction]:
        """One prediction an utterance, in their order. The frames that come in are blank."""
        if not utterances:
            return []
        asked = self.tfidf.transform(" ".join(u.tokens).lower() for u in utterances)
        likeness = (asked @ self.known.T).toarray()  # (utterances, training sentences)
        nearest = likeness.argmax(axis=1)
        return [
            Prediction(u.id, Frame(self.intents[best], self._slots(u)), min(1.0, float(row[best])))
            for u, best, row in zip(utterances, nearest, likeness, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Everything `load` needs; its size is the model_bytes of the table."""
        content = {"sentences": self.sentences, "intents": self.intents, "values": self.values}
        (folder / "nearest.json").write_text(json.dumps(content), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read back what `save` wrote."""
        made = cls()
        content = json.loads((folder / "nearest.json").read_text("utf-8"))
        made.sentences, made.intents = content["sentences"], content["intents"]
        made.values = content["values"]
        made._index()
        return made

    def _index(self) -> None:
        self.tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True)
        self.known = self.tfidf.fit_transform(self.sentences)

    def _slots(self, utterance: Utterance) -> tuple[Slot, ...]:
        """The longest known values from left to right: half-open token indices, no overlap."""
        words = [token.lower() for token in utterance.tokens]
        found, start = [], 0
        while start < len(words):
            end = len(words)
            while end > start and " ".join(words[start:end]) not in self.values:
                end -= 1
            if end > start:
                found.append(Slot(self.values[" ".join(words[start:end])], start, end))
            start = max(end, start + 1)
        return tuple(found)
