"""Word similarity and analogies: cases done by hand, scipy and brute force as oracles."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from data_cards.card import DATA_VARIABLE
from data_cards.errors import DataError, SkillwiseError
from pretrain.quality.intrinsic import (
    SETS,
    Estimate,
    Intrinsic,
    Score,
    Table,
    evaluate,
    render,
    score_analogies,
    score_similarity,
    weighted_spearman,
)


def on_circle(*degrees: float) -> np.ndarray:
    """Unit vectors at these angles: the cosine of two is that of the angle between them."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


FRUIT = Table(["apple", "pear", "car", "bus", "sky"], on_circle(0, 10, 60, 90, 180))


def test_spearman_by_hand() -> None:
    # cosines: pear 10°, car 60°, bus 90°, sky 180° from apple: ranks 4 3 2 1
    pairs = [("apple", "pear", 9.0), ("apple", "car", 2.0), ("apple", "bus", 4.0),
             ("apple", "sky", 1.0)]  # fmt: skip
    score = score_similarity("toy", pairs, FRUIT, rng())
    # ratings rank 4 2 3 1: squared differences 0 + 1 + 1 + 0, so 1 - 6 * 2 / (4 * 15)
    assert score.known.value == pytest.approx(0.8)
    assert score.overall.value == pytest.approx(0.8) and score.coverage == 1.0
    assert score.known.low is not None and score.known.high is not None
    assert -1 <= score.known.low <= 0.8 <= score.known.high <= 1 + 1e-12


def test_a_missing_pair_counts_at_the_mean_similarity() -> None:
    pairs = [("apple", "pear", 9.0), ("apple", "car", 2.0), ("apple", "sky", 1.0),
             ("apple", "unheard", 8.0), ("no", "word", 0.5)]  # fmt: skip
    score = score_similarity("toy", pairs, FRUIT, rng())
    assert (score.questions, score.covered, score.coverage) == (5, 3, 0.6)
    assert score.known.value == pytest.approx(1.0)
    # cosines .985 .5 -1 have mean .162: cosine ranks 5 4 1 2.5 2.5, rating ranks 5 3 2 4 1
    cosine_ranks, rating_ranks = np.array([5, 4, 1, 2.5, 2.5]), np.array([5, 3, 2, 4, 1])
    expected = np.corrcoef(cosine_ranks, rating_ranks)[0, 1]
    assert score.overall.value == pytest.approx(expected)


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "b", 1.0), ("c", "d", 2.0), ("e", "f", 3.0)],  # nothing known
        [("apple", "car", 1.0), ("apple", "sky", 2.0)],  # two pairs say nothing
        [("apple", "car", 3.0), ("apple", "sky", 3.0), ("apple", "bus", 3.0)],  # one rating
    ],
)
def test_what_has_no_rho_is_none(pairs) -> None:
    assert score_similarity("toy", pairs, FRUIT, rng()).known == Estimate(None, None, None)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12),
    st.integers(0, 99),
)
def test_weighted_spearman_is_scipys_of_the_pairs_drawn(points, seed) -> None:
    x, y = np.array(points, float).T
    n = len(points)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), 5)
    for row, rho in zip(weights, weighted_spearman(x, y, weights), strict=True):
        drawn = np.repeat(x, row), np.repeat(y, row)
        if np.ptp(drawn[0]) == 0 or np.ptp(drawn[1]) == 0:
            assert math.isnan(rho)
        else:
            assert rho == pytest.approx(stats.spearmanr(*drawn).statistic)


def test_the_interval_agrees_with_a_bootstrap_written_out() -> None:
    source = np.random.default_rng(3)
    n = 200
    angles = source.uniform(0, 180, n)
    ratings = -angles + source.normal(0, 60, n)
    words = [f"w{i}" for i in range(n)]
    table = Table(["apple", *words], on_circle(0, *angles))
    pairs = [("apple", w, float(r)) for w, r in zip(words, ratings, strict=True)]
    score = score_similarity("toy", pairs, table, rng(), resamples=2000)
    cosines = np.cos(np.radians(angles))
    drawn = [source.integers(0, n, n) for _ in range(1000)]
    rhos = [stats.spearmanr(cosines[i], ratings[i]).statistic for i in drawn]
    low, high = np.quantile(rhos, [0.025, 0.975])
    assert (score.known.low, score.known.high) == pytest.approx((low, high), abs=0.03)
    again = score_similarity("toy", pairs, table, rng(), resamples=2000)
    assert again == score


# man -> woman is a small step aside, man -> king one step up; queen is up and aside.
ROYAL = ["man", "woman", "king", "queen", "child", "boy"]
GRID = np.array(
    [[1, 0, 1], [1, 0.2, 1], [3, 0, 1], [3, 1.5, 1], [-1, -1, 1], [0, -2, 1]], np.float32
)
GRID /= np.linalg.norm(GRID, axis=1, keepdims=True)


def brute_force(unit: np.ndarray, a: int, b: int, c: int) -> int:
    """The answer by the definition: cosine with b - a + c, the question's words left out."""
    target = unit[b].astype(float) - unit[a] + unit[c]
    cosines = unit @ target / np.linalg.norm(target)
    cosines[[a, b, c]] = -2
    return int(cosines.argmax())


def test_analogies_by_hand() -> None:
    table = Table(ROYAL, GRID)
    questions = [
        ("family", ("man", "woman", "king", "queen")),  # without exclusion king itself would win
        ("family", ("Man", "King", "Woman", "Queen")),
        ("family", ("man", "woman", "king", "boy")),
        ("nonsense", ("man", "woman", "king", "president")),
    ]
    target = table.unit[1] - table.unit[0] + table.unit[2]
    assert ROYAL[int((table.unit @ target).argmax())] == "king"
    whole, family, nonsense = score_analogies("toy", questions, table, rng())
    assert [s.name for s in (whole, family, nonsense)] == ["toy", "toy/family", "toy/nonsense"]
    assert (whole.questions, whole.covered) == (4, 3)
    assert whole.known.value == pytest.approx(2 / 3) and whole.overall.value == 0.5
    assert family.known.value == family.overall.value == pytest.approx(2 / 3)
    assert nonsense.known == Estimate(None, None, None) and nonsense.overall.value == 0.0
    assert family.known.low is not None and family.known.low <= 2 / 3


def test_answers_are_brute_forces_over_many_chunks(monkeypatch) -> None:
    monkeypatch.setattr("pretrain.quality.intrinsic._CELLS", 100)  # two questions a chunk
    source = np.random.default_rng(5)
    words = [f"w{i}" for i in range(50)]
    table = Table(words, source.normal(size=(50, 8)).astype(np.float32))
    drawn = [source.choice(40, 3, replace=False).tolist() for _ in range(30)]
    right = [("all", (*(words[i] for i in q), words[brute_force(table.unit, *q)])) for q in drawn]
    wrong = [("all", (*q[:3], "w49" if q[3] != "w49" else "w48")) for _, q in right]
    assert score_analogies("toy", right, table, rng())[0].known.value == 1.0
    assert score_analogies("toy", wrong, table, rng())[0].known.value == 0.0
    few = score_analogies("toy", right, table, rng(), limit=40)[0]
    covered = [int(q[3][1:]) < 40 for _, q in right]
    assert few.covered == sum(covered) and few.known.value == 1.0  # a best of 50 is one of 40


def test_a_word_is_found_as_written_or_normalised() -> None:
    table = Table(
        ["paris", "Paris", "paris", "nothing"], on_circle(0, 10, 20, 30) * [[1], [1], [1], [0]]
    )
    assert [table.row(w) for w in ("Paris", "paris", "PARIS", "rome", "nothing")] == [
        1,
        0,
        0,
        -1,
        -1,
    ]
    assert np.linalg.norm(Table(["a"], np.array([[3, 4]], np.float32)).unit[0]) == pytest.approx(1)


def test_a_table_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(SkillwiseError, match=r"2 words with vectors of shape \(1, 2\)"):
        Table(["a", "b"], on_circle(0))
    with pytest.raises(SkillwiseError, match="0 words"):
        Table([], np.zeros((0, 2), np.float32))
    with pytest.raises(SkillwiseError, match="vector of 'b' is not finite"):
        Table(["a", "b"], np.array([[1, 0], [np.nan, 1]], np.float32))


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
