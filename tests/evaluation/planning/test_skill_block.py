"""A packed skill is the skill."""

from dataclasses import replace

from toy_skills import music, shopping

from evaluation.planning.skill_block import pack, unpack


def test_unpack_is_the_inverse() -> None:
    for skill in (music(), shopping("en-GB")):
        assert unpack(pack(skill, "toys")) == skill


def test_the_digest_is_of_the_data_alone() -> None:
    assert pack(music(), "a").digest == pack(music(), "b").digest
    assert pack(music(), "a").digest != pack(music("en-GB"), "a").digest
    shorter = replace(music(), test=music().test[1:])
    assert pack(music(), "a").digest != pack(shorter, "a").digest


def test_label_and_language() -> None:
    packed = pack(shopping("en-GB"), "toys")
    assert (packed.label, packed.language) == ("toys/shopping@en-GB", "en")
