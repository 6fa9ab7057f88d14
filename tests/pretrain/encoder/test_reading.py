"""States of words and vectors of sentences, as transformers itself computes them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from encoder_toys import LONGEST, WIDTH, make_encoder, make_sentence_encoder
from transformers import AutoModel, AutoTokenizer

from data_cards.errors import DataError, SkillwiseError
from pretrain.encoder.reading import Encoder, open_encoder

SENTENCES = [
    ("will", "it", "rain", "in", "berlin"),
    ("play", "grunge"),
    ("stop",),
    ("play", "some", "jazz"),
    ("rain",),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return open_encoder(folder)


def states(folder: Path, *pieces: str) -> list[np.ndarray]:
    """What the model itself says after each layer of pieces, (pieces, width)."""
    ids = AutoTokenizer.from_pretrained(folder).convert_tokens_to_ids(list(pieces))
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.inference_mode():
        found = model(input_ids=torch.tensor([ids]), output_hidden_states=True)
    return [layer[0].numpy() for layer in found.hidden_states]


def test_a_word_is_the_mean_of_its_pieces(folder: Path, encoder: Encoder) -> None:
    layers = states(folder, "play", "a", "##b", "##c", "jazz")
    found = encoder.read([("play", "abc", "jazz")], layers=2)
    assert found.words.shape == (3, 2, WIDTH)
    for at in (0, 1):  # the last but one, the last
        own = layers[1 + at]
        wanted = np.stack([own[0], own[1:4].mean(0), own[4]])
        np.testing.assert_allclose(found.words[:, at], wanted, atol=1e-5)


def test_sentences_read_together_are_as_each_read_alone(encoder: Encoder) -> None:
    together = encoder.read(SENTENCES, layers=2)
    assert together.starts.tolist() == [0, 5, 7, 8, 11, 12]
    for i, sentence in enumerate(SENTENCES):
        alone = encoder.read([sentence], layers=2)
        np.testing.assert_allclose(together.of(i), alone.words, atol=1e-5)
        np.testing.assert_allclose(together.sentences[i], alone.sentences[0], atol=1e-5)


def test_a_word_has_another_state_in_another_sentence(encoder: Encoder) -> None:
    found = encoder.read([("stop", "rain"), ("play", "rain")])
    assert not np.allclose(found.of(0)[1], found.of(1)[1], atol=1e-3)


def test_case_and_apostrophes_do_not_matter_to_an_encoder_of_lower_case(encoder: Encoder) -> None:
    one, two = encoder.read([("Stop", "it’s")]), encoder.read([("stop", "it's")])
    np.testing.assert_array_equal(one.words, two.words)


def test_a_cased_encoder_is_given_words_as_they_are_written(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "cased")
    config = folder / "tokenizer_config.json"
    told = json.loads(config.read_text())
    config.write_text(json.dumps(told | {"do_lower_case": False}))
    assert open_encoder(folder).pieces._written(["New", "it’s"]) == ["New", "it's"]


def test_a_word_of_unknown_letters_has_a_state(folder: Path, encoder: Encoder) -> None:
    found = encoder.read([("play", "ж")])
    np.testing.assert_allclose(found.words[:, 0], states(folder, "play", "[UNK]")[2], atol=1e-5)


@pytest.mark.parametrize("odd", ["", "\x00", "\ufffd", "\u200d"])
def test_a_word_of_no_piece_has_zeros_and_moves_nobody(odd: str, encoder: Encoder) -> None:
    found = encoder.read([("play", odd, "jazz"), (odd,), ()])
    plain = encoder.read([("play", "jazz")])
    np.testing.assert_allclose(found.of(0)[[0, 2]], plain.words, atol=1e-5)
    assert not found.of(0)[1].any() and not found.of(1).any()
    np.testing.assert_allclose(found.sentences[0], plain.sentences[0], atol=1e-5)
    assert not found.sentences[1:].any()


def test_nothing_is_read_of_nothing(encoder: Encoder) -> None:
    found = encoder.read([], layers=2)
    assert found.words.shape == (0, 2, WIDTH) and found.sentences.shape == (0, WIDTH)


@pytest.mark.parametrize("made", [make_encoder, make_sentence_encoder])
def test_what_is_over_the_positions_has_zeros(made: object, tmp_path: Path) -> None:
    encoder = open_encoder(made(tmp_path / "e"))  # type: ignore[operator]
    found = encoder.read([("rain",) * 40, ("a" * 60, "stop")])
    ends = 0 if made is make_encoder else 2
    assert found.of(0)[: LONGEST - ends].any((1, 2)).all()
    assert not found.of(0)[LONGEST - ends :].any()
    assert found.of(1)[0].any() and not found.of(1)[1].any()
    assert np.isfinite(found.words).all()


def test_a_sentence_is_the_mean_of_its_words(encoder: Encoder) -> None:
    found = encoder.read([("play", "abc", "jazz")], layers=2)
    np.testing.assert_allclose(found.sentences[0], found.words[:, 1].mean(0), atol=1e-5)


@pytest.mark.parametrize("first", [False, True], ids=["mean", "first"])
def test_sentence_transformers_pool_as_their_folder_says(first: bool, tmp_path: Path) -> None:
    folder = make_sentence_encoder(tmp_path / "e", first=first)
    last = states(folder, "[CLS]", "play", "jazz", "[SEP]")[2]
    found = open_encoder(folder).read([("play", "jazz")])
    wanted = last[0] if first else last.mean(0)
    np.testing.assert_allclose(found.sentences[0], wanted, atol=1e-5)
    np.testing.assert_allclose(found.words[:, 0], last[1:3], atol=1e-5)


def test_more_layers_than_there_are_is_told(encoder: Encoder) -> None:
    with pytest.raises(SkillwiseError, match="has 2 layers, 3 are asked for"):
        encoder.read(SENTENCES, layers=3)


def test_opened_once_and_anew_where_its_files_change(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "e")
    first = open_encoder(folder)
    (folder / "README.md").write_text("another card\n")
    assert open_encoder(folder) is first  # no number depends on the card
    other = make_encoder(tmp_path / "other", seed=1)
    shutil.copy(other / "model.safetensors", folder)
    again = open_encoder(folder)
    assert again.id != first.id and again.id == open_encoder(other).id


def test_opening_draws_nothing(tmp_path: Path) -> None:
    folder = make_sentence_encoder(tmp_path / "e")  # without the pooler that AutoModel adds
    torch.manual_seed(0)
    wanted = torch.rand(3)
    torch.manual_seed(0)
    open_encoder(folder)
    assert torch.equal(torch.rand(3), wanted)


def test_an_encoder_that_lacks_weights_is_refused(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "e")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(DataError, match=r"lacks \d+ of its weights, encoder\.layer\.2"):
        open_encoder(folder)


def test_pickled_weights_are_not_opened(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "e")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(DataError, match="holds no weights as safetensors"):
        open_encoder(folder)


def test_a_damaged_folder_is_told_in_one_line(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "e")
    (folder / "config.json").write_text("{")
    with pytest.raises(DataError, match="cannot be opened"):
        open_encoder(folder)
    whole = make_encoder(tmp_path / "w")
    (whole / "tokenizer.json").write_text("{")
    with pytest.raises(DataError, match="its tokenizer cannot be opened"):
        open_encoder(whole)


def test_a_model_with_a_decoder_is_refused(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "e")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"is_encoder_decoder": True}))
    with pytest.raises(DataError, match="has a decoder beside its encoder"):
        open_encoder(folder)


def test_a_model_of_another_kind_is_told_in_one_line(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "e")
    (folder / "config.json").write_text(json.dumps({"model_type": "no such kind"}))
    with pytest.raises(DataError, match="cannot be opened"):
        open_encoder(folder)
