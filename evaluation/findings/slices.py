"""Where a gain comes from: utterances by what is new in them, their length, their slots.

A slice pools the utterances of all skills and seeds, so that a skill with few of a kind does not
make noise. Its interval takes skills as the sample: the difference is a ratio of totals over skills
(the ratio estimator; Cochran 1977, "Sampling techniques", section 6.3), locales of one name being
one. Slices describe: they are many, they overlap between kinds, and nothing is adjusted for that.
"""

import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from data_cards.records import Frame, Utterance
from evaluation.findings.grouping import Pair, Tallied
from evaluation.planning.novelty import draw_key
from evaluation.results.reader import Results
from evaluation.results.rows import CellRow, Slice
from evaluation.scoring.metrics import COLUMNS
from evaluation.scoring.names import language

Flags = NDArray[np.bool_]
Noted = tuple[list[int], list[list[int]]] | None
"""What `Results.novelty` gives of a draw."""

_Key = tuple[int | None, Pair, str, str, str]
"""Of a slice: shots, pair, unit, kind, label."""

FRAME = COLUMNS.index("frame")
VALUES = ("seen in training", "only in the slot's catalog", "never seen")
WORDS = (
    "all seen in training",
    "some new, all of these in the vectors",
    "some new, not all of these in the vectors",
    "some new",
)
LENGTHS = ((1, 3), (4, 6), (7, 10), (11, None))
"""Words an utterance, both ends included; None = no end."""

KINDS = ("value", "newest slot value", "words", "length", "number of slots")
LEVEL = 0.95
FEWEST = 5
"""Skills from which on there is an interval: Student's law of two or three spans everything."""


@dataclass(frozen=True, slots=True)
class Part:
    """The units of one slice within one skill's test split.

    `unit` is "utterances", right where the whole frame is, or "slots", right where an answer has
    the very slot; `kind` is what was cut by. `at` is (utterances,) or (gold slots,).
    """

    unit: str
    kind: str
    label: str
    at: Flags


def parts(test: Sequence[Utterance], noted: Noted) -> list[Part]:
    """The slices of a test split, empty ones left out; without a note those of novelty are."""
    found: list[Part] = []

    def cut(unit: str, kind: str, label: str, at: Sequence[bool]) -> None:
        if any(at):
            found.append(Part(unit, kind, label, np.array(at, dtype=bool)))

    if noted is not None:
        words, values = noted
        of_slots = [value for slots in values for value in slots]
        worst = [max(slots, default=-1) for slots in values]
        for n, label in enumerate(VALUES):
            cut("slots", "value", label, [v == n for v in of_slots])
            cut("utterances", "newest slot value", label, [v == n for v in worst])
        for n, label in enumerate(WORDS):
            cut("utterances", "words", label, [w == n for w in words])
    lengths = [len(u.tokens) for u in test]
    for low, high in LENGTHS:
        label = f"{low} or more words" if high is None else f"{low} to {high} words"
        within = [low <= n and (high is None or n <= high) for n in lengths]
        cut("utterances", "length", label, within)
    for count, label in ((0, "no slot"), (1, "one slot"), (2, "two or more slots")):
        within = [min(2, len(u.frame.slots)) == count for u in test]
        cut("utterances", "number of slots", label, within)
    return sorted(found, key=lambda part: KINDS.index(part.kind))


def rights(
    test: Sequence[Utterance], counts: NDArray[np.int64], answers: Sequence[Frame]
) -> dict[str, Flags]:
    """By unit, which of the units one system has right: (utterances,), (gold slots,)."""
    slots = [
        slot in answer.slots
        for utterance, answer in zip(test, answers, strict=True)
        for slot in utterance.frame.slots
    ]
    return {"utterances": counts[:, FRAME].astype(bool), "slots": np.array(slots, dtype=bool)}


def noted(results: Results, row: CellRow, vectors: Mapping[str, str]) -> Noted:
    """What is new in the test utterances of a cell's draw; `vectors` are the run's digests."""
    digest = vectors.get(language(row.locale), "")
    return results.novelty(draw_key(row.data_digest, row.shots, row.seed, digest))


class Slicing:
    """The slices of a run, skill by skill; `vectors` are the digests of its stores by language."""

    def __init__(self, wanted: Sequence[Pair], vectors: Mapping[str, str]) -> None:
        self._wanted, self._vectors = wanted, vectors
        self._sums: dict[_Key, _Totals] = {}
        self._names: dict[str, int] = {}

    def add(self, skill: Tallied, results: Results) -> None:
        """Add one skill's units; its answers are read from the results."""
        name = self._names.setdefault(skill.cells[0].row.skill, len(self._names))
        for pair, part, counted in _counted(skill, self._wanted, results, self._vectors):
            key = (skill.shots, pair, part.unit, part.kind, part.label)
            if key not in self._sums:
                self._sums[key] = _Totals()
            self._sums[key].add(name, counted)

    def slices(self) -> tuple[Slice, ...]:
        """Every slice, by number of shots, pair, and kind."""
        order = _order(self._sums)
        return tuple(_slice(key, self._sums[key]) for key in sorted(self._sums, key=order))


class _Totals:
    """One slice's counts by name, five whole numbers each: units, right before and after, won,
    lost. Packed, for 10,000 names stand in a hundred slices."""

    def __init__(self) -> None:
        self._rows = array("l")  # of each name the row of its counts, -1 = none
        self._counts = array("q")

    def add(self, name: int, counted: Sequence[int]) -> None:
        """Add a skill's counts to those of its name."""
        self._rows.extend([-1] * (name + 1 - len(self._rows)))
        row = self._rows[name]
        if row < 0:
            self._rows[name] = len(self._counts) // 5
            self._counts.extend(counted)
        else:
            for column, count in enumerate(counted):
                self._counts[5 * row + column] += count

    def rows(self) -> NDArray[np.float64]:
        """The counts, (names, 5), names in the order in which they came."""
        return np.array(self._counts, dtype=np.float64).reshape(-1, 5)


def _counted(
    skill: Tallied, wanted: Sequence[Pair], results: Results, vectors: Mapping[str, str]
) -> Iterator[tuple[Pair, Part, list[int]]]:  # fmt: skip
    """One skill's counts of each slice, seed by seed; all seeds have the same test split."""
    digest = skill.cells[0].row.data_digest
    test: tuple[Utterance, ...] | None = None
    gold: list[list[list[Any]]] = []
    cut: dict[str, list[tuple[list[Part], NDArray[np.int64]]]] = {}  # by what is noted of a draw
    seeds: dict[int, dict[str, CellRow]] = {}
    for cell in skill.cells:
        seeds.setdefault(cell.row.seed, {})[cell.row.system] = cell.row
    for seed, rows in seeds.items():
        here = [pair for pair in wanted if set(pair) <= rows.keys()]
        if not here:
            continue
        if test is None:
            test = results.test(digest)
            gold = [[[s.name, s.start, s.end] for s in u.frame.slots] for u in test]
        note = noted(results, next(iter(rows.values())), vectors)
        drawn = repr(note)
        if drawn not in cut:
            cut[drawn] = _by_unit(parts(test, note))
        right = {
            s: {
                "utterances": skill.counts[s][seed][:, FRAME].astype(bool),
                "slots": _found(gold, results.spans(row.key)),
            }
            for s, row in rows.items()
        }
        for own, masks in cut[drawn]:
            before, after = (
                np.stack([right[pair[side]][own[0].unit] for pair in here]) for side in (0, 1)
            )  # (pairs, units)
            units = np.ones_like(before)
            flags = np.stack([units, before, after, after & ~before, before & ~after])
            counted = (flags.astype(np.int64) @ masks.T).transpose(1, 2, 0).tolist()
            for pair, of_parts in zip(here, counted, strict=True):
                for part, counts in zip(own, of_parts, strict=True):
                    yield pair, part, counts


def _by_unit(found: Sequence[Part]) -> list[tuple[list[Part], NDArray[np.int64]]]:
    """The parts of each unit with their flags as numbers, (parts, units)."""
    by_unit: dict[str, list[Part]] = {}
    for part in found:
        by_unit.setdefault(part.unit, []).append(part)
    return [(own, np.stack([p.at for p in own]).astype(np.int64)) for own in by_unit.values()]


def _found(gold: Sequence[list[list[Any]]], said: Sequence[list[list[Any]]]) -> Flags:
    """Which gold slots an answer has, each [name, start, end]; (gold slots,)."""
    both = zip(gold, said, strict=True)
    return np.array([slot in given for slots, given in both for slot in slots], dtype=bool)


def _order(sums: Iterable[_Key]) -> Callable[[_Key], tuple[int, int, int]]:
    """Keys in the order in which shots and pairs first came, then kinds and labels are told."""
    first: dict[tuple[int | None, Pair], int] = {}
    for key in sums:
        first.setdefault(key[:2], len(first))
    labels = (*VALUES, *WORDS, "no slot", "one slot", "two or more slots")

    def order(key: _Key) -> tuple[int, int, int]:
        label = key[4]
        rank = labels.index(label) if label in labels else int(label.split()[0])
        return first[key[:2]], KINDS.index(key[3]), rank

    return order


def _slice(key: _Key, totals: _Totals) -> Slice:
    shots, pair, unit, kind, label = key
    rows = totals.rows()
    n, before, after, won, lost = (float(v) for v in rows.sum(axis=0))
    points = (after - before) / n
    half = ratio_half_width(rows[:, 2] - rows[:, 1], rows[:, 0])
    low, high = (
        (None, None) if half is None else (max(-1.0, points - half), min(1.0, points + half))
    )
    return Slice(
        shots=shots, baseline=pair[0], candidate=pair[1], unit=unit, kind=kind, label=label,
        skills=len(rows), count=int(n), baseline_right=before / n, candidate_right=after / n,
        points=points,
        ci_low=low, ci_high=high,
        won=int(won), lost=int(lost),
    )  # fmt: skip


def ratio_half_width(above: NDArray[np.float64], below: NDArray[np.float64]) -> float | None:
    """Half the 95% interval of sum(above) / sum(below) over clusters; None with under `FEWEST`.

    s^2 = f / (f - 1) sum (a - R b)^2 / (sum b)^2 with f clusters, Student's t of f - 1.
    """
    f = len(above)
    if f < FEWEST:
        return None
    ratio = above.sum() / below.sum()
    variance = f / (f - 1) * float(((above - ratio * below) ** 2).sum()) / float(below.sum()) ** 2
    return float(stdtrit(f - 1, (1 + LEVEL) / 2)) * math.sqrt(variance)
