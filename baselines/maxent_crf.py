"""The baseline `maxent-crf`: n-grams, utterance length and relative token position, no more."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from baselines.explain import Explanation
from baselines.features import IntentGroups, TokenGroups
from baselines.intent import IntentClassifier
from baselines.model import PARTS, Model, Reading
from baselines.tagger import CrfSettings, SlotTagger
from data_cards import artefact
from data_cards.errors import SkillwiseError
from data_cards.lexicon import Lexicon
from data_cards.records import Prediction, Skill, Utterance


class MaxEntCRFSettings(BaseModel):
    """Settings of `maxent-crf`; the defaults were chosen on `draws.develop` of HWU64."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intent: IntentGroups = Field(
        IntentGroups(), description="feature groups of the intent classifier"
    )
    token: TokenGroups = Field(TokenGroups(), description="feature groups of the slot tagger")
    c: float = Field(30.0, gt=0, description="inverse strength of the classifier's L2")
    crf: CrfSettings = Field(
        CrfSettings(c1=0.1, c2=0.001), description="how the slot tagger is trained"
    )


class MaxEntCRF:
    """Maximum-entropy intent classifier and linear-chain CRF over words, length and position.

    What ran voice skills before word embeddings. It takes no gazetteers, and nothing in it is
    random: the seed changes nothing.
    """

    name = "maxent-crf"

    def __init__(self, settings: MaxEntCRFSettings | None = None) -> None:
        self.settings = settings or MaxEntCRFSettings()
        if self.settings.intent.lexicon or self.settings.token.lexicon:
            raise SkillwiseError("maxent-crf has no lexicon; take maxent-crf-strong for it")
        self._model: Model | None = None

    def fit(self, skill: Skill, seed: int) -> None:
        """Train on the skill's training utterances."""
        if not skill.train:
            raise SkillwiseError(f"skill {skill.key} has no training utterance; add some")
        reading = Reading(self.settings.intent, self.settings.token, Lexicon({}))
        rows = [reading.read(utterance) for utterance in skill.train]
        self._model = Model(
            reading,
            IntentClassifier.fit(
                [features for features, _ in rows],
                [u.frame.intent for u in skill.train],
                weighting="count",
                c=self.settings.c,
            ),
            SlotTagger.fit(
                [tokens for _, tokens in rows],
                [u.frame.slots for u in skill.train],
                self.settings.crf,
            ),
        )

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
        system = cls(saved.settings_as(MaxEntCRFSettings))
        system._model = Model.from_parts(saved, system.settings.intent, system.settings.token)
        return system

    @property
    def _fitted(self) -> Model:
        if self._model is None:
            raise RuntimeError(f"{self.name} is not fitted: call fit or load first")
        return self._model
