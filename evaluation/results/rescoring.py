"""Scores computed again from stored answers, where the code that scores is another one by now.

A cell's key covers what fits and answers, not what scores: a metric that changes, or is new, costs
no fit. Each cell keeps the digest of the code that scored it.
"""

from data_cards.records import Frame
from evaluation.planning.code_digest import scoring_digest
from evaluation.results.writer import Recorder
from evaluation.scoring.scored import Scored, scored

BATCH = 500
"""Cells that are scored again in one transaction."""


def score_again(recorder: Recorder, run: int) -> int:
    """Score the run's finished cells again that other code, or nobody knows which, scored; their
    number. A kill in between leaves the rest for the next time."""
    now = scoring_digest()
    count, after = 0, -1
    digest = ""
    gold: list[Frame] = []
    while batch := recorder.scored_otherwise(run, now, after, BATCH):
        found: dict[str, Scored] = {}
        for position, key, data_digest, intents in batch:
            if data_digest != digest:  # one split serves all cells of a skill, which come together
                digest = data_digest
                gold = [utterance.frame for utterance in recorder.test(data_digest)]
            answers = [prediction.frame for prediction in recorder.predictions(key)]
            found[key] = scored(gold, answers, intents)
            after = position
        recorder.rescore(run, found, now)
        count += len(found)
    return count
