"""What the network is given of an encoder: the right state at the right word."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from dnn_toys import TOY, TRAIN, WORD_VECTORS, settings, utterance

from data_cards.representation import InContext
from dnn.inputs import contexts
from dnn.inputs.contexts import Contexts
from dnn.inputs.dataset import training_set
from dnn.inputs.reader import Reader


class Spelling:
    """Tells a word's length, place and sentence's length, in two layers of four numbers."""

    path, id, layers, width = Path("spelling"), "spelling", 2, 4

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def read(self, sentences: Sequence[Sequence[str]], layers: int = 1) -> InContext:
        self.asked += map(tuple, sentences)
        rows = [
            [[len(word), at, len(words), layer] for layer in range(layers)]
            for words in sentences
            for at, word in enumerate(words)
        ]
        starts = np.cumsum([0, *map(len, sentences)])
        own = np.array([[len(words), 1, 2, 3] for words in sentences], np.float32)
        return InContext(np.array(rows, np.float32).reshape(-1, layers, 4), starts, own)


BOTH = settings(context=True, sentence=True, context_layers=2)


def own(words: tuple[str, ...]) -> torch.Tensor:
    """What the network should read of one sentence."""
    found = Contexts(Spelling(), BOTH).read([utterance(0, " ".join(words), "")])
    return found.words[1:]


def test_each_word_of_a_batch_has_its_own_state() -> None:
    encoder = Spelling()
    reader = Reader.of(TOY, BOTH, WORD_VECTORS, Contexts(encoder, BOTH))
    asked = [TRAIN[0], TRAIN[20], TRAIN[10], TRAIN[12]]
    for places, batch in reader.batches(asked):
        assert batch.context is not None and batch.sentence is not None
        assert batch.context.shape == (5, 4, 8)
        for column, place in enumerate(places):
            words = asked[place].tokens
            torch.testing.assert_close(batch.context[: len(words), column], own(words))
            assert not batch.context[len(words) :, column].any()
            assert batch.sentence[column, 0] > batch.sentence[column, 1] or len(words) == 1


def test_training_reads_each_text_once_copies_with_it() -> None:
    encoder = Spelling()
    data = training_set(TOY, Reader.of(TOY, BOTH, WORD_VECTORS, Contexts(encoder, BOTH)), BOTH, 0)
    assert len(encoder.asked) == len(set(encoder.asked)) < len(data)
    assert {u.tokens for u in TRAIN} <= set(encoder.asked) and len(data) > len(TRAIN)
    assert data.sentences.states is not None
    assert data.sentences.states.words.dtype == torch.float16
    batch, _ = data.batch(torch.tensor([21, 0, 5]))
    assert batch.context is not None and batch.context.dtype == torch.float32
    torch.testing.assert_close(batch.context[:3, 0], own(TRAIN[21].tokens), atol=5e-3, rtol=1e-3)


def test_many_texts_are_read_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [*TRAIN[:7], TRAIN[0], *TRAIN[9:]]
    whole = Contexts(Spelling(), BOTH).read(asked)
    monkeypatch.setattr(contexts, "CHUNK", 3)
    cut = Contexts(Spelling(), BOTH).read(asked)
    for name in ("words", "starts", "sentences", "texts"):
        assert torch.equal(getattr(whole, name), getattr(cut, name))


def test_nothing_is_read_where_nothing_is_asked() -> None:
    assert Contexts.over(Spelling(), settings()) is None
    words = Contexts(Spelling(), settings(context=True, context_merge="mean"))
    assert (words.width, words.sentence_width) == (4, 0)
    sentence = Contexts(Spelling(), settings(sentence=True))
    assert (sentence.width, sentence.sentence_width) == (0, 4)
    states = sentence.read(TRAIN[:2])
    assert states.context(torch.ones(5, 2, dtype=torch.bool)) is None
    found = states.sentence()
    assert found is not None and found.shape == (2, 4)
