"""A run as an object: what `compare` came to, as tables."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.api.tables import columns, table
from evaluation.driver.compare import report
from evaluation.report.text import headline
from evaluation.results.parquet import answers
from evaluation.results.reader import FILE, Results
from evaluation.results.rows import (
    CellRow,
    Comparison,
    Failure,
    Level,
    MetricTest,
    RunResult,
    SkillVerdict,
    Slice,
)
from evaluation.scoring.metrics import COLUMNS

_FRAME = COLUMNS.index("frame")
_SKILL = {"suite": str, "skill": str, "locale": str}
_PAIR = {**_SKILL, "shots": int | None, "baseline": str, "candidate": str}
_ANSWERS = {
    "key": str, **_SKILL, "system": str, "seed": int, "shots": int | None, "utterance": str,
    "tokens": list, "gold_intent": str, "gold_slots": list, "intent": str, "slots": list,
    "confidence": float,
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A finished run and the tables of what it came to.

    `shots` is missing (`pd.NA`) wherever all training utterances were used. A score that cannot be
    measured is NaN, e.g. the intent accuracy of a skill with one intent.
    """

    folder: Path
    result: RunResult = field(repr=False)

    def __str__(self) -> str:
        labels = {cell.label for cell in self.result.cells}
        names = ", ".join(self.result.settings.get("systems", ()))
        failed = len(self.result.failures)
        return f"{self.folder}: {len(self.result.cells)} cells, {len(labels)} skills, {names}" + (
            f"; {failed} cells failed" if failed else ""
        )

    @property
    def report(self) -> Path:
        """The page of the run, to be opened in a browser."""
        return self.folder / "report.html"

    @property
    def headline(self) -> str:
        """A sentence for each pair of systems: its gain in frame accuracy with the interval."""
        return headline(self.result)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What was compared: systems with all their settings, skills by digest, releases."""
        return self.result.settings

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out before the run began, and why."""
        return tuple(self.result.settings.get("notes", ()))

    def cells(self) -> pd.DataFrame:
        """One row per cell: one system on one skill with one seed and one number of shots.

        `suite`, `skill`, `locale`, `system`, `seed`, `shots`; `n_train`, `n_test` (utterances),
        `intents`; `intent_accuracy`, `slot_f1` (micro, exact spans), `frame_accuracy`, `semer`,
        `slot_precision`, `slot_recall`, `slot_f1_macro`, all fractions; `train_seconds`,
        `predict_ms` (per utterance), `model_bytes`; `finished` (seconds since 1970); and the
        digests that name the cell: `key`, `data_digest`, `settings_digest`, `code_digest`,
        `vectors_digest`; `scoring_digest` is that of the code that scored it.
        """
        return table(
            ({"suite": cell.suite, **asdict(cell.row)} for cell in self.result.cells),
            {**_SKILL, "system": str, "seed": int, "shots": int | None, **columns(CellRow)},
        )

    def comparisons(self) -> pd.DataFrame:
        """One row per pair of systems, metric, number of shots and locale (None: all of them).

        `baseline`, `candidate`, `metric`, `shots`, `locale`, `skills` (how many); `baseline_mean`,
        `candidate_mean` over skills; `points`, their difference as a fraction, with the 95%
        interval `points_ci_low`, `points_ci_high`; `relative_gain` with `ci_low`, `ci_high`;
        `relative_error_reduction` with `error_reduction_ci_low`, `error_reduction_ci_high`;
        `wins`, `ties`, `losses` (skills); the means of the skills' own ratios
        `mean_skill_relative_gain`, `mean_skill_error_reduction` and over how many skills,
        `mean_skill_relative_gain_skills`, `mean_skill_error_reduction_skills`; `wilcoxon_p`;
        `significant_wins`, `significant_losses`, `claimable_wins` (skills).
        """
        return table((asdict(c) for c in self.result.comparisons), columns(Comparison))

    def verdicts(self) -> pd.DataFrame:
        """One row per skill, number of shots and pair: should the skill move to the candidate?

        `suite`, `skill`, `locale`, `shots`, `baseline`, `candidate`, `n_test`, `seeds`;
        `verdict` ("move", "keep" or "undecided") and its `reason`; `margin`, the loss in frame
        accuracy that does not count; `alpha`, what the skill's p-value had to reach;
        `discordance`, the share of utterances that one system alone has right; `smallest_effect`
        that its test split shows with 80% power; `utterances_needed`, about how many more test
        utterances would decide it. The tests behind it are in `tests`.
        """
        return table((asdict(v) for v in self.result.skills), columns(SkillVerdict, "tests"))

    def tests(self) -> pd.DataFrame:
        """One row per skill, number of shots, pair and metric: the tests behind `verdicts`.

        `suite`, `skill`, `locale`, `shots`, `baseline`, `candidate`, `metric`; `points` (candidate
        - baseline, a fraction) with its interval `ci_low`, `ci_high`; `p_value`, the larger of
        `p_utterances` and `p_seeds`; `p_adjusted` over the run's skills (Benjamini-Hochberg);
        the one-sided `p_no_worse` and `p_no_gain`, and `p_no_gain_adjusted`.
        """
        rows = (
            asdict(test) | {name: getattr(verdict, name) for name in _PAIR}
            for verdict in self.result.skills
            for test in verdict.tests
        )
        return table(rows, {**_PAIR, **columns(MetricTest)})

    def slices(self) -> pd.DataFrame:
        """One row per part of the test utterances (or slots) and pair: where the gain comes from.

        `shots`, `baseline`, `candidate`; `unit` ("utterances" or "slots"), `kind` (what was cut
        by) and `label` (which part); `skills`, `count` (units, per seed); `baseline_right`,
        `candidate_right` (fractions), `points` with its 95% interval over skills `ci_low`,
        `ci_high`; `won`, `lost` (units that one system alone has right).
        """
        return table((asdict(each) for each in self.result.slices), columns(Slice))

    def levels(self) -> pd.DataFrame:
        """One row per system, metric and number of shots: how scores grow with the shots.

        `shots`, `system`, `metric`, `skills`; `mean` over skills with its 95% interval `ci_low`,
        `ci_high` (Student's, skills being the sample).
        """
        return table((asdict(each) for each in self.result.levels), columns(Level))

    def predictions(self) -> pd.DataFrame:
        """One row per answer: every test utterance under every cell.

        `key` (the cell's), `suite`, `skill`, `locale`, `system`, `seed`, `shots`; `utterance` (its
        id), `tokens`, `gold_intent`, `gold_slots`; `intent`, `slots`, `confidence` of the answer;
        `right`, whether its whole frame is. Slots are lists of {"name", "start", "end"}, half-open
        token indices. All are held in memory: of a large run, read `predictions.parquet` of
        `skillwise results export` by parts.
        """
        with Results(self.folder / FILE) as results:
            found = table(answers(results, self.result), _ANSWERS)
            right = [results.counts(c.row.key)[:, _FRAME] > 0 for c in self.result.cells]
        found["right"] = np.concatenate(right) if right else np.zeros(0, dtype=bool)
        return found

    def failures(self) -> pd.DataFrame:
        """One row per failed cell.

        `suite`, `skill`, `locale`, `system`, `shots`, `seed`, and the `traceback` of its bug.
        """
        return table((asdict(each) for each in self.result.failures), columns(Failure))


def open_run(folder: str | Path) -> Run:
    """A finished run by its folder, as `compare` or `skillwise compare` left it.

    One that an earlier release concluded is concluded again first, once. Raises `DataError` where
    the folder holds no run, or one that was cut short.
    """
    path = Path(folder)
    with Results(path / FILE) as results:
        found = results.run()
        whole = results.has_all_findings(results.ended_run())
    return Run(path, found if whole else report(path))
