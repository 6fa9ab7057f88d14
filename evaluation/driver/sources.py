"""The source models of a plan: those that are missing are trained, and all are checked."""

import os
from concurrent.futures import as_completed
from typing import TYPE_CHECKING

from evaluation.planning.plan import Plan
from evaluation.workers.pool import Pool
from evaluation.workers.progress import progress, say

if TYPE_CHECKING:
    from evaluation.planning.source_models import Source


def lacking(plan: Plan) -> "list[Source]":
    """The source models of the plan's skills that are not there yet, each once."""
    used = [by_skill[s.label] for by_skill in plan.sources.values() for s in plan.skills]
    return list({each.digest: each for each in used if not each.path.exists()}.values())


def prepare_sources(plan: Plan, jobs: int | None) -> None:
    """Train the source models that are not there yet; no target may have been seen by its own.

    `jobs` are the processes that train at a time, by default one a core.
    """
    if not plan.sources:
        return
    from evaluation.planning.source_models import (  # imports torch, which takes seconds
        check,
        train_missing,
    )

    wanted = lacking(plan)
    if wanted:
        say(f"stage 1 of transfer: {len(wanted)} source models are trained, and kept")
        pool = Pool(min(jobs if jobs is not None else os.cpu_count() or 1, len(wanted)), None)
        try:
            with progress("source models", len(wanted), 0) as advance:
                for future in as_completed([pool.submit(train_missing, each) for each in wanted]):
                    advance(future.result())
        except BaseException:
            pool.kill()
            raise
        pool.shutdown()
    for by_skill in plan.sources.values():
        for skill in plan.skills:
            check(by_skill[skill.label], skill)
