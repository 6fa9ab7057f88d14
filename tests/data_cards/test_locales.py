"""Locales typed otherwise: the right one is named, and what cannot be told is refused."""

import pytest

from data_cards.errors import SkillwiseError
from data_cards.locales import checked, language, suggested


@pytest.mark.parametrize("text", ["en", "de", "en-US", "pt-BR", "zh-TW", "gsw", "yue-HK", "uk-UA"])
def test_a_locale_is_taken_as_it_is(text: str) -> None:
    assert checked(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("en-us", "en-US"), ("en_us", "en-US"), ("en_US", "en-US"), ("EN-US", "en-US"),
        ("EN", "en"), ("De", "de"), (" en-US ", "en-US"), ("en_US.UTF-8", "en-US"),
        ("de_DE@euro", "de-DE"), ("de_DE", "de-DE"), ("german", "de"), ("Deutsch", "de"),
        ("english", "en"), ("English", "en"), ("Français", "fr"), ("eng", "en"), ("deu", "de"),
        ("ger-DE", "de-DE"), ("jp", "ja"), ("cn", "zh"), ("en-UK", "en-GB"), ("us", "en-US"),
        ("en US", "en-US"), ("zh-Hant-TW", "zh-TW"), ("english-us", "en-US"),
    ],
)  # fmt: skip
def test_what_was_meant_is_named(typed: str, meant: str) -> None:
    assert suggested(typed) == meant
    with pytest.raises(SkillwiseError, match=f"^--locale .*: write {meant}$"):
        checked(typed)


@pytest.mark.parametrize("typed", ["", " ", "xx", "en-", "-US", "klingonisch", "en-419", "e", "12"])
def test_what_cannot_be_told_is_refused_with_examples(typed: str) -> None:
    assert suggested(typed) is None
    with pytest.raises(SkillwiseError, match=r"write a language and a region, e\.g\. de or en-US"):
        checked(typed)


def test_the_language_is_that_of_a_checked_locale() -> None:
    assert language("en-GB") == "en"
    with pytest.raises(SkillwiseError, match="--to de_DE: write de-DE"):
        language("de_DE", "--to")
