"""The loop: exact resume, a falling loss, the rate's course, and where training begins."""

from pathlib import Path

import numpy as np
import pytest
import torch
from pretrain_toys import CITIES, DAYS, FRUIT
from pretrain_toys import lines as toy_sentences
from safetensors.torch import load_file
from transformer_toys import STEPS, alone, prepared, settings

from pretrain.mlm.checkpoint import Checkpoint
from pretrain.transformer.model import MaskedLanguageModel
from pretrain.transformer.settings import EncoderSettings
from pretrain.transformer.static import vectors
from pretrain.transformer.training import Observer, Progress, share_of_peak, steady, train
from pretrain.transformer.words import frequent

CHOSEN = settings()


class Interrupted(Exception):
    """Stands for a kill."""


def run(
    folder: Path, chosen: EncoderSettings = CHOSEN, *, stop: int = 0, file: Path | None = None,
    steps: int = STEPS, plateau: Path | None = None,
) -> MaskedLanguageModel:  # fmt: skip
    def report(progress: Progress) -> None:
        if progress.step == stop:
            raise Interrupted

    kept, flat = (Checkpoint(f, "digest", steps) if f else None for f in (file, plateau))
    return train(
        prepared(folder), chosen, alone(), seed=5, steps=steps,
        observer=Observer(report, 1, kept, 4, flat),
    )  # fmt: skip


def assert_equal(one: MaskedLanguageModel, two: MaskedLanguageModel) -> None:
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


def test_a_longer_run_from_the_plateau_is_the_longer_run(tmp_path: Path) -> None:
    chosen = settings(warm_up=1, fall=0.3)
    file, plateau = tmp_path / "c.safetensors", tmp_path / "p.safetensors"
    run(tmp_path, chosen, file=file, plateau=plateau)
    plateau.replace(file)
    longer = run(tmp_path, chosen, file=file, steps=20)
    assert_equal(longer, run(tmp_path, chosen, steps=20))


def test_the_rate_rises_stays_and_falls() -> None:
    chosen = settings(warm_up=10, fall=0.3)
    course = [share_of_peak(step, chosen, 200) for step in range(1, 201)]
    assert course[:10] == pytest.approx([0.1 * n for n in range(1, 11)])
    assert steady(chosen, 200) == 140
    assert set(course[9:140]) == {1.0}
    assert sorted(course[139:], reverse=True) == course[139:] and course[141] < 0.9
    assert course[-1] == 0.01
    longer = [share_of_peak(step, chosen, 400) for step in range(1, 141)]
    assert longer == course[:140]  # what a longer run does up to there


def test_the_counted_start_is_where_training_begins(tmp_path: Path) -> None:
    toy, drawn = prepared(tmp_path), np.random.default_rng(0)
    table = drawn.standard_normal((len(toy.counts), 16)).astype(np.float32)
    slow = settings(table_rate=1e-9)
    model = train(toy, slow, alone(), seed=0, steps=1, table=table)
    expected = table / np.linalg.norm(table, axis=1).mean()
    for own in (model.table, model.answers):
        np.testing.assert_allclose(own.weight.detach().numpy(), expected, atol=1e-5)
    frozen = train(toy, settings(table_rate=0.0), alone(), seed=0, steps=3, table=table)
    np.testing.assert_allclose(frozen.table.weight.detach().numpy(), expected, atol=1e-6)


def test_the_loss_falls_and_interchangeable_words_get_close_vectors(tmp_path: Path) -> None:
    toy = prepared(tmp_path, toy_sentences(600))
    seen: list[Progress] = []
    chosen = settings(batch=256, dropout=0.0, negatives=0, rate=0.01, table_rate=0.2, contexts=64)
    model = train(toy, chosen, alone(), seed=1, steps=250, observer=Observer(seen.append, 50))
    losses = [progress.loss for progress in seen]
    assert losses[-1] < 0.6 * losses[0]
    assert seen[-1].accuracy > seen[0].accuracy
    words = frequent(toy, 100, 1)
    for which in ("answer", "states", "two-layers"):
        table = vectors(model, toy, words, which, 0, alone())
        assert table.shape == (len(words.words), 16)
        within, across = closeness(words.words, table)
        assert within > across + 0.3, which


def closeness(words: tuple[str, ...], table: np.ndarray) -> tuple[float, float]:
    """The mean cosine of words of one group, and of words of two."""
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    row = {word: unit[i] for i, word in enumerate(words)}
    groups = (FRUIT, CITIES, DAYS)
    pairs = [
        (one is two, float(row[a] @ row[b]))
        for one in groups for two in groups for a in one for b in two if a != b
    ]  # fmt: skip
    return tuple(float(np.mean([c for s, c in pairs if s is same])) for same in (True, False))  # type: ignore[return-value]
