"""Duplicates: exact ones by their words, near ones by trigrams, against brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_cards.overlap import (
    NEAR,
    distinct,
    jaccard,
    near_duplicates,
    same_words,
    sketch,
    trigrams,
)
from data_cards.records import Frame, Utterance


def test_the_words_count_not_their_case_or_marks():
    one = Utterance("1", ("Play", "Bach"), Frame("p"), "Play Bach!")
    other = Utterance("2", ("play", "bach"), Frame("q"))
    assert same_words(one) == same_words(other) == "play bach"
    assert distinct([one, other]) == ["play bach"]


def test_trigrams_of_a_word():
    assert trigrams("a") == {" a "}
    assert trigrams("tea") == {" te", "tea", "ea "}
    assert jaccard(trigrams("tea"), trigrams("teas")) == pytest.approx(2 / 5)


def test_a_misspelling_is_near_and_an_equal_text_is_not():
    train = sketch(["set an alarm for seven tomorrow", "what is the weather like"])
    test = ["set an alarm for seven tomorow", "what is the weather like", "tell me a joke"]
    assert near_duplicates(sketch(test), train) == [0]


def test_nothing_is_near_to_nothing():
    assert near_duplicates(sketch([]), sketch(["a"])) == []
    assert near_duplicates(sketch(["a"]), sketch([])) == []


def test_most_true_pairs_are_found_and_no_false_one():
    draw = np.random.default_rng(7)
    words = ["".join(draw.choice(list("abcdefghij"), 5)) for _ in range(200)]
    train = [" ".join(draw.choice(words, 8)) for _ in range(300)]
    test = [t[:-1] + "z" if i % 2 else t[:20] + " other words" for i, t in enumerate(train)]
    brute = [
        i
        for i, t in enumerate(test)
        if any(jaccard(trigrams(t), trigrams(other)) >= NEAR for other in train)
    ]
    found = near_duplicates(sketch(test), sketch(train))
    assert set(found) <= set(brute)
    assert len(found) >= 0.95 * len(brute) > 100


def test_a_band_that_many_share_stays_linear():
    many = [f"yes {i:04d} please do it right now thank you very much" for i in range(1500)]
    found = near_duplicates(sketch(many[:300]), sketch(many[300:]))
    assert len(found) == 300


@given(st.lists(st.text("abé ß😀", min_size=1, max_size=12), unique=True, max_size=8))
def test_a_text_keeps_its_keys_in_any_company(texts):
    together = sketch(texts).keys
    for i, text in enumerate(texts):
        assert (sketch([text]).keys[0] == together[i]).all()
