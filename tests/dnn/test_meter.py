"""The convergence meter: it sees what would answer, and changes nothing by looking."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from dnn_toys import TOY, TRAIN, WORDS, make_store, settings, utterance

from data_cards.records import Skill
from dnn.block import decode
from dnn.meter import ENOUGH, MOST, curve, development, looks
from dnn.settings import SourceSettings, TransferSettings
from dnn.system import DNN
from dnn.transfer.source_training import train_source

WATCHED = replace(TOY, dev=TRAIN[::2])


def transferring(folder: Path) -> DNN:
    """A system that starts from a source model over a store."""
    store = make_store(folder / "v", WORDS)
    network = settings(vectors="store")
    chosen = SourceSettings(network=network, steps=40, batch=8, learning_rate=0.02, ngram_words=1)
    other = replace(TOY, name="mature", train=(*TRAIN, utterance("x", "call a taxi", "Call")))
    train_source([other], chosen, store, 0).save(folder / "s")
    return DNN(settings(vectors="store", transfer=TransferSettings()), store, folder / "s")


def test_looks_are_fine_at_first_and_then_a_twentieth_apart() -> None:
    found = looks(200)
    assert found[:41] == list(range(41))
    assert found[-1] == 200
    assert all(
        after / before <= 1.05 for before, after in zip(found[40:], found[41:], strict=False)
    )
    assert len(looks(1500)) < 130
    assert looks(1) == [0, 1]


@pytest.mark.parametrize("kind", ["cold", "transfer", "words learn"])
def test_looking_changes_nothing(kind: str, tmp_path: Path) -> None:
    """The same network with and without, and the generator behind it stands at the same place."""

    def made(place: Path) -> DNN:
        if kind == "transfer":
            return transferring(place)
        if kind == "words learn":
            return DNN(settings(vectors="store", local_rate=1.0), make_store(place, WORDS))
        return DNN(settings())

    def state(system: DNN) -> tuple[str, float]:
        weights = sorted(system.fitted.network.state_dict().items())
        bits = b"".join(value.numpy().tobytes() for _, value in weights)
        return sha256(bits).hexdigest(), float(torch.rand(1))

    plain, watched = made(tmp_path / "plain"), made(tmp_path / "watched")
    plain.fit(TOY, 3)
    expected = state(plain)
    found = curve(watched, WATCHED, 3)
    assert state(watched) == expected
    assert watched.predict(TRAIN) == plain.predict(TRAIN)
    if kind == "words learn":  # they are seen as they are, and end as their average
        return
    answers = zip(plain.predict(WATCHED.dev), WATCHED.dev, strict=True)
    right = sum(answer.frame == asked.frame for answer, asked in answers)
    assert found.scores[-1] == right / len(WATCHED.dev) > 0


def test_the_last_look_answers_as_the_fitted_system_does(tmp_path: Path) -> None:
    """With the source model's n-grams, of which the network in training has none."""
    system, seen = transferring(tmp_path), {}
    unseen = utterance("u", "taxi a call", "Stop")
    system.fit(TOY, 0, lambda step, stopped: seen.update({step: stopped()}))
    assert list(seen) == list(range(21))
    last, fitted = (decode(each.block) for each in (seen[20], system.fitted))
    assert last.model == fitted.model
    assert all(torch.equal(last.weights[name], value) for name, value in fitted.weights.items())
    assert seen[20].predict([unseen]) == system.predict([unseen])
    batches = list(seen[0].reader.batches([unseen]))  # all networks of one fit read alike
    assert seen[20].predict([unseen], batches) == system.predict([unseen])
    before, after = (decode(seen[step].block).weights for step in (0, 1))
    assert any(not torch.equal(before[name], value) for name, value in after.items())


def test_looks_cost_no_seconds() -> None:
    """A clock that goes on by one at each reading: two readings a look, of which one is its own."""
    ticks = iter(range(1000))
    found = curve(DNN(settings()), WATCHED, 0, lambda: next(ticks))
    assert found.steps == tuple(range(21))
    assert found.seconds == tuple(range(1, 22))


def _sentences(count: int, intent: str) -> tuple[str, ...]:
    return tuple(f"{intent} number {n}" for n in range(count))


def _skill(train: int, dev: int) -> Skill:
    rows = {
        split: tuple(
            utterance(f"{split}{intent}{n}", text, intent)
            for intent in ("Go", "Halt")
            for n, text in enumerate(_sentences(count, intent))
        )
        for split, count in (("train", train), ("dev", dev), ("test", 30))
    }
    return Skill("made", "en-US", **rows)


def test_the_development_set() -> None:
    own = development(_skill(train=40, dev=ENOUGH), 10, 0)
    assert own is not None
    assert (len(own.train), len(own.test)) == (20, 0)
    assert set(own.dev) == set(_skill(40, ENOUGH).dev)
    large = development(_skill(train=40, dev=MOST), 10, 0)
    assert large is not None and len(large.dev) == MOST
    assert development(_skill(train=20, dev=0), 10, 0) is None
    skill = _skill(train=100, dev=ENOUGH // 2 - 1)
    cut, again = development(skill, 10, 0), development(skill, 5, 1)
    assert cut is not None and again is not None
    assert {u.id for u in cut.dev} <= {u.id for u in skill.train}
    assert not {u.id for u in cut.dev} & {u.id for u in cut.train}
    assert cut.dev == again.dev
