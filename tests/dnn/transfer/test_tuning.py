"""A tuned encoder: it learns from mature skills, is kept in a source model, serves a new skill."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from dnn_toys import TOY, TRAIN, make_store, settings
from encoder_toys import make_encoder
from safetensors.torch import save

from data_cards.errors import DataError, SkillwiseError
from dnn.engine import Engine
from dnn.packs.writer import PackWriter
from dnn.settings import SourceSettings, TransferSettings, TuningSettings
from dnn.system import DNN
from dnn.transfer.source import SourceModel
from dnn.transfer.source_training import train_source
from dnn.transfer.tuned import layers, over, untuned
from dnn.transfer.tuning import tune
from pretrain.encoder.reading import Encoder, open_encoder

QUICK = TuningSettings(steps=250, batch=16, rate=3e-3, head_rate=3e-2, masked=0.2)
MATURE = (replace(TOY, name="mature"), replace(TOY, name="other"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("stores") / "s")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return open_encoder(make_encoder(tmp_path_factory.mktemp("encoders") / "e"))


@pytest.fixture(scope="module")
def tuned(encoder: Encoder) -> Encoder:
    return over(encoder, tune(MATURE, QUICK, encoder, 0))


@pytest.fixture(scope="module")
def source(store: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    chosen = SourceSettings(
        network=settings(vectors="store", context=True), tuning=QUICK, steps=20, batch=8
    )
    made = train_source(MATURE, chosen, store, 0, encoder=encoder)
    folder = tmp_path_factory.mktemp("sources") / "one"
    made.save(folder)
    return folder


def states(encoder: Encoder) -> np.ndarray:
    return encoder.read([u.tokens for u in TRAIN]).words


def test_the_loss_falls_and_is_reported(encoder: Encoder) -> None:
    told: list[tuple[int, int, float]] = []
    twice = QUICK.model_copy(update={"steps": 500})
    tune(MATURE, twice, encoder, 0, lambda *row: told.append(row))
    assert [row[:2] for row in told] == [(250, 500), (500, 500)]
    assert told[1][2] < 0.8 * told[0][2]


def test_layers_move_and_piece_vectors_stay(encoder: Encoder, tuned: Encoder) -> None:
    before, after = encoder.model.state_dict(), tuned.model.state_dict()
    table = "embeddings.word_embeddings.weight"
    assert torch.equal(before[table], after[table])
    moved = [name for name in before if not torch.equal(before[name], after[name])]
    assert any("encoder.layer.0" in name for name in moved)
    assert any("encoder.layer.1" in name for name in moved)


def test_the_encoder_that_was_handed_in_stays(encoder: Encoder) -> None:
    before = states(encoder).copy()
    tune(MATURE, QUICK.model_copy(update={"steps": 5}), encoder, 0)
    np.testing.assert_array_equal(states(encoder), before)
    assert not any(p.requires_grad for p in encoder.model.parameters())


def test_the_same_seed_tunes_the_same(encoder: Encoder) -> None:
    few = QUICK.model_copy(update={"steps": 20})
    one, two, other = (
        states(over(encoder, tune(MATURE, few, encoder, seed))) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert np.abs(one - other).max() > 1e-3


def test_words_of_one_slot_come_close_and_words_of_two_apart(
    encoder: Encoder, tuned: Encoder
) -> None:
    def spread(which: Encoder) -> float:
        """Mean cosine of states under one tag, less that of states under two."""
        vectors = states(which)[:, -1]
        unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        named = np.array(
            [
                next((s.name for s in u.frame.slots if s.start <= i < s.end), "")
                for u in TRAIN
                for i in range(len(u.tokens))
            ]
        )
        same = named[:, None] == named[None]
        cosines = unit @ unit.T
        return float(cosines[same].mean() - cosines[~same].mean())

    before, after = spread(encoder), spread(tuned)
    assert after > 2 * before > 0, (before, after)


def test_layers_in_int8_read_as_those_that_were_tuned(encoder: Encoder) -> None:
    """Kept and opened again without tuning, states move by a rounding alone."""
    kept = layers(encoder.model, encoder.model.get_input_embeddings())
    again = over(encoder, kept)
    assert again is over(encoder, kept)
    error = np.abs(states(again) - states(encoder)).mean()
    assert 0 < error < 0.05 * states(encoder).std()
    assert untuned(again) is encoder and untuned(encoder) is encoder


def test_layers_of_another_encoder_are_refused(encoder: Encoder, source: Path) -> None:
    opened = SourceModel.open(source)
    assert opened.tuned and opened.encoder == encoder.id
    broken = replace(opened, tuned=opened.tuned[:-40])
    with pytest.raises(DataError, match="layers do not fit.*remove it; it is trained again"):
        broken.tuned_over(encoder)
    other = {
        "embeddings.LayerNorm.weight": encoder.model.state_dict()["embeddings.LayerNorm.weight"]
    }
    lacking = save({f"layers.{name}": value.half() for name, value in other.items()})
    with pytest.raises(DataError, match="those of another encoder"):
        replace(opened, tuned=lacking).tuned_over(encoder)


@pytest.mark.parametrize("keep", ["shared", "nothing"])
def test_a_skill_reads_the_tuned_encoder(
    keep: str, source: Path, store: Path, encoder: Encoder, tmp_path: Path
) -> None:
    transfer = TransferSettings.model_validate({"keep": keep, "tuning": QUICK.model_dump()})
    chosen = settings(vectors="store", context=True, transfer=transfer)
    system = DNN(chosen, store, source, encoder)
    system.fit(TOY, 0)
    assert system.fitted.encoder is SourceModel.open(source).tuned_over(encoder)
    system.save(tmp_path / "saved")
    again = DNN.load(tmp_path / "saved")
    assert again.predict(TRAIN) == system.predict(TRAIN)
    assert again.encoder is encoder and again.fitted.encoder is system.fitted.encoder


def test_an_engine_serves_a_skill_with_a_tuned_encoder(
    source: Path, store: Path, encoder: Encoder, tmp_path: Path
) -> None:
    transfer = TransferSettings.model_validate({"tuning": QUICK.model_dump()})
    system = DNN(settings(vectors="store", context=True, transfer=transfer), store, source, encoder)
    system.fit(TOY, 0)
    with PackWriter(tmp_path / "p") as writer:
        writer.append(TOY.key, system.packed())
    answer = Engine(tmp_path / "p", [store]).parse(TOY.key, " ".join(TRAIN[0].tokens))[1]
    assert answer.frame == system.predict(TRAIN[:1])[0].frame


def test_what_is_no_encoder_of_transformers_is_not_tuned(store: Path) -> None:
    chosen = SourceSettings(network=settings(context=True), tuning=QUICK, steps=2)
    with pytest.raises(SkillwiseError, match=r"transfer\.tuning.*--vectors hf:PATH"):
        train_source(MATURE, chosen, store, 0)
