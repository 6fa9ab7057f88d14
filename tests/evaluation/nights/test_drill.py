"""The drill: dealt from answers of a known world, and from a history's own nights."""

from pathlib import Path

import numpy as np
import pytest
from night_world import RULE, SKILLS, World
from simulated import counts
from toy_nights import command, settings

from data_cards.errors import SkillwiseError
from evaluation.nights.drill import Pools, _breaks, drill
from evaluation.nights.rehearsal import pools
from evaluation.nights.run import nightly
from evaluation.nights.verdicts import CellKey
from evaluation.scoring.metrics import COLUMNS

FRAME = COLUMNS.index("frame")


def pooled(seed: int, size: int) -> Pools:
    world = World(np.random.default_rng(seed))
    return {
        CellKey("suite", f"skill {i}", "en-US", None, "dnn"): world.run(i, size)
        for i in range(SKILLS)
    }


def test_a_world_without_a_change_is_quiet_and_its_losses_are_found() -> None:
    found = drill(pooled(1, 18), 3, 12, np.random.default_rng(2))
    assert (found.series, found.nights) == (12, 3)
    assert found.alarms <= 1
    assert found.found_everywhere == 12
    assert found.found_in_one >= 9


def test_a_real_change_among_the_pool_is_no_quiet_world() -> None:
    """Nine seeds of one accuracy and nine of another are not exchangeable: over many deals the gate
    alarms again and again, in the deals that give the reference more of the better ones, and what
    the seeds do to every skill hides a loss in one. So it says that the pool is no quiet world."""
    held = dict(pooled(3, 18))
    for key, rows in held.items():
        rows[9:, : rows.shape[1] // 3, FRAME] = 0
        held[key] = rows
    found = drill(held, 3, 24, np.random.default_rng(2))
    assert (found.series, found.nights) == (24, 3)
    assert found.alarms >= 6  # the world without a change: at most one of 36 nights
    assert found.series_with_alarm >= 4
    assert found.found_in_one <= 6  # there 9 of 12 at least


def test_a_planted_loss_is_as_large_as_it_says() -> None:
    rng = np.random.default_rng(4)
    rows = counts((rng.random((9, 200)) < 0.6).astype(np.int64))
    broken = _breaks(rows, 0.08, rng)
    left = rows[..., FRAME] * ~broken
    assert rows[..., FRAME].mean() - left.mean() == pytest.approx(0.08, abs=0.005)


def test_a_history_is_drilled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = tmp_path / "nightly"
    with pytest.raises(SkillwiseError, match="no reference yet"):
        pools(history)
    nightly(settings(tmp_path), history, accept=True, jobs=1)
    with pytest.raises(SkillwiseError, match="let more of them pass"):
        pools(history)
    nightly(settings(tmp_path), history, jobs=1)
    held, seeds = pools(history)
    assert seeds == 2
    assert {rows.shape[0] for rows in held.values()} == {2 * (RULE.window + 1)}
    capsys.readouterr()
    assert command(tmp_path, "--drill", "4") == 0
    assert "nights without a change that alarmed: 0 of 4" in capsys.readouterr().out


def test_too_few_seeds_are_refused() -> None:
    with pytest.raises(SkillwiseError, match="hold 9 seeds of a cell.* take 12"):
        drill(pooled(5, 9), 3, 1, np.random.default_rng(0))
