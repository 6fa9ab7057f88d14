"""An engine of somebody's own, in a module: it has settings and asks for vectors."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from toy_systems import Memory

from data_cards.records import Frame, Skill, Utterance
from pretrain.store.vector_store import VectorStore


class OwnSettings(BaseModel):
    """Settings of the engine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slots: bool = Field(True, description="whether it answers slots")


class Own(Memory):
    """Remembers words as `Memory` does, if the store knows a word at all."""

    Settings = OwnSettings

    def __init__(self, settings: OwnSettings | None = None, vectors: Path | None = None) -> None:
        super().__init__()
        self.slotted = (settings or OwnSettings()).slots
        self.store = str(vectors)

    def fit(self, skill: Skill, seed: int) -> None:
        """Fit on what the store of the skill's language knows."""
        super().fit(skill, seed)
        known = VectorStore.open(Path(self.store))
        self.slots = {word: name for word, name in self.slots.items() if known.rows([word])[0] >= 0}

    def answer(self, utterance: Utterance) -> Frame:
        """The frame, without its slots where the settings say so."""
        found = super().answer(utterance)
        return found if self.slotted else Frame(found.intent)
