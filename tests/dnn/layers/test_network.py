"""The network and its training loop, by themselves."""

import pytest
import torch
from dnn_toys import TRAIN, data, network, settings
from toy_skills import utterance

from data_cards.folds import folds
from dnn.inputs.dataset import swapped
from dnn.inputs.wide import WideTags, word_features
from dnn.settings import DNNSettings, TransferSettings
from dnn.training import steps_for, train

CHANGES: list[dict[str, object]] = [
    {}, {"crf": False}, {"projection": 0}, {"characters": 0}, {"hidden": 0},
    {"pooled_words": False}, {"average": 0.0}, {"gazetteers": 0}, {"wide": 0}, {"swaps": 0},
]  # fmt: skip


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_loss_falls(changes: dict[str, object]) -> None:
    chosen = settings(min_steps=40, max_steps=40, **changes)
    toy = data(chosen)
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


def test_wide_tag_features_reach_the_word_and_its_neighbours_alone() -> None:
    toy = data()
    assert toy.reader.wide_tags is not None
    net = network(settings(), toy).eval()
    batch, _ = toy.batch(torch.tensor([0]))  # will it rain in berlin
    logits, emissions = net(batch)
    with torch.no_grad():
        net.heads.wide_tags.weight[toy.reader.wide_tags.rows["w rain"], 1] = 1.0
        net.heads.wide_tags.weight[toy.reader.wide_tags.rows["+1w in"], 2] = 1.0
    same, moved = net(batch)
    assert torch.equal(logits, same)
    difference = (moved - emissions)[:, 0]
    wanted = torch.zeros_like(difference)
    wanted[2, 1] = wanted[2, 2] = settings().wide_tags
    torch.testing.assert_close(difference, wanted)


def test_wide_tag_features_name_words_marks_and_edges() -> None:
    said = [["city S"], [], []]
    first, second, last = word_features(utterance(0, "oslo or 1905", "Ask"), said)
    assert first == ["w oslo", "s slo", "p osl", "m city S", "-1^", "+1w or", "+1s or", "+1p or"]
    assert "-1m city S" in second and "+1d4" in second
    assert last[:4] == ["w 1905", "s 905", "p 190", "d4"] and last[-1] == "+1$"
    features = WideTags.of([[first, second], [last]])
    ids = features.encode([[first, last], [["w never seen"]]])
    assert ids.shape == (2, 2, 8) and not ids[1].any()
    assert [features.rows[name] for name in first] == ids[0, 0][ids[0, 0] > 0].tolist()


def test_wide_tag_features_tell_how_words_are_written() -> None:
    """Lower case says nothing, and what stands beside it only where a neighbour is not."""
    words = utterance(0, "see Back to the Future on DVD or iPad at 9", "Ask").tokens
    found = word_features(utterance(0, " ".join(words), "Ask"), [])
    case = [{f for f in each if f.startswith(("c ", "lc ", "cr ", "lcr "))} for each in found]
    assert case[0] == {"cr  Xx", "lcr ^  Xx"}
    assert case[1] == {"c Xx", "lc  Xx", "cr Xx ", "lcr  Xx "}
    assert case[2] == {"lc Xx ", "lcr Xx  "}
    assert case[3] == {"cr  Xx", "lcr   Xx"}
    assert "c X" in case[6] and "c xX" in case[8]
    assert not case[-1]
    assert "-1c Xx" in found[2] and "+1c Xx" in found[3]
    low = utterance(0, " ".join(words).lower(), "Ask")
    assert word_features(utterance(0, " ".join(words), "Ask"), [], False) == word_features(low, [])


def test_swapped_copies_keep_frame_and_fold() -> None:
    fold_of = folds(TRAIN, 5, 0)
    copies = swapped(TRAIN, fold_of, 0, 3)
    assert copies == swapped(TRAIN, fold_of, 0, 3) != swapped(TRAIN, fold_of, 1, 3)
    assert copies
    for original, copy in copies:
        source = TRAIN[original]
        assert copy.frame.intent == source.frame.intent and copy.tokens != source.tokens
        assert [s.name for s in copy.frame.slots] == [s.name for s in source.frame.slots]
        (slot,), (before,) = copy.frame.slots, source.frame.slots
        assert copy.tokens[: slot.start] == source.tokens[: before.start]
        assert copy.tokens[slot.end :] == source.tokens[before.end :]
        assert copy.words(slot) in {
            u.words(s)
            for u, fold in zip(TRAIN, fold_of, strict=True)
            for s in u.frame.slots
            if fold == fold_of[original] and s.name == slot.name
        }


def test_copies_do_not_lengthen_the_training() -> None:
    toy = data()
    assert len(toy) > toy.originals == len(TRAIN)
    seen: list[int] = []
    chosen = settings(epochs=3, min_steps=1)
    train(network(chosen, toy), toy, chosen, torch.Generator(), lambda step, _: seen.append(step))
    assert len(seen) == steps_for(len(TRAIN), chosen)


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
