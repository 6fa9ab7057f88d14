"""Lines of text files as people have them: any line end, packed, and lines of any length."""

import bz2
import gzip
import io
import lzma
import os
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_cards.errors import DataError
from pretrain.text import lines
from pretrain.text.lines import pieces, sentences
from pretrain.text.sources import file

WORDS = [["the", "first", "line"], ["größe", "l'été"], ["last"]]
ENDS = ["\n", "\r\n", "\r"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_lines_end_in_any_way(end: str, bom: str, pack: type[bytes], tmp_path: Path) -> None:
    text = bom + end.join(" ".join(words) for words in WORDS)
    (tmp_path / "a.TXT").write_bytes(pack(text.encode()))
    assert list(sentences(tmp_path / "a.TXT")) == WORDS


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("aü日 \t", max_size=30)), st.sampled_from(ENDS), st.integers(4, 40))
def test_no_letter_is_lost_where_lines_are_cut(text: list[str], end: str, longest: int) -> None:
    before, lines.LONGEST = lines.LONGEST, longest
    try:
        found = list(pieces(io.BytesIO("".join(line + end for line in text).encode())))
    finally:
        lines.LONGEST = before
    joined = [b"" for _ in text]
    for number, piece in found:
        piece.decode("utf-8")  # cut between letters
        assert len(piece) <= 2 * longest
        joined[number - 1] += piece
    assert [line.decode() for line in joined] == text
    assert all(one[0] <= other[0] for one, other in pairwise(found))


def test_a_long_line_is_cut_between_its_words(tmp_path: Path) -> None:
    words = [f"w{chr(97 + i % 26)}" for i in range(100_000)]
    (tmp_path / "a.txt").write_text(" ".join(words), "utf-8")
    found = list(sentences(tmp_path / "a.txt"))
    assert [word for sentence in found for word in sentence] == words
    assert max(map(len, found)) <= lines.LONGEST
    assert len(found) > 1


def test_a_nul_byte_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"fine\rtext\rnu\0l\r")
    with pytest.raises(DataError, match=r"a\.txt:3: holds a NUL byte.*save the file as UTF-8"):
        list(sentences(tmp_path / "a.txt"))


def test_a_pipe_is_the_source_that_its_file_is(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("\n".join(" ".join(words) for words in WORDS), "utf-8")
    os.mkfifo(tmp_path / "pipe")
    content = gzip.compress(text.read_bytes())
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    found = file(f"{tmp_path / 'pipe'}:3")
    writer.join()
    assert found.weight == 3
    for _ in range(2):  # as often as it is wanted
        assert list(found.sentences()) == WORDS
    text.write_bytes(content)
    assert found.digest == file(str(text)).digest


def test_a_pipe_is_refused_where_several_processes_train(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(DataError, match="several processes cannot read; write it to a file"):
        file("-")
