"""The baseline `maxent-crf-strong`: what a good engineer would ship without any embedding."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from baselines.explain import Explanation
from baselines.features import Features, IntentGroups, TokenGroups
from baselines.intent import IntentClassifier
from baselines.model import PARTS, Model, Reading
from baselines.tagger import CrfSettings, SlotTagger, TokenRow
from baselines.tuning import choose_c, choose_crf
from data_cards import artefact
from data_cards.errors import SkillwiseError
from data_cards.folds import folds
from data_cards.lexicon import Lexicon, jackknifed
from data_cards.records import Prediction, Skill, Utterance


class StrongMaxEntCRFSettings(BaseModel):
    """Settings of `maxent-crf-strong`; defaults chosen on `draws.develop` of SNIPS and HWU64."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intent: IntentGroups = Field(
        IntentGroups(words=2, characters=5, position=False, lexicon=True),
        description="feature groups of the intent classifier",
    )
    token: TokenGroups = Field(
        TokenGroups(affixes=4, shape=True, lexicon=True),
        description="feature groups of the slot tagger",
    )
    c: tuple[float, ...] = Field(
        (10.0, 3.0, 30.0, 100.0),
        min_length=1,
        description="inverse strengths of L2 to choose from; the first where nothing can be tuned",
    )
    crf: tuple[CrfSettings, ...] = Field(
        (
            CrfSettings(c1=0.02, c2=0.01),
            CrfSettings(c1=0.0, c2=0.01),
            CrfSettings(c1=0.1, c2=0.01),
        ),
        min_length=1,
        description="trainings of the slot tagger to choose from; the first where it is too large",
    )
    folds: int = Field(3, ge=2, description="parts of the training split in cross-validation")
    tuned_words: int = Field(
        4000, ge=0, description="most training words for which the tagger is tuned, to bound time"
    )
    lexicon_folds: int = Field(
        5, ge=2, description="parts of the training split, each read with the others' slot values"
    )
    catalog_holdout: float = Field(
        0.3, ge=0, lt=1, description="share of catalog values hidden in training: users say others"
    )


class StrongMaxEntCRF:
    """Adds character n-grams, affixes, shapes and known slot values; tunes its regularisation.

    Known values are read as at test time: each training utterance sees those of other folds, and
    catalogs with values missing. Else the CRF would trust them blindly, for in training every
    gold value is known.
    """

    name = "maxent-crf-strong"

    def __init__(self, settings: StrongMaxEntCRFSettings | None = None) -> None:
        self.settings = settings or StrongMaxEntCRFSettings()
        self._model: Model | None = None

    def fit(self, skill: Skill, seed: int) -> None:
        """Tune and train on the skill's training utterances; the seed draws the folds."""
        if not skill.train:
            raise SkillwiseError(f"skill {skill.key} has no training utterance; add some")
        chosen = self.settings
        reading = Reading(chosen.intent, chosen.token, Lexicon.of(skill.train, skill.gazetteers))
        rows = self._training_rows(skill, reading, seed)
        intent_rows, token_rows = [features for features, _ in rows], [words for _, words in rows]
        intents = [u.frame.intent for u in skill.train]
        slots = [u.frame.slots for u in skill.train]
        fold_of = folds(skill.train, chosen.folds, seed)
        c = choose_c(intent_rows, intents, fold_of, chosen.c, "tf-idf")
        small = sum(map(len, token_rows)) <= chosen.tuned_words
        crf = choose_crf(token_rows, slots, fold_of, chosen.crf if small else chosen.crf[:1])
        self._model = Model(
            reading,
            IntentClassifier.fit(intent_rows, intents, weighting="tf-idf", c=c),
            SlotTagger.fit(token_rows, slots, crf),
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
        system = cls(saved.settings_as(StrongMaxEntCRFSettings))
        system._model = Model.from_parts(saved, system.settings.intent, system.settings.token)
        return system

    def _training_rows(
        self, skill: Skill, reading: Reading, seed: int
    ) -> list[tuple[Features, TokenRow]]:
        lexicons = jackknifed(
            skill, self.settings.lexicon_folds, seed, self.settings.catalog_holdout
        )
        return [
            reading.read(utterance, lexicon)
            for utterance, lexicon in zip(skill.train, lexicons, strict=True)
        ]

    @property
    def _fitted(self) -> Model:
        if self._model is None:
            raise RuntimeError(f"{self.name} is not fitted: call fit or load first")
        return self._model
