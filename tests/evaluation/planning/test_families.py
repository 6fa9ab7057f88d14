"""Who may teach whom: families, groups, banned texts, and the guard behind them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from data_cards.errors import SkillwiseError
from data_cards.overlap import text_hashes
from data_cards.records import Frame, Skill, Utterance
from dnn.settings import DNNSettings, SourceSettings, TransferSettings
from evaluation.planning.families import Texts, groups, stem, union
from evaluation.planning.skill_block import PackedSkill, pack, unpack
from evaluation.planning.source_models import (
    LEAST,
    Source,
    SourceRequest,
    assign,
    check,
    train_missing,
)

TINY = DNNSettings(
    vectors="random", projection=8, characters=8, shared=8, task=8, hidden=8, gazetteers=0,
    transfer=TransferSettings(source_steps=3),
)  # fmt: skip


def skill(name: str, texts: Sequence[str], suite: str = "s", locale: str = "en-US") -> PackedSkill:
    """Two intents over some texts, the last one held for the test split."""
    rows = [
        Utterance(f"{name}{i}", tuple(text.split()), Frame(f"Intent{i % 2}"))
        for i, text in enumerate(texts)
    ]
    return pack(Skill(name, locale, tuple(rows[:-1]), test=(rows[-1],)), suite)


def texts(topic: str, count: int = 12) -> list[str]:
    return [f"{topic} number {i}" for i in range(count)]


def group_of(*skills: PackedSkill) -> dict[str, int]:
    return groups([Texts.of(each) for each in skills], count=1000)


def test_versions_and_case_are_one_name() -> None:
    assert stem("Buses_2") == stem("buses") == "buses"
    assert stem("alexa-pocket") != stem("pocket")
    assert stem("7") == "7"


def test_locales_and_versions_are_one_family() -> None:
    found = group_of(
        skill("bank", texts("a")), skill("bank", texts("b"), locale="en-GB"),
        skill("Bank_2", texts("c"), suite="t"), skill("taxi", texts("d")),
    )  # fmt: skip
    assert found["s/bank@en-US"] == found["s/bank@en-GB"] == found["t/Bank_2@en-US"]
    assert found["s/taxi@en-US"] != found["s/bank@en-US"]


def test_skills_that_share_texts_are_one_family_through_a_third() -> None:
    found = group_of(
        skill("a", texts("x", 40)), skill("b", texts("x", 6) + texts("y", 6)),
        skill("c", texts("y")), skill("d", [*texts("z", 39), "x number 39"]),
    )  # fmt: skip
    assert found["s/a@en-US"] == found["s/b@en-US"] == found["s/c@en-US"]
    assert found["s/d@en-US"] != found["s/a@en-US"]  # one text in forty may be chance


def test_what_everybody_says_makes_no_family_and_a_few_long_texts_do() -> None:
    stock = ["yes please", "start over", "what can you do"]
    quoted = ["please read me the news of today"]
    found = group_of(
        skill("a", [*texts("x", 20), *stock, *quoted]), skill("b", [*texts("y", 20), *stock]),
        skill("c", [*texts("z", 20), *quoted]),
    )  # fmt: skip
    assert found["s/a@en-US"] != found["s/b@en-US"]
    assert found["s/a@en-US"] == found["s/c@en-US"]


def test_a_group_stays_when_others_come() -> None:
    few = group_of(skill("bank", texts("a")), skill("taxi", texts("b")))
    more = group_of(skill("bank", texts("a")), skill("taxi", texts("b")), skill("gym", texts("c")))
    assert few.items() <= more.items()


def test_sources_leave_out_the_group_and_its_texts() -> None:
    shared = "stop it now"
    pool = [skill(f"skill {c}", [*texts(c, 30), shared, f"{c} end"]) for c in "abcdefgh"]
    found = assign(pool, pool, TINY, {}, Path("sources"))
    group = groups([Texts.of(each) for each in pool])
    assert len({source.digest for source in found.values()}) == len(set(group.values())) > 1
    for target in pool:
        request = found[target.label].request
        assert {s.label for s in request.skills} == {
            s.label for s in pool if group[s.label] != group[target.label]
        }
        taught = [u for each in request.mature() for u in each.train]
        assert taught
        assert not np.isin(text_hashes(taught), Texts.of(target).hashes).any()


def test_what_is_left_of_a_skill_may_be_too_little() -> None:
    stage_1 = SourceSettings(network=TINY.model_copy(update={"transfer": None}))
    small, big = skill("small", texts("b", LEAST + 2)), skill("big", texts("c", 20))
    hashes = text_hashes(unpack(small).train)
    for banned, names in ((hashes[:1], ["small", "big"]), (hashes[:2], ["big"])):
        request = SourceRequest(stage_1, (small, big), np.sort(banned), None)
        assert [each.name for each in request.mature()] == names


def test_nobody_left_to_learn_from_is_one_line() -> None:
    only = skill("only", texts("a"))
    with pytest.raises(SkillwiseError, match="no other 'en' skill to transfer from; .*--sources"):
        assign([only], [only], TINY, {}, Path("sources"))


def test_the_digest_names_all_that_matters() -> None:
    pool = [skill(c * 3, texts(c)) for c in "abcdef"]
    one = assign(pool, pool, TINY, {}, Path("x"))
    again = assign(pool, pool, TINY, {}, Path("y"))
    longer = TINY.model_copy(update={"transfer": TransferSettings(source_steps=4)})
    other = assign(pool, pool, longer, {}, Path("x"))
    for label, source in one.items():
        assert source.digest == again[label].digest != other[label].digest
    rate = TINY.model_copy(update={"transfer": TransferSettings(source_steps=3, lower_rate=0.5)})
    local = TINY.model_copy(update={"local_words": "both", "local_prior": 2.0})
    for same in (rate, local):  # of stage 2 alone
        found = assign(pool, pool, same, {}, Path("x"))
        assert found[pool[0].label].digest == one[pool[0].label].digest


def test_a_planted_leak_is_found(tmp_path: Path) -> None:
    """The guard looks at what the model was trained on, not at who should have been left out."""
    pool = [skill(c * 3, texts(c)) for c in "abcdef"]
    target = pool[0]
    honest = assign([target], pool, TINY, {}, tmp_path)[target.label]
    assert train_missing(honest).endswith(" texts")
    assert train_missing(honest).endswith("there")
    check(honest, target)
    thief = skill("thief", [*texts("q"), *texts("aaa", 3)[:1], "a number 11", "end"])
    request = honest.request
    leaky = Source(
        type(request)(request.settings, (*request.skills, thief), np.empty(0, np.uint64), None),
        tmp_path / "leaky",
    )
    train_missing(leaky)
    with pytest.raises(SkillwiseError, match=r"1 of its texts were seen in stage 1.*a number 11"):
        check(leaky, target)


def test_union_of_nothing() -> None:
    assert len(union([])) == 0
