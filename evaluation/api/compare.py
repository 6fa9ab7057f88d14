"""`compare`: systems on skills, and the run that it comes to."""

import warnings
from pathlib import Path

from evaluation.api.asking import (
    Changes,
    Data,
    Names,
    Paths,
    Shots,
    Systems,
    asked,
    silence,
)
from evaluation.api.run import Run
from evaluation.driver.compare import compare as run_plan
from evaluation.planning.plan import FOLDER, plan
from evaluation.results.folder import new_folder
from evaluation.workers.pool import Limits


def compare(
    systems: Systems = None, *, data: Data = None, suites: Names = None, shots: Shots = None,
    seeds: int = 1, skills: str = "*", changes: Changes = (), vectors: Paths = None,
    slots_only: bool = False, sources: Names = None, out: str | Path | None = None,
    jobs: int | None = None, cluster: str | None = None, cell_seconds: float | None = None,
    cell_memory: int | None = None, quiet: bool | None = None,
) -> Run:  # fmt: skip
    """Fit systems on skills, score and test them, and render the report: `skillwise compare`.

    - `systems`: names of built-in systems, `"package.module:Class"`, or classes (`System` says what
      one has); by default the four that README names. A class of a script or a notebook is run in
      this process, one cell at a time; one of a module that can be imported has workers.
    - `data`: what to measure and nothing else: folders of `<skill>@<locale>` folders, or `Skill`s.
      `suites` names data cards instead, or beside them. With neither, the starter suite.
    - `shots`: training utterances drawn per intent; a number, "all", or several of these.
    - `seeds`: how many; each has its own draw. `skills`: a pattern over `skill@locale`.
    - `changes`: settings, as `{"dnn-mlm.max_steps": 100}` or `["dnn-mlm.max_steps=100"]`.
    - `vectors`: stores, one per language, in place of the packaged ones; `"hf:PATH"` is an encoder
      (a folder or hub id of `transformers`) for systems that read words in their sentences.
    - `sources`: cards whose skills train the source model of `dnn` too. `slots_only` admits skills
      with one intent.
    - `out`: the run's folder, by default `runs/<time>`; a run that was cut short goes on there, and
      finished cells of runs beside it are taken over. Source models are kept beside it.
    - `jobs`: worker processes, by default one per core; `cluster`: a Dask scheduler's address.
      `cell_seconds`, `cell_memory` (MB): what takes more fails.
    - `quiet`: True or False; None is quiet in a notebook and tells progress on stderr elsewhere.

    Bad input is a `SkillwiseError` in one line. Cells that fail by a bug are warned of, and are in
    `Run.failures`; the others count.
    """
    settings, given = asked(
        systems, data, suites, shots, seeds, skills, changes, vectors, slots_only, sources
    )
    folder = Path(out) if out is not None else new_folder()
    limits = Limits(cell_seconds, cell_memory)
    with silence(quiet):
        planned = plan(settings, folder.parent / FOLDER, given)
        result = run_plan(planned, folder, jobs=jobs, cluster=cluster, limits=limits)
    if result.failures:
        warnings.warn(
            f"{len(result.failures)} of {len(planned)} cells failed, first "
            f"{result.failures[0].name}; failures() of the run has the tracebacks",
            RuntimeWarning, stacklevel=2,
        )  # fmt: skip
    return Run(folder, result)
