"""Frozen draws: nested, spread over templates, and apart from the test split."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_cards.draws import develop, draw
from data_cards.errors import SkillwiseError
from data_cards.records import Frame, Skill, Utterance


def toy(n=12, templates=0, name="toy"):
    def one(i, intent):
        template = f"{intent} {i % templates}" if templates else ""
        return Utterance(f"{intent}{i}", (intent, str(i)), Frame(intent), template=template)

    train = tuple(one(i, intent) for i in range(n) for intent in ("go", "stop"))
    test = (Utterance("t1", ("go", "x"), Frame("go")), Utterance("t2", ("stop",), Frame("stop")))
    return Skill(name, "en-US", train, (), test)


FROZEN = (
    ["stop2", "go4", "stop4", "go5"],
    ["stop6", "go7", "go8", "stop10"],
    ["stop2", "stop3", "go5", "stop6", "go9", "go10", "go11"],
)


def ids(skill):
    return {u.id for u in skill.train}


def test_the_draw_is_frozen():
    """These ids must never change: published tables rest on them."""
    assert [u.id for u in draw(toy(), 2).train] == FROZEN[0]
    assert [u.id for u in draw(toy(), 2, seed=1).train] == FROZEN[1]
    assert [u.id for u in develop(toy(), None).test] == FROZEN[2]


@given(seed=st.integers(0, 20), shots=st.integers(1, 14), templates=st.integers(0, 5))
def test_fewer_shots_lie_within_more(seed, shots, templates):
    skill = toy(templates=templates)
    fewer, more = draw(skill, shots, seed), draw(skill, shots + 1, seed)
    assert ids(fewer) <= ids(more)
    assert len(fewer.train) == 2 * min(shots, 12)
    assert fewer.test == skill.test
    assert [u for u in skill.train if u.id in ids(fewer)] == list(fewer.train)


@given(st.integers(0, 20))
def test_no_template_stands_twice_before_each_stood_once(seed):
    skill = toy(templates=4)
    for shots in range(1, 9):
        drawn = draw(skill, shots, seed).train
        for intent in ("go", "stop"):
            counts = [sum(u.template == f"{intent} {t}" for u in drawn) for t in range(4)]
            assert max(counts) - min(counts) <= 1


def test_order_and_other_skills_do_not_matter():
    skill = toy()
    turned = Skill("toy", "en-US", skill.train[::-1], (), skill.test)
    assert ids(draw(turned, 3)) == ids(draw(skill, 3))
    assert ids(draw(toy(name="other"), 3)) != ids(draw(skill, 3))


def test_all_means_all_and_none_is_refused():
    assert draw(toy(), None) == toy()
    for shots in (0, -1):
        with pytest.raises(SkillwiseError, match="at least 1"):
            draw(toy(), shots)


@given(st.integers(1, 6) | st.none(), st.integers(0, 9), st.integers(0, 6))
def test_tuning_never_sees_the_test_split(shots, seed, templates):
    skill = toy(n=30, templates=templates)
    tuned = develop(skill, shots, seed)
    seen = {u.id for part in (tuned.train, tuned.dev, tuned.test) for u in part}
    assert not seen & {u.id for u in skill.test}
    assert not ids(tuned) & {u.id for u in tuned.test}
    assert {u.frame.intent for u in tuned.test} <= {
        u.frame.intent for u in develop(skill, None, seed).train
    }
    if templates:
        assert not {u.template for u in tuned.train} & {u.template for u in tuned.test}
