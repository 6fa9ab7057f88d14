"""Stage 1 and what stage 2 takes over from it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from dnn_toys import TOY, TRAIN, WORDS, make_store, settings, utterance

from data_cards import artefact
from data_cards.errors import DataError, SkillwiseError
from data_cards.records import Skill
from dnn.block import decode
from dnn.settings import SourceSettings, TransferSettings
from dnn.system import DNN
from dnn.transfer.source import MODEL, SEEN, WEIGHTS, SourceModel
from dnn.transfer.source_training import source_steps, train_source

MATURE = (
    replace(TOY, name="mature"),
    Skill(
        "kitchen",
        "en-US",
        tuple(
            utterance(f"k{n}", carrier, "Cook", "dish", dish)
            for n, (carrier, dish) in enumerate(
                (carrier, dish)
                for carrier in ("how do i cook *", "start * please")
                for dish in ("soup", "apple pie", "rice")
            )
        ),
    ),
)


def trained(steps: int = 60, vectors: Path | None = None, seed: int = 0) -> SourceModel:
    kind = "random" if vectors is None else "store"
    chosen = SourceSettings(
        network=settings(vectors=kind), steps=steps, batch=8, learning_rate=0.02, ngram_words=1,
        average=0.8,
    )  # fmt: skip
    return train_source(MATURE, chosen, vectors, seed)


def saved(model: SourceModel, folder: Path) -> Path:
    model.save(folder)
    return folder


def test_the_same_seed_gives_the_same_source_model() -> None:
    assert trained().digest == trained().digest != trained(seed=1).digest


def test_the_loss_falls_and_is_reported() -> None:
    told: list[tuple[int, int, float]] = []
    chosen = SourceSettings(network=settings(), steps=500, batch=8, learning_rate=0.02)
    train_source(MATURE, chosen, None, 0, lambda *row: told.append(row))
    assert [row[:2] for row in told] == [(250, 500), (500, 500)]
    assert told[1][2] < 0.7 * told[0][2]


def test_save_and_open(tmp_path: Path) -> None:
    model = trained()
    found = SourceModel.open(saved(model, tmp_path / "s"))
    assert found.digest == model.digest
    assert found.ngrams == model.ngrams
    assert found.sources == ("mature@en-US", "kitchen@en-US")
    assert all(torch.equal(found.state[name], value) for name, value in model.state.items())


def test_a_text_that_was_seen_is_found(tmp_path: Path) -> None:
    found = SourceModel.open(saved(trained(), tmp_path / "s"))
    planted = utterance("x", "Will it RAIN in *", "Anything", "city", "Oslo")
    clean = utterance("y", "will it snow in *", "Anything", "city", "oslo")
    assert found.leaks([clean, planted]) == [planted]
    assert len(found.leaks(TRAIN)) == len(TRAIN)


@pytest.mark.parametrize("part", [WEIGHTS, MODEL, SEEN])
def test_damage_is_one_error(part: str, tmp_path: Path) -> None:
    folder = saved(trained(steps=2), tmp_path / "s")
    whole = (folder / part).read_bytes()
    (folder / part).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=part):
        SourceModel.open(folder)


def test_nobody_to_learn_from_is_one_line() -> None:
    with pytest.raises(SkillwiseError, match="no mature skill"):
        train_source([], SourceSettings(network=settings()), None, 0)


def transferred(source: Path, vectors: Path | None = None, **changes: object) -> DNN:
    transfer = TransferSettings.model_validate(changes.pop("transfer", {}))
    kind = "random" if vectors is None else "store"
    system = DNN(settings(vectors=kind, transfer=transfer, **changes), vectors, source)
    system.fit(TOY, 0)
    return system


@pytest.mark.parametrize(
    ("keep", "kept"),
    [("shared", {"words", "shared"}), ("tasks", {"words", "shared", "tasks"}),
     ("hidden", {"words", "shared", "tasks", "intent_hidden"})],
)  # fmt: skip
def test_keeps_what_it_says(keep: str, kept: set[str], tmp_path: Path) -> None:
    """With a rate of next to nothing, the trunk after stage 2 is the one before it."""
    model = trained()
    still = {"keep": keep, "lower_rate": 0.0, "imprint": "none"}
    system = transferred(saved(model, tmp_path / "s"), transfer=still, weights="float32")
    now = system.fitted.network.trunk.state_dict()
    for layer in ("words.project", "shared", "tasks", "intent_hidden"):
        same = all(
            torch.allclose(now[name], value, atol=1e-3)
            for name, value in model.state.items()
            if name.startswith(layer)
        )
        assert same == (layer.partition(".")[0] in kept), layer


def test_transfer_learns_in_fewer_steps_than_a_cold_start(tmp_path: Path) -> None:
    """The source knows the very skill, so stage 2 has little left to learn."""
    source = saved(trained(steps=400), tmp_path / "s")
    few = {"min_steps": 12, "max_steps": 12, "wide_tags": 0}  # these learn as fast without it
    gold = [u.frame for u in TRAIN]

    def right(system: DNN) -> int:
        return sum(a.frame == g for a, g in zip(system.predict(TRAIN), gold, strict=True))

    cold = DNN(settings(**few))
    cold.fit(TOY, 0)
    assert right(transferred(source, **few)) > right(cold) + 5


def test_same_seed_same_network_with_a_source_model_that_was_open_already(tmp_path: Path) -> None:
    """Opening one must not draw from torch's generator: a process opens it once for many skills."""
    source = saved(trained(), tmp_path / "s")
    few = {"min_steps": 3, "max_steps": 3}
    first, second = transferred(source, **few), transferred(source, **few)
    one, two = (decode(system.packed()).weights for system in (first, second))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_saved_and_unsaved_answer_alike(tmp_path: Path) -> None:
    store = make_store(tmp_path / "v", WORDS)
    source = saved(trained(vectors=store), tmp_path / "s")
    system = transferred(source, store)
    system.save(tmp_path / "saved")
    questions = [*TRAIN, utterance("new", "how do i cook *", "Cook", "dish", "ricey soup")]
    assert DNN.load(tmp_path / "saved").predict(questions) == system.predict(questions)


def test_another_source_model_is_refused(tmp_path: Path) -> None:
    place = saved(trained(), tmp_path / "s")
    transferred(place).save(tmp_path / "saved")
    place.rename(tmp_path / "old")
    with pytest.raises(DataError, match="no such file"):
        DNN.load(tmp_path / "saved")
    saved(trained(seed=1), place)
    with pytest.raises(SkillwiseError, match="was trained with source .* put that source back"):
        DNN.load(tmp_path / "saved")


def test_a_source_model_over_other_vectors_is_refused(tmp_path: Path) -> None:
    one, other = (make_store(tmp_path / f"v{seed}", WORDS, seed) for seed in (0, 1))
    over_one = saved(trained(steps=2, vectors=one), tmp_path / "s")
    over_none = saved(trained(steps=2), tmp_path / "r")
    transferred(over_one, one)
    for source, vectors, said in (
        (over_one, other, r"s was trained on store .* starts from store .*v1\); name the vectors"),
        (over_one, None, "trained on store .* starts from random vectors"),
        (over_none, one, "trained on random vectors, .* starts from store"),
    ):
        with pytest.raises(SkillwiseError, match=said):
            transferred(source, vectors)


def test_steps_of_stage_1() -> None:
    chosen = SourceSettings(steps=100, min_steps=40, epochs=2, batch=10)
    assert [source_steps(n, chosen) for n in (1, 200, 201, 300, 10_000)] == [40, 40, 42, 60, 100]


def test_transfer_without_a_source_is_one_line() -> None:
    with pytest.raises(SkillwiseError, match="needs a source model"):
        DNN(settings(transfer=TransferSettings()))


def test_a_source_model_of_before_there_were_encoders_opens(tmp_path: Path) -> None:
    place = saved(trained(), tmp_path / "new")
    kept = artefact.read(place, "source", frozenset({WEIGHTS, MODEL, SEEN}))
    model = kept.json(MODEL)
    del model["encoder"], model["widths"]
    parts = {**kept.parts, MODEL: artefact.packed(model)}
    artefact.write(tmp_path / "old", "source", kept.settings_as(SourceSettings), parts)
    old, new = SourceModel.open(tmp_path / "old"), SourceModel.open(place)
    assert (old.encoder, old.widths, old.digest) == ("", new.widths, new.digest)
