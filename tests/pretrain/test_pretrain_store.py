"""The store: what goes in comes out, and damage is an error that says so."""

import errno
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pretrain_toys import left_in
from safetensors.numpy import load, save

from data_cards.errors import DataError, SkillwiseError
from pretrain import store
from pretrain.neighbours import neighbours
from pretrain.store import CARD, FILE, VectorStore, write

WORDS = ["the", "apple", "füße", "größer", "o'clock", "7:30", "日本"]


def vectors(count: int, width: int = 6, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).standard_normal((count, width))
    return drawn.astype(np.float32)


def make(folder: Path, words: list[str] = WORDS, kind: str = "int8") -> VectorStore:
    table = vectors(len(words))
    meta = {"language": "en", "seed": "0"}
    return write(folder, words, table, meta, "# {digest}\n", kind=kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["int8", "float16"])
def test_round_trip(kind: str, tmp_path: Path) -> None:
    make(tmp_path / "s", kind=kind)
    opened = VectorStore.open(tmp_path / "s")
    table = vectors(len(WORDS))
    assert opened.words == WORDS
    assert (len(opened), opened.width, opened.language) == (len(WORDS), 6, "en")
    assert opened.meta["kind"] == kind
    found = opened.vectors(WORDS)
    assert found.dtype == np.float32
    half = np.abs(table).max(axis=1, keepdims=True) / 127 / 2  # half a step of int8
    bound = half * 1.001 if kind == "int8" else np.abs(table) * 2.0**-11 + 1e-7
    assert (np.abs(found - table) <= bound).all()


def test_unknown_words_and_case(tmp_path: Path) -> None:
    opened = make(tmp_path / "s")
    asked = ["Apple", "nowhere", "FÜSSE", "Fu\u0308ße", "o’clock", ""]
    assert opened.rows(asked).tolist() == [1, -1, -1, 2, 4, -1]
    found = opened.vectors(asked)
    assert not found[[1, 2, 5]].any()
    assert found[[0, 3, 4]].any(axis=1).all()
    assert opened.vectors([]).shape == (0, 6)


def test_thousands_of_words_are_found(tmp_path: Path) -> None:
    words = [f"w{i}ä" for i in range(5000)]
    opened = make(tmp_path / "s", words)
    backwards = list(range(4999, -1, -1))
    assert opened.rows([words[i] for i in backwards]).tolist() == backwards
    assert (opened.rows([f"v{i}" for i in range(5000)]) == -1).all()


def test_zero_vectors_stay_zero(tmp_path: Path) -> None:
    table = vectors(3)
    table[1] = 0
    opened = write(tmp_path / "s", ["a", "b", "c"], table, {"language": "de"}, "")
    assert not opened.vectors(["b"]).any()


def test_digest_is_that_of_the_content(tmp_path: Path) -> None:
    one, two = make(tmp_path / "one"), make(tmp_path / "two")
    other = make(tmp_path / "other", [*WORDS[:-1], "else"])
    assert one.meta["digest"] == two.meta["digest"] == store.digest(tmp_path / "one")
    assert one.meta["digest"] != other.meta["digest"]
    assert (tmp_path / "one" / CARD).read_text("utf-8") == f"# {one.meta['digest']}\n"
    assert store.language_of(tmp_path / "one") == "en"


def test_a_store_is_not_overwritten(tmp_path: Path) -> None:
    make(tmp_path / "s")
    with pytest.raises(DataError, match="holds a store already; name another"):
        make(tmp_path / "s")
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(DataError, match="cannot be written"):
        make(tmp_path / "file")
    assert (tmp_path / "file").read_text("utf-8") == "mine"


@pytest.mark.parametrize("method", ["write_bytes", "write_text", "rename"])
def test_a_full_disk_leaves_nothing(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, method, full)
    with pytest.raises(DataError, match="No space left on device.; free some space"):
        make(tmp_path / "s")
    monkeypatch.undo()
    assert left_in(tmp_path) == []
    make(tmp_path / "s")


def opens(folder: Path) -> None:
    """Open a store and use it; nothing but a `DataError` may come of damage."""
    try:
        opened = VectorStore.open(folder)
        opened.vectors([*WORDS, "nowhere"])
        opened.words  # noqa: B018
        neighbours(opened, WORDS[1], 3)
        store.digest(folder), store.language_of(folder)
    except DataError:
        raise
    except SkillwiseError:
        pass  # the word is no longer found


def test_a_cut_file_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    make(tmp_path / "s")
    file = tmp_path / "s" / FILE
    whole = file.read_bytes()
    for cut in [*range(40), *range(40, len(whole) - 1, 7), len(whole) - 1]:
        file.write_bytes(whole[:cut])
        with pytest.raises(DataError, match="damaged store|disagree|make the store again"):
            opens(tmp_path / "s")


@settings(
    deadline=None,
    derandomize=True,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), header=st.booleans())
def test_a_flipped_bit_is_no_crash(at: float, bit: int, header: bool, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    if not folder.exists():
        make(folder)
        (tmp_path / "whole").write_bytes((folder / FILE).read_bytes())
    content = bytearray((tmp_path / "whole").read_bytes())
    length = int.from_bytes(content[:8], "little")
    end = 8 + length if header else len(content)
    content[int(at * end)] ^= 1 << bit
    (folder / FILE).write_bytes(content)
    with np.errstate(all="ignore"):  # a broken scale may be any number
        try:
            opens(folder)
        except DataError as error:
            assert str(folder / FILE) in str(error)


def _changed(file: Path, meta: dict[str, str], drop: str = "", **arrays: np.ndarray) -> None:
    content = file.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    parts = {k: v for k, v in (load(content) | arrays).items() if k != drop}
    known = {k: v for k, v in (header["__metadata__"] | meta).items() if v}
    file.write_bytes(save(parts, known))


@pytest.mark.parametrize(
    ("meta", "drop", "arrays", "words"),
    [
        ({"format": "skillwise-store/9"}, "", {}, "format 'skillwise-store/9' is not"),
        ({"format": ""}, "", {}, "format 'none' is not"),
        ({"language": ""}, "", {}, "does not name the language"),
        ({}, "scales", {}, "holds no 'scales'"),
        ({}, "", {"scales": np.ones(3, np.float32)}, "disagree in length"),
        ({}, "", {"order": np.zeros(len(WORDS), np.float32)}, "not of the types"),
        ({}, "", {"order": np.full(len(WORDS), 99, np.int32)}, "outside the table"),
        ({}, "", {"letters": np.full(3, 0xFF, np.uint8)}, "damaged words"),
        ({}, "", {"letters": np.frombuffer(b"a\nb", np.uint8)}, "too few or many words"),
    ],
)
def test_what_is_wrong_is_said(
    meta: dict[str, str], drop: str, arrays: dict[str, np.ndarray], words: str, tmp_path: Path
) -> None:
    make(tmp_path / "s")
    _changed(tmp_path / "s" / FILE, meta, drop, **arrays)
    with pytest.raises(DataError, match=words):
        opens(tmp_path / "s")


def test_no_store_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file; name a store's folder"):
        VectorStore.open(tmp_path)
    (tmp_path / FILE).mkdir()
    with pytest.raises(DataError, match="cannot be read"):
        VectorStore.open(tmp_path)


def test_neighbours_by_hand(tmp_path: Path) -> None:
    angles = np.radians([0, 10, 30, 180])
    table = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    table *= np.array([[1.0], [5.0], [2.0], [3.0]], np.float32)  # length says nothing
    opened = write(tmp_path / "s", ["a", "b", "c", "d"], table, {"language": "en"}, "")
    found = neighbours(opened, "A", 2)
    assert [n.word for n in found] == ["b", "c"]
    expected = [np.cos(np.radians(10)), np.cos(np.radians(30))]
    np.testing.assert_allclose([n.cosine for n in found], expected, atol=0.01)
    assert [n.word for n in neighbours(opened, "a", 9)] == ["b", "c", "d"]
    with pytest.raises(SkillwiseError, match="'x' is not among the 4 words"):
        neighbours(opened, "x")
