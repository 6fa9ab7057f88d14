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
from data_cards.words import normalise
from pretrain.store import vector_store as store
from pretrain.store import word_index as wordindex
from pretrain.store.mapped_tensors import CHECKSUM, checksum
from pretrain.store.quantising import Kind
from pretrain.store.vector_store import CARD, FILE, VectorStore, write
from pretrain.store.word_index import HashedWords

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
    for folder in (tmp_path / "file", tmp_path / "file" / "below" / "it"):
        with pytest.raises(DataError, match="file: is a file, not a folder; name another --out"):
            make(folder)
    assert (tmp_path / "file").read_text("utf-8") == "mine"


@pytest.mark.parametrize("method", ["write_bytes", "write_text", "replace"])
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
        opened.neighbours(WORDS[1], 3)
        store.digest(folder), store.language_of(folder)
    except DataError:
        raise
    except SkillwiseError:
        pass  # the word is no longer found


def test_a_cut_file_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    make(tmp_path / "s")
    file = tmp_path / "s" / FILE
    whole = file.read_bytes()
    step = len(whole) // 60
    for cut in [*range(0, 40, 3), *range(40, len(whole) - 1, step), len(whole) - 1]:
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
    """Write a store's file again with other parts and a right checksum."""
    content = file.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    parts = {k: v for k, v in (load(content) | arrays).items() if k != drop}
    known = {k: v for k, v in (header["__metadata__"] | meta).items() if v and k != CHECKSUM}
    file.write_bytes(save(parts, known | {CHECKSUM: checksum(known, parts)}))


@pytest.mark.parametrize(
    ("meta", "drop", "arrays", "words"),
    [
        ({"format": "skillwise-store/9"}, "", {}, "format 'skillwise-store/9' is not"),
        ({"format": ""}, "", {}, "format 'none' is not"),
        ({"language": ""}, "", {}, "does not name the language"),
        ({"kind": "float16"}, "", {}, "not of the types"),
        ({}, "scales", {}, "holds no 'scales'"),
        ({}, "slots", {}, "holds no 'slots'"),
        ({}, "", {"scales": np.ones(3, np.float32)}, "disagree in length"),
        ({}, "", {"hashes": np.ones(3, np.uint64)}, "disagree in length"),
        ({}, "", {"slots": np.zeros(9, np.float32)}, "not of the types"),
        ({}, "", {"slots": np.zeros(9, np.int32)}, "outside the table"),  # none is empty
        ({}, "", {"slots": np.full(9, -2, np.int32)}, "outside the table"),
        ({}, "", {"slots": np.array([-1, 7], np.int32)}, "outside the table"),
        ({}, "", {"slots": np.zeros(0, np.int32)}, "outside the table"),
        ({}, "", {"slots": np.zeros((3, 3), np.int32)}, "no list"),
        ({}, "", {"table": np.zeros((7, 2, 3), np.int8)}, "disagree in length"),
        ({}, "basis", {}, "not whole"),
        ({}, "", {"basis": np.zeros((6, 5), np.float32)}, "n-grams disagree"),
        ({}, "", {"grams": np.zeros((0, 6), np.int8)}, "n-grams disagree"),
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


OLD = Path(__file__).parent / "store_files"
OLD_WORDS = ["the", "café", "play", "straße", "o'clock", "jazz"]


@pytest.mark.parametrize("kind", ["int8", "float16"])
def test_stores_of_format_1_still_load(kind: str) -> None:
    opened = VectorStore.open(OLD / f"format-1-{kind}")
    expected = np.random.default_rng(7).standard_normal((6, 5)).astype(np.float32)
    assert opened.words == OLD_WORDS
    assert opened.rows(["Jazz", "nowhere", "Straße"]).tolist() == [5, -1, 3]
    found = opened.vectors([*OLD_WORDS, "nowhere"], unseen=True)
    np.testing.assert_allclose(found[:6], expected, atol=0.02)
    assert not found[6].any()


def test_packaged_stores_load() -> None:
    for language in ("en", "de"):
        place = store.default_store(language)
        assert place is not None
        opened = VectorStore.open(place)
        assert (opened.language, opened.width) == (language, 300)
        words = opened.words[:2000:37]
        assert opened.rows(words).tolist() == list(range(0, 2000, 37))
        assert VectorStore.packaged(language).id == opened.id


def test_a_language_without_a_packaged_store_is_one_line() -> None:
    fault = "no vectors of language 'xx' are packaged, only de, en; train some by"
    with pytest.raises(SkillwiseError, match=fault):
        VectorStore.packaged("xx")


def test_a_flipped_byte_is_refused_wherever_it_is(tmp_path: Path) -> None:
    make(tmp_path / "s")
    file = tmp_path / "s" / FILE
    whole = file.read_bytes()
    length = int.from_bytes(whole[:8], "little")
    header = whole[8 : 8 + length].rstrip()
    for at in [*range(8, 8 + len(header), 11), *range(8 + length, len(whole), 997), len(whole) - 1]:
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(DataError, match="damaged store|no such|format|holds no|not name"):
            VectorStore.open(tmp_path / "s")


@settings(deadline=None, derandomize=True)
@given(words=st.lists(st.text(st.characters(exclude_characters="\n"), max_size=4), max_size=40))
def test_an_index_finds_what_a_dictionary_finds(words: list[str]) -> None:
    words = [w for w in words if w.isascii() or w.encode("utf-8", "ignore").decode() == w]
    built = wordindex.build(words)
    index = HashedWords.over(built["slots"], built["hashes"])
    asked = [*words, "else", "", "a", "\ud800"]
    first = {word: words.index(word) for word in words}
    assert index.find(asked) == [first.get(word, -1) for word in asked]


@settings(deadline=None, derandomize=True)
@given(words=st.lists(st.sampled_from(["Play", "`s", "a\nb", "", "É", "o’clock", "7"]), max_size=5))
def test_words_are_normalised_alike_at_once_and_alone(words: list[str]) -> None:
    assert store.normalised(words) == [normalise(word) for word in words]


def test_a_word_with_a_line_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line end in it; leave that word out"):
        make(tmp_path / "s", ["a", "b\nc"])
    assert left_in(tmp_path) == []


def test_unseen_words_resemble_their_kin(tmp_path: Path) -> None:
    """Words of one stem share a direction; a held-out word of it comes out on its side."""
    stems = ["light", "music", "alarm", "weather"]
    ends = ["", "s", "er", "ing", "ed", "ful", "less"]
    words = [stem + end for end in ends for stem in stems]
    axes = np.eye(4, 12, dtype=np.float32)
    table = np.concatenate([axes] * len(ends)) + 0.05 * vectors(len(words), 12)
    opened = write(tmp_path / "s", words, table, {"language": "en"}, "")
    for stem, axis in zip(stems, axes, strict=True):
        (found,) = opened.vectors([stem.capitalize() + "y"], unseen=True)
        assert found.argmax() == axis.argmax()
        assert not opened.vectors([stem + "y"]).any()
    assert (opened.vectors(words, unseen=True) == opened.vectors(words)).all()


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
    found = opened.neighbours("A", 2)
    assert [n.word for n in found] == ["b", "c"]
    expected = [np.cos(np.radians(10)), np.cos(np.radians(30))]
    np.testing.assert_allclose([n.cosine for n in found], expected, atol=0.01)
    assert [n.word for n in opened.neighbours("a", 9)] == ["b", "c", "d"]
    with pytest.raises(SkillwiseError, match="'x' is not among the 4 words"):
        opened.neighbours("x")


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (1e5, "float16", "'b' is too large for float16; leave it out or write --kind int8"),
        (1e-9, "float16", "'b' is too small for float16; leave it out or write --kind int8"),
        (1e30, "int8", "'b' is larger than 1e\\+15; leave that word out"),
        (1e-45, "int8", "'b' is too small for 32 bits; leave that word out"),
        (np.inf, "int8", "'b' is not finite"),
        (np.nan, "float16", "'b' is not finite"),
        (np.nan, "float32", "'b' is not finite"),
    ],
)
def test_numbers_that_a_kind_cannot_hold_are_refused(
    number: float, kind: Kind, words: str, tmp_path: Path
) -> None:
    table = np.array([[1, 2], [number, number], [3, 4]], dtype=np.float32)
    with pytest.raises(DataError, match=words):
        write(tmp_path / "s", ["a", "b", "c"], table, {"language": "en"}, "", kind=kind)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("kind", ["int8", "float16"])
@pytest.mark.parametrize("number", [1e-4, 1.0, 6e4])
def test_what_is_taken_is_read_as_finite_numbers(number: float, kind: Kind, tmp_path: Path) -> None:
    table = number * np.eye(3, dtype=np.float32)
    made = write(tmp_path / "s", ["a", "b", "c"], table, {"language": "en"}, "", kind=kind)
    np.testing.assert_allclose(made.vectors(["a", "b", "c"]), table, rtol=1e-3)
    assert np.isfinite(made.vectors(["aaab"], unseen=True)).all()
