"""`skillwise cards lint`, and what `compare --data` says of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.workers.progress import say

if TYPE_CHECKING:
    from data_cards.lint.finding import Finding
    from evaluation.planning.plan import Plan


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="A skill's folder, a folder of them, or a file that `cards import` reads."
        ),
    ] = None,
    suite: Annotated[
        list[str] | None, typer.Option(help="A data card, e.g. hwu64: check all its skills.")
    ] = None,
    json: Annotated[
        str | None, typer.Option("--json", help="Also write all findings there; - is stdout alone.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if a finding is an error.")
    ] = False,
    most: Annotated[int, typer.Option(min=1, help="Findings shown of each kind and skill.")] = 10,
) -> int:
    """Find what to fix in a skill's data: contradictions, missed slots, leaks into the test.

    Each finding has its file and line (an utterance's id, where lines are not known), what is wrong
    and a suggestion. docs/DATA.md says what each kind means. Findings are no failure, unless
    --strict is given.
    """
    from data_cards.errors import SkillwiseError
    from data_cards.lint.text import render, to_json
    from data_cards.scratch import write_whole

    if not paths and not suite:
        raise SkillwiseError("cards lint: nothing to check; name a skill's folder, or --suite CARD")
    every: list[Finding] = []
    for key, findings in _checked(paths or (), suite or ()):
        every += findings
        if json != "-":
            typer.echo(render(key, findings, most), nl=False)
    if json == "-":
        typer.echo(to_json(every), nl=False)
    elif json is not None:
        write_whole(Path(json), to_json(every))
    return int(strict and any(f.kind.severity == "error" for f in every))


def _checked(
    paths: Sequence[Path], suites: Sequence[str]
) -> Iterator[tuple[str, "tuple[Finding, ...]"]]:
    """The findings of each skill that was named, skill by skill."""
    from data_cards.card import card
    from data_cards.exchange.importing import preview
    from data_cards.faults import Faults
    from data_cards.jsonl import read_folder, read_skill
    from data_cards.lint.rules import filed, lint, located
    from data_cards.registry.loading import load

    for path in paths:
        if path.is_file():
            seen = preview(path)
            if seen.faults:
                _left_out(len(seen.faults), f"import {path}")
            yield seen.skill.key, filed(lint(seen.skill), path)
        elif (path / "train.jsonl").exists():
            skill = read_skill(path.resolve(), slots_only=True)
            yield skill.key, located(lint(skill), path)
        else:
            for skill in read_folder(path, slots_only=True):
                yield skill.key, located(lint(skill), path / skill.key)
    for name in suites:
        faults = Faults()
        for skill in load(card(name), faults):
            yield skill.key, lint(skill)
        if len(faults):
            _left_out(len(faults), f"check {name}")


def _left_out(faults: int, command: str) -> None:
    say(f"{faults} faulty entries were left out; `skillwise cards {command}` lists them")


def with_findings(plan: "Plan") -> "Plan":
    """The plan with a note on what a lint of its --data folders finds, if it finds anything."""
    from data_cards.lint.rules import lint
    from data_cards.lint.text import counted
    from evaluation.planning.skill_block import unpack

    folders = {path.resolve().name for path in plan.settings.data}
    own = [skill for skill in plan.skills if skill.suite in folders]
    found = [finding for skill in own for finding in lint(unpack(skill))]
    if not found:
        return plan
    named = " ".join(str(path) for path in plan.settings.data)
    note = f"the data have findings: {counted(found)}; `skillwise cards lint {named}` lists them"
    return replace(plan, notes=(*plan.notes, note))
