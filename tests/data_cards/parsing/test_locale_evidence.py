"""Locales: as they are written, as names tell them, as words tell them."""

from pathlib import Path

import pytest

from data_cards.parsing import locale_evidence as locales


@pytest.mark.parametrize(
    ("path", "locale"),
    [
        ("models/de-DE.json", "de-DE"), ("tea_en_gb.lu", "en-GB"), ("en-in/tea.lu", "en-IN"),
        ("tea.de.csv", "de-DE"), ("de/nlu.yml", "de-DE"), ("EN.json", "en-US"),
        ("to-do.csv", ""), ("my-in.csv", ""), ("pick-it.csv", ""), ("tea.json", ""),
        ("de-XX.json", ""), ("xde-DEx.json", ""),
    ],
)  # fmt: skip
def test_names_tell_a_locale_and_words_with_a_hyphen_none(path, locale):
    assert locales.by_name(Path("/skills") / path) == locale


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["mach das licht an", "wie spät ist es"], "de"),
        (["turn the light on", "what time is it"], "en"),
        (["allume la lumière", "quelle heure est-il", "dans la cuisine"], "fr"),
        (["doe het licht aan", "hoe laat is het"], "nl"),
        (["lamp"], ""),
        ([], ""),
        (["बत्ती जलाओ", "समय क्या है"], ""),
    ],
)
def test_the_commonest_words_tell_the_language(texts, language):
    assert locales.by_words(texts) == language


def test_letters_that_english_lacks_are_told():
    assert locales.foreign_letters(["übermorgen früh"]) and locales.foreign_letters(["समय"])
    assert not locales.foreign_letters(["tomorrow morning"]) and not locales.foreign_letters([])
    assert not locales.foreign_letters(["a b c d e f g h i j k l café"])
