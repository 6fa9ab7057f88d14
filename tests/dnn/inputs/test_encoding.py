"""Words, n-grams, padding and the vectors under them."""

from pathlib import Path

import numpy as np
import torch
from dnn_toys import TRAIN, make_store, utterance

from dnn.inputs.encoding import MAX_NGRAMS, Sentences, Vocabulary, character_ngrams, number_ngrams
from dnn.inputs.vectors import RandomVectors, StoreVectors
from pretrain.store.vector_store import VectorStore


def test_ngrams_of_a_word() -> None:
    grams = character_ngrams("abc")
    assert grams[1:] == ["<abc>", "<a", "ab", "bc", "c>", "<ab", "abc", "bc>", "<abc", "abc>"]
    assert len(set(character_ngrams("banana"))) == len(character_ngrams("banana"))


def test_shape_is_a_gram_that_no_letters_spell() -> None:
    shapes = [character_ngrams(word)[0] for word in ("word", "7", "1999", "123456", "b2b")]
    assert len(set(shapes)) == 4  # four figures and more are one
    assert all(shape.startswith("\0") for shape in shapes)


def test_numbering_starts_at_one_without_gaps() -> None:
    known = number_ngrams(["jazz", "jazzy"])
    assert sorted(known.values()) == list(range(1, len(known) + 1))


def test_vocabulary_counts_normalised_words_once() -> None:
    found = Vocabulary.of([utterance(1, "Play PLAY Füße", "a"), utterance(2, "play it", "a")])
    assert found.rows == {"play": 1, "füße": 2, "it": 3}
    assert found.words == ["play", "füße", "it"]


def test_unknown_ngrams_say_nothing() -> None:
    vocabulary = Vocabulary.of([utterance(1, "jazz jazzy qqq donaudampfschifffahrt", "a")])
    known = number_ngrams(["jazz", "donaudampfschifffahrt"])
    table = vocabulary.ngrams(known)
    assert table.shape == (5, MAX_NGRAMS)
    assert not table[0].any()
    jazz = [known[g] for g in character_ngrams("jazz")]
    assert table[1, : len(jazz)].tolist() == jazz
    assert not table[1, len(jazz) :].any()
    jazzy = [known[g] for g in character_ngrams("jazzy") if g in known]
    assert table[2][table[2] > 0].tolist() == jazzy
    assert len(jazzy) < len(character_ngrams("jazzy"))
    assert table[3].count_nonzero() == 1  # its shape alone
    assert table[4].all()  # a long word is cut


def test_sentences_are_padded_and_cut() -> None:
    vocabulary = Vocabulary.of(TRAIN)
    sentences = Sentences.of(TRAIN, vocabulary)
    words = vocabulary.words
    for utter, row, length in zip(TRAIN, sentences.rows, sentences.lengths, strict=True):
        assert tuple(words[i - 1] for i in row[:length]) == utter.tokens
        assert not row[length:].any()
    short = sentences.take(torch.tensor([20, 21]))
    assert short.rows.shape == (2, 3)
    assert short.lengths.tolist() == [1, 3]


def test_random_vectors_are_a_function_of_seed_and_word() -> None:
    one = RandomVectors(1, 4.0).vectors(["apple", "pear"])
    assert one.shape == (2, 300)
    np.testing.assert_array_equal(one[::-1], RandomVectors(1, 4.0).vectors(["pear", "apple"]))
    assert not np.allclose(one, RandomVectors(2, 4.0).vectors(["apple", "pear"]))
    assert not np.allclose(one[0], one[1])
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), 4.0, rtol=1e-5)


def test_store_vectors_have_the_norm_asked_for(tmp_path: Path) -> None:
    vectors = StoreVectors.over(
        VectorStore.open(make_store(tmp_path / "s", ["apple", "pear", "plum"])), 4.0
    )
    found = vectors.vectors(["plum", "nowhere", "apple", "Pear"])
    assert found.shape == (4, vectors.width) == (4, 12)
    norms = np.linalg.norm(found, axis=1)
    assert norms[1] == 0
    np.testing.assert_allclose(norms[[0, 2, 3]].mean(), 4.0, rtol=1e-5)
