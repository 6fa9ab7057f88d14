"""The loop: exact resume, a falling loss, and which rows a step reads."""

import errno
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from pretrain_toys import corpus, left_in, settings
from safetensors.torch import load_file

from data_cards.errors import DataError, SkillwiseError
from pretrain.mlm import checkpoint as checkpoints
from pretrain.mlm.checkpoint import Checkpoint, recorded_steps
from pretrain.mlm.model import MaskedWordModel
from pretrain.mlm.settings import PretrainSettings
from pretrain.mlm.training import Observer, Plan, Progress, steps_within, train

STEPS = 12
CHOSEN = settings()


class Interrupted(Exception):
    """Stands for a kill."""


def run(
    folder: Path, chosen: PretrainSettings = CHOSEN, *, stop: int = 0, file: Path | None = None
) -> MaskedWordModel:
    def report(progress: Progress) -> None:
        if progress.step == stop:
            raise Interrupted

    kept = Checkpoint(file, "digest", STEPS) if file else None
    return train(
        corpus(folder), chosen, Accelerator(cpu=True), seed=5, steps=STEPS,
        observer=Observer(report, 1, checkpoint=kept, checkpoint_every=4),
    )  # fmt: skip


def assert_equal(one: MaskedWordModel, two: MaskedWordModel) -> None:
    a, b = one.state_dict(), two.state_dict()
    assert a.keys() == b.keys()
    assert [name for name in a if not torch.equal(a[name], b[name])] == []


@pytest.mark.parametrize("stops", [[7], [2], [5, 9], [12]], ids=str)
def test_resumed_equals_uninterrupted_bit_by_bit(stops: list[int], tmp_path: Path) -> None:
    whole = run(tmp_path, file=tmp_path / "whole.safetensors")
    for stop in stops:
        with pytest.raises(Interrupted):
            run(tmp_path, stop=stop, file=tmp_path / "c.safetensors")
    assert_equal(run(tmp_path, file=tmp_path / "c.safetensors"), whole)
    assert_equal(run(tmp_path), whole)  # and checkpoints change nothing
    mine, theirs = (load_file(tmp_path / f"{name}.safetensors") for name in ("c", "whole"))
    assert mine.keys() == theirs.keys()  # the optimizers' moments among them
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_a_finished_checkpoint_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "c.safetensors"
    whole = run(tmp_path, file=file)
    assert_equal(run(tmp_path, file=file, stop=1), whole)  # no step is done, so none is reported


def test_seeds_differ(tmp_path: Path) -> None:
    toy = corpus(tmp_path)
    one, two = (
        train(toy, CHOSEN, Accelerator(cpu=True), seed=seed, steps=2).table.weight
        for seed in (1, 2)
    )
    assert not torch.equal(one, two)


@pytest.mark.parametrize("negatives", [0, 12], ids=["full", "sampled"])
def test_loss_falls(negatives: int, tmp_path: Path) -> None:
    seen: list[Progress] = []
    chosen = settings(negatives=negatives, rows=32)
    train(
        corpus(tmp_path), chosen, Accelerator(cpu=True), seed=0, steps=120,
        observer=Observer(seen.append, 30),
    )  # fmt: skip
    assert [(p.step, p.steps) for p in seen] == [(30, 120), (60, 120), (90, 120), (120, 120)]
    losses = [progress.loss for progress in seen]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.9 * losses[0]
    assert all(p.words_per_second > 0 for p in seen)


def test_a_warm_start_is_where_training_begins(tmp_path: Path) -> None:
    toy = corpus(tmp_path)
    table = np.random.default_rng(0).standard_normal((len(toy.counts), 16)).astype(np.float32)
    slow = settings(table_rate=1e-9)
    model = train(toy, slow, Accelerator(cpu=True), seed=0, steps=1, table=table)
    expected = table / np.linalg.norm(table, axis=1).mean()
    np.testing.assert_allclose(model.table.weight.detach().numpy(), expected, atol=1e-5)


@tries(deadline=None, derandomize=True, max_examples=60)
@given(
    rows=st.integers(1, 50),
    batch=st.integers(1, 20),
    ramp=st.sampled_from([0.0, 0.1, 0.5, 0.99]),
    steps=st.integers(1, 60),
)
def test_every_pass_reads_each_row_once(rows: int, batch: int, ramp: float, steps: int) -> None:
    plan = Plan(rows, steps, settings(rows=batch, ramp=ramp), seed=3)
    parts = [plan.indices(step) for step in range(1, steps + 1)]
    small = max(1, batch // 4)
    ramped = int(ramp * steps)
    assert [len(p) for p in parts] == [small] * ramped + [batch] * (steps - ramped)
    read = np.concatenate(parts).tolist()
    passes = [read[at : at + rows] for at in range(0, len(read), rows)]
    assert all(sorted(one) == list(range(rows)) for one in passes[:-1])
    assert max(Counter(passes[-1]).values()) == 1
    fresh = Plan(rows, steps, plan.settings, seed=3)  # as a resumed run asks
    np.testing.assert_array_equal(fresh.indices(steps), parts[-1])


def test_every_pass_is_shuffled_anew() -> None:
    plan = Plan(40, 2, settings(rows=40, ramp=0.0), seed=3)
    assert plan.indices(1).tolist() != plan.indices(2).tolist()
    assert plan.indices(1).tolist() != replace(plan, seed=4, _orders={}).indices(1).tolist()


def test_minutes_become_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = corpus(tmp_path)
    ticks = iter([100.0, 106.0] * 3)  # six steps in six seconds
    clock = SimpleNamespace(perf_counter=lambda: next(ticks))
    monkeypatch.setattr("pretrain.mlm.training.time", clock)
    assert steps_within(1.0, toy, settings(ramp=0.0), 0) == 60
    assert steps_within(1.0, toy, settings(ramp=0.4), 0) == 85  # 60 / (1 - .75 * .4)
    assert steps_within(0.001, toy, settings(), 0) == 1


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "c.safetensors"
    assert recorded_steps(file, "digest") is None
    run(tmp_path, file=file)
    assert recorded_steps(file, "digest") == STEPS
    for act in (
        lambda: recorded_steps(file, "other"),
        lambda: Checkpoint(file, "other", 1).restore(torch.nn.Linear(1, 1), []),
    ):
        with pytest.raises(SkillwiseError, match="other text, settings or seed; resume with"):
            act()


@tries(
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(-1, 7))
def test_a_damaged_checkpoint_is_one_error(at: float, bit: int, tmp_path: Path) -> None:
    """The header is cut or has a bit flipped: an error of ours, or a state like any other."""
    chosen, file = settings(), tmp_path / "c.safetensors"
    model = MaskedWordModel(chosen, 10)
    optimizer = torch.optim.SparseAdam([model.table.weight])
    kept = Checkpoint(file, "digest", STEPS)
    kept.write(model, [optimizer], 4)
    whole = file.read_bytes()
    content = bytearray(whole)
    end = 8 + int.from_bytes(whole[:8], "little")
    if bit < 0:
        content = content[: int(at * len(content))]
    else:
        content[int(at * end)] ^= 1 << bit
    file.write_bytes(content)
    try:
        kept.restore(model, [optimizer])
    except SkillwiseError as error:
        assert str(file) in str(error)
    else:
        assert bit >= 0


def test_a_full_disk_keeps_the_checkpoint_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "c.safetensors"
    with pytest.raises(Interrupted):
        run(tmp_path, stop=5, file=file)
    before = file.read_bytes()
    there = left_in(tmp_path)

    def full(_: object, name: str, __: object) -> None:
        Path(name).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoints, "save_file", full)
    with pytest.raises(SkillwiseError, match="No space left.*go on with --resume"):
        run(tmp_path, file=file)
    monkeypatch.undo()
    assert file.read_bytes() == before
    assert left_in(tmp_path) == there
    assert_equal(run(tmp_path, file=file), run(tmp_path))


def test_rubbish_is_no_checkpoint(tmp_path: Path) -> None:
    file = tmp_path / "c.safetensors"
    for content in (b"", b"rubbish" * 10):
        file.write_bytes(content)
        with pytest.raises(DataError, match="damaged checkpoint .*; remove it"):
            recorded_steps(file, "digest")
