"""word2vec files and gensim: there and back, read by gensim itself, and refused where broken."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from data_cards.errors import DataError
from pretrain.store import word2vec as exchange
from pretrain.store.vector_store import VectorStore, write

WORDS = ["the", "größe", "o'clock", "日本"]


@pytest.fixture
def store(tmp_path: Path) -> VectorStore:
    table = np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32)
    return write(tmp_path / "s", WORDS, table, {"language": "en"}, "", kind="float16")


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_there_and_back(binary: bool, packed: bool, store: VectorStore, tmp_path: Path) -> None:
    path = tmp_path / "v"
    exchange.write(store, path, binary=binary)
    if packed:
        (tmp_path / "v.gz").write_bytes(gzip.compress(path.read_bytes()))
        path = tmp_path / "v.gz"
    found = exchange.read(path, binary=binary)
    assert found.words == WORDS
    assert found.merged == 0
    np.testing.assert_allclose(found.vectors, store.vectors(WORDS), rtol=1e-5)


@pytest.mark.parametrize("binary", [True, False])
def test_gensim_reads_what_is_written_and_the_other_way(
    binary: bool, store: VectorStore, tmp_path: Path
) -> None:
    models = pytest.importorskip("gensim.models", reason="gensim comes with the extra `bench`")
    exchange.write(store, tmp_path / "v", binary=binary)
    keyed = models.KeyedVectors.load_word2vec_format(str(tmp_path / "v"), binary=binary)
    assert keyed.index_to_key == WORDS
    np.testing.assert_allclose(keyed.vectors, store.vectors(WORDS), rtol=1e-5)
    keyed.save_word2vec_format(str(tmp_path / "w"), binary=binary)
    found = exchange.read(tmp_path / "w", binary=binary)
    assert found.words == WORDS
    np.testing.assert_allclose(found.vectors, keyed.vectors, rtol=1e-5)


def test_glove_has_no_first_line_and_words_have_case(tmp_path: Path) -> None:
    (tmp_path / "g").write_text("The 1 2\nthe 3 4\n7 5 6\n\n", "utf-8")
    found = exchange.read(tmp_path / "g", binary=False)
    assert (found.words, found.merged) == (["the", "7"], 1)
    np.testing.assert_array_equal(found.vectors, [[1, 2], [5, 6]])


@pytest.mark.parametrize(
    ("content", "binary", "words"),
    [
        (b"2 3\na 1 2 3\nb 1 2\n", False, r"f:3: 2 numbers where 3 are wanted; mend"),
        (b"a 1 2\nb 1 x\n", False, r"f:2: the vector of 'b' is no list of numbers"),
        (b"a 1 2\n\xff 1 2\n", False, r"f:2: is not UTF-8"),
        (b"a 1 nan\n", False, r"f: the vector of 'a' is not finite"),
        (b"a\n", False, r"f:1: 0 numbers"),
        (b"", False, "holds no word"),
        (b"5 2\n", False, "holds no word"),
        (b"a 1 2\n", True, r"f:1: begins with b'a 1 2'.* leave --binary out"),
        (b"2 0\n", True, "begins with"),
        (b"2 99999999999\n", True, "begins with"),
        (b"2 2\na 12345678", True, r"is cut at word 2 of 2"),
        (b"2 2\na 1234", True, r"is cut at word 1 of 2"),
        (b"1 2\n" + b"a" * 5000, True, r"is cut at word 1 of 1"),
        (b"1 1\n\xff\xfe 1234", True, "not UTF-8"),
    ],
)
def test_broken_files(content: bytes, binary: bool, words: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(DataError, match=words):
        exchange.read(tmp_path / "f", binary=binary)


def test_files_that_are_not_there_or_no_gzip(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        exchange.read(tmp_path / "none", binary=False)
    (tmp_path / "f.gz").write_bytes(b"no gzip")
    with pytest.raises(DataError, match="cannot be read"):
        exchange.read(tmp_path / "f.gz", binary=False)
    (tmp_path / "g.gz").write_bytes(gzip.compress(b"a 1 2\n" * 100)[:-9])
    with pytest.raises(DataError, match="cannot be read"):
        exchange.read(tmp_path / "g.gz", binary=False)
