"""SIGKILL in every command. SKILLWISE_KILLS says how often a command (`make torture`: 20)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import killing
import pytest
from victims import VICTIMS

from evaluation import cli

KILLS = int(os.environ.get("SKILLWISE_KILLS", "2"))
SCRIPT = Path(killing.__file__)
ELSEWHERE = {"parse", "claims", "cards"}
"""Commands without a victim of their name: `cards` has two, `parse` leaves nothing behind, and
`claims` is `compare` many times over."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60 * max(5, KILLS))]


def test_every_command_is_killed() -> None:
    named = {c.name for c in cli.app.registered_commands}
    named |= {g.name for g in cli.app.registered_groups}
    assert {str(name) for name in named} - ELSEWHERE <= VICTIMS.keys()


@pytest.mark.parametrize("name", VICTIMS)
def test_killed_at_random_moments(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What it leaves equals what a quiet run leaves, and no finished cell was lost on the way."""
    where = os.environ | {"PYTHONPATH": os.pathsep.join(p or str(Path.cwd()) for p in sys.path)}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), name, str(KILLS)],
        capture_output=True, text=True, check=False, env=where,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    counts = json.loads(done.stdout.strip().rpartition("\n")[2])
    assert counts["kills"] >= KILLS
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {counts['kills']} kills in {counts['rounds']} rounds\n")
