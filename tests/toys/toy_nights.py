"""The nightly gate on toy systems."""

from pathlib import Path

import pytest
from toy_skills import write_skills

from evaluation.cli import main
from evaluation.planning.plan import CompareSettings


def data(tmp_path: Path) -> Path:
    folder = tmp_path / "toys"
    if not folder.exists():
        write_skills(folder)
    return folder


def settings(tmp_path: Path, system: str = "toy_systems:Memory", seeds: int = 2) -> CompareSettings:
    return CompareSettings(suites=(), data=(data(tmp_path),), systems=(system,), seeds=seeds)


def command(tmp_path: Path, *more: str, system: str = "toy_systems:Memory") -> int:
    with pytest.raises(SystemExit) as ended:
        main(["nightly", "--data", str(data(tmp_path)), "--system", system, "--seeds", "2",
              "--jobs", "1", "--history", str(tmp_path / "nightly"), *more])  # fmt: skip
    assert isinstance(ended.value.code, int)
    return ended.value.code
