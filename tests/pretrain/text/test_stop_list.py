"""What a stop list takes from a text, and what it says of it."""

from pathlib import Path

import pytest
from pretrain_toys import source

from data_cards.card import card
from data_cards.registry.loading import load
from data_cards.words import normalise
from pretrain.text.stop_list import StopList

TEXT = [["play", "jazz"], ["stop"], ["play", "jazz"], ["play", "some", "jazz"]]


def test_exactly_the_sentences_of_the_list_are_taken_and_counted() -> None:
    stop = StopList.of_sentences([["play", "jazz"], ["rain"]])
    kept = stop.without(source(TEXT))
    assert list(kept.sentences()) == [["stop"], ["play", "some", "jazz"]]
    assert stop.taken == {"toy": 2}
    assert list(kept.sentences()) == [["stop"], ["play", "some", "jazz"]]
    assert stop.taken == {"toy": 2}  # each pass is counted anew
    assert kept.digest != source(TEXT).digest
    other = StopList.of_sentences([["stop"]]).without(source(TEXT))
    assert other.digest != kept.digest


def test_an_empty_list_leaves_a_source_as_it_is() -> None:
    given = source(TEXT)
    assert StopList().without(given) is given
    assert "no stop list" in StopList().told({})


def test_test_utterances_of_a_language_are_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKILLWISE_DATA", raising=False)
    stop = StopList.of([card("starter"), card("hwu64")], "de")
    assert (stop.suites, stop.absent) == (("starter",), ("hwu64",))
    skills = [skill for skill in load(card("starter")) if skill.language == "de"]
    tests = [[normalise(w) for w in u.tokens] for s in skills for u in s.test]
    trains = [[normalise(w) for w in u.tokens] for s in skills for u in s.train]
    assert tests
    assert list(stop.without(source(tests)).sentences()) == []
    shared = {tuple(words) for words in tests}
    wanted = [words for words in trains if tuple(words) not in shared]
    assert list(stop.without(source(trains)).sentences()) == wanted
    english = next(s for s in load(card("starter")) if s.language == "en")
    words = [[normalise(w) for w in u.tokens] for u in english.test]
    assert len(list(stop.without(source(words)).sentences())) > 0.9 * len(words)


def test_counts_are_kept_beside_the_corpus(tmp_path: Path) -> None:
    file = tmp_path / "left-out.json"
    first = StopList.of_sentences([["stop"]])
    sources = [first.without(source(TEXT))]
    assert first.counted(sources, file) == {"toy": 1}  # the text is read where it was not yet
    resumed = StopList.of_sentences([["stop"]])
    assert resumed.counted([], file) == {"toy": 1}
