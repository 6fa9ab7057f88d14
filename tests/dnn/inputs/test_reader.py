"""What a skill's reader numbers, and that it reads alike after a round trip."""

import json

import pytest
import torch
from dnn_toys import TOY, TRAIN, WORD_VECTORS, data, settings, utterance

from dnn.inputs.reader import BATCH, Reader


@pytest.mark.parametrize(
    "changes", [{}, {"wide": 0.0, "wide_tags": 0.0}, {"gazetteers": 0, "wide_case": False}], ids=str
)
def test_json_and_back_reads_alike(changes: dict[str, object]) -> None:
    chosen = settings(**changes)
    reader = data(chosen).reader
    kept = json.loads(json.dumps(reader.as_json()))
    idf = reader.wide.idf if reader.wide is not None else None
    again = Reader.from_json(kept, idf, chosen, WORD_VECTORS)
    assert again == reader
    asked = [*TRAIN, utterance("new", "Play unheard of songs", "PlayMusic")]
    for (places, batch), (same, other) in zip(
        reader.batches(asked), again.batches(asked), strict=True
    ):
        assert places == same
        assert torch.equal(batch.marks, other.marks) and torch.equal(batch.ngrams, other.ngrams)
        assert (batch.wide is None) == (not chosen.wide)
        assert (batch.wide_tags is None) == (not chosen.wide_tags)


def test_every_utterance_is_read_once_beside_those_of_about_its_length() -> None:
    reader = Reader.of(TOY, settings(), WORD_VECTORS)
    asked = [TRAIN[i % len(TRAIN)] for i in range(3 * BATCH + 5)]
    parts = [places for places, _ in reader.batches(asked)]
    assert sorted(place for part in parts for place in part) == list(range(len(asked)))
    assert [len(part) for part in parts] == [BATCH, BATCH, BATCH, 5]
    lengths = [len(asked[place].tokens) for part in parts for place in part]
    assert lengths == sorted(lengths)
    assert list(reader.batches([])) == []


def test_more_ngrams_are_numbered_after_the_skills_own() -> None:
    reader = Reader.of(TOY, settings(), WORD_VECTORS)
    more = reader.extended(["<zz", "zz>"])
    assert list(more.ngrams)[: len(reader.ngrams)] == list(reader.ngrams)
    assert (more.ngrams["<zz"], more.ngrams["zz>"]) == (
        len(reader.ngrams) + 1, len(reader.ngrams) + 2,
    )  # fmt: skip
    assert "<zz" not in reader.ngrams


def test_choices_become_frames() -> None:
    reader = Reader.of(TOY, settings(), WORD_VECTORS)
    gold = TRAIN[0].frame  # a city is its last word
    path = [0] * (len(TRAIN[0].tokens) - 1) + [list(reader.tags).index("B-city")]
    assert reader.frames([list(reader.intents).index(gold.intent)], [path]) == [gold]
