"""Fills the tables of README.md and docs/ from docs/results; `make docs` runs it.

    python benchmarks/tables.py [--check]

In a page, what lies between `<!-- table: NAME/PART -->` and `<!-- end -->` is made, not written.
Its text is docs/tables/NAME/PART.md, in which {figure:form} stands for a figure of
docs/results/NAME.json; below it stands at which state the figures were measured, and whether the
measured code has changed since. With --check nothing is written, and the exit code is 1 where a
page differs from its files.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from data_cards.errors import DataError, SkillwiseError, nearest  # noqa: E402
from data_cards.scratch import write_whole  # noqa: E402
from evaluation.planning.code_digest import source_digest  # noqa: E402

BLOCK = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
PLACE = re.compile(r"\{([^{}:\s]+):(\w+)\}")
POINTS = "_points"

FORMS: dict[str, Callable[[float], str]] = {
    "score": lambda value: f"{value:.3f}".replace("0.", ".", 1),
    "gain": lambda value: f"{100 * value:+.1f} %",
    "share": lambda value: f"{100 * value:.1f} %",
    "points": lambda value: f"{value:+.1f}",
    "times": lambda value: f"{value:.1f}",
    "count": lambda value: f"{value:,.0f}",
    "number": lambda value: f"{value:,.4g}",
}
"""How a figure is shown. Gains and shares are fractions in the file, points are points."""


def pages(root: Path = ROOT) -> Iterator[Path]:
    """The pages that may hold tables."""
    yield root / "README.md"
    yield from sorted((root / "docs").glob("*.md"))


def filled(text: str, root: Path = ROOT) -> str:
    """A page's text with all its blocks made anew."""
    return BLOCK.sub(lambda found: f"{found[1]}{block(found[2], root)}{found[3]}", text)


def block(name: str, root: Path = ROOT) -> str:
    """The text of one block; raises `DataError` where a file, a figure or a form is missing."""
    template = root / "docs" / "tables" / f"{name}.md"
    source = root / "docs" / "results" / f"{name.partition('/')[0]}.json"
    content = json.loads(_read(source))
    figures = content["figures"]
    text = PLACE.sub(lambda place: _shown(place[1], place[2], figures, template), _read(template))
    return f"{text.rstrip()}\n\n{state(content)}\n"


def state(content: Mapping[str, Any]) -> str:
    """At which state the figures of a file were measured, as one line."""
    machine = content["machine"] or {}
    cores, processor = machine.get("cores"), machine.get("processor")
    commit = content["commit"]
    parts = [f"Measured at commit {commit[:7]}" if commit else "Measured at an unnoted commit"]
    if content["date"]:
        parts.append(f"on {content['date']}")
    if cores:
        parts.append(f"with {cores} cores" + (f" ({processor})" if processor else ""))
    if content["seconds"]:
        parts.append(f"in {_duration(content['seconds'])}")
    note = f" {content['note']}" if content.get("note") else ""
    return f"*{' '.join(parts)}.{note}{'' if is_current(content) else ' ' + CHANGED}*"


def _duration(seconds: float) -> str:
    return f"{seconds:,.0f} seconds" if seconds < 120 else f"{seconds / 60:,.0f} minutes"


CHANGED = "The code has changed since."


def is_current(content: Mapping[str, Any]) -> bool:
    """Whether the code that the figures are of is today's."""
    digest = content["code_digest"]
    return digest is not None and bool(digest == source_digest(content["measures"]))


def _shown(name: str, form: str, figures: Mapping[str, float | None], template: Path) -> str:
    if name not in figures:
        raise DataError(template, None, f"no figure {name!r}", nearest(name, figures))
    if form not in FORMS:
        raise DataError(template, None, f"no form {form!r} of {name}", nearest(form, FORMS))
    if name.endswith(POINTS) != (form == "points"):
        raise DataError(
            template, None, f"{name}:{form} is no form for this figure",
            "show what ends in _points as points, and nothing else",
        )  # fmt: skip
    value = figures[name]
    return "not measured" if value is None else FORMS[form](value)


def _read(path: Path) -> str:
    if not path.is_file():
        raise DataError(path, None, "no such file", "write it, or mend the name in the page")
    return path.read_text("utf-8")


def main() -> int:
    """Fill all pages, or say which differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="only say which pages differ")
    asked = parser.parse_args()
    stale = []
    for page in pages():
        text = page.read_text("utf-8")
        made = filled(text)
        if made != text:
            stale.append(page.relative_to(ROOT))
            if not asked.check:
                write_whole(page, made)
    for path in stale:
        print(f"{path}: {'differs from docs/results; run `make docs`' if asked.check else 'made'}")
    return 1 if asked.check and stale else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SkillwiseError as error:
        sys.exit(f"tables: {error}")
