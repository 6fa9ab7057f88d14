"""How good word vectors are by themselves: word similarity and analogies, with coverage.

Every figure comes twice: over the questions whose words the table knows, which says how good the
vectors are, and over all questions, which also counts what the table does not know.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

from data_cards.errors import DataError, SkillwiseError
from data_cards.jsonl import read_bytes
from data_cards.registry.listing import table
from data_cards.words import normalise

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

SETS = (
    "MC-30", "MEN-TR-3k", "MTurk-287", "MTurk-771", "RG-65", "RW-STANFORD", "SIMLEX-999",
    "SimVerb-3500", "VERB-143", "WS-353-ALL", "WS-353-REL", "WS-353-SIM", "YP-130",
)  # fmt: skip
"""Word-similarity sets: `en/EN-<name>.txt`, a line is word, word, rating."""

ANALOGIES = ("questions-words", "questions-phrases")
"""Analogy files: `analogy_en/<name>.txt`, a line is a b c d, or ": category"."""

ANALOGY_WORDS = 30_000
"""The answer is looked for among so many first words of the table, as is usual: word2vec's own
script looks among 30,000. A question with a word beyond them is not covered."""

RESAMPLES = 1000
SEED = 13
LEVEL = 0.95
_CELLS = 1 << 24
"""Numbers held at once by a chunk (64 MB of float32)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its bootstrap interval (95%, percentiles); all None where it is undefined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """One set of questions, measured.

    For word similarity the figure is Spearman's rho; a pair that is not covered counts in
    `overall` with the mean similarity of the covered ones. For analogies it is the share
    answered right; a question that is not covered counts in `overall` as wrong.
    """

    name: str
    questions: int
    covered: int
    known: Estimate
    """Over the covered questions."""
    overall: Estimate
    """Over all of them."""

    @property
    def coverage(self) -> float:
        """Share of questions whose words the table knows."""
        return self.covered / self.questions


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """What `evaluate` measured of one table of vectors."""

    words: int
    similarity: tuple[Score, ...]
    analogies: tuple[Score, ...]

    @property
    def mean_similarity(self) -> float | None:
        """Mean rho of the sets over covered pairs; None where a set has no rho."""
        return _mean([score.known.value for score in self.similarity])

    @property
    def mean_similarity_overall(self) -> float | None:
        """The same over all pairs, with missing ones at the mean."""
        return _mean([score.overall.value for score in self.similarity])


class Table:
    """Words with their unit vectors; a word is found as it is written or else normalised.

    Of a word that stands twice the first counts. A vector of zeros points nowhere, so its word
    counts as unknown. Raises `SkillwiseError` where words and vectors do not fit each other.
    """

    def __init__(self, words: Sequence[str], vectors: Vectors) -> None:
        if vectors.ndim != 2 or len(words) != len(vectors) or not len(words):
            raise SkillwiseError(
                f"{len(words)} words with vectors of shape {vectors.shape}; give one row a word"
            )
        norms = np.linalg.norm(vectors.astype(np.float64), axis=1)  # (words,)
        if not np.isfinite(norms).all():
            worst = words[int(np.argmin(np.isfinite(norms)))]
            raise SkillwiseError(f"the vector of {worst!r} is not finite; train the vectors again")
        scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
        self.unit = (vectors * scale[:, None]).astype(np.float32)  # (words, width)
        self._row: dict[str, int] = {}
        for row, word in enumerate(words):
            if norms[row] > 0:
                self._row.setdefault(word, row)

    def row(self, word: str) -> int:
        """The word's row, -1 for a word without a vector."""
        found = self._row.get(word, -1)
        return found if found >= 0 else self._row.get(normalise(word), -1)


def evaluate(
    words: Sequence[str],
    vectors: Vectors,
    root: Path,
    *,
    analogy_words: int = ANALOGY_WORDS,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Intrinsic:
    """Score a table of vectors (n, width), most frequent word first, on the sets below `root`.

    `root` is the folder that holds `en` and `analogy_en`. Raises `DataError` for a file that is
    missing or broken.
    """
    table = Table(words, vectors)
    rng = np.random.default_rng(seed)
    similarity = tuple(
        score_similarity(name, _pairs(root / "en" / f"EN-{name}.txt"), table, rng, resamples)
        for name in SETS
    )
    analogies = tuple(
        score
        for name in ANALOGIES
        for score in score_analogies(
            name, _questions(root / "analogy_en" / f"{name}.txt"), table, rng, resamples,
            analogy_words,
        )
    )  # fmt: skip
    return Intrinsic(len(words), similarity, analogies)


def score_similarity(
    name: str,
    pairs: Sequence[tuple[str, str, float]],
    table: Table,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> Score:
    """Spearman's rho between cosines and ratings of (word, word, rating) triples."""
    rows = np.array([(table.row(a), table.row(b)) for a, b, _ in pairs], np.intp)  # (pairs, 2)
    ratings = np.array([rating for *_, rating in pairs], np.float64)
    covered = (rows >= 0).all(axis=1)
    left, right = table.unit[rows[covered, 0]], table.unit[rows[covered, 1]]
    cosines = np.einsum("ij,ij->i", left, right, dtype=np.float64)
    filled = np.full(len(pairs), cosines.mean() if len(cosines) else 0.0)
    filled[covered] = cosines
    return Score(
        name,
        len(pairs),
        int(covered.sum()),
        _spearman(cosines, ratings[covered], rng, resamples),
        _spearman(filled, ratings, rng, resamples),
    )


def score_analogies(
    name: str,
    questions: Sequence[tuple[str, tuple[str, str, str, str]]],
    table: Table,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    limit: int = ANALOGY_WORDS,
) -> tuple[Score, ...]:
    """Accuracy of 3CosAdd (Mikolov et al. 2013) on (category, (a, b, c, d)): the whole, then each
    category as `name/category`.

    The answer is the word d* that maximises cos(d*, b) - cos(d*, a) + cos(d*, c) among the first
    `limit` words of the table, a, b and c left out.
    """
    rows = np.array([[table.row(word) for word in words] for _, words in questions], np.intp)
    covered = ((rows >= 0) & (rows < limit)).all(axis=1)  # (questions,)
    right = np.zeros(len(questions), bool)
    right[covered] = _answers(table.unit[:limit], rows[covered]) == rows[covered, 3]
    kinds = np.array([category for category, _ in questions])
    groups = [(name, np.ones(len(questions), bool))]
    groups += [(f"{name}/{kind}", kinds == kind) for kind in dict.fromkeys(kinds.tolist())]
    return tuple(
        Score(
            label,
            int(chosen.sum()),
            int((chosen & covered).sum()),
            _share(right[chosen & covered], rng, resamples),
            _share(right[chosen], rng, resamples),
        )
        for label, chosen in groups
    )


def render(result: Intrinsic) -> str:
    """The table of an evaluation, as plain text."""
    head = ("set", "questions", "covered", "known", "95%", "overall", "95%")
    rows: list[tuple[str, ...]] = []
    for score in (*result.similarity, *result.analogies):
        rows.append(
            (
                score.name, str(score.questions), f"{score.coverage:.1%}",
                _number(score.known.value), _interval(score.known),
                _number(score.overall.value), _interval(score.overall),
            )
        )  # fmt: skip
        if score is result.similarity[-1]:
            means = (result.mean_similarity, result.mean_similarity_overall)
            rows.append(("mean rho", "", "", _number(means[0]), "", _number(means[1]), ""))
    return (
        f"{result.words} words. Sets: Spearman's rho; overall has missing pairs at the mean.\n"
        "Analogies: share right by 3CosAdd; overall has missing questions as wrong.\n\n"
        + table(head, rows, right=set(range(1, len(head))))
    )


def _pairs(path: Path) -> list[tuple[str, str, float]]:
    found = []
    for number, line in _lines(path):
        cells = line.split()
        try:
            first, second, rating = cells
            found.append((first, second, float(rating)))
        except ValueError:
            raise _broken(path, number, line, "word, word and rating") from None
    return found


def _questions(path: Path) -> list[tuple[str, tuple[str, str, str, str]]]:
    found, category = [], ""
    for number, line in _lines(path):
        if line.startswith(":"):
            category = line[1:].strip()
            continue
        try:
            a, b, c, d = line.split()
        except ValueError:
            raise _broken(path, number, line, "four words") from None
        found.append((category, (a, b, c, d)))
    if not found:
        raise DataError(path, 1, "has no question", "fetch the file again")
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number, text) of what is not blank; a file without any is a `DataError`."""
    try:
        lines = read_bytes(path).decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise DataError(path, None, "is not UTF-8", "fetch the file again") from None
    if not any(line.strip() for line in lines):
        raise DataError(path, 1, "has no line", "fetch the file again")
    yield from ((n, line.strip()) for n, line in enumerate(lines, 1) if line.strip())


def _broken(path: Path, number: int, line: str, wanted: str) -> DataError:
    return DataError(path, number, f"{line[:60]!r} is not {wanted}", "fetch the file again")


def _spearman(x: Floats, y: Floats, rng: np.random.Generator, resamples: int) -> Estimate:
    """Spearman's rho of two samples with ties, by scipy, and its interval over pairs."""
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Estimate(None, None, None)
    value = float(stats.spearmanr(x, y).statistic)

    def draw(count: int) -> Floats:
        weights = rng.multinomial(len(x), np.full(len(x), 1 / len(x)), count)
        return weighted_spearman(x, y, weights)

    return Estimate(value, *_percentiles(draw, len(x), resamples))


def weighted_spearman(x: Floats, y: Floats, weights: npt.NDArray[np.int64]) -> Floats:
    """Spearman's rho of each row of `weights` (resamples, n), how often each pair was drawn.

    Equal to scipy's on the drawn pairs written out, but sorts only once. A resample in which x
    or y is constant has none: nan.
    """
    a, b = _midranks(x, weights), _midranks(y, weights)  # (resamples, n)
    total = weights.sum(axis=1, keepdims=True)
    a -= (a * weights).sum(axis=1, keepdims=True) / total
    b -= (b * weights).sum(axis=1, keepdims=True) / total
    spread = np.sqrt((weights * a * a).sum(axis=1) * (weights * b * b).sum(axis=1))
    shared = (weights * a * b).sum(axis=1)
    rho: Floats = np.divide(shared, spread, out=np.full(len(weights), np.nan), where=spread > 1e-9)
    return rho


def _midranks(values: Floats, weights: npt.NDArray[np.int64]) -> Floats:
    """The mean rank of each value within each resample, (resamples, n)."""
    order = np.argsort(values, kind="stable")
    _, starts, group = np.unique(values[order], return_index=True, return_inverse=True)
    counts = np.add.reduceat(weights[:, order], starts, axis=1)  # (resamples, distinct values)
    middle = np.cumsum(counts, axis=1) - (counts - 1) / 2
    ranks = np.empty(weights.shape)
    ranks[:, order] = middle[:, group]
    return ranks


def _share(right: npt.NDArray[np.bool_], rng: np.random.Generator, resamples: int) -> Estimate:
    """The share of hits; how many a resample holds is binomial, so none is drawn out."""
    if not len(right):
        return Estimate(None, None, None)
    value = float(right.mean())

    def draw(count: int) -> Floats:
        return rng.binomial(len(right), value, count) / len(right)

    return Estimate(value, *_percentiles(draw, 1, resamples))


def _percentiles(
    draw: Callable[[int], Floats], width: int, resamples: int
) -> tuple[float | None, float | None]:
    """Percentile interval over `resamples` draws, taken in chunks of rows of `width` numbers."""
    chunk = max(1, _CELLS // 8 // width)
    drawn = np.concatenate(
        [draw(min(chunk, resamples - done)) for done in range(0, resamples, chunk)]
    )
    defined = drawn[np.isfinite(drawn)]
    if not len(defined):
        return None, None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _answers(unit: Vectors, rows: Indices) -> Indices:
    """The row of the 3CosAdd answer to each question (a, b, c, d), (questions,).

    Cosines with each question word are computed once: a question is then three rows added, since
    ordering candidates by their cosine with b - a + c needs no norm of that sum.
    """
    asked, place = np.unique(rows[:, :3], return_inverse=True)
    place = place.reshape(-1, 3)
    answers = np.empty(len(rows), np.intp)
    chunk = max(1, _CELLS // max(1, len(unit)))
    cosines = unit[asked] @ unit.T  # (question words, candidates)
    for start in range(0, len(rows), chunk):
        a, b, c = place[start : start + chunk].T
        scores = cosines[b] - cosines[a] + cosines[c]  # (questions, candidates)
        np.put_along_axis(scores, rows[start : start + chunk, :3], -np.inf, axis=1)
        answers[start : start + chunk] = scores.argmax(axis=1)
    return answers


def _mean(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present and len(present) == len(values) else None


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "-"
    return f"{estimate.low:.3f} to {estimate.high:.3f}"
