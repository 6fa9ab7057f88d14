"""The wheel holds the five rooms, their data, and nothing else."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
ROOMS = {"data_cards", "pretrain", "baselines", "dnn", "evaluation"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The wheel's files, built offline from a copy."""
    base = tmp_path_factory.mktemp("wheel")
    copy = base / "source"
    copy.mkdir()
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(base)]
    done = subprocess.run([*build, str(copy)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = base.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


def test_five_top_level_packages(names: list[str]) -> None:
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == ROOMS
    assert len(top) == 6


def test_data_travel_with_the_code(names: list[str]) -> None:
    """All of the rooms' files, and by name what the code opens, should it ever move elsewhere."""
    packaged = [p for room in ROOMS for p in (ROOT / room).rglob("*") if p.is_file()]
    data = {p.relative_to(ROOT).as_posix() for p in packaged if "__pycache__" not in p.parts}
    assert {name for name in names if ".dist-info/" not in name} == data


@pytest.mark.parametrize(
    "opened",
    [
        "data_cards/cards/hwu64.md",
        "data_cards/starter/music@en-US/",
        "data_cards/probe/food@en-US/",
        "data_cards/values/en.json",
        "pretrain/stores/",
        "evaluation/report/page/templates/",
        "pretrain/word_groups/",
        "evaluation/ablation/ready/",
    ],
)
def test_what_the_code_opens_is_there(names: list[str], opened: str) -> None:
    assert (ROOT / opened).exists()
    assert any(name.startswith(opened) for name in names)


def test_every_room_is_typed_and_there(names: list[str]) -> None:
    assert {f"{room}/py.typed" for room in ROOMS} <= set(names)
    assert "evaluation/commands/compare.py" in names


def test_licence_and_command(names: list[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert any(name.endswith(".dist-info/entry_points.txt") for name in names)
