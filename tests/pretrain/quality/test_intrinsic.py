"""All sets of questions together: from their files to the rendered table."""

import os
from pathlib import Path

import numpy as np
import pytest
from vector_toys import GRID, ROYAL

from data_cards.card import DATA_VARIABLE
from data_cards.errors import DataError
from pretrain.quality.intrinsic import Intrinsic, evaluate, render
from pretrain.quality.scores import Estimate, Score
from pretrain.quality.similarity import SETS


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with all the sets, each of four pairs of the toy words."""
    pairs = "man\twoman\t9\nking queen 7.5\r\nMan\tchild\t3\n\nboy\twizard\t1"
    for folder in ("en", "analogy_en"):
        (tmp_path / folder).mkdir()
    for name in SETS:
        (tmp_path / f"en/EN-{name}.txt").write_bytes(pairs.encode())
    (tmp_path / "analogy_en/questions-words.txt").write_text(
        ": family\nman woman king queen\n: gram8-plural\nboy boys man men\n", "utf-8"
    )
    (tmp_path / "analogy_en/questions-phrases.txt").write_text(
        ": papers\nBoston Boston_Globe Albany Albany_Times\n", "utf-8"
    )
    return tmp_path


def test_evaluate_reads_every_set(root: Path) -> None:
    result = evaluate(ROYAL, GRID, root, resamples=50)
    assert result.words == 6 and [s.name for s in result.similarity] == list(SETS)
    assert {(s.questions, s.covered) for s in result.similarity} == {(4, 3)}
    assert [s.name for s in result.analogies] == [
        "questions-words", "questions-words/family", "questions-words/gram8-plural",
        "questions-phrases", "questions-phrases/papers",
    ]  # fmt: skip
    assert result.analogies[0].known.value == 1.0 and result.analogies[0].overall.value == 0.5
    rho = result.similarity[0].known.value
    assert rho is not None and result.mean_similarity == pytest.approx(rho)
    assert evaluate(ROYAL, GRID, root, resamples=50) == result


def test_a_mean_is_of_all_sets_or_none(root: Path) -> None:
    (root / "en/EN-RG-65.txt").write_text("wizard broom 3\n", "utf-8")
    result = evaluate(ROYAL, GRID, root, resamples=10)
    assert result.mean_similarity is None and result.mean_similarity_overall is None


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("en/EN-RG-65.txt", "gem jewel 3.9\ngem jewel\n", "RG-65.txt:2: 'gem jewel' is not word"),
        ("en/EN-RG-65.txt", "gem jewel much\n", "RG-65.txt:1: 'gem jewel much' is not word"),
        ("en/EN-RG-65.txt", "\n\n", "RG-65.txt:1: has no line"),
        ("en/EN-RG-65.txt", None, "RG-65.txt: no such file"),
        ("analogy_en/questions-words.txt", ": a\nb c d\n", "words.txt:2: 'b c d' is not four"),
        ("analogy_en/questions-words.txt", ": a\n", "words.txt:1: has no question"),
    ],
)
def test_a_broken_file_is_an_error_with_its_line(root: Path, name, text, fault) -> None:
    (root / name).unlink()
    if text is not None:
        (root / name).write_text(text, "utf-8")
    with pytest.raises(DataError, match=fault):
        evaluate(ROYAL, GRID, root, resamples=10)


def test_the_rendering() -> None:
    sets = (Score("RG-65", 65, 62, Estimate(0.2083, -0.0741, 0.4), Estimate(0.21, 0.0, 0.4)),)
    none = Estimate(None, None, None)
    analogies = (Score("questions-phrases", 3218, 0, none, Estimate(0.0, 0.0, 0.0)),)
    assert render(Intrinsic(30000, sets, analogies)) == (
        "30000 words. Sets: Spearman's rho; overall has missing pairs at the mean.\n"
        "Analogies: share right by 3CosAdd; overall has missing questions as wrong.\n"
        "\n"
        "set                questions  covered  known              95%  overall             95%\n"
        "RG-65                     65    95.4%  0.208  -0.074 to 0.400    0.210  0.000 to 0.400\n"
        "mean rho                               0.208                     0.210\n"
        "questions-phrases       3218     0.0%      -                -    0.000  0.000 to 0.000\n"
    )


def test_the_real_sets() -> None:
    """Vectors drawn at random know nothing; the sets have the sizes of their provenance."""
    if not os.environ.get(DATA_VARIABLE):
        pytest.skip(f"{DATA_VARIABLE} is not set: the word-similarity sets are not here")
    root = Path(os.environ[DATA_VARIABLE]) / "word_similarity"
    words = sorted(
        {w for name in SETS for w in (root / f"en/EN-{name}.txt").read_text("utf-8").split()}
        | set((root / "analogy_en/questions-words.txt").read_text("utf-8").split())
    )
    vectors = np.random.default_rng(0).normal(size=(len(words), 50)).astype(np.float32)
    result = evaluate(words, vectors, root, resamples=200)
    by_name = {s.name: s for s in (*result.similarity, *result.analogies)}
    assert by_name["SIMLEX-999"].questions == 999 and by_name["MEN-TR-3k"].questions == 3000
    assert by_name["RW-STANFORD"].questions == 2034 and by_name["WS-353-ALL"].questions == 353
    assert by_name["questions-words"].questions == by_name["questions-words"].covered == 19544
    assert by_name["questions-phrases"].covered == 0
    assert all(s.coverage == 1.0 for s in result.similarity)
    assert result.mean_similarity is not None and abs(result.mean_similarity) < 0.08
    men = by_name["MEN-TR-3k"].known
    assert men.low is not None and men.high is not None and men.low < 0 < men.high
    analogy = by_name["questions-words"].known.value
    assert analogy is not None and analogy < 0.01
