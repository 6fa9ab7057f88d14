"""What opens behind a skill: confusions, slots, slices, and the utterances that changed sides.

All of one seed, so that every figure in a panel is about the same answers. Names are numbers into
the panel's own lists: hundreds of panels must fit one file.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from data_cards.records import Frame, Utterance
from evaluation.findings.slices import Flags, Noted, noted, parts, rights
from evaluation.report.page.groups import SkillCells
from evaluation.results.reader import Results

CONFUSIONS = 40
"""Most confusions of one system that are kept; their total is kept beside them."""

Pair = tuple[str, str]


class _Names:
    """Numbers for names, in order of appearance."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        return self.found.setdefault(name, len(self.found))

    def frame(self, slots: "_Names", frame: Frame) -> list[Any]:
        """A frame as intent number and flat slot triples."""
        spans = [n for s in frame.slots for n in (slots(s.name), s.start, s.end)]
        return [self(frame.intent), spans]


def panel(
    group: SkillCells, results: Results, systems: Sequence[str], pairs: Sequence[Pair], most: int,
    vectors: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    """One skill's panel, with at most `most` utterances; `vectors` are the run's digests."""
    seed = group.seed()
    rows = {s: group.rows[s][seed] for s in systems if seed in group.rows.get(s, {})}
    test = results.test(group.some.data_digest)
    answers = {s: [p.frame for p in results.predictions(r.key)] for s, r in rows.items()}
    tallies = {s: results.tally(r.key) for s, r in rows.items()}
    units = {s: rights(test, counts, answers[s]) for s, (counts, _) in tallies.items()}
    right = {s: found["utterances"] for s, found in units.items()}
    note = noted(results, next(iter(rows.values())), vectors) if rows else None
    intents, slots = _Names(), _Names()
    chosen = _chosen(right, [p for p in pairs if set(p) <= rows.keys()], most)
    return {
        "seed": seed,
        "confusion": [_confusion(test, answers.get(s), intents) for s in systems],
        "table": [
            [[slots(n), *counts] for n, counts in tallies[s][1].items()]
            if s in rows else None
            for s in systems
        ],
        "slices": _slices(test, units, systems, note),
        "flips": [_flips(right, pair) for pair in pairs],
        "said": [_said(test[i], i, answers, right, systems, intents, slots) for i in chosen],
        "intents": list(intents.found),
        "slots": list(slots.found),
    }  # fmt: skip


def _confusion(
    test: Sequence[Utterance], answers: Sequence[Frame] | None, names: _Names
) -> dict[str, Any] | None:
    if answers is None:
        return None
    counted = Counter(
        (u.frame.intent, a.intent)
        for u, a in zip(test, answers, strict=True)
        if u.frame.intent != a.intent
    )
    top = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:CONFUSIONS]
    return {
        "wrong": counted.total(),
        "pairs": len(counted),
        "top": [[names(gold), names(answer), count] for (gold, answer), count in top],
    }


def _slices(
    test: Sequence[Utterance], right: Mapping[str, Mapping[str, Flags]],
    systems: Sequence[str], note: Noted,
) -> list[list[Any]]:  # fmt: skip
    """Rows of unit, kind, label, units, and how many of them each system has right."""
    return [
        [part.unit, part.kind, part.label, int(part.at.sum()),
         [int(right[s][part.unit][part.at].sum()) if s in right else None for s in systems]]
        for part in parts(test, note)
    ]  # fmt: skip


def _flips(right: Mapping[str, Flags], pair: Pair) -> list[int] | None:
    """How many utterances the candidate wins, loses, and leaves wrong as they were."""
    if not set(pair) <= right.keys():
        return None
    before, after = right[pair[0]], right[pair[1]]
    return [
        int((after & ~before).sum()),
        int((before & ~after).sum()),
        int((~before & ~after).sum()),
    ]


def _chosen(right: Mapping[str, Flags], pairs: Sequence[Pair], most: int) -> list[int]:
    """Which utterances are shown: each pair's flips in turn, then what all have wrong."""
    if not right:
        return []
    queues: list[Iterator[int]] = []
    for baseline, candidate in pairs:
        before, after = right[baseline], right[candidate]
        queues += [iter(np.flatnonzero(after & ~before)), iter(np.flatnonzero(before & ~after))]
    chosen = _in_turn(queues, most)
    wrong = np.flatnonzero(~np.stack(list(right.values())).all(axis=0))
    rest = [i for i in map(int, wrong) if i not in chosen]
    return sorted(chosen | set(rest[: most - len(chosen)]))


def _in_turn(queues: list[Iterator[int]], most: int) -> set[int]:
    """Up to `most` different numbers, one from each queue after the other."""
    found: set[int] = set()
    while queues and len(found) < most:
        left = []
        for queue in queues:
            fresh = next((int(i) for i in queue if int(i) not in found), None)
            if fresh is not None and len(found) < most:
                found.add(fresh)
                left.append(queue)
        queues = left
    return found


def _said(
    utterance: Utterance, at: int, answers: Mapping[str, Sequence[Frame]],
    right: Mapping[str, Flags], systems: Sequence[str], intents: _Names, slots: _Names,
) -> list[Any]:  # fmt: skip
    """Words, gold frame, the wrong frames, and by system: 0 right, n the nth wrong one, or -1."""
    wrong: dict[Frame, int] = {}
    given = []
    for system in systems:
        if system not in answers:
            given.append(-1)
        elif right[system][at]:
            given.append(0)
        else:
            given.append(wrong.setdefault(answers[system][at], len(wrong) + 1))
    frames = [intents.frame(slots, frame) for frame in wrong]
    return [list(utterance.tokens), intents.frame(slots, utterance.frame), frames, given]
