"""One vector a word out of an encoder: states by hand, and what they are narrowed to."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformer_toys import alone, prepared, settings

from pretrain.mlm.export import finish
from pretrain.transformer.lines import Lines
from pretrain.transformer.model import MaskedLanguageModel
from pretrain.transformer.static import _places, narrowed, states, vectors
from pretrain.transformer.words import Words, frequent

TALK = [["play", "zebra", "now"], ["stop"], ["zebra", "stop"], ["play", "some", "jazz"]]


@pytest.fixture
def toy(tmp_path: Path) -> Lines:
    return prepared(
        tmp_path, [*TALK, *[["play", "some", "jazz", "now"]] * 9], pieces=42, longest=12
    )


def model(toy: Lines, **changes: int) -> MaskedLanguageModel:
    torch.manual_seed(0)
    return MaskedLanguageModel(settings(longest=12, **changes), toy.tokenizer.get_vocab_size())


@pytest.mark.parametrize("layers", [1, 2])
def test_a_word_is_the_mean_of_its_pieces_over_its_places(toy: Lines, layers: int) -> None:
    made, words = model(toy, contexts=99), frequent(toy, 99, 1)
    found = states(made, toy, words, layers, 0, alone())
    zebra = words.words.index("zebra")
    assert words.sizes[zebra] > 1
    assert made.encoder.training  # it is left as it was
    encoder = made.exported().eval()
    wanted = []
    for line, first in ((0, 1), (2, 0)):
        ids = toy.ids[toy.starts[line] : toy.starts[line + 1]].astype(np.int64)
        with torch.inference_mode():
            read = encoder(torch.from_numpy(ids)[None], output_hidden_states=True).hidden_states
        mean = torch.stack(read[-layers:]).mean(0)[0].numpy()
        wanted.append(mean[first : first + words.sizes[zebra]].mean(0))
    np.testing.assert_allclose(found[zebra], np.mean(wanted, axis=0), atol=1e-5)


def test_no_word_is_read_in_more_places_than_asked_for(toy: Lines) -> None:
    words = frequent(toy, 99, 1)
    places = _places(toy, words, 3, 2, 0)
    counts = np.bincount(words.word[places], minlength=len(words.words))
    there = np.bincount(words.word[words.word >= 0], minlength=len(words.words))
    np.testing.assert_array_equal(counts, np.minimum(there, 3))
    stop = words.words.index("stop")
    assert (words.word[places] == stop).sum() == 2


def test_states_wider_than_a_store_keep_their_principal_components() -> None:
    draw = np.random.default_rng(0)
    low = draw.standard_normal((500, 4)) @ draw.standard_normal((4, 30))
    wide = (low + 0.001 * draw.standard_normal((500, 30)) + 3).astype(np.float32)
    kept = narrowed(wide, 4)
    assert kept.shape == (500, 4)
    centred = wide - wide.mean(0)
    np.testing.assert_allclose(kept @ kept.T, centred @ centred.T, atol=0.5)
    assert narrowed(wide, 30) is wide


def test_the_tables_are_finished_as_those_of_the_log_bilinear_encoder(toy: Lines) -> None:
    made, words = model(toy), frequent(toy, 99, 1)
    table = words.of_pieces(made.answers.weight.detach().numpy())
    found = vectors(made, toy, words, "answer", 0, alone())
    np.testing.assert_allclose(found, finish(table, 0), atol=1e-6)
    assert isinstance(words, Words)
