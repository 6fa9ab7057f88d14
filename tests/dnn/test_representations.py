"""Networks on an encoder, on a table that learns and on nothing: fit, save, pack, refuse."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from dnn_toys import TOY, TRAIN, make_store, settings, utterance
from encoder_toys import make_encoder

from data_cards.errors import DataError, SkillwiseError
from dnn.block import decode
from dnn.engine import Engine
from dnn.inputs.vectors import TableVectors
from dnn.packs.writer import PackWriter
from dnn.settings import SourceSettings
from dnn.system import DNN, PACK
from dnn.transfer.source_training import train_source
from pretrain.encoder.reading import Encoder, open_encoder

WAYS = {
    "states": {"context": True},
    "states joined to the vectors": {"context": True, "context_projection": 0},
    "states as they are": {"context": True, "context_projection": 0, "projection": 0},
    "mean of layers": {"context": True, "context_merge": "mean"},
    "sentence": {"sentence": True},
    "both": {"context": True, "sentence": True},
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("stores") / "s")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return open_encoder(make_encoder(tmp_path_factory.mktemp("encoders") / "e"))


def fitted(encoder: Encoder | None, store: Path | None, seed: int = 0, **changes: object) -> DNN:
    kind = {"vectors": "store" if store is not None else "none"}
    system = DNN(settings(**(kind | changes)), store, encoder=encoder)
    system.fit(TOY, seed)
    return system


@pytest.mark.parametrize("way", WAYS)
def test_what_was_saved_answers_as_what_was_fitted(
    way: str, encoder: Encoder, store: Path, tmp_path: Path
) -> None:
    system = fitted(encoder, store, **WAYS[way])
    system.save(tmp_path)
    again = DNN.load(tmp_path)
    assert again.predict(TRAIN) == system.predict(TRAIN)
    assert again.encoder is encoder  # open already: a process shares it


def test_learns_from_states_alone(encoder: Encoder) -> None:
    alone = {"context": True, "characters": 0, "wide": 0.0, "wide_tags": 0.0, "gazetteers": 0}
    system = fitted(encoder, None, min_steps=250, max_steps=250, dropout=0.0, **alone)
    answers = system.predict(TRAIN)
    right = sum(a.frame == u.frame for a, u in zip(answers, TRAIN, strict=True))
    assert right >= 0.9 * len(TRAIN)


def test_the_sentence_reaches_the_intent_and_the_states_reach_both(
    encoder: Encoder, store: Path
) -> None:
    made = fitted(encoder, store, **WAYS["both"]).fitted
    ((_, batch),) = made.reader.batches(TRAIN[:3])
    assert batch.sentence is not None and batch.context is not None
    intents, tags = made.network(batch)
    other_intents, same_tags = made.network(replace(batch, sentence=-batch.sentence))
    assert not torch.allclose(intents, other_intents) and torch.equal(tags, same_tags)
    other_intents, other_tags = made.network(replace(batch, context=-batch.context))
    assert not torch.allclose(intents, other_intents) and not torch.allclose(tags, other_tags)


def test_the_same_seed_gives_the_same_network(
    encoder: Encoder, store: Path, tmp_path: Path
) -> None:
    made = [fitted(encoder, store, seed, **WAYS["both"]) for seed in (3, 3, 4)]
    for at, system in enumerate(made):
        (tmp_path / str(at)).mkdir()
        system.save(tmp_path / str(at))
    one, two, other = (decode((tmp_path / str(at) / PACK).read_bytes()).weights for at in range(3))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["trunk.words.states.weight"], other["trunk.words.states.weight"])


def test_another_encoder_than_it_was_trained_with_is_refused(store: Path, tmp_path: Path) -> None:
    place = make_encoder(tmp_path / "e")
    fitted(open_encoder(place), store, context=True).save(tmp_path / "saved")
    other = make_encoder(tmp_path / "other", seed=1)
    (other / "model.safetensors").replace(place / "model.safetensors")
    with pytest.raises(DataError, match="is encoder .*, and the network was trained with encoder"):
        DNN.load(tmp_path / "saved")


def test_a_network_without_its_encoder_is_refused(store: Path) -> None:
    with pytest.raises(SkillwiseError, match="needs an encoder; name one by --vectors hf:PATH"):
        DNN(settings(vectors="store", context=True), store)


def test_more_layers_than_the_encoder_has_is_told(encoder: Encoder, store: Path) -> None:
    with pytest.raises(SkillwiseError, match="has 2 layers, 5 are asked for"):
        fitted(encoder, store, context=True, context_layers=5)


def test_odd_and_long_utterances_are_answered(encoder: Encoder, store: Path) -> None:
    system = fitted(encoder, store, **WAYS["both"])
    odd = [
        utterance(0, "ж 7", ""),
        utterance(1, "play " * 50, ""),
        utterance(2, "\u0001 \ufffd", ""),
    ]
    assert [p.utterance_id for p in system.predict(odd)] == [u.id for u in odd]


def test_a_pack_is_served_by_any_encoder_of_its_digest(
    encoder: Encoder, store: Path, tmp_path: Path
) -> None:
    place = make_encoder(tmp_path / "gone")
    system = fitted(open_encoder(place), store, **WAYS["both"])
    with PackWriter(tmp_path / "p") as writer:
        writer.append("toy@en-US", system.packed())
    asked = TRAIN[0]
    (expected,) = system.predict([asked])
    assert Engine(tmp_path / "p", [store]).parse("toy@en-US", " ".join(asked.tokens))[1] == replace(
        expected, utterance_id=""
    )
    place.rename(tmp_path / "moved")
    with pytest.raises(SkillwiseError, match="give that encoder by --vectors hf:PATH"):
        Engine(tmp_path / "p", [store]).open("toy@en-US")
    engine = Engine(tmp_path / "p", [store, Path(f"hf:{tmp_path / 'moved'}")])
    assert engine.parse("toy@en-US", " ".join(asked.tokens))[1].frame == expected.frame


MATURE = (replace(TOY, name="mature"),)


@pytest.mark.parametrize("way", ["states", "both"])
def test_transfer_reads_the_encoder_in_both_stages(
    way: str, encoder: Encoder, store: Path, tmp_path: Path
) -> None:
    network = settings(vectors="store", **WAYS[way])
    transferring = settings(vectors="store", transfer={}, **WAYS[way])
    chosen = SourceSettings(network=network, steps=20, batch=8, ngram_words=1)
    models = [train_source(MATURE, chosen, store, 0, encoder=encoder) for _ in range(2)]
    assert models[0].digest == models[1].digest and models[0].encoder == encoder.id
    models[0].save(tmp_path / "source")
    system = DNN(transferring, store, tmp_path / "source", encoder)
    system.fit(TOY, 0)
    (tmp_path / "saved").mkdir()
    system.save(tmp_path / "saved")
    assert DNN.load(tmp_path / "saved").predict(TRAIN) == system.predict(TRAIN)

    other = open_encoder(make_encoder(tmp_path / "other", seed=1))
    with pytest.raises(SkillwiseError, match="was trained on encoder .* and this network reads"):
        DNN(transferring, store, tmp_path / "source", other).fit(TOY, 0)
    static = settings(vectors="store", transfer={})
    with pytest.raises(SkillwiseError, match="and this network reads none"):
        DNN(static, store, tmp_path / "source").fit(TOY, 0)


def test_a_source_model_of_an_encoder_needs_one(store: Path) -> None:
    chosen = SourceSettings(network=settings(vectors="store", context=True), steps=5)
    with pytest.raises(SkillwiseError, match="the source model needs an encoder"):
        train_source(MATURE, chosen, store, 0)


def test_a_random_table_learns_and_is_kept(tmp_path: Path) -> None:
    system = fitted(None, None, vectors="table")
    words = system.fitted.reader.words
    assert isinstance(words, TableVectors) and set(words.rows) == {
        word for u in TRAIN for word in u.tokens
    }
    start = fitted(None, None, vectors="random").fitted.reader.words.vectors(["play", "rain"])
    assert not torch.allclose(torch.tensor(words.vectors(["play", "rain"])), torch.tensor(start),
                              atol=0.05)  # fmt: skip
    system.save(tmp_path)
    again = DNN.load(tmp_path)
    assert again.predict(TRAIN) == system.predict(TRAIN)
    asked = [utterance(99, "will it thunder in berlin", "")]
    assert again.predict(asked) == system.predict(asked)


def test_unknown_words_have_one_learned_row() -> None:
    unknown = fitted(None, None, vectors="table").fitted.network.trunk.words.unknown
    assert unknown is not None and unknown.any()
    still = fitted(None, None, vectors="table", word_dropout=0.0)
    row = still.fitted.network.trunk.words.unknown
    assert row is not None and not row.any()  # no word was ever hidden


def test_a_table_may_start_from_a_source_model_of_random_vectors(tmp_path: Path) -> None:
    chosen = SourceSettings(network=settings(vectors="table"), steps=20, batch=8)
    train_source(MATURE, chosen, None, 0).save(tmp_path / "source")
    system = DNN(settings(vectors="table", transfer={}), None, tmp_path / "source")
    system.fit(TOY, 0)
    (tmp_path / "saved").mkdir()
    system.save(tmp_path / "saved")
    assert DNN.load(tmp_path / "saved").predict(TRAIN) == system.predict(TRAIN)
