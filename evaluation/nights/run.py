"""`nightly`: run the suite with seeds of its own, compare with the reference, record, render.

A history folder holds a folder for each night (0001, 0002, ...), `reference`, a copy of the night
that was accepted, and what is rendered: history.md, history.html, junit.xml of the last night.
"""

import shutil
import time
from dataclasses import replace
from pathlib import Path

from data_cards.errors import SkillwiseError
from data_cards.scratch import write_whole
from evaluation.driver.compare import compare, score_alike
from evaluation.nights.evidence import first_night, judge_night, night_run
from evaluation.nights.history import (
    REFERENCE,
    Night,
    finished,
    folder_of,
    next_number,
    read_night,
    write_night,
)
from evaluation.nights.junit import render_junit
from evaluation.nights.pages import render_html, render_markdown
from evaluation.nights.verdicts import NightRule, SuiteVerdict
from evaluation.planning.plan import FOLDER, CompareSettings, Plan, plan
from evaluation.results.folder import RUNS, owned
from evaluation.workers.pool import Limits

HISTORY = RUNS / "nightly"
SEEDS_APART = 1_000
"""Night n takes its seeds from 1000 n on, so that no two nights share one."""


def night_plan(
    settings: CompareSettings, number: int, times: int = 1, sources: Path = RUNS / FOLDER
) -> Plan:
    """The plan of a night: `times` as many seeds as asked for, none of which another night has."""
    seeds = settings.seeds * times
    if seeds > SEEDS_APART:
        raise SkillwiseError(
            f"--seeds {settings.seeds}: at most {SEEDS_APART // times} a night; give fewer"
        )
    asked = plan(settings.model_copy(update={"seeds": seeds}), sources)
    return replace(asked, first_seed=SEEDS_APART * number)


def nightly(
    settings: CompareSettings, history: Path, *, accept: bool = False,
    jobs: int | None = None, cluster: str | None = None, limits: Limits | None = None,
    rule: NightRule | None = None,
) -> Night:  # fmt: skip
    """Do one night; a night that was cut short goes on with the same number and seeds.

    A night that is accepted takes as many seeds as the window has nights, so that the reference is
    as sure as what it will be compared with.
    """
    rule = rule or NightRule()
    reference = history / REFERENCE
    if not accept and not (reference.is_dir() or _scratch(history, "old").is_dir()):
        raise SkillwiseError(
            f"{history}: has no reference yet; run the same command once with --accept"
        )
    number = next_number(history)
    planned = night_plan(settings, number, rule.window if accept else 1, history.parent / FOLDER)
    with owned(history):
        if next_number(history) != number:
            raise SkillwiseError(f"{history}: another night has just ended there; start again")
        _mend(history)
        folder = folder_of(history, number)
        if reference.is_dir() and (night := read_night(reference)).number == number:
            write_night(folder, night)  # a kill came between the reference and the record
            render_history(history, finished(history))
            return night
        result = compare(planned, folder, jobs=jobs, cluster=cluster, limits=limits)
        if accept and result.failures:
            raise SkillwiseError(
                f"--accept: {len(result.failures)} cells failed, first {result.failures[0].name}; "
                f"see {folder / 'report.md'}, mend them and start again"
            )
        nights = finished(history)
        tonight = night_run(folder, result)
        before = read_night(reference).number if reference.is_dir() else None
        suites: list[SuiteVerdict] = []
        if before is None:
            cells = first_night(tonight)
        else:
            earlier = [n.number for n in nights if before < n.number < number]
            pooled = earlier[max(0, len(earlier) - rule.window + 1) :]
            for past in (reference, *(folder_of(history, n) for n in pooled)):
                score_alike(past)
            cells, suites = judge_night(
                night_run(reference),
                tonight,
                [night_run(folder_of(history, n)) for n in pooled],
                rule,
            )
        night = Night(
            number=number,
            date=time.strftime("%Y-%m-%dT%H:%M:%S"),
            commit=result.commit,
            settings_digest=result.settings_digest,
            reference=before,
            accepted=accept,
            cells=tuple(cells),
            suites=tuple(suites),
        )
        if accept:
            set_reference(history, folder, night)
        write_night(folder, night)
        render_history(history, [*nights, night])
    return night


def set_reference(history: Path, folder: Path, night: Night) -> None:
    """Make a copy of a night the reference; a kill in between leaves the old one or the new one."""
    scratch, old = _scratch(history, "new"), _scratch(history, "old")
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(folder, scratch, ignore=shutil.ignore_patterns(".lock", ".*.tmp"))
    write_night(scratch, night)
    reference = history / REFERENCE
    if reference.exists():
        shutil.rmtree(old, ignore_errors=True)
        reference.rename(old)
    scratch.rename(reference)
    shutil.rmtree(old, ignore_errors=True)


def render_history(history: Path, nights: list[Night]) -> None:
    """Write the pages of a history, each whole or not at all."""
    write_whole(history / "history.md", render_markdown(nights))
    write_whole(history / "history.html", render_html(nights))
    write_whole(history / "junit.xml", render_junit(nights[-1]))


def _mend(history: Path) -> None:
    """Put the old reference back where a kill came between two renames."""
    old, reference = _scratch(history, "old"), history / REFERENCE
    if old.is_dir() and not reference.exists():
        old.rename(reference)


def _scratch(history: Path, name: str) -> Path:
    return history / f".{REFERENCE}.{name}"
