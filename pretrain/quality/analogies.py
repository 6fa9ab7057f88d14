"""Analogies: how often "a is to b as c is to" is answered with d."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data_cards.errors import DataError
from pretrain.quality.question_lines import broken, lines_of
from pretrain.quality.scores import CELLS, RESAMPLES, Estimate, Floats, Score, percentiles
from pretrain.quality.table import Table, Vectors

Indices = npt.NDArray[np.intp]

ANALOGIES = ("questions-words", "questions-phrases")
"""Analogy files: `analogy_en/<name>.txt`, a line is a b c d, or ": category"."""

ANALOGY_WORDS = 30_000
"""The answer is looked for among so many first words of the table, as is usual: word2vec's own
script looks among 30,000. A question with a word beyond them is not covered."""


def read_questions(path: Path) -> list[tuple[str, tuple[str, str, str, str]]]:
    """(category, (a, b, c, d)) of each line of a file; a `DataError` for a line that is neither."""
    found, category = [], ""
    for number, line in lines_of(path):
        if line.startswith(":"):
            category = line[1:].strip()
            continue
        try:
            a, b, c, d = line.split()
        except ValueError:
            raise broken(path, number, line, "four words") from None
        found.append((category, (a, b, c, d)))
    if not found:
        raise DataError(path, 1, "has no question", "fetch the file again")
    return found


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


def _answers(unit: Vectors, rows: Indices) -> Indices:
    """The row of the 3CosAdd answer to each question (a, b, c, d), (questions,).

    Cosines with each question word are computed once: a question is then three rows added, since
    ordering candidates by their cosine with b - a + c needs no norm of that sum.
    """
    asked, place = np.unique(rows[:, :3], return_inverse=True)
    place = place.reshape(-1, 3)
    answers = np.empty(len(rows), np.intp)
    chunk = max(1, CELLS // max(1, len(unit)))
    cosines = unit[asked] @ unit.T  # (question words, candidates)
    for start in range(0, len(rows), chunk):
        a, b, c = place[start : start + chunk].T
        scores = cosines[b] - cosines[a] + cosines[c]  # (questions, candidates)
        np.put_along_axis(scores, rows[start : start + chunk, :3], -np.inf, axis=1)
        answers[start : start + chunk] = scores.argmax(axis=1)
    return answers


def _share(right: npt.NDArray[np.bool_], rng: np.random.Generator, resamples: int) -> Estimate:
    """The share of hits; how many a resample holds is binomial, so none is drawn out."""
    if not len(right):
        return Estimate(None, None, None)
    value = float(right.mean())

    def draw(count: int) -> Floats:
        return rng.binomial(len(right), value, count) / len(right)

    return Estimate(value, *percentiles(draw, 1, resamples))
