"""Known slot values: longest match, marks by place, and words known in part."""

from toy_skills import utterance

from data_cards.lexicon import Lexicon


def cities(*values: str) -> Lexicon:
    return Lexicon.of([], {"city": values})


def whole(lexicon: Lexicon, words: list[str]) -> list[list[str]]:
    """The marks of whole values only."""
    return [[m for m in marks if not m.endswith(" part")] for marks in lexicon.matches(words)]


def test_the_longest_value_wins() -> None:
    known = cities("New York", "New York City", "York")
    assert whole(known, ["in", "new", "york", "city"]) == [[], ["city B"], ["city I"], ["city E"]]


def test_single_words_and_parts() -> None:
    found = cities("Rome", "San Jose").matches(["rome", "or", "san", "marino"])
    assert found == [["city S"], [], ["city part"], []]


def test_slots_match_independently() -> None:
    both = Lexicon.of([], {"a": ["x y"], "b": ["y z"]})
    assert whole(both, ["x", "y", "z"]) == [["a B"], ["a E", "b B"], ["b E"]]


def test_values_of_one_slot_do_not_overlap() -> None:
    assert whole(cities("x y", "y z"), ["x", "y", "z"]) == [["city B"], ["city E"], []]


def test_catalogs_are_cut_into_words_as_utterances_are() -> None:
    known = Lexicon.of([], {"s": ["Dr. Oetker's", "?!"], "empty": [""]})
    assert known.values == {"s": {("dr", "oetker", "'s")}}


def test_values_of_training_utterances_join_the_catalogs() -> None:
    shown = [utterance(1, "go to *", "Go", "city", "New York"), utterance(2, "stop", "Stop")]
    known = Lexicon.of(shown, {"city": ["Rome"]})
    assert known.values == {"city": {("new", "york"), ("rome",)}}


def test_no_values_no_marks() -> None:
    assert Lexicon({}).matches(["a", "b"]) == [[], []]
