"""What answers come to against gold: counts, slot table and scores, of new or of stored answers.

The digest of this module and of what it imports stands beside each cell's scores
(`code_digest.scoring_digest`): where it changed they are computed again from the stored answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from data_cards.records import Frame
from evaluation.scoring.metrics import Counts, Scores, score, slot_table, tally


@dataclass(frozen=True, slots=True)
class Scored:
    """Answers against gold: `counts` is (utterances, columns), `slots` as `metrics.slot_table`."""

    scores: Scores
    counts: Counts
    slots: dict[str, tuple[int, ...]]


def scored(gold: Sequence[Frame], answers: Sequence[Frame], intents: int) -> Scored:
    """Score answers in the order of their gold frames; `intents` is 0 where none is named."""
    counts, slots = tally(gold, answers), slot_table(gold, answers)
    scores = score(counts, slots, intents=intents, slots=any(f.slots for f in gold))
    return Scored(scores, counts, slots)
