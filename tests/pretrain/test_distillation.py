"""Distilling: what a word's states are, components by hand, and the store that comes of it."""

from pathlib import Path

import numpy as np
import pytest
from encoder_toys import WIDTH, make_sentence_encoder
from typer.testing import CliRunner

from data_cards.errors import SkillwiseError
from evaluation.cli import app
from pretrain.distillation import BATCH, components, distilled, zipf_weights
from pretrain.encoder.reading import Encoder, open_encoder
from pretrain.store.vector_store import CARD, VectorStore, write

WORDS = ["the", "apple", "pear", "a", "plums", "oranges", "go", "went"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sentence_encoder(tmp_path_factory.mktemp("encoders") / "tiny-bert")


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return open_encoder(folder)


def test_words_are_read_by_themselves_and_by_either_pooling(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At full width and without weights, cosines are those of the centred states."""
    monkeypatch.setattr("pretrain.distillation.zipf_weights", np.ones)
    monkeypatch.setattr("pretrain.distillation.BATCH", 3)
    assert BATCH > 3
    read = encoder.read([[word] for word in WORDS])
    for pooling, states in (("words", read.words[:, -1]), ("sentence", read.sentences)):
        found = distilled(encoder, WORDS, WIDTH, pooling)  # type: ignore[arg-type]
        centred = states - states.mean(axis=0)
        scale = np.linalg.norm(centred, axis=1).mean()
        np.testing.assert_allclose(found @ found.T, centred @ centred.T / scale**2, atol=1e-4)
    assert not np.allclose(read.words[:, -1], read.sentences)


def test_components_keep_what_varies_most() -> None:
    draws = np.random.default_rng(0).standard_normal((200, 3)).astype(np.float32)
    states = draws * np.array([1, 10, 0.1], np.float32) + 5
    found = components(states, 2)
    assert found.shape == (200, 2)
    widest = states[:, 1] - states[:, 1].mean()
    np.testing.assert_allclose(np.abs(found[:, 0]), np.abs(widest), atol=0.5)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-4)
    assert components(states, 9).shape == (200, 3)


def test_frequent_words_weigh_less() -> None:
    found = zipf_weights(40_000)
    assert (np.diff(found) > 0).all()
    assert found[0] < 0.01 and found[-1] > 0.9


def test_vectors_have_the_width_of_a_store(encoder: Encoder) -> None:
    told: list[int] = []
    found = distilled(encoder, WORDS, 5, report=told.append)
    assert found.shape == (8, 5)
    assert np.linalg.norm(found, axis=1).mean() == pytest.approx(1, rel=1e-5)
    assert told == [8]
    assert distilled(encoder, WORDS, 300).shape == (8, WIDTH)
    with pytest.raises(SkillwiseError, match="no finite numbers for these 0 words"):
        distilled(encoder, [], 5)


def test_a_store_says_what_it_was_distilled_from(folder: Path, tmp_path: Path) -> None:
    vocabulary = tmp_path / "v"
    write(vocabulary, WORDS, np.ones((8, 4), np.float32), {"language": "en"}, "")
    call = ["store", "distil", "--model", str(folder), "--vocabulary", str(vocabulary)]
    call += ["--width", "6", "--name", "Tiny", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, done.output
    made = VectorStore.open(tmp_path / "out")
    assert made.words == WORDS and made.width == 6
    assert made.meta["origin"] == "distilled from Tiny, comparator"
    card = (tmp_path / "out" / CARD).read_text("utf-8")
    assert "distilled from the encoder Tiny" in card and made.id in card
