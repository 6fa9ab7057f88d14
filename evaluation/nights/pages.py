"""The history of the nights as pages: history.md for a log, history.html for a browser. Pure."""

import functools
from collections.abc import Sequence
from importlib.resources import files

import jinja2

from evaluation.nights.history import Night, ladder, systems
from evaluation.nights.verdicts import CellVerdict, SuiteVerdict
from evaluation.report.markdown import table

SHOWN = 30
"""Nights on a page; older ones stay on record."""

MARKS = {
    "regression": "▼",
    "improvement": "▲",
    "no change": "=",
    "insufficient data": "?",
    "not comparable": "×",
}
SPAN = 0.20
"""Height of a skill's course: one scale for all, so that noise looks as small as it is."""


def render_markdown(nights: Sequence[Night]) -> str:
    """One line a skill over the nights, the newest last."""
    nights = nights[-SHOWN:]
    if not nights:
        return "# Nights\n\nNo night is on record.\n"
    parts = ["# Nights", headline(nights[-1]), _told(nights[-1])]
    legend = ", ".join(f"`{mark}` {verdict}" for verdict, mark in MARKS.items())
    parts += [f"Frame accuracy in percent, and against the reference: {legend}."]
    header = ["skill", *(_column(night) for night in nights)]
    for system, shots in systems(nights):
        parts += [f"## {title(system, shots)}"]
        rows = [
            [label, *(_entry(cell) for cell in line)]
            for label, line in ladder(nights, system, shots).items()
        ]
        suite = [_suite(night, system, shots) for night in nights]
        rows.insert(0, ["all skills, change in points", *(_suite_entry(s) for s in suite)])
        parts += [table(header, rows)]
    return "\n\n".join(part for part in parts if part) + "\n"


def headline(night: Night) -> str:
    """One sentence: what the night came to."""
    if night.reference is None:
        return f"Night {night.number} is the first reference: there was none to compare with."
    counts = [f"{len(night.having(v))} {v}" for v in MARKS if night.having(v)]
    suites = [
        f"{title(s.system, s.shots)} {100 * s.pooled:+.2f} points ({s.verdict})"
        for s in night.suites
    ]
    text = f"Night {night.number} against reference {night.reference}: {', '.join(counts)}"
    return f"{text}; over all skills {', '.join(suites)}." if suites else f"{text}."


def title(system: str, shots: int | None) -> str:
    """A system and its shots in words."""
    return system if shots is None else f"{system}, {shots} shots"


def render_html(nights: Sequence[Night]) -> str:
    """The same as one self-contained page."""
    nights = nights[-SHOWN:]
    groups = [
        {
            "title": title(system, shots),
            "suites": [_suite(night, system, shots) for night in nights],
            "lines": [
                {"label": label, "cells": line, "curve": _curve(line)}
                for label, line in ladder(nights, system, shots).items()
            ],
        }
        for system, shots in systems(nights)
    ]
    return _page().render(
        nights=nights,
        groups=groups,
        marks=MARKS,
        headline=headline(nights[-1]) if nights else "",
        told=_told_cells(nights[-1]) if nights else [],
        span=f"{100 * SPAN:.0f}",
    )


def _told(night: Night) -> str:
    rows = [
        [cell.key.label, title(cell.key.system, cell.key.shots), cell.verdict, cell.reason]
        for cell in _told_cells(night)
    ]
    return table(["skill", "system", "verdict", "why"], rows) if rows else ""


def _told_cells(night: Night) -> list[CellVerdict]:
    """The cells that somebody should read about, the worst first."""
    if night.reference is None:
        return []
    return [
        cell
        for verdict in ("regression", "improvement", "not comparable")
        for cell in night.having(verdict)
    ]


def _column(night: Night) -> str:
    return f"{night.number}{' (accepted)' if night.accepted else ''}"


def _entry(cell: CellVerdict | None) -> str:
    if cell is None:
        return ""
    if cell.reference is None and cell.tonight is not None:
        return f"{100 * cell.tonight:.1f}"  # there was nothing to compare it with
    mark = MARKS[cell.verdict]
    return mark if cell.tonight is None else f"{100 * cell.tonight:.1f} {mark}"


def _suite(night: Night, system: str, shots: int | None) -> SuiteVerdict | None:
    return next((s for s in night.suites if (s.system, s.shots) == (system, shots)), None)


def _suite_entry(suite: SuiteVerdict | None) -> str:
    return "" if suite is None else f"{100 * suite.points:+.2f} {MARKS[suite.verdict]}"


def _curve(line: Sequence[CellVerdict | None]) -> str:
    """The points of a polyline in a 100 x 20 box, `SPAN` high or as high as it must be, about the
    middle of its values; nights without a number are passed over."""
    known = [(i, c.tonight) for i, c in enumerate(line) if c is not None and c.tonight is not None]
    if len(known) < 2:
        return ""
    values = [value for _, value in known]
    middle = (max(values) + min(values)) / 2
    span = max(max(values) - min(values), SPAN)
    last = max(1, len(line) - 1)
    return " ".join(f"{100 * i / last:.1f},{10 - 16 * (v - middle) / span:.1f}" for i, v in known)


@functools.cache
def _page() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals["entry"] = _entry
    return environment.from_string(files(__package__).joinpath("page.html").read_text("utf-8"))
