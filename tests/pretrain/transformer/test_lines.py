"""The corpus of the transformer, its words, and the digests that running trainings depend on."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pretrain_toys import left_in, source
from transformer_toys import prepared

from data_cards.errors import SkillwiseError
from pretrain.store.induction import END, UNKNOWN
from pretrain.transformer.lines import prepare
from pretrain.transformer.pieces import pieces_of
from pretrain.transformer.settings import EncoderSettings
from pretrain.transformer.words import frequent

TALK = [["play", "some", "jazz"], ["stop"], ["play", "loud", "rock", "music", "for", "me"]] * 20


def test_lines_stand_in_the_order_of_their_texts_and_long_ones_are_cut(tmp_path: Path) -> None:
    toy = prepared(tmp_path, TALK, longest=4)
    names = pieces_of(toy.tokenizer)
    told = ["".join(names[i] for i in toy.ids[a:b]).replace("##", "")
            for a, b in zip(toy.starts[:4], toy.starts[1:5], strict=True)]  # fmt: skip
    assert told == ["playsomejazz", "stop", "playloudrockmusic", "forme"]
    assert toy.lengths.max() == 4
    again = prepared(tmp_path, TALK, longest=4)
    np.testing.assert_array_equal(again.ids, toy.ids)
    assert again.digest == toy.digest


def test_weights_count_a_source_so_often(tmp_path: Path) -> None:
    toy = prepare([source(TALK, 3), source([["jazz"]] * 40, 1)], tmp_path, pieces=120, longest=8)
    jazz = toy.tokenizer.token_to_id("jazz")
    assert toy.counts[jazz] == 3 * 20 + 40
    assert sum(row.size for row in toy.packed()) > 0


def test_digests_stay_those_that_trainings_were_begun_with(tmp_path: Path) -> None:
    """A change here means that nobody's unfinished training can be resumed."""
    toy = prepared(tmp_path, TALK)
    assert toy.digest.startswith("d97533019987046b")
    told = EncoderSettings(export="states", fall=0.1, contexts=3).of_training()
    assert told == EncoderSettings().of_training()
    assert told == (
        '{"pieces":22000,"table":300,"width":320,"layers":4,"heads":5,"feed_forward":1280,'
        '"dropout":0.0,"longest":64,"shortest":3,"batch":4096,"mask":0.25,"keep":0.1,'
        '"replace":0.1,"subsample":0.001,"negatives":6144,"neighbours":0.3,"counted_start":true,'
        '"window":5,"table_rate":0.02,"rate":0.001,"weight_decay":0.01,"warm_up":300,"fall":1.0}'
    )


def test_one_text_has_the_same_pieces_in_every_process(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]; from pathlib import Path\n"
        "from transformer_toys import prepared\n"
        "from pretrain.transformer.pieces import pieces_of\n"
        "print(pieces_of(prepared(Path(sys.argv[1])).tokenizer))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / name), *sys.path],
            capture_output=True, text=True, check=True,
        ).stdout
        for name in "ab"
    ]  # fmt: skip
    assert told[0] == told[1]
    assert told[0].strip() == str(pieces_of(prepared(tmp_path / "c").tokenizer))


def test_no_text_is_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(SkillwiseError, match="too few words for word pieces; give more text"):
        prepared(tmp_path, [])
    assert left_in(tmp_path) == []


def test_words_are_put_together_from_pieces_most_frequent_first(tmp_path: Path) -> None:
    toy = prepared(tmp_path, [*TALK, ["zebra", "play"], *[["zebra"]] * 2], pieces=60, longest=4)
    assert "zebra" not in pieces_of(toy.tokenizer)
    found = frequent(toy, 100, 1)
    assert found.words[0] == "play"
    assert set(found.words) == {word for line in TALK for word in line} | {"zebra"}
    zebra = found.words.index("zebra")
    assert found.sizes[zebra] > 1
    assert (found.word == zebra).sum() <= 3
    assert "zebra" not in frequent(toy, 100, 4).words
    assert frequent(toy, 3, 1).words == found.words[:3]
    with pytest.raises(SkillwiseError, match="0 words that occur 999 times"):
        frequent(toy, 3, 999)


def test_a_word_that_a_cut_goes_through_counts_but_is_no_place(tmp_path: Path) -> None:
    toy = prepared(tmp_path, [*TALK, ["play", "zebra"]], pieces=60, longest=3)
    names = pieces_of(toy.tokenizer)
    found = frequent(toy, 100, 1)
    zebra = found.words.index("zebra")
    assert names[toy.ids[toy.starts[-2]]].startswith("##")  # the last line begins within it
    assert not (found.word == zebra).any()


def test_texts_are_the_words_of_the_lines_with_their_ends(tmp_path: Path) -> None:
    toy = prepared(tmp_path, TALK)
    found = frequent(toy, 3, 1)
    (told,) = found.texts(toy, 0)
    known = {word: row for row, word in enumerate(found.words)}
    wanted = [row for line in TALK for row in (*(known.get(word, UNKNOWN) for word in line), END)]
    assert told.tolist() == wanted


def test_a_words_vector_is_the_mean_of_its_pieces(tmp_path: Path) -> None:
    toy = prepared(tmp_path, [*TALK, ["zebra"]], pieces=60)
    found = frequent(toy, 100, 1)
    table = np.random.default_rng(0).standard_normal((len(toy.counts), 5)).astype(np.float32)
    zebra = found.words.index("zebra")
    ids = toy.tokenizer.encode("zebra").ids
    np.testing.assert_allclose(found.of_pieces(table)[zebra], table[ids].mean(0), rtol=1e-5)
