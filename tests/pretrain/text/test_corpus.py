"""Text to words, words to a vocabulary, and both to packed rows."""

import errno
import gzip
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from pretrain_toys import corpus, left_in, lines, source, write_text

from data_cards.errors import DataError, SkillwiseError
from pretrain.text import sources
from pretrain.text.corpus import Corpus, prepare
from pretrain.text.lines import sentences
from pretrain.text.vocabulary import END, MASK, SPECIAL, UNKNOWN, build, load, words_of


def unpacked(found: Corpus) -> list[str]:
    names = words_of(found.tokenizer)
    return [names[i] for i in found.take(np.arange(len(found.rows))).ravel()]


def test_text_is_cut_normalised_and_its_blank_lines_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Die Füße, What's up?\n\n  ...\r\nletzte Zeile".encode())
    expected = [["die", "füße", "what", "'s", "up"], ["letzte", "zeile"]]
    assert list(sentences(path)) == expected
    zipped = tmp_path / "a.txt.gz"
    zipped.write_bytes(gzip.compress(path.read_bytes()))
    assert list(sentences(zipped)) == expected


def test_bad_text_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"fine\nf\xfc\xdfe\n")
    with pytest.raises(DataError, match=r"a\.txt:2: byte 0xfc is not UTF-8; save"):
        list(sentences(path))
    with pytest.raises(DataError, match="no such file"):
        list(sentences(tmp_path / "none.txt"))
    with pytest.raises(DataError, match="is a folder; name the files in it"):
        list(sentences(tmp_path))
    path.write_bytes(b"")
    assert list(sentences(path)) == []


@pytest.mark.parametrize("damage", ["cut", "flipped", "plain", "empty"])
def test_a_damaged_gz_is_one_error(damage: str, tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(" ".join(w) for w in lines()).encode())
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    content = {"cut": whole[:-20], "flipped": bytes(flipped), "plain": b"text", "empty": b""}
    path = tmp_path / "a.gz"
    path.write_bytes(content[damage])
    if damage in ("empty", "plain"):  # a file is what its bytes say, whatever its name
        assert list(sentences(path)) == ([["text"]] if damage == "plain" else [])
        return
    with pytest.raises(DataError, match=r"a\.gz.*(cannot be read|not UTF-8)"):
        list(sentences(path))


def test_vocabulary_follows_frequency() -> None:
    text = ["b a c", "b a\n", "b ü", "b"]
    found = build(text, max_words=3, min_count=1)
    assert words_of(found)[:3] == [UNKNOWN, MASK, END] == list(SPECIAL)
    assert words_of(found)[3:5] == ["b", "a"]
    assert len(words_of(found)) == 6
    assert words_of(build(text, 10, 2))[3:] == ["b", "a"]
    assert found.encode("b zzz a").ids == [3, 0, 4]


@pytest.mark.parametrize("text", [[], ["only", "only only"], ["a b"]])
def test_a_vocabulary_of_one_word_is_refused(text: list[str]) -> None:
    with pytest.raises(SkillwiseError, match="the text has [01] words .* give more text"):
        build(text, 10, 1 if text and len(text) > 1 else 2)


def test_vocabulary_is_saved_as_json(tmp_path: Path) -> None:
    found = build(["grün blau", "grün"], 10, 1)
    (tmp_path / "v.json").write_text(found.to_str(), "utf-8")
    assert words_of(load(tmp_path / "v.json")) == [*SPECIAL, "grün", "blau"]


def test_packing_keeps_every_word_in_order(tmp_path: Path) -> None:
    text = lines(101)
    found = corpus(tmp_path, text)
    expected = [word for words in text for word in (*words, END)]
    packed = unpacked(found)
    assert packed == expected[: len(packed)]
    assert 0 <= len(expected) - len(packed) < 8
    counted = Counter(packed)
    assert {w: int(n) for w, n in zip(words_of(found.tokenizer), found.counts, strict=True) if n} \
        == dict(counted)  # fmt: skip


def test_many_chunks_pack_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = unpacked(corpus(tmp_path / "a"))
    monkeypatch.setattr("pretrain.text.corpus.CHUNK", 7)
    assert unpacked(corpus(tmp_path / "b")) == whole


def test_weight_repeats_a_source(tmp_path: Path) -> None:
    talk, book = [["hello", "there"]] * 8, [["once", "upon"]] * 8
    found = prepare([source(talk, 3), source(book)], tmp_path, row=4, max_words=9, min_count=1)
    counted = Counter(unpacked(found))
    assert (counted["hello"], counted["once"]) == (24, 8)


def test_a_rare_word_is_unknown(tmp_path: Path) -> None:
    text = [*lines(20), ["a", "singular", "word"]]
    found = prepare([source(text)], tmp_path, row=4, max_words=99, min_count=2)
    assert "singular" not in words_of(found.tokenizer)
    assert UNKNOWN in unpacked(found)


def test_a_corpus_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = corpus(tmp_path)
    monkeypatch.setattr("pretrain.text.corpus.build", lambda *_: pytest.fail("made again"))
    again = corpus(tmp_path)
    assert unpacked(again) == unpacked(first)
    np.testing.assert_array_equal(again.counts, first.counts)
    assert words_of(again.tokenizer) == words_of(first.tokenizer)


def test_its_digest_changes_with_all_that_shapes_it(tmp_path: Path) -> None:
    def digest(text: list[list[str]], weight: int = 1, row: int = 8) -> str:
        given = source(text, weight)
        return prepare([given], tmp_path, row=row, max_words=99, min_count=1).digest

    base = lines(40)
    found = [digest(base), digest(base, 2), digest(base, 1, 4), digest(lines(41))]
    assert len(set(found)) == 4
    assert digest(base) == found[0]


def test_too_little_text_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SkillwiseError, match="fills no row of 8 words; give more text"):
        corpus(tmp_path, [["two", "words"]])
    assert left_in(tmp_path) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(DataError, match="No space left on device.*; free some space"):
        corpus(tmp_path)
    assert left_in(tmp_path) == []


def test_sources(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.txt", 5)
    plain, weighted = sources.file(str(path)), sources.file(f"{path}:4")
    assert (plain.weight, weighted.weight, weighted.name) == (1, 4, f"{tmp_path.name}/a.txt")
    assert list(weighted.sentences()) == lines(5)
    assert list(weighted.sentences()) == lines(5)  # a second pass begins anew
    before = plain.digest
    write_text(path, 6)
    assert sources.file(str(path)).digest != before
    odd = tmp_path / "b:3"
    odd.write_text("a file of that very name\n", "utf-8")
    assert (sources.file(str(odd)).name, sources.file(str(odd)).weight) == (
        f"{tmp_path.name}/b:3",
        1,
    )
    for missing in (tmp_path / "none", tmp_path):
        with pytest.raises(DataError, match="cannot be read"):
            sources.file(str(missing))


def test_a_suite_gives_its_training_utterances() -> None:
    found = sources.suite("starter", "de")
    words = {word for line in found.sentences() for word in line}
    assert "der" in words
    with pytest.raises(SkillwiseError, match="has no skill in 'fr'"):
        sources.suite("starter", "fr")
