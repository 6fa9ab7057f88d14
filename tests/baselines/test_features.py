"""The feature groups, worked out by hand."""

import pytest

from baselines.features import IntentGroups, TokenGroups, length_class, token_features
from baselines.features import utterance_features as utterance_features_of

BARE = {"length": False, "position": False}


def test_word_ngrams_up_to_three() -> None:
    found = utterance_features_of(["play", "new", "jazz"], IntentGroups(**BARE))
    assert found == {
        "words": [
            "word=play", "word=new", "word=jazz",
            "2 words=play new", "2 words=new jazz",
            "3 words=play new jazz",
        ]
    }  # fmt: skip


def test_length_and_position_of_an_utterance() -> None:
    found = utterance_features_of(["a", "b", "c"], IntentGroups(words=0))
    assert found == {"length": ["length=3"], "position": ["half 1=a", "half 2=b", "half 2=c"]}


def test_character_ngrams_stay_within_a_word() -> None:
    found = utterance_features_of(["ab", "c"], IntentGroups(words=0, characters=3, **BARE))
    assert found["characters"] == [
        "chars=^a", "chars=ab", "chars=b$", "chars=^ab", "chars=ab$",
        "chars=^c", "chars=c$", "chars=^c$",
    ]  # fmt: skip


def test_a_mark_counts_once_for_the_intent() -> None:
    groups = IntentGroups(words=0, lexicon=True, **BARE)
    found = utterance_features_of(["a", "b"], groups, [["seen x S"], ["seen x S", "seen y S"]])
    assert found == {"lexicon": ["lexicon=seen x S", "lexicon=seen y S"]}


def test_the_window_of_a_word() -> None:
    words = ["in", "new", "york"]
    found = token_features(words, words, TokenGroups(**BARE))
    assert set(found[1]) == {
        "word-1=in", "word=new", "word+1=york",
        "words-1..+0=in new", "words+0..+1=new york", "words-1..+1=in new york",
    }  # fmt: skip
    assert "word-1=^" in found[0] and "words-1..+1=^ in new" in found[0]
    assert "word+1=$" in found[2]


@pytest.mark.parametrize(("window", "words", "count"), [(0, 3, 1), (1, 1, 3), (2, 3, 5 + 4 + 3)])
def test_a_window_holds_all_its_ngrams(window: int, words: int, count: int) -> None:
    groups = TokenGroups(words=words, window=window, **BARE)
    assert [len(f) for f in token_features(["a", "b"], ["a", "b"], groups)] == [count, count]


def test_place_and_length_of_a_word() -> None:
    words = list("abcdef")
    found = token_features(words, words, TokenGroups(words=1, window=0))
    assert [f[2] for f in found] == [f"third={k}" for k in (1, 1, 2, 2, 3, 3)]
    assert {f[1] for f in found} == {"length=5-6"}


def test_affixes_and_shape_are_of_the_word_as_written() -> None:
    groups = TokenGroups(words=1, window=0, affixes=2, shape=True, **BARE)
    assert token_features(["McRae7"], ["mcrae7"], groups) == [
        ["word=mcrae7", "prefix=m", "prefix=mc", "suffix=7", "suffix=e7", "shape=XxXxd"]
    ]


def test_neighbours_lend_their_looks() -> None:
    groups = TokenGroups(words=1, window=0, shape=True, neighbours=True, **BARE)
    assert token_features(["In", "rome"], ["in", "rome"], groups) == [
        ["word=in", "shape=Xx", "+1 shape=x"],
        ["word=rome", "shape=x", "-1 shape=Xx"],
    ]


def test_lexicon_marks_of_a_word_and_its_neighbours() -> None:
    groups = TokenGroups(words=1, window=0, lexicon=True, **BARE)
    found = token_features(["a", "b"], ["a", "b"], groups, [["seen x S"], []])
    assert found == [["word=a", "lexicon=seen x S"], ["word=b", "lexicon-1=seen x S"]]


@pytest.mark.parametrize(
    ("n", "name"),
    [(1, "1"), (2, "2"), (4, "4"), (5, "5-6"), (6, "5-6"), (9, "7-9"), (15, "15+"), (512, "15+")],
)
def test_length_classes(n: int, name: str) -> None:
    assert length_class(n) == name
