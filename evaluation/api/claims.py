"""`claims`: each claim about networks and transfer beside what was measured here."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from data_cards.records import Skill
from evaluation.api.asking import Changes, Data, Names, Paths, Shots, asked, silence
from evaluation.api.run import Run
from evaluation.api.tables import columns, table
from evaluation.claim_check.conclude import Claimed
from evaluation.claim_check.run import check_claims
from evaluation.claim_check.text import render
from evaluation.planning.skills import COLLECTED
from evaluation.results.folder import RUNS
from evaluation.results.rows import Comparison

_FINDINGS = {
    "claim": str, "said": str, "shots": int | None, "baseline": str, "candidate": str,
    "metric": str, "quantity": str, "target": float, "value": float | None, "low": float | None,
    "high": float | None, "skills": int | None, "verdict": str, "reason": str,
}  # fmt: skip


@dataclass(frozen=True)
class Claims:
    """What the claims came to; `str` of it is what the command prints.

    `lost` names the claims that held before and fail now, `failures` counts the cells that failed.
    """

    folder: Path
    claimed: Claimed = field(repr=False)
    lost: tuple[str, ...]
    failures: int

    def __str__(self) -> str:
        return render(self.claimed, self.lost)

    def findings(self) -> pd.DataFrame:
        """One row per claim and number of shots.

        `claim`, `said` (in words), `shots`, `baseline`, `candidate`, `metric`, `quantity`,
        `target`; the measured `value` with its 95% interval `low`, `high` and its `skills`;
        `verdict` ("reproduced", "not reproduced", "not comparable") and `reason`.
        """
        rows = []
        for f in self.claimed.findings:
            m = f.measured
            rows.append({
                "claim": f.claim.name, "said": f.claim.said, "shots": f.shots,
                "baseline": f.claim.pair[0], "candidate": f.claim.pair[1],
                "metric": f.claim.metric, "quantity": f.claim.quantity, "target": f.claim.target,
                "value": m.value if m else None, "low": m.low if m else None,
                "high": m.high if m else None, "skills": m.skills if m else None,
                "verdict": f.verdict, "reason": f.reason,
            })  # fmt: skip
        return table(rows, _FINDINGS)

    def growth(self) -> pd.DataFrame:
        """One row per pair and number of shots: frame accuracy on the skills that count.

        The columns are those of `Run.comparisons`.
        """
        rungs = (asdict(rung) for each in self.claimed.growth for rung in each.rungs)
        return table(rungs, columns(Comparison))


def claims(
    runs: str | Path | Run | Iterable[str | Path | Run] | None = None, *, data: Data = None,
    suites: Names = None, shots: Shots = (5, 10), seeds: int = 3, skills: str = "*",
    changes: Changes = (), vectors: Paths = None, sources: Names = None,
    convergence: str | Path | None = None, reference: str | Path | None = None,
    out: str | Path | None = None, jobs: int | None = None, cluster: str | None = None,
    quiet: bool | None = None,
) -> Claims:  # fmt: skip
    """Put each claim beside what was measured here, with a verdict: `skillwise claims`.

    Reads `runs` (folders or `Run`s), or measures the four systems first: on `data` and `suites`, by
    default on all collected cards, in the folder `out` (`runs/claims`), where a run that was cut
    short goes on. `convergence` is the JSON report of a convergence meter, `reference` a record of
    claims that held before; the other arguments are those of `compare`.
    """
    several = [runs] if isinstance(runs, str | Path | Run) else list(runs or ())
    folders = [each.folder if isinstance(each, Run) else Path(each) for each in several]
    folder = Path(out) if out is not None else folders[0] if folders else RUNS / "claims"
    settings = None
    given: list[Skill] = []
    if not folders:
        named = suites if suites is not None or data is not None else COLLECTED
        settings, given = asked(
            None, data, named, shots, seeds, skills, changes, vectors, False, sources
        )
    with silence(quiet):
        checked = check_claims(
            folder, settings=settings, given=given, runs=folders, jobs=jobs, cluster=cluster,
            convergence=Path(convergence) if convergence is not None else None,
            reference=Path(reference) if reference is not None else None,
        )  # fmt: skip
    return Claims(folder, checked.claimed, checked.lost, checked.failures)
