"""A fitted pair, intent classifier and slot tagger, with the lexicon that both may look into."""

from collections.abc import Sequence
from dataclasses import dataclass

from safetensors import numpy as safetensors

from baselines.explain import Evidence, Explanation, TagExplanation
from baselines.features import (
    Features,
    IntentGroups,
    TokenGroups,
    token_features,
    utterance_features,
)
from baselines.intent import IntentClassifier
from baselines.tagger import SlotTagger, TokenRow
from baselines.vocabulary import Vocabulary
from data_cards.artefact import Artefact, packed
from data_cards.lexicon import Lexicon
from data_cards.records import Frame, Prediction, Utterance
from data_cards.words import normalise, printable

WEIGHTS, VOCABULARY, CRF = "intent.safetensors", "vocabulary.json", "tagger.crfsuite"
PARTS = frozenset({WEIGHTS, VOCABULARY, CRF})


@dataclass(frozen=True)
class Reading:
    """How an utterance becomes features: the groups that are on, and the known values."""

    intent: IntentGroups
    token: TokenGroups
    lexicon: Lexicon

    def read(
        self, utterance: Utterance, lexicon: Lexicon | None = None
    ) -> tuple[Features, TokenRow]:
        """Features for the intent and for each word; `lexicon` stands in for the own one."""
        tokens = [printable(token) for token in utterance.tokens]
        words = [normalise(token) for token in tokens]
        matches: list[list[str]] = []
        if self.intent.lexicon or self.token.lexicon:
            matches = (lexicon or self.lexicon).matches(words)
        return (
            utterance_features(words, self.intent, matches),
            token_features(tokens, words, self.token, matches),
        )


@dataclass(frozen=True)
class Model:
    """What a fitted baseline is made of; both systems predict, explain and save through it."""

    reading: Reading
    classifier: IntentClassifier
    tagger: SlotTagger

    def predict(self, utterances: Sequence[Utterance]) -> list[Prediction]:
        """The frame of each utterance, with P(intent) * P(tag sequence) as its confidence."""
        if not utterances:
            return []
        rows = [self.reading.read(utterance) for utterance in utterances]
        probabilities = self.classifier.predict_proba([features for features, _ in rows])
        best = probabilities.argmax(axis=1)
        out = []
        for i, (utterance, (_, tokens)) in enumerate(zip(utterances, rows, strict=True)):
            slots, probability = self.tagger.slots(tokens)
            frame = Frame(self.classifier.intents_[best[i]], slots)
            confidence = min(1.0, float(probabilities[i, best[i]])) * probability
            out.append(Prediction(utterance.id, frame, confidence))
        return out

    def explain(self, utterance: Utterance, top: int) -> Explanation:
        """The `top` heaviest features behind the intent and behind each tag."""
        prediction = self.predict([utterance])[0]
        features, rows = self.reading.read(utterance)
        intent = self.classifier.evidence(features, prediction.frame.intent)
        tags, _ = self.tagger.tag(rows)
        words = []
        for i, (word, tag) in enumerate(zip(utterance.tokens, tags, strict=True)):
            before = Evidence(f"after {tags[i - 1]}", self.tagger.transition(tags[i - 1], tag))
            found = self.tagger.evidence(rows[i], tag)[:top]
            words.append(TagExplanation(word, tag, before if i else None, _evidence(found)))
        return Explanation(prediction, _evidence(intent[:top]), tuple(words))

    def parts(self) -> dict[str, bytes]:
        """The model as files; `from_parts` is the inverse."""
        classifier, vocabulary = self.classifier, self.classifier.vocabulary_
        tensors = {"weights": classifier.weights_, "bias": classifier.bias_, "idf": vocabulary.idf}
        return {
            WEIGHTS: safetensors.save(tensors),
            VOCABULARY: packed(
                {
                    "intents": classifier.intents_,
                    "names": vocabulary.names,
                    "weighting": vocabulary.weighting,
                    "tags": self.tagger.tags_,
                    "lexicon": {
                        slot: sorted(values) for slot, values in self.reading.lexicon.values.items()
                    },
                }
            ),
            CRF: self.tagger.model_,
        }

    @classmethod
    def from_parts(cls, artefact: Artefact, intent: IntentGroups, token: TokenGroups) -> "Model":
        """The model that `parts` wrote; `intent` and `token` come from the saved settings."""
        tensors = safetensors.load(artefact.parts[WEIGHTS])
        known = artefact.json(VOCABULARY)
        lexicon = {slot: frozenset(map(tuple, values)) for slot, values in known["lexicon"].items()}
        vocabulary = Vocabulary(tuple(known["names"]), tensors["idf"], known["weighting"])
        return cls(
            Reading(intent, token, Lexicon(lexicon)),
            IntentClassifier.of(
                tuple(known["intents"]), vocabulary, tensors["weights"], tensors["bias"]
            ),
            SlotTagger.of(tuple(known["tags"]), artefact.parts[CRF]),
        )


def _evidence(found: Sequence[tuple[str, float]]) -> tuple[Evidence, ...]:
    return tuple(Evidence(name, weight) for name, weight in found)
