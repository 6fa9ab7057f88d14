"""An engine of your own in the same table: the nearest neighbour, with settings.

    python examples/nearest_engine.py
    skillwise compare --data examples/skills --system nearest_engine:Nearest

The answer to an utterance is that of the training utterance nearest by tf-idf of its character
n-grams; its slot values are looked up among the words that filled that slot in training. The first
line above compares it from here, the second from the command line, in the folder of this file.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field
from sklearn.feature_extraction.text import TfidfVectorizer

import evaluation as ev
from data_cards.records import Frame, Prediction, Skill, Slot, Utterance


class NearestSettings(BaseModel):
    """What `--set nearest_engine:Nearest.key=value` and ablations may change."""

    model_config = ConfigDict(extra="forbid", frozen=True)  # an unknown key is refused

    longest: int = Field(4, ge=1, description="longest character n-gram that is compared")
    slots: bool = Field(True, description="whether slot values are looked up")


class Nearest:
    """What `skillwise` asks of a system: fit, predict, save, load; and `Settings`, if it has some.

    A constructor with a parameter `vectors` is handed the path of the vector store of the skill's
    language, which this engine does not need.
    """

    Settings = NearestSettings

    def __init__(self, settings: NearestSettings) -> None:
        self.settings = settings
        self.sentences: list[str] = []
        self.intents: list[str] = []
        self.values: dict[str, str] = {}

    def fit(self, skill: Skill, seed: int) -> None:
        """Keep the training sentences and slot values. Nothing here depends on the seed."""
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
        """One prediction per utterance, in their order. The frames that come in are blank."""
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
        content = {
            "settings": self.settings.model_dump(),
            "sentences": self.sentences,
            "intents": self.intents,
            "values": self.values,
        }
        (folder / "nearest.json").write_text(json.dumps(content), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read back what `save` wrote."""
        content = json.loads((folder / "nearest.json").read_text("utf-8"))
        made = cls(NearestSettings(**content["settings"]))
        made.sentences, made.intents = content["sentences"], content["intents"]
        made.values = content["values"]
        made._index()
        return made

    def _index(self) -> None:
        self.tfidf = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(1, self.settings.longest), sublinear_tf=True
        )
        self.known = self.tfidf.fit_transform(self.sentences)

    def _slots(self, utterance: Utterance) -> tuple[Slot, ...]:
        """The longest known values from left to right: half-open token indices, no overlap."""
        if not self.settings.slots:
            return ()
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


if __name__ == "__main__":
    skills = Path(__file__).parent / "skills"
    run = ev.compare(["maxent-crf", Nearest], data=skills, out="runs/nearest", jobs=1)
    print(run.headline, "\n")
    found = ev.ablate(
        {
            "base": {"system": Nearest, "data": [skills]},
            "change": [
                {"name": "two letters", "set": {"longest": 2}},
                {"name": "no slots", "set": {"slots": False}},
            ],
        },
        out="runs/ablations/nearest", jobs=1,
    )  # fmt: skip
    print(found)
