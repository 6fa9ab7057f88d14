"""What a step reads and predicts."""

from dataclasses import astuple

import numpy as np
import pytest
from pretrain_toys import lines as toy_sentences
from transformer_toys import prepared, settings

from pretrain.transformer.batches import Batch, Masker, Plan
from pretrain.transformer.lines import Lines
from pretrain.transformer.pieces import CONTINUES, MASK, SPECIAL, pieces_of

_MASK = SPECIAL.index(MASK)
LONG = [["unseenword", *words] for words in toy_sentences(40)]


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    """Few pieces, so that many words have several."""
    return prepared(tmp_path_factory.mktemp("lines"), toy_sentences(400), LONG, pieces=105)


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def original(toy: Lines, lines: np.ndarray) -> np.ndarray:
    return toy.take(lines, int(toy.lengths[lines[0]])).ravel()


def batches(toy: Lines, masker: Masker, count: int) -> list[tuple[np.ndarray, Batch]]:
    plan = Plan(toy, masker.settings, 0)
    asked = [plan.indices(step) for step in range(1, count + 1)]
    return [(lines, masker(lines, random(i))) for i, lines in enumerate(asked)]


def test_words_are_masked_whole_at_the_rate_that_is_set(toy: Lines) -> None:
    names = pieces_of(toy.tokenizer)
    masker = Masker(toy, settings(mask=0.25))
    begun = masked = cut = 0
    for lines, batch in batches(toy, masker, 300):
        ids = original(toy, lines).reshape(len(lines), -1)
        chosen = np.zeros(ids.size, bool)
        chosen[batch.positions] = True
        chosen = chosen.reshape(ids.shape)
        for row, hidden in zip(ids, chosen, strict=True):
            word = False
            for at, piece in enumerate(row):
                if not names[piece].startswith(CONTINUES) or at == 0:
                    begun, word = begun + 1, bool(hidden[at])
                    masked += word
                else:
                    cut += 1
                    assert bool(hidden[at]) == word  # with the piece that its word begins with
    assert cut > 1000
    assert masked / begun == pytest.approx(0.25, abs=0.02)


def test_of_the_masked_a_tenth_stays_and_a_tenth_is_replaced(toy: Lines) -> None:
    masker = Masker(toy, settings(mask=0.4, keep=0.1, replace=0.1))
    shown, right = [], []
    for lines, batch in batches(toy, masker, 300):
        read = batch.read[batch.ids].ravel()
        whole = original(toy, lines)
        shown.append(read[batch.positions])
        right.append(whole[batch.positions])
        rest = np.ones(len(read), bool)
        rest[batch.positions] = False
        np.testing.assert_array_equal(read[rest], whole[rest])
        np.testing.assert_array_equal(batch.candidates[batch.targets], whole[batch.positions])
    found, wanted = np.concatenate(shown), np.concatenate(right)
    assert (found == _MASK).mean() == pytest.approx(0.8, abs=0.02)
    assert (found == wanted).mean() == pytest.approx(0.1, abs=0.02)


def test_frequent_pieces_are_predicted_less_often(toy: Lines) -> None:
    even, uneven = (Masker(toy, settings(subsample=s)).chance for s in (0.0, 1e-3))
    counts = toy.counts
    common = int(np.argmax(counts))
    rare = int(np.argmin(np.where(counts > 0, counts, 10**9)))
    assert even[common] == pytest.approx(even[rare])
    assert uneven[common] < uneven[rare]


def test_a_batch_holds_lines_of_one_length_and_a_pass_each_line_by_its_weight(toy: Lines) -> None:
    plan = Plan(toy, settings(), 3)
    found = [plan.indices(step) for step in range(1, plan.steps_a_pass + 1)]
    for lines in found:
        lengths = set(toy.lengths[lines].tolist())
        assert len(lengths) == 1
        assert len(lines) <= max(1, 64 // lengths.pop())
    read = np.sort(np.concatenate(found))
    np.testing.assert_array_equal(read, np.flatnonzero(toy.lengths >= 2))
    again = [plan.indices(step) for step in range(1, plan.steps_a_pass + 1)]
    assert all(np.array_equal(a, b) for a, b in zip(found, again, strict=True))
    later = plan.indices(plan.steps_a_pass + 1)  # the next pass has another order
    assert not np.array_equal(later, found[0])


def test_a_step_is_a_function_of_seed_and_step(toy: Lines) -> None:
    chosen = settings()
    for step in (1, 5, 400):
        one, two = (
            Masker(toy, chosen)(Plan(toy, chosen, 7).indices(step), random(step)) for _ in "ab"
        )
        for a, b in zip(astuple(one), astuple(two), strict=True):
            np.testing.assert_array_equal(a, b)
    assert not np.array_equal(Plan(toy, chosen, 7).indices(1), Plan(toy, chosen, 8).indices(1))


def test_neighbours_words_are_of_the_line_before_or_after_in_the_same_source(toy: Lines) -> None:
    masker = Masker(toy, settings(neighbours=0.3))
    edge = int(np.searchsorted(toy.source, 1))  # the second source's first line
    seen: set[int] = set()
    for lines, batch in batches(toy, masker, 200):
        assert len(batch.near_lines) > 0
        for row, target in zip(batch.near_lines, batch.near_targets, strict=True):
            line = int(lines[row])
            beside = [n for n in (line - 1, line + 1) if 0 <= n < len(toy.source)]
            beside = [n for n in beside if toy.source[n] == toy.source[line]]
            words = {int(p) for n in beside for p in toy.ids[toy.starts[n] : toy.starts[n + 1]]}
            assert int(batch.candidates[target]) in words
            seen.add(line)
    assert {0, edge - 1, edge, len(toy.source) - 1} <= seen


def test_without_the_objective_there_are_no_neighbours(toy: Lines) -> None:
    _, batch = batches(toy, Masker(toy, settings(neighbours=0.0)), 1)[0]
    assert not len(batch.near_lines) and not len(batch.near_targets)


def test_every_target_is_a_candidate_and_drawn_ones_have_their_expectation(toy: Lines) -> None:
    masker = Masker(toy, settings(negatives=12))
    for _, batch in batches(toy, masker, 20):
        assert (np.diff(batch.candidates) > 0).all()
        assert len(batch.candidates) <= 12 + len(batch.targets) + len(batch.near_targets)
        assert (batch.log_expected <= 0).all()
        assert batch.candidates.min() >= len(SPECIAL)
    _, full = batches(toy, Masker(toy, settings(negatives=0)), 1)[0]
    np.testing.assert_array_equal(full.candidates, np.arange(masker.size))
    assert not full.log_expected.any()
