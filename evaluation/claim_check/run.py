"""`claims`: runs that are there are read, or the skills are measured first; then each claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data_cards.records import Skill
from evaluation.claim_check.conclude import Claimed, conclude, read_convergence, read_runs
from evaluation.claim_check.record import FILE, broken, read_held, write_held
from evaluation.driver.compare import compare
from evaluation.planning.plan import FOLDER, CompareSettings, plan, without_development
from evaluation.stats.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Checked:
    """What the claims came to, which of them held once and fail now, how many cells failed."""

    claimed: Claimed
    lost: tuple[str, ...]
    failures: int


def check_claims(
    folder: Path, *, settings: CompareSettings | None = None, given: Sequence[Skill] = (),
    runs: Sequence[Path] = (),
    convergence: Path | None = None, reference: Path | None = None,
    jobs: int | None = None, cluster: str | None = None,
) -> Checked:  # fmt: skip
    """Check each claim on `runs`, or measure `settings` in the folder first where there are none.

    `given` are skills to measure beside those that the settings name. The record of claims that
    held is kept in the folder; `reference` is another one to go by.
    """
    record = reference if reference is not None else folder / FILE
    held = read_held(record) if reference is not None or record.exists() else frozenset()
    meter = read_convergence(convergence) if convergence is not None else None
    failures = 0
    unrun: tuple[str, ...] = ()
    if settings is not None:
        planned, unrun = without_development(plan(settings, folder.parent / FOLDER, given))
        failures = len(compare(planned, folder, jobs=jobs, cluster=cluster).failures)
    with Shelf() as shelf:
        claimed = conclude(read_runs(runs or [folder], shelf), meter, unrun)
    lost = broken(held, claimed.findings)
    folder.mkdir(parents=True, exist_ok=True)
    write_held(folder / FILE, held, claimed.findings)
    return Checked(claimed, tuple(lost), failures)
