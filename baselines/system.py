"""What both baselines share: a system that predicts, explains, saves and loads its `Model`."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

from baselines.explain import Explanation
from baselines.features import IntentGroups, TokenGroups
from baselines.model import PARTS, Model
from data_cards import artefact
from data_cards.errors import SkillwiseError
from data_cards.records import Prediction, Skill, Utterance


class LinearSettings(BaseModel):
    """The settings that every linear system has: what it sees of an utterance."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    intent: IntentGroups = Field(
        IntentGroups(), description="feature groups of the intent classifier"
    )
    token: TokenGroups = Field(TokenGroups(), description="feature groups of the slot tagger")


class LinearSystem(ABC):
    """A system whose fitted state is one `Model`; a subclass says how it is trained."""

    name: ClassVar[str]
    Settings: ClassVar[type[LinearSettings]]

    def __init__(self, settings: LinearSettings) -> None:
        self.settings = settings
        self._model: Model | None = None

    @abstractmethod
    def trained(self, skill: Skill, seed: int) -> Model:
        """A model trained on the skill's training utterances, of which there is one at least."""

    def fit(self, skill: Skill, seed: int) -> None:
        """Train on the skill's training utterances."""
        if not skill.train:
            raise SkillwiseError(f"skill {skill.key} has no training utterance; add some")
        self._model = self.trained(skill, seed)

    def predict(self, utterances: Sequence[Utterance]) -> list[Prediction]:
        """One prediction an utterance, in their order; gold frames are not looked at."""
        return self._fitted.predict(utterances)

    def explain(self, utterance: Utterance, top: int = 5) -> Explanation:
        """The `top` heaviest features behind the intent and behind each tag."""
        return self._fitted.explain(utterance, top)

    def save(self, folder: Path) -> None:
        """Write the fitted system as a folder, whole or not at all."""
        artefact.write(folder, self.name, self.settings, self._fitted.parts())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The system that `save` wrote; `DataError` where the folder is damaged."""
        saved = artefact.read(folder, cls.name, PARTS)
        system = cls(saved.settings_as(cls.Settings))
        system._model = Model.from_parts(saved, system.settings.intent, system.settings.token)
        return system

    @property
    def _fitted(self) -> Model:
        if self._model is None:
            raise RuntimeError(f"{self.name} is not fitted: call fit or load first")
        return self._model
