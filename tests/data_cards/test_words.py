"""The one tokenizer: English and German as people say them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_cards.words import (
    align,
    bare_words,
    clean,
    normalise,
    rules_digest,
    shown,
    tokenize,
    words,
)

CASES = {
    "what's on tonight?": "what 's on tonight",
    "I’ll be Kim‘s guest": "I 'll be Kim 's guest",
    "don't stop at six o'clock": "don't stop at six o'clock",
    "Play l'Oréal's song": "Play l'Oréal 's song",
    "wake me at 7:30am": "wake me at 7:30 am",
    "wake me at 7 a.m.": "wake me at 7 a.m.",
    "the 5th of May, 2024": "the 5th of May 2024",
    "$3.50 is 5% of 1,000": "$ 3.50 is 5 % of 1,000",
    "rock & roll, C#": "rock & roll C #",
    "e-mail my T-shirt size": "e-mail my T-shirt size",
    "twenty-one pilots": "twenty one pilots",
    '(really) "quoted" …': "really quoted",
    "wie wird's morgen in Zürich?": "wie wird 's morgen in Zürich",
    "zwölf Brötchen für 3,50 €": "zwölf Brötchen für 3,50 €",
    "S-Bahn um 17.45 Uhr, z.B. die S1": "S-Bahn um 17.45 Uhr z.B. die S 1",
    "Straße Nr. 5, groß": "Straße Nr 5 groß",
    "2024-05-01": "2024 05 01",
    "": "",
    "?! …": "",
    "मुझे दिल्ली का टिकट चाहिए": "मुझे दिल्ली का टिकट चाहिए",
    "আমি বাংলায় গান শুনি": "আমি বাংলায় গান শুনি",
    "தமிழ் பாடல் போடு": "தமிழ் பாடல் போடு",
    "เปิดเพลง ที่ บ้าน": "เปิดเพลง ที่ บ้าน",
    "شَغِّلْ الأُغْنِيَة": "شَغِّلْ الأُغْنِيَة",
    "שָׁלוֹם עֲלֵיכֶם": "שָׁלוֹם עֲלֵיכֶם",
    "m̃ano's n̂ame": "m̃ano 's n̂ame",
    "x̂-ray": "x̂-ray",
    "soft\u00adhyphen zero\u200bwidth": "softhyphen zerowidth",
    "می\u200cخواهم": "میخواهم",
    "\ufeffplay jazz\u200e": "play jazz",
    "6\ufe0f\u20e3 eggs": "6 eggs",
}


@pytest.mark.parametrize("text", CASES)
def test_words_of_a_sentence(text):
    assert " ".join(tokenize(text)) == CASES[text]


def test_composed_and_decomposed_are_the_same_word():
    for text in ("Zürich", "café"):
        assert tokenize(unicodedata.normalize("NFD", text)) == (text,)
        assert normalise(unicodedata.normalize("NFD", text.upper())) == text.lower()


def test_apostrophes_fold_and_case_stays():
    assert clean("O’Brien`s") == "O'Brien's"
    assert tokenize("Don’t") == ("Don't",) and normalise("Don’t") == "don't"


def test_a_slot_covers_the_words_it_touches():
    found = words("set 7:30 alarm")
    slot = align(found, "time", 4, 8)
    assert slot is not None and (slot.start, slot.end) == (1, 2)
    widened = align(found, "time", 5, 6)
    assert widened is not None and (widened.start, widened.end) == (1, 2)
    assert align(found, "time", 3, 4) is None


def test_offsets_are_of_the_text_as_given():
    text = "\u200bplay soft\u00adhyphen\u200b now"
    assert [text[w.start : w.end] for w in words(text)] == ["play", "soft\u00adhyphen", "now"]
    assert [w.text for w in words(text)] == ["play", "softhyphen", "now"]
    assert normalise("Soft\u00adHyphen") == "softhyphen"


def test_the_rules_have_a_digest():
    """A store keeps it; a change of the rules must be seen there, one of Python must not."""
    assert rules_digest() == "d6de7a6d548b61c7"


@given(st.text(max_size=60))
def test_offsets_are_in_order_and_hold_their_word(text):
    cleaned = clean(text)
    found = words(cleaned)
    assert all(shown(cleaned[w.start : w.end]) == w.text and w.text.strip() for w in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    assert bare_words(cleaned) == tuple(w.text for w in found)


@given(st.text(st.characters(categories=("Ll", "Lo", "Mn", "Mc")), max_size=20))
def test_no_letter_and_no_mark_after_one_is_lost(text):
    cleaned = shown(clean(text))
    kept = "".join(bare_words(cleaned))
    first = next((i for i, c in enumerate(cleaned) if c.isalpha()), len(cleaned))
    assert kept == cleaned[first:]


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_words_joined_by_spaces_are_the_same_words(text):
    """What a written skill's tokens become when somebody joins and cuts them again."""
    once = tokenize(text)
    assert tokenize(" ".join(once)) == once


@given(st.text(max_size=20))
def test_normalising_is_done_once(word):
    assert normalise(normalise(word)) == normalise(word)
