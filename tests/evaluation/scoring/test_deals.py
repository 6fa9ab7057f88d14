"""A deal answers every row of a skill once, by a system that never saw it or its siblings."""

from collections import Counter
from dataclasses import replace

import pytest
from toy_skills import TRAIN, music, utterance
from toy_systems import Majority, Memory, Spy

from data_cards.records import Frame, Skill, Utterance
from evaluation.scoring.deals import deal, in_order, measure_deal, parts, pool

POOL = pool(Skill("toy", "en-US", TRAIN[:20], TRAIN[20:24], TRAIN[24:]))


@pytest.mark.parametrize("count", [2, 5, 7])
def test_every_row_is_asked_once_and_learnt_in_all_other_folds(count: int) -> None:
    found = list(parts(POOL, deal(POOL.test, count, 3)))
    assert len(found) == count
    assert Counter(u.id for part in found for u in part.test) == Counter(u.id for u in TRAIN)
    for part in found:
        assert {u.id for u in part.train} == {u.id for u in TRAIN} - {u.id for u in part.test}
        assert not part.dev


def test_folds_are_even_within_each_intent() -> None:
    dealt = deal(POOL.test, 3, 0)
    for intent in {u.frame.intent for u in POOL.test}:
        own = Counter(f for u, f in zip(POOL.test, dealt, strict=True) if u.frame.intent == intent)
        assert max(own.values()) - min(own[f] for f in range(3)) <= 1


def test_expansions_of_a_template_stay_together() -> None:
    rows = tuple(replace(u, template=f"t{n % 9}") for n, u in enumerate(TRAIN))
    dealt = deal(rows, 4, 1)
    folds: dict[str, set[int]] = {}
    for row, fold in zip(rows, dealt, strict=True):
        folds.setdefault(row.template, set()).add(fold)
    assert len(folds) == 9
    assert all(len(own) == 1 for own in folds.values())


def test_another_seed_deals_otherwise_and_the_order_of_rows_does_not_count() -> None:
    assert deal(POOL.test, 5, 0) != deal(POOL.test, 5, 1)
    assert deal(POOL.test[::-1], 5, 0)[::-1] == deal(POOL.test, 5, 0)


def test_what_was_found_fold_by_fold_comes_in_the_order_of_the_rows() -> None:
    dealt = deal(POOL.test, 4, 2)
    by_fold = [[u.id for u in part.test] for part in parts(POOL, dealt)]
    assert in_order(dealt, by_fold) == tuple(u.id for u in POOL.test)


def test_a_fold_too_many_found_is_no_silent_loss() -> None:
    with pytest.raises(ValueError):
        in_order(b"\0\1\0", [["a", "b"]])


def test_answers_are_pooled_and_each_system_sees_its_folds_alone() -> None:
    dealt = deal(POOL.test, 5, 0)
    found = measure_deal(Memory, POOL, dealt, 0, None)
    assert [p.utterance_id for p in found.predictions] == [u.id for u in POOL.test]
    assert found.counts.shape[0] == found.n_test == len(TRAIN)
    assert found.n_train == round(len(TRAIN) * 4 / 5)
    for part in parts(POOL, dealt):
        system = Memory()
        system.fit(part, 0)
        said = {p.utterance_id: p.frame for p in found.predictions}
        assert all(said[u.id] == system.answer(u) for u in part.test)
    assert measure_deal(Spy, POOL, dealt, 0, None).n_test == len(TRAIN)  # it fails on what it sees


def test_shots_are_drawn_within_the_folds_that_train() -> None:
    found = measure_deal(Memory, POOL, deal(POOL.test, 3, 0), 0, 1)
    assert (found.n_train, found.n_test) == (len({u.frame.intent for u in TRAIN}), len(TRAIN))


def test_an_intent_with_one_utterance_is_asked_and_counts_as_wrong() -> None:
    rows = (*music().train, utterance("lone", "how loud is it", "Loudness"))
    pooled = pool(Skill("music", "en-US", rows))
    found = measure_deal(Majority, pooled, deal(pooled.test, 3, 0), 0, None)
    assert found.intents == 3
    answers = {p.utterance_id: p.frame for p in found.predictions}
    assert answers["ulone"] != Frame("Loudness")


def test_two_rows_of_one_id_are_both_answered() -> None:
    rows = (*TRAIN, Utterance(TRAIN[0].id, ("stop", "now"), Frame("Stop")))
    pooled = pool(Skill("toy", "en-US", rows))
    assert measure_deal(Memory, pooled, deal(rows, 3, 0), 0, None).n_test == len(TRAIN) + 1
