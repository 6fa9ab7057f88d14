"""A training split as the rows that the estimators are fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass

from baselines.features import Features
from baselines.model import Reading
from baselines.tagger import TokenRow
from data_cards import bio
from data_cards.lexicon import Lexicon
from data_cards.records import Utterance


@dataclass(frozen=True)
class TrainingRows:
    """Features and gold answers, one entry an utterance in each list."""

    features: list[Features]  # of the intent classifier
    intents: list[str]
    words: list[TokenRow]  # of the slot tagger
    tags: list[list[str]]

    @classmethod
    def of(
        cls,
        utterances: Sequence[Utterance],
        reading: Reading,
        lexicons: Sequence[Lexicon] | None = None,
    ) -> "TrainingRows":
        """The rows of annotated utterances, each read with its own lexicon where there are any."""
        known = lexicons or [reading.lexicon] * len(utterances)
        read = [reading.read(u, lexicon) for u, lexicon in zip(utterances, known, strict=True)]
        return cls(
            [features for features, _ in read],
            [u.frame.intent for u in utterances],
            [words for _, words in read],
            [bio.tags(u.frame.slots, len(u.tokens)) for u in utterances],
        )
