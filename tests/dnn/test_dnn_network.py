"""The network and its training loop, by themselves."""

import pytest
import torch
from dnn_toys import TRAIN, settings

from data_cards.bio import tag_names, tags
from dnn.encoding import Sentences, Vocabulary, number_ngrams
from dnn.network import Network
from dnn.settings import DNNSettings
from dnn.training import TrainingSet, steps_for, train
from dnn.vectors import RandomVectors

INTENTS = ["GetWeather", "PlayMusic", "Stop"]
TAGS = tag_names(["city", "genre"])


def data() -> TrainingSet:
    vocabulary = Vocabulary.of(TRAIN)
    sentences = Sentences.of(TRAIN, vocabulary)
    tag_ids = torch.zeros_like(sentences.rows)
    for row, u in zip(tag_ids, TRAIN, strict=True):
        found = tags(u.frame.slots, len(u.tokens))
        row[: len(found)] = torch.tensor([TAGS.index(t) for t in found])
    vectors = torch.from_numpy(RandomVectors(0, 4.0).vectors(vocabulary.words))
    return TrainingSet(
        sentences,
        torch.tensor([INTENTS.index(u.frame.intent) for u in TRAIN]),
        tag_ids,
        torch.cat([torch.zeros(1, 300), vectors]),
        vocabulary.ngrams(number_ngrams(vocabulary.words)),
    )


def network(chosen: DNNSettings, data: TrainingSet) -> Network:
    torch.manual_seed(0)
    return Network(chosen, 300, int(data.ngrams.max()), INTENTS, TAGS)


CHANGES: list[dict[str, object]] = [
    {}, {"crf": False}, {"projection": 0}, {"characters": 0}, {"hidden": 0},
    {"pooled_words": False}, {"average": 0.0},
]  # fmt: skip


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_loss_falls(changes: dict[str, object]) -> None:
    toy, chosen = data(), settings(min_steps=40, max_steps=40, **changes)
    net = network(chosen, toy)
    everything = toy.batch(torch.arange(len(TRAIN)))
    net.eval()
    before = net.loss(*everything).item()
    averaged = train(net, toy, chosen, torch.Generator().manual_seed(0))
    assert averaged.loss(*everything).item() < 0.5 * before


def test_padding_changes_no_answer() -> None:
    toy = data()
    net = network(settings(), toy).eval()
    sentences, vectors, ngrams, *_ = toy.batch(torch.tensor([0, 20]))
    logits, emissions = net(vectors, ngrams, sentences.lengths)
    sentences, vectors, ngrams, *_ = toy.batch(torch.tensor([20]))
    alone_logits, alone_emissions = net(vectors, ngrams, sentences.lengths)
    torch.testing.assert_close(logits[1:], alone_logits)
    torch.testing.assert_close(emissions[1:, :1], alone_emissions)


def test_without_a_crf_the_transitions_stay_zero() -> None:
    toy, chosen = data(), settings(crf=False)
    averaged = train(network(chosen, toy), toy, chosen, torch.Generator().manual_seed(0))
    assert not any(parameter.any() for parameter in averaged.crf.parameters())


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


def test_steps_for() -> None:
    chosen = DNNSettings(batch=16, epochs=10, min_steps=50, max_steps=200)
    assert [steps_for(n, chosen) for n in (1, 80, 81, 160, 10_000)] == [50, 50, 60, 100, 200]
