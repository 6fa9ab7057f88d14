"""The network and its training loop, by themselves."""

import pytest
import torch
from dnn_toys import TOY, TRAIN, settings

from data_cards.bio import tag_names
from data_cards.lexicon import Lexicon
from dnn.dataset import TrainingSet, training_set
from dnn.encoding import Vocabulary, number_marks, number_ngrams
from dnn.network import Heads, Network, Trunk
from dnn.settings import DNNSettings, TransferSettings
from dnn.training import steps_for, train
from dnn.vectors import RandomVectors
from dnn.wide import WideFeatures

INTENTS = ["GetWeather", "PlayMusic", "Stop"]
TAGS = tag_names(["city", "genre"])
MARKS = number_marks(Lexicon.of(TRAIN, {}).values)
WIDE = WideFeatures.of(TRAIN)


def data(wide: WideFeatures | None = WIDE) -> TrainingSet:
    vocabulary = Vocabulary.of(TRAIN)
    vectors = torch.from_numpy(RandomVectors(0, 4.0).vectors(vocabulary.words))
    return training_set(
        TOY, vocabulary, torch.cat([torch.zeros(1, 300), vectors]),
        vocabulary.ngrams(number_ngrams(vocabulary.words)), INTENTS, TAGS, MARKS, wide, 5, 0,
    )  # fmt: skip


def network(chosen: DNNSettings, data: TrainingSet) -> Network:
    torch.manual_seed(0)
    trunk = Trunk(chosen, 300, int(data.ngrams.max()))
    return Network(trunk, Heads(trunk, len(MARKS), len(WIDE.rows), INTENTS, TAGS))


CHANGES: list[dict[str, object]] = [
    {}, {"crf": False}, {"projection": 0}, {"characters": 0}, {"hidden": 0},
    {"pooled_words": False}, {"average": 0.0}, {"gazetteers": 0}, {"wide": 0},
]  # fmt: skip


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_loss_falls(changes: dict[str, object]) -> None:
    chosen = settings(min_steps=40, max_steps=40, **changes)
    toy = data(WIDE if chosen.wide else None)
    net = network(chosen, toy)
    everything = toy.batch(torch.arange(len(TRAIN)))
    net.eval()
    before = net.loss(*everything).item()
    averaged = train(net, toy, chosen, torch.Generator().manual_seed(0))
    assert averaged.loss(*everything).item() < 0.5 * before


def test_padding_changes_no_answer() -> None:
    toy = data()
    net = network(settings(), toy).eval()
    logits, emissions = net(toy.batch(torch.tensor([0, 20]))[0])
    alone_logits, alone_emissions = net(toy.batch(torch.tensor([20]))[0])
    torch.testing.assert_close(logits[1:], alone_logits)
    torch.testing.assert_close(emissions[:1, 1:], alone_emissions)


def test_wide_features_reach_the_intent_alone() -> None:
    toy = data()
    net = network(settings(), toy).eval()
    batch, _ = toy.batch(torch.arange(4))
    logits, emissions = net(batch)
    with torch.no_grad():
        net.heads.wide.weight[1:, 1] = 1.0
    moved, same = net(batch)
    assert torch.equal(emissions, same)
    assert (moved[:, 1] > logits[:, 1]).all()
    assert torch.equal(moved[:, [0, 2]], logits[:, [0, 2]])


def test_what_the_lexicon_says_moves_the_tags() -> None:
    toy = data()
    net = network(settings(), toy).eval()
    batch, _ = toy.batch(torch.arange(len(TRAIN)))
    assert batch.marks.any()
    said = net(batch)[1]
    with torch.no_grad():
        net.heads.marks.weight.zero_()
    assert not torch.allclose(net(batch)[1], said)


def test_without_a_crf_the_transitions_stay_zero() -> None:
    toy, chosen = data(), settings(crf=False)
    averaged = train(network(chosen, toy), toy, chosen, torch.Generator().manual_seed(0))
    assert not any(parameter.any() for parameter in averaged.heads.crf.parameters())


def test_no_average_is_the_last_network_and_every_step_is_shown() -> None:
    toy, chosen = data(), settings(average=0.0)
    net, seen = network(chosen, toy), []
    averaged = train(
        net, toy, chosen, torch.Generator().manual_seed(0), lambda step, _: seen.append(step)
    )
    assert seen == list(range(1, 21))
    for mine, last in zip(averaged.parameters(), net.parameters(), strict=True):
        assert torch.equal(mine, last)
    assert not averaged.training


def test_the_trunk_is_held_still_as_long_as_asked() -> None:
    held = TransferSettings(frozen=0.5)
    toy, chosen = data(), settings(average=0.0, transfer=held)
    net = network(chosen, toy)
    before = net.trunk.shared.weights.detach().clone()
    moved = []
    train(
        net, toy, chosen, torch.Generator().manual_seed(0),
        lambda step, now: moved.append(not torch.equal(now.trunk.shared.weights, before)),
    )  # fmt: skip
    assert moved == [False] * 10 + [True] * 10


def test_steps_for() -> None:
    chosen = DNNSettings(batch=16, epochs=10, min_steps=50, max_steps=200)
    assert [steps_for(n, chosen) for n in (1, 80, 81, 160, 10_000)] == [50, 50, 60, 100, 200]
    half = chosen.model_copy(update={"transfer": TransferSettings(steps=0.5)})
    assert [steps_for(n, half) for n in (1, 160)] == [25, 50]
