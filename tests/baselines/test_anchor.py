"""The faithful baseline on real data, against its published-data anchor."""

import os

import pytest

from baselines import MaxEntCRF, MaxEntCRFSettings
from baselines.tagger import CrfSettings
from data_cards.card import DATA_VARIABLE, card
from data_cards.draws import draw
from data_cards.registry.loading import load

ANCHOR = 0.783  # MaxEnt, words 1-3 and length, 10 per intent, mean of 18 scenarios


@pytest.mark.skipif(DATA_VARIABLE not in os.environ, reason=f"{DATA_VARIABLE} is not set")
def test_intent_accuracy_on_hwu64() -> None:
    brief = MaxEntCRFSettings(crf=CrfSettings(iterations=1))  # intents do not look at slots
    accuracies = []
    for skill in load(card("hwu64")):
        system = MaxEntCRF(brief)
        system.fit(draw(skill, 10, seed=0), 0)
        found = system.predict(skill.test)
        right = [p.frame.intent == u.frame.intent for p, u in zip(found, skill.test, strict=True)]
        accuracies.append(sum(right) / len(right))
    assert len(accuracies) == 18
    assert sum(accuracies) / 18 == pytest.approx(ANCHOR, abs=0.02)
