"""The baseline `maxent-crf-strong`: what a good engineer would ship without any embedding."""

from pydantic import Field

from baselines.features import IntentGroups, TokenGroups
from baselines.intent import IntentClassifier
from baselines.model import Model, Reading
from baselines.rows import TrainingRows
from baselines.system import LinearSettings, LinearSystem
from baselines.tagger import CrfSettings, SlotTagger
from baselines.tuning import exact_spans, log_likelihood, tuned
from data_cards.folds import folds
from data_cards.lexicon import Lexicon, jackknifed
from data_cards.records import Skill


class StrongMaxEntCRFSettings(LinearSettings):
    """Settings of `maxent-crf-strong`; defaults chosen on `draws.develop` of SNIPS and HWU64."""

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


class StrongMaxEntCRF(LinearSystem):
    """Adds character n-grams, affixes, shapes and known slot values; tunes its regularisation.

    Known values are read as at test time: each training utterance sees those of other folds, and
    catalogs with values missing. Else the CRF would trust them blindly, for in training every
    gold value is known.
    """

    name = "maxent-crf-strong"
    Settings = StrongMaxEntCRFSettings
    settings: StrongMaxEntCRFSettings

    def __init__(self, settings: StrongMaxEntCRFSettings | None = None) -> None:
        super().__init__(settings or StrongMaxEntCRFSettings())

    def trained(self, skill: Skill, seed: int) -> Model:
        """The two models, each tuned and then trained on all utterances; the seed draws folds."""
        chosen = self.settings
        reading = Reading(chosen.intent, chosen.token, Lexicon.of(skill.train, skill.gazetteers))
        rows = self._rows(skill, reading, seed)
        fold_of = folds(skill.train, chosen.folds, seed)
        strengths = [{"c": c} for c in chosen.c]
        small = sum(map(len, rows.words)) <= chosen.tuned_words
        trainings = [crf.parameters() for crf in (chosen.crf if small else chosen.crf[:1])]
        classifier = IntentClassifier(weighting="tf-idf")
        return Model(
            reading,
            tuned(classifier, strengths, log_likelihood, rows.features, rows.intents, fold_of),
            tuned(SlotTagger(), trainings, exact_spans, rows.words, rows.tags, fold_of),
        )

    def _rows(self, skill: Skill, reading: Reading, seed: int) -> TrainingRows:
        fold_of = folds(skill.train, self.settings.lexicon_folds, seed)
        lexicons = jackknifed(skill, fold_of, seed, self.settings.catalog_holdout)
        return TrainingRows.of(skill.train, reading, lexicons)
