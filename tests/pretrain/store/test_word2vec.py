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
        (b"2 3\na 1 2 3\nb 1 2\n", False, r"f:3: 2 numbers where 3 are wanted; fix"),
        (b"a 1 2\nb 1 x\n", False, r"f:2: the vector of 'b' is no list of numbers"),
        (b"a 1 nan\n", False, r"f:1: the vector of 'a' \(line 1\) is not finite"),
        (b"a 1 2\nb 1 1e39\n", False, r"f:2: the vector of 'b' \(line 2\) is not finite"),
        (b"a 1 2\nb 1,5 2,5\n", False, r"f:2: the vector of 'b' .* write a point"),
        (b"a 1 2\nb 1 -\n", False, r"f:2: the vector of 'b' is no list of numbers; fix the line"),
        (b"a\n", False, r"f:1: no numbers stand after the word"),
        (b'{"a": [1, 2]}\n', False, "no numbers stand after the word; this is JSON"),
        (b"a,1,2\nb,3,4\n", False, "no numbers stand after the word; this is CSV"),
        (b"2 3\na 1 2\nb 3 4\n", None, "first line says 3 numbers per word, its lines hold 2"),
        (b"2 1\na 1 2\nb 3 4\n", None, "first line says 1 numbers per word, its lines hold 2"),
        (b"3 2\na 1 2\nb 3 4\n", None, "holds 2 of the 3 words that its first line names"),
        (b"1 2\na 1 2\nb 3 4\n", None, "first line says 1 words, it holds 2"),
        (b"\xff 1 2\n\xfe 1 2\n", None, "2 of 2 words cannot be used, first line 1"),
        (b"", False, "holds no word"),
        (b"5 2\n", False, "holds 0 of the 5 words"),
        (b"a 1 2\n", True, r"f:1: begins with b'a 1 2'.* leave --binary out"),
        (b"2 0\n", True, "begins with"),
        (b"2 99999999999\n", True, "begins with"),
        (b"2 2\na 12345678", True, r"is cut at word 2 of 2"),
        (b"2 2\na 1234", True, r"is cut at word 1 of 2"),
        (b"1 2\n" + b"a" * 5000, True, r"is cut at word 1 of 1"),
        (b"1 1\n\xff\xfe 1234", True, "1 of 1 words cannot be used, first word 1: .* not in UTF-8"),
        (b"1 1\na x234b x678", True, "goes on after the 1 words of 1 numbers"),
        (b"1 1\na \0\0\xc0\x7f", None, r"the vector of 'a' \(word 1\) is not finite"),
        (b"1 1\na \0\0\x80\x3f", False, "is a binary file of vectors; leave --text out"),
        (b"1 2\na 1 2\n", True, "is a text file of vectors; leave --binary out"),
    ],
)
def test_broken_files(content: bytes, binary: bool | None, words: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(DataError, match=words):
        exchange.read(tmp_path / "f", binary=binary)


def test_the_format_is_told_from_the_content(store: VectorStore, tmp_path: Path) -> None:
    for binary, name in ((True, "v.vec"), (False, "v.bin")):
        exchange.write(store, tmp_path / name, binary=binary)
        found = exchange.read(tmp_path / name)
        assert found.words == WORDS
        np.testing.assert_allclose(found.vectors, store.vectors(WORDS), rtol=1e-5)


@pytest.mark.parametrize("suffix", [".gz", ".GZ", ".bz2", ".xz"])
def test_a_packed_name_is_written_packed(suffix: str, store: VectorStore, tmp_path: Path) -> None:
    path = tmp_path / f"v.vec{suffix}"
    exchange.write(store, path, binary=False)
    assert not path.read_bytes().startswith(b"4 5")
    assert exchange.read(path).words == WORDS


def test_a_packing_that_is_not_written_is_refused(store: VectorStore, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"\.zip is not written here; name it \.vec"):
        exchange.write(store, tmp_path / "v.zip", binary=False)


@pytest.mark.parametrize("blank", [" ", "\t", "  ", " \t "])
@pytest.mark.parametrize("head", ["", "3 2\n", "3\t2\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_word_and_numbers_are_parted_by_any_blank(
    blank: str, head: str, bom: str, tmp_path: Path
) -> None:
    rows = "".join(f"{w}{blank}{n}{blank}0.5\r\n" for n, w in enumerate(("the", "of", "7")))
    (tmp_path / "v").write_bytes(f"{bom}{head}{rows}".encode())
    found = exchange.read(tmp_path / "v")
    assert found.words == ["the", "of", "7"]
    np.testing.assert_array_equal(found.vectors, [[0, 0.5], [1, 0.5], [2, 0.5]])


def test_odd_words_are_left_out_and_named_with_their_lines(tmp_path: Path) -> None:
    lines = [b"6 2", *(b"w%s 1 2" % bytes([97 + i]) for i in range(12))]
    lines[0] = b"20 2"
    lines += [b"new york 3 4", b"  5 6", b" 5 6", b"\t5\t6", "\u00a0 5 6".encode()]
    lines += [b"\xff 5 6", b"joined 0.5 0.5of 0.25 1.5", b"wa 7 8"]
    (tmp_path / "v").write_bytes(b"\n".join(lines) + b"\n")
    found = exchange.read(tmp_path / "v")
    assert found.words == [*(f"w{chr(97 + i)}" for i in range(12)), "new york"]
    assert found.vectors[-1].tolist() == [3, 4]
    assert (found.repeated, found.merged) == (1, 0)
    assert [(left.why, left.count, left.first) for left in found.left_out] == [
        ("without a letter", 4, 15), ("not in UTF-8", 1, 19), ("with more than 2 numbers", 1, 20),
    ]  # fmt: skip


def test_a_word_with_a_blank_may_come_first(tmp_path: Path) -> None:
    (tmp_path / "v").write_text("new york 1 2\nthe 3 4\n1 000 5 6\n", "utf-8")
    assert exchange.read(tmp_path / "v").words == ["new york", "the", "1 000"]


def test_an_odd_word_of_a_binary_file_is_left_out(tmp_path: Path) -> None:
    words = [b"the", b"\xff\xfe", b"", b"a\nb", b"of", b"on", b"in", b"at"]
    body = b"".join(
        word + b" " + np.array([i, 1], np.float32).tobytes() for i, word in enumerate(words)
    )
    (tmp_path / "v.bin").write_bytes(b"8 2\n" + body)
    found = exchange.read(tmp_path / "v.bin")
    assert found.words == ["the", "of", "on", "in", "at"]
    assert found.vectors[:, 0].tolist() == [0, 4, 5, 6, 7]
    assert sorted(left.first for left in found.left_out) == [2, 3, 4]


def test_every_cut_of_a_file_with_a_first_line_is_refused(
    store: VectorStore, tmp_path: Path
) -> None:
    for binary in (True, False):
        exchange.write(store, tmp_path / "v", binary=binary)
        whole = (tmp_path / "v").read_bytes()
        last = len(whole) - (1 if binary else len(whole.rsplit(b" ", 1)[1]))
        for end in range(len(b"4 5\n"), last):  # within the last number it cannot be told
            (tmp_path / "cut").write_bytes(whole[:end])
            with pytest.raises(DataError):
                exchange.read(tmp_path / "cut", binary=binary)


def test_files_that_are_not_there_or_no_gzip(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        exchange.read(tmp_path / "none", binary=False)
    (tmp_path / "g.gz").write_bytes(gzip.compress(b"a 1 2\n" * 100)[:-9])
    with pytest.raises(DataError, match="cannot be read, its archive is damaged or cut"):
        exchange.read(tmp_path / "g.gz", binary=False)
