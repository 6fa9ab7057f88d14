"""The pages name what is there: files, modules, targets of make, commands."""

import re
import tomllib
from pathlib import Path

import pytest

from evaluation.cli import app

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"runs"}
FILE = re.compile(r"\.(py|md|toml|json|html|js|sh|png|cff)$")
LONGEST = 100

page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def words(text: str) -> list[str]:
    """The words of all code in a page, in backticks and in blocks."""
    blocks = re.findall(r"```.*?\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [word.strip(",;:()'\"") for code in (*blocks, *spans) for word in code.split()]


def there(name: str) -> bool:
    """Whether a path is there, from the root or from docs/; NAME, <name> and * stand for any."""
    pattern = re.sub(r"<\w+>|\b[A-Z]{2,}\b(?=[./])", "*", name).rstrip("/")
    if pattern.startswith("docs/results/") and "*" in pattern:
        return True
    return any(True for base in (ROOT, ROOT / "docs") for _ in base.glob(pattern))


@page
def test_every_path_is_there(page: Path) -> None:
    for word in words(page.read_text("utf-8")):
        first = word.split("/")[0]
        if "/" in word and first in FOLDERS and re.fullmatch(r"[\w./*<>-]+", word):
            assert there(word), f"{page.name} names {word}"


@page
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]+`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@page
def test_every_anchor_is_a_heading_of_the_page(page: Path) -> None:
    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= slugs


@page
def test_every_module_is_there(page: Path) -> None:
    """`room.module`, where the word is no file; a name within a module may stand behind it."""
    for word in words(page.read_text("utf-8")):
        found = re.fullmatch(r"(data_cards|pretrain|baselines|evaluation)((?:\.\w+)+)(:\w+)?", word)
        if found is None or FILE.search(word):
            continue
        parts = [found[1], *found[2].strip(".").split(".")]
        at = ROOT / Path(*parts)
        ends = (at, at.with_suffix(".py"), at.parent, at.parent.with_suffix(".py"))
        assert any(end.exists() for end in ends[:2]) or (
            len(parts) > 2 and any(end.exists() for end in ends[2:])
        ), f"{page.name} names {word}"


@page
def test_every_command_and_target_is_there(page: Path) -> None:
    named = {c.name for c in app.registered_commands} | {g.name for g in app.registered_groups}
    targets = re.findall(r"^(\.?\w[\w-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    text = page.read_text("utf-8")
    code = "\n".join(
        [*re.findall(r"```.*?\n(.*?)```", text, re.DOTALL), *re.findall(r"`([^`\n]+)`", text)]
    )
    for command in re.findall(r"(?:^|/|\s)skillwise ([a-z]+)\b", code, re.MULTILINE):
        assert command in named, f"{page.name} names skillwise {command}"
    for target in re.findall(r"(?:^|&& )make ([a-z.][\w-]*)", code, re.MULTILINE):
        assert target.lstrip(".") in {t.lstrip(".") for t in targets} | {"venv"}, target


@page
def test_lines_are_wrapped(page: Path) -> None:
    """At 100 characters, but for tables, code, links and what is made by `make docs`."""
    text = re.sub(r"```.*?```|<!-- table.*?<!-- end -->", "", page.read_text("utf-8"), flags=re.S)
    for line in text.splitlines():
        if not line.lstrip().startswith("|") and "](" not in line:
            assert len(line) <= LONGEST, f"{page.name}: {line}"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 130


def test_the_floors_are_drawn_as_they_are_enforced() -> None:
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    for contract in contracts["contracts"]:
        for room in contract.get("containers", ()):
            drawn = text.partition(f"**{room}**\n```\n")[2].partition("```")[0]
            floors = [re.split(r"\s{2,}", line)[0] for line in drawn.splitlines()]
            assert floors == contract["layers"]
