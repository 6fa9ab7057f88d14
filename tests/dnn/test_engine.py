"""The serving path: skills open on demand, few stay open, threads agree, damage is refused."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dnn_toys import TOY, TRAIN, make_store, settings
from safetensors.numpy import load, save

from data_cards.errors import DataError, SkillwiseError
from dnn.block import FORMAT, Packed, decode, encode, opened
from dnn.engine import Engine
from dnn.packs.writer import PackWriter
from dnn.system import DNN
from pretrain.store.local import LocalStore
from pretrain.store.vector_store import VectorStore


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("stores") / "s")


@pytest.fixture(scope="module")
def systems(place: Path) -> dict[str, DNN]:
    """Three skills, each with its own seed."""
    found = {}
    for seed, name in enumerate(("a@en-US", "b@en-US", "c@en-US")):
        found[name] = DNN(settings(vectors="store", min_steps=80, max_steps=80), place)
        found[name].fit(replace(TOY, name=name[0]), seed)
    return found


@pytest.fixture
def packs(systems: dict[str, DNN], tmp_path: Path) -> Iterator[Path]:
    with PackWriter(tmp_path / "p") as writer:
        for name, system in systems.items():
            writer.append(name, system.packed())
    yield tmp_path / "p"


def test_parses_as_the_fitted_system_does(
    packs: Path, place: Path, systems: dict[str, DNN]
) -> None:
    engine = Engine(packs, [place])
    assert engine.skills == list(systems)
    for name, system in systems.items():
        for asked in TRAIN[::5]:
            words, answer = engine.parse(name, " ".join(asked.tokens))
            assert words == asked.tokens
            (expected,) = system.predict([asked])
            assert answer.frame == expected.frame
            assert answer.confidence == pytest.approx(expected.confidence, abs=1e-5)
    assert engine.parse("a@en-US", " … ")[1].frame.intent == ""


def test_few_stay_open(packs: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(packs, [place], capacity=2)
    opened: list[str] = []
    load_one = engine._load
    monkeypatch.setattr(engine, "_load", lambda name: opened.append(name) or load_one(name))
    for name in ("a", "b", "a", "c", "a", "b"):  # c drives out b, not a
        engine.parse(f"{name}@en-US", "stop")
    assert opened == ["a@en-US", "b@en-US", "c@en-US", "b@en-US"]
    with pytest.raises(SkillwiseError, match="capacity 0"):
        Engine(packs, [place], capacity=0)


def test_a_new_pack_takes_the_old_ones_place(
    packs: Path, place: Path, systems: dict[str, DNN]
) -> None:
    engine = Engine(packs, [place])
    before = engine.open("a@en-US")
    assert engine.open("a@en-US") is before
    with PackWriter(packs) as writer:
        writer.append("a@en-US", systems["b@en-US"].packed())
        after = engine.open("a@en-US")
        assert after is not before
        assert after.predict(TRAIN) == systems["b@en-US"].predict(TRAIN)
        writer.compact()
        assert engine.open("a@en-US").predict(TRAIN) == after.predict(TRAIN)
        writer.delete("a@en-US")
        with pytest.raises(DataError, match="holds no pack 'a@en-US'"):
            engine.open("a@en-US")


def test_threads_agree_and_open_a_skill_once(
    packs: Path, place: Path, systems: dict[str, DNN], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(packs, [place], capacity=3)
    opened: list[str] = []
    load_one = engine._load
    monkeypatch.setattr(engine, "_load", lambda name: opened.append(name) or load_one(name))
    barrier = threading.Barrier(4)

    def work(turn: int) -> list[Any]:
        barrier.wait()
        names = list(systems)[turn % 3 :] + list(systems)[: turn % 3]
        return [(n, [engine.parse(n, " ".join(u.tokens))[1].frame for u in TRAIN]) for n in names]

    with ThreadPoolExecutor(4) as pool:
        results = [dict(found) for found in pool.map(work, range(4))]
    expected = {n: [a.frame for a in s.predict(TRAIN)] for n, s in systems.items()}
    assert all(found == expected for found in results)
    assert sorted(opened) == list(systems)


def test_another_store_is_refused_by_name(packs: Path, tmp_path: Path) -> None:
    other = make_store(tmp_path / "other", seed=1)
    with pytest.raises(SkillwiseError, match="lies over store .* known are .*; give that store"):
        Engine(packs, [other]).open("a@en-US")


def test_what_is_no_skill_is_refused_by_name(packs: Path, place: Path) -> None:
    with PackWriter(packs) as writer:
        writer.append("junk@en-US", b"junk")
    with pytest.raises(DataError, match="p: pack 'junk@en-US' .*; write that pack again"):
        Engine(packs, [place]).open("junk@en-US")


def test_local_words_are_packed(place: Path, systems: dict[str, DNN]) -> None:
    store = VectorStore.open(place)
    packed = decode(systems["a@en-US"].packed())
    local = LocalStore.of(store, {"zorb": np.ones(12, np.float32)}, 0.1)
    block = encode(replace(packed, local=local))
    (found,) = opened(block, lambda pointer: store).reader.words.vectors(["zorb"])
    np.testing.assert_allclose(found, found[0])
    assert found[0] > 0
    wrong = encode(replace(packed, local=replace(local, generic="other")))
    with pytest.raises(ValueError, match="lies over store other"):
        opened(wrong, lambda pointer: store)


@pytest.mark.parametrize("kind", ["float32", "float16", "int8"])
def test_weights_there_and_back(kind: Any) -> None:
    import torch

    generator = torch.Generator().manual_seed(0)
    weights = {
        "a": torch.randn(3, 4, 5, generator=generator),
        "b": torch.randn(7, generator=generator),
        "none": torch.zeros(0, 4),
    }
    found = decode(encode(Packed({"x": 1}, {"y": ["ß"]}, weights, None), kind))
    assert (found.settings, found.model, found.local) == ({"x": 1}, {"y": ["ß"]}, None)
    bounds = {"float32": 0.0, "float16": 2e-3, "int8": 2e-2}
    for name, value in weights.items():
        assert found.weights[name].shape == value.shape
        torch.testing.assert_close(found.weights[name], value, atol=bounds[kind], rtol=0)


@pytest.mark.parametrize(
    ("meta", "drop", "arrays", "words"),
    [
        ({"format": "other"}, "", {}, "format 'other' is not"),
        ({"settings": "["}, "", {}, "Expecting"),
        ({"settings": "[]"}, "", {}, "no object"),
        ({}, "model", {}, "holds no model"),
        ({}, "", {"model": np.zeros(3, np.float32)}, "holds no model"),
        ({}, "", {"model": np.frombuffer(b"{]", np.uint8)}, "Expecting"),
        ({}, "net.w|scales", {}, "has no scales"),
        ({}, "", {"net.w|scales": np.zeros(9, np.float32)}, "has no scales"),
        ({}, "", {"net.w": np.zeros(3, np.uint8)}, "of type uint8"),
        ({"generic": "x"}, "", {}, "holds no 'local"),
    ],
)
def test_blocks_that_lie(
    meta: dict[str, str], drop: str, arrays: dict[str, np.ndarray], words: str
) -> None:
    import torch

    block = encode(Packed({}, {}, {"w": torch.ones(2, 3)}, None), "int8")
    parts = {k: v for k, v in (load(block) | arrays).items() if k != drop}
    known = {"format": FORMAT, "settings": json.dumps({})} | meta
    with pytest.raises(ValueError, match=words):
        decode(save(parts, known))
