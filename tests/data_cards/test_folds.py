"""Folds: even, stable, and never parting a template from its expansions."""

from collections import Counter
from dataclasses import replace

from toy_skills import TRAIN

from data_cards.folds import folds
from data_cards.records import Frame, Utterance


def test_folds_are_even_within_an_intent() -> None:
    found = Counter(zip((u.frame.intent for u in TRAIN), folds(TRAIN, 3, 0), strict=True))
    assert all(found["GetWeather", fold] == found["PlayMusic", fold] == 4 for fold in range(3))
    assert all(found["Stop", fold] == 1 for fold in range(3))


def test_folds_do_not_depend_on_order() -> None:
    forward, backward = folds(TRAIN, 3, 1), folds(TRAIN[::-1], 3, 1)
    assert forward == backward[::-1]


def test_the_seed_draws_them() -> None:
    assert folds(TRAIN, 3, 1) != folds(TRAIN, 3, 2)


def test_a_template_stays_whole() -> None:
    rows = [
        replace(Utterance(f"{t}{i}", ("x",), Frame("I")), template=f"t{t}")
        for t in range(4)
        for i in range(5)
    ]
    by_template: dict[str, set[int]] = {}
    for row, fold in zip(rows, folds(rows, 2, 0), strict=True):
        by_template.setdefault(row.template, set()).add(fold)
    assert [len(found) for found in by_template.values()] == [1, 1, 1, 1]
