"""A skill's own words: which they are, and what their vectors are made of."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dnn_toys import TOY, TRAIN, make_store, settings, utterance

from data_cards.records import Skill
from dnn.inputs import local_words as module
from dnn.inputs.local_words import local_words, with_local_words
from dnn.inputs.vectors import RandomVectors, StoreVectors
from pretrain.store.induction import weights
from pretrain.store.spelling import spelt
from pretrain.store.vector_store import VectorStore, write

KNOWN = ["the", "play", "music", "some", "rain", "will", "it", "in", "please", "forecast", "for"]
SKILL = Skill(
    "toy", "en-US",
    (utterance("a", "play some * music", "Play", "genre", "zorbrock"),
     utterance("b", "please play * please", "Play", "genre", "music")),
    test=(utterance("t", "play frobnicate", "Play"),),
    gazetteers={"genre": ("Blip Hop", "music"), "city": ("Qux",)},
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> VectorStore:
    """Eleven words, and a map from contexts to vectors that leaves them as they are."""
    vectors = np.random.default_rng(0).standard_normal((len(KNOWN), 12)).astype(np.float32)
    return write(
        tmp_path / "s", KNOWN, vectors, {"language": "en"}, "", kind="float32",
        induction=np.eye(12, dtype=np.float32),
    )  # fmt: skip


def own(skill: Skill, store: VectorStore, **changes: object) -> dict[str, np.ndarray]:
    words = with_local_words(StoreVectors.over(store, 6.0), skill, settings(**changes))
    assert isinstance(words, StoreVectors) and words.overlay is not None
    return words.overlay.own()


def mean(store: VectorStore, *near: tuple[str, int]) -> np.ndarray:
    """The mean of some words at distances, as a context is read."""
    rows = store.rows([word for word, _ in near])
    weigh = weights(len(store))[rows] / np.array([distance for _, distance in near])
    return weigh @ store.vectors([word for word, _ in near]) / weigh.sum()


def test_the_words_are_those_of_training_and_catalogs(store: VectorStore) -> None:
    found = own(SKILL, store, local_words="both")
    assert list(found) == ["zorbrock", "blip", "hop"]  # "qux" has no context and no like


def test_test_utterances_are_never_read(store: VectorStore) -> None:
    for kind in ("spelling", "context", "both"):
        chosen = settings(local_words=kind)
        with_test = local_words(SKILL, store, chosen)
        without = local_words(replace(SKILL, test=(), dev=()), store, chosen)
        assert with_test.words == without.words
        np.testing.assert_array_equal(with_test.table, without.table)


def test_a_context_vector_is_that_of_its_utterance(store: VectorStore) -> None:
    found = own(SKILL, store, local_words="context")
    expected = mean(store, ("play", 2), ("some", 1), ("music", 1))
    np.testing.assert_allclose(found["zorbrock"], expected, atol=0.02)


def test_a_catalog_value_is_put_where_its_slot_stands(store: VectorStore) -> None:
    hop = own(SKILL, store, local_words="context")["hop"]
    one = ("play", 3), ("some", 2), ("music", 1)
    two = ("please", 3), ("play", 2), ("please", 1)
    np.testing.assert_allclose(hop, mean(store, *one, *two), atol=0.02)


def test_both_are_weighed_by_the_contexts_seen(store: VectorStore) -> None:
    told = own(SKILL, store, local_words="context")
    said = dict(zip(told, spelt(store, list(told)), strict=True))
    for prior, shares in ((4.0, (1 / 5, 2 / 6)), (1.0, (1 / 2, 2 / 3)), (0.0, (0.5, 0.5))):
        both = own(SKILL, store, local_words="both", local_prior=prior)
        for word, share in zip(("zorbrock", "hop"), shares, strict=True):
            expected = share * told[word] + (1 - share) * said[word]
            np.testing.assert_allclose(both[word], expected, atol=0.02)


def test_without_a_map_the_spelling_is_left(store: VectorStore, tmp_path: Path) -> None:
    plain = write(tmp_path / "p", KNOWN, store.vectors(KNOWN), {"language": "en"}, "")
    skill = replace(SKILL, gazetteers={"genre": ("Musicals",)})
    both = own(skill, plain, local_words="both")
    spelling = own(skill, plain, local_words="spelling")
    assert list(both) == list(spelling) == ["musicals"]
    for word in both:
        np.testing.assert_array_equal(both[word], spelling[word])


def test_no_more_words_than_fit_a_pack(
    store: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(module, "MOST", 2)
    assert list(own(SKILL, store, local_words="context")) == ["zorbrock", "blip"]


def test_none_and_random_vectors_stay_what_they_are(tmp_path: Path) -> None:
    generic = StoreVectors.over(VectorStore.open(make_store(tmp_path / "s")), 6.0)
    assert with_local_words(generic, TOY, settings()) is generic
    random = RandomVectors(0, 4.0)
    assert with_local_words(random, TOY, settings(local_words="both")) is random


def test_a_skill_whose_words_are_all_known_has_an_empty_store(tmp_path: Path) -> None:
    store = VectorStore.open(make_store(tmp_path / "s"))
    assert own(Skill("toy", "en-US", TRAIN), store, local_words="both") == {}
