"""What is installed is used: each base dependency is imported by the five packages."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ROOMS = ("data_cards", "pretrain", "baselines", "dnn", "evaluation")
EXTRAS = PROJECT["optional-dependencies"]
INSTALL = re.compile(r"pip install ([^\s\"{};]+)")


def named(requirements: list[str]) -> set[str]:
    """The distributions of some requirements, `Foo_Bar[x]>=1` as `foo-bar`."""
    names = (re.match(r"[A-Za-z0-9._-]+", each) for each in requirements)
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imported() -> set[str]:
    """The top-level modules of others that the packages import, at the top of a file or below."""
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - set(ROOMS)


def distributions(modules: set[str]) -> dict[str, set[str]]:
    """Which distributions bring each of the modules that are installed."""
    known = packages_distributions()
    return {module: named(known[module]) for module in sorted(modules) if module in known}


@pytest.mark.parametrize("distribution", sorted(named(PROJECT["dependencies"])))
def test_each_base_dependency_is_imported(distribution: str) -> None:
    brought = set().union(*distributions(imported()).values())
    assert distribution in brought, f"{distribution} is installed and imported nowhere"


def test_what_is_imported_is_declared() -> None:
    """In the base or in an extra: what another package happens to bring may go with its next."""
    declared = named(PROJECT["dependencies"]).union(*(named(EXTRAS[name]) for name in EXTRAS))
    undeclared = {m: d for m, d in distributions(imported()).items() if not d & declared}
    assert not undeclared


def test_dev_holds_every_extra() -> None:
    ours = next(each for each in EXTRAS["dev"] if each.startswith("skillwise["))
    held = set(ours.partition("[")[2].rstrip("]").split(","))
    assert held == EXTRAS.keys() - {"dev"}


def test_no_remedy_names_a_package_that_is_not_published() -> None:
    remedies = {name for path in sources() for name in INSTALL.findall(path.read_text("utf-8"))}
    assert remedies
    assert not {name for name in remedies if "skillwise" in name}
