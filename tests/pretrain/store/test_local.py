"""Local stores: what lies over the generic one, what is kept of it, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from pretrain.store.local import ARRAYS, LocalStore, Overlay
from pretrain.store.mapped_tensors import Arrays, views
from pretrain.store.vector_store import VectorStore, write

WORDS = ["the", "apple", "pear", "größe"]


@pytest.fixture
def generic(tmp_path: Path) -> VectorStore:
    table = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)
    return write(tmp_path / "s", WORDS, table, {"language": "en"}, "", kind="float16")


def moved(generic: VectorStore, **by: float) -> dict[str, np.ndarray]:
    """Vectors of some words, each moved along its first axis."""
    out = {}
    for word, step in by.items():
        (vector,) = generic.vectors([word])
        out[word] = vector + np.eye(6, dtype=np.float32)[0] * step
    return out


def test_what_moved_by_less_is_not_kept(generic: VectorStore) -> None:
    own = moved(generic, the=0.0, apple=0.01, pear=2.0, größe=-1.0, zorb=0.5)
    kept = LocalStore.of(generic, own, 0.1)
    assert kept.words == ("pear", "größe", "zorb")
    assert LocalStore.of(generic, own, 0.0).words == ("apple", "pear", "größe", "zorb")
    assert LocalStore.of(generic, own, 9.0).words == ()
    assert LocalStore.of(generic, {}, 0.1).words == ()


@pytest.mark.parametrize("kind", ["int8", "float16"])
def test_local_words_come_first(kind: str, generic: VectorStore) -> None:
    own = moved(generic, pear=2.0, zorb=0.5)
    local = LocalStore.of(generic, own, 0.1, kind)  # type: ignore[arg-type]
    _, arrays = views(save(local.arrays()))
    overlay = Overlay(generic, LocalStore.read(generic.id, arrays))
    asked = ["Pear", "apple", "ZORB", "nowhere"]
    found = overlay.vectors(asked)
    np.testing.assert_allclose(found[0], own["pear"], atol=0.02)
    np.testing.assert_allclose(found[2], own["zorb"], atol=0.02)
    np.testing.assert_array_equal(found[1], generic.vectors(["apple"])[0])
    assert not found[3].any()
    assert (overlay.width, len(overlay.local)) == (6, 2)
    assert overlay.vectors([]).shape == (0, 6)


def test_nothing_local_is_the_generic_store(generic: VectorStore) -> None:
    _, arrays = views(save(LocalStore.of(generic, {}, 0.1).arrays()))
    overlay = Overlay(generic, LocalStore.read(generic.id, arrays))
    np.testing.assert_array_equal(overlay.vectors(WORDS), generic.vectors(WORDS))


def test_another_generic_store_is_refused(generic: VectorStore, tmp_path: Path) -> None:
    other = write(tmp_path / "t", WORDS, generic.vectors(WORDS) + 1, {"language": "en"}, "")
    local = LocalStore.of(other, {"zorb": np.ones(6, np.float32)}, 0.1)
    with pytest.raises(ValueError, match=f"over store {other.id[:12]}, not {generic.id[:12]}"):
        Overlay(generic, local)
    narrow = LocalStore(generic.id, ("a",), np.zeros((1, 3), np.int8), np.ones(1, np.float32))
    with pytest.raises(ValueError, match="width 3, its store 6"):
        Overlay(generic, narrow)


TABLE, SCALES, LETTERS = ARRAYS


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({TABLE: np.zeros(4, np.int8)}, "disagree"),
        ({SCALES: np.zeros(3, np.float16)}, "disagree"),
        ({SCALES: np.zeros(2, np.float32)}, "not of the types"),
        ({LETTERS: np.zeros(3, np.float32)}, "not of the types"),
        ({TABLE: np.zeros((2, 6), np.uint8)}, "not of the types"),
        ({LETTERS: np.frombuffer(b"pear", np.uint8)}, "too few or many"),
        ({LETTERS: np.frombuffer(b"\xff\nzorb", np.uint8)}, "utf-8"),
    ],
)
def test_parts_that_do_not_fit(changes: Arrays, words: str, generic: VectorStore) -> None:
    arrays = LocalStore.of(generic, moved(generic, pear=2.0, zorb=0.5), 0.1).arrays()
    with pytest.raises(ValueError, match=words):
        LocalStore.read(generic.id, arrays | changes)
    del arrays[TABLE]
    with pytest.raises(ValueError, match="holds no 'local.table'"):
        LocalStore.read(generic.id, arrays)
