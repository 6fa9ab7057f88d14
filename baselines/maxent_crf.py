"""The baseline `maxent-crf`: n-grams, utterance length and relative token position, no more."""

from pydantic import Field

from baselines.intent import IntentClassifier
from baselines.model import Model, Reading
from baselines.rows import TrainingRows
from baselines.system import LinearSettings, LinearSystem
from baselines.tagger import CrfSettings, SlotTagger
from data_cards.errors import SkillwiseError
from data_cards.lexicon import Lexicon
from data_cards.records import Skill


class MaxEntCRFSettings(LinearSettings):
    """Settings of `maxent-crf`; the defaults were chosen on `draws.develop` of HWU64."""

    c: float = Field(30.0, gt=0, description="inverse strength of the classifier's L2")
    crf: CrfSettings = Field(
        CrfSettings(c1=0.1, c2=0.001), description="how the slot tagger is trained"
    )


class MaxEntCRF(LinearSystem):
    """Maximum-entropy intent classifier and linear-chain CRF over words, length and position.

    What ran voice skills before word embeddings. It takes no gazetteers, and nothing in it is
    random: the seed changes nothing.
    """

    name = "maxent-crf"
    Settings = MaxEntCRFSettings
    settings: MaxEntCRFSettings

    def __init__(self, settings: MaxEntCRFSettings | None = None) -> None:
        super().__init__(settings or MaxEntCRFSettings())
        if self.settings.intent.lexicon or self.settings.token.lexicon:
            raise SkillwiseError("maxent-crf has no lexicon; take maxent-crf-strong for it")

    def trained(self, skill: Skill, seed: int) -> Model:
        """The two models, each trained once; the seed changes nothing."""
        reading = Reading(self.settings.intent, self.settings.token, Lexicon({}))
        rows = TrainingRows.of(skill.train, reading)
        return Model(
            reading,
            IntentClassifier(self.settings.c, "count").fit(rows.features, rows.intents),
            SlotTagger(**self.settings.crf.parameters()).fit(rows.words, rows.tags),
        )
