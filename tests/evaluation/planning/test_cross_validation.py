"""`--folds`: pools of rows, a deal for each seed, and what is refused or told beforehand."""

from pathlib import Path

import pytest
from toy_runs import settings
from toy_skills import TOY, music, utterance, write_skills

from data_cards.errors import DataError, SkillwiseError
from data_cards.jsonl import write_skill
from data_cards.records import Skill
from evaluation.planning.cross_validation import dealt, pooled
from evaluation.planning.novelty import noted, noting
from evaluation.planning.plan import CompareSettings, plan
from evaluation.planning.skill_block import pack, unpack

SYSTEM = ("toy_systems:Memory",)


def test_rows_of_all_splits_are_one_pool() -> None:
    (found,), _ = pooled([pack(music(), "toys")], 3)
    assert unpack(found).test == (*music().train, *music().test)
    assert found.n_test == len(music().train) + len(music().test)


def test_fewer_rows_than_folds_are_refused_in_one_line() -> None:
    small = Skill("tiny", "en-US", (utterance(1, "stop", "Stop"), utterance(2, "go on", "Go")))
    with pytest.raises(SkillwiseError, match="has 2 utterances to deal") as caught:
        pooled([pack(small, "toys")], 3)
    assert "\n" not in str(caught.value)
    assert pooled([pack(small, "toys")], 2)


def test_an_intent_of_one_utterance_is_noted() -> None:
    rows = (*TOY.train, utterance("lone", "how loud is it", "Loudness"))
    _, notes = pooled([pack(Skill("toy", "en-US", rows), "toys")], 5)
    assert any("'Loudness'" in note for note in notes)
    assert len(pooled([pack(TOY, "toys")], 5)[1]) == 1


def test_a_deal_has_a_digest_of_its_own_and_is_the_same_each_time() -> None:
    (pool,), _ = pooled([pack(TOY, "toys")], 5)
    digests = {dealt(pool, folds, seed).digest for folds in (2, 5) for seed in range(3)}
    assert len(digests) == 6
    assert pool.digest not in digests
    assert dealt(pool, 5, 1) == dealt(pool, 5, 1)


def test_keys_depend_on_folds_and_deal_and_stay_when_seeds_are_added(tmp_path: Path) -> None:
    def keys(**more: int) -> set[str]:
        return {cell.key for cell in plan(settings(tmp_path, SYSTEM, **more))}

    split, three, four = keys(seeds=2), keys(seeds=2, folds=3), keys(seeds=2, folds=4)
    assert len(split | three | four) == 3 * len(three)
    assert three < keys(seeds=3, folds=3)


def test_runs_of_other_folds_are_no_runs_of_the_same_settings(tmp_path: Path) -> None:
    found = {plan(settings(tmp_path, SYSTEM, folds=n)).settings_digest() for n in (2, 3)}
    assert len(found | {plan(settings(tmp_path, SYSTEM)).settings_digest()}) == 3


def test_a_skill_without_test_is_read_and_without_folds_the_message_names_them(
    tmp_path: Path,
) -> None:
    folder = write_skill(Skill("music", "en-US", music().train), tmp_path / "own")
    (folder / "test.jsonl").unlink()
    own = CompareSettings(suites=(), data=(tmp_path / "own",), systems=SYSTEM)
    with pytest.raises(DataError, match="--folds 5"):
        plan(own)
    (skill,) = plan(own.model_copy(update={"folds": 2})).skills
    assert skill.n_test == len(music().train)


def test_an_intent_that_only_the_test_shows_is_in_the_pool(tmp_path: Path) -> None:
    fresh = (*music().test, utterance(9, "louder", "Volume"), utterance(10, "up", "Volume"))
    write_skill(Skill("music", "en-US", music().train, (), fresh), tmp_path / "own")
    own = CompareSettings(suites=(), data=(tmp_path / "own",), systems=SYSTEM, folds=2)
    (skill,) = plan(own).skills
    assert "Volume" in {u.frame.intent for u in unpack(skill).test}


def test_what_is_new_is_noted_of_each_row_by_the_folds_that_trained(tmp_path: Path) -> None:
    (pool,), _ = pooled([pack(TOY, "toys")], 4)
    notes = set()
    for seed in range(2):
        own = dealt(pool, 4, seed)
        wanted = noting(own, None, seed, None)
        notes.add(wanted.draw)
        found = noted(wanted, own, None, seed)
        assert len(found.words) == len(TOY.train)
        slots = [len(u.frame.slots) for u in unpack(own).test]
        assert [len(values) for values in found.values] == slots
    assert len(notes) == 2


def test_a_suite_can_be_cross_validated(tmp_path: Path) -> None:
    write_skills(tmp_path / "toys")
    found = plan(CompareSettings(skills="bank@en-US", systems=SYSTEM, folds=5, seeds=2))
    assert len(found) == 2
    assert all(cell.skill.deal for cell in found)
