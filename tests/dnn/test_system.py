"""The network as a system: learning, seeds, saving, and the utterances at the edge."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from dnn_toys import TOY, TRAIN, WORDS, make_store, settings, utterance
from safetensors.torch import save as packed_tensors

from data_cards import artefact
from data_cards.errors import DataError, SkillwiseError
from data_cards.records import Frame, Skill, Utterance
from dnn.block import decode
from dnn.system import DNN, PACK
from pretrain.store.vector_store import FILE


def fitted(
    seed: int = 0, skill: Skill = TOY, vectors: Path | None = None, **changes: object
) -> DNN:
    kind = "random" if vectors is None else "store"
    system = DNN(settings(vectors=kind, **changes), vectors)
    system.fit(skill, seed)
    return system


def weights(system: DNN, folder: Path) -> dict[str, torch.Tensor]:
    system.save(folder)
    return decode((folder / PACK).read_bytes()).weights


@pytest.mark.parametrize("kind", ["random", "store"])
@pytest.mark.parametrize("crf", [True, False], ids=["crf", "softmax"])
def test_learns_the_toy_skill(kind: str, crf: bool, tmp_path: Path) -> None:
    vectors = make_store(tmp_path / "s") if kind == "store" else None
    system = fitted(vectors=vectors, crf=crf, min_steps=160, max_steps=160)
    answers = system.predict(TRAIN)
    assert [a.frame for a in answers] == [u.frame for u in TRAIN]
    assert [a.utterance_id for a in answers] == [u.id for u in TRAIN]
    assert all(0.0 < a.confidence <= 1.0 for a in answers)


def test_same_seed_same_network(tmp_path: Path) -> None:
    one, two, other = fitted(3), fitted(3), fitted(4)
    assert one.predict(TRAIN) == two.predict(TRAIN)
    a, b, c = (weights(s, tmp_path / str(i)) for i, s in enumerate((one, two, other)))
    assert a.keys() == b.keys() == c.keys()
    assert all(torch.equal(a[k], b[k]) for k in a)
    assert not any(
        torch.equal(a[k], c[k]) for k in a if k.startswith(("trunk.shared.w", "trunk.tasks.w"))
    )


def test_a_second_fit_forgets_the_first(tmp_path: Path) -> None:
    again = fitted(1)
    again.fit(TOY, 3)
    a, b = weights(again, tmp_path / "a"), weights(fitted(3), tmp_path / "b")
    assert all(torch.equal(a[k], b[k]) for k in a)


@pytest.mark.parametrize("kind", ["random", "store"])
def test_save_and_load(kind: str, tmp_path: Path) -> None:
    vectors = make_store(tmp_path / "s", WORDS[:-3]) if kind == "store" else None
    system = fitted(vectors=vectors)
    system.save(tmp_path / "saved")
    assert {p.suffix for p in (tmp_path / "saved").iterdir()} == {".safetensors", ".json"}
    questions = [*TRAIN, utterance("new", "play unheard of songs", "PlayMusic")]
    assert DNN.load(tmp_path / "saved").predict(questions) == system.predict(questions)


def test_another_store_is_refused(tmp_path: Path) -> None:
    place = make_store(tmp_path / "s")
    fitted(vectors=place).save(tmp_path / "saved")
    place.rename(tmp_path / "old")
    with pytest.raises(DataError, match="no such file"):
        DNN.load(tmp_path / "saved")
    make_store(place, seed=1)
    with pytest.raises(DataError, match="was trained with store .* put that store back"):
        DNN.load(tmp_path / "saved")


@pytest.mark.parametrize("part", [PACK, artefact.MANIFEST])
def test_damage_is_one_error(part: str, tmp_path: Path) -> None:
    fitted().save(tmp_path / "saved")
    file = tmp_path / "saved" / part
    whole = file.read_bytes()
    for cut in (0, 1, 8, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:cut])
        with pytest.raises(DataError, match=part):
            DNN.load(tmp_path / "saved")
    file.unlink()
    with pytest.raises(DataError, match=part):
        DNN.load(tmp_path / "saved")


@pytest.mark.parametrize("block", [b"none", packed_tensors({"x": torch.zeros(1)})])
def test_blocks_that_do_not_fit(block: bytes, tmp_path: Path) -> None:
    artefact.write(tmp_path / "b", DNN.name, settings(), {PACK: block})
    with pytest.raises(DataError, match=f"{PACK}: .*; fit and save it again"):
        DNN.load(tmp_path / "b")


@pytest.mark.parametrize("kind", ["float32", "float16", "int8"])
def test_small_weights_answer_alike(kind: str, tmp_path: Path) -> None:
    vectors = make_store(tmp_path / "s")
    whole = fitted(vectors=vectors, weights="float32", min_steps=120, max_steps=120)
    small = fitted(vectors=vectors, weights=kind, min_steps=120, max_steps=120)
    assert [a.frame for a in small.predict(TRAIN)] == [a.frame for a in whole.predict(TRAIN)]
    small.save(tmp_path / "saved")
    assert DNN.load(tmp_path / "saved").predict(TRAIN) == small.predict(TRAIN)
    sizes = {"float32": 1.1, "float16": 0.65, "int8": 0.5}
    assert len(small.packed()) <= sizes[kind] * len(whole.packed())


def test_a_saved_network_is_a_pointer_to_its_store(tmp_path: Path) -> None:
    place = make_store(tmp_path / "s")
    system = fitted(vectors=place)
    kept = weights(system, tmp_path / "saved")
    model = decode(system.packed()).model
    assert model["store"]["path"] == str(place)
    assert not any("vectors" in name for name in kept)


def test_a_single_intent() -> None:
    skill = Skill("weather", "en-US", tuple(u for u in TRAIN if u.frame.intent == "GetWeather"))
    answers = fitted(skill=skill).predict(TRAIN)
    assert {a.frame.intent for a in answers} == {"GetWeather"}


def test_no_slots() -> None:
    bare = tuple(Utterance(u.id, u.tokens, Frame(u.frame.intent)) for u in TRAIN)
    answers = fitted(skill=Skill("bare", "en-US", bare)).predict(TRAIN)
    assert not any(a.frame.slots for a in answers)


def test_no_training_utterance_is_one_line() -> None:
    with pytest.raises(SkillwiseError, match="skill empty@en-US has no training utterance"):
        fitted(skill=Skill("empty", "en-US", ()))


def test_one_training_utterance_of_one_word() -> None:
    skill = Skill("stop", "en-US", (utterance(1, "stop", "Stop"),))
    (answer,) = fitted(skill=skill).predict(skill.train)
    assert answer.frame == Frame("Stop")


def test_unfitted_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SkillwiseError, match="not fitted"):
        DNN(settings()).predict(TRAIN)
    with pytest.raises(SkillwiseError, match="not fitted"):
        DNN(settings()).save(tmp_path / "a")
    assert not (tmp_path / "a").exists()
    with pytest.raises(SkillwiseError, match="needs word vectors"):
        DNN()


def test_edges_of_prediction() -> None:
    system = fitted()
    assert system.predict([]) == []
    odd = [
        utterance("long", " ".join(["play"] * 512), "PlayMusic"),
        utterance("one", "stop", "Stop"),
        utterance("unseen", "zzz qqq 12345 ßß", "Stop"),
    ]
    answers = system.predict(odd)
    assert [a.utterance_id for a in answers] == ["ulong", "uone", "uunseen"]
    for answer, asked in zip(answers, odd, strict=True):
        assert all(0 <= s.start < s.end <= len(asked.tokens) for s in answer.frame.slots)
        assert 0.0 <= answer.confidence <= 1.0


def test_answers_stand_in_the_order_asked() -> None:
    system = fitted()
    alone = {u.id: system.predict([u])[0].frame for u in TRAIN}
    many = [TRAIN[i % len(TRAIN)] for i in range(7, 150, 5)] * 5  # more than one batch
    answers = system.predict(many)
    assert [a.utterance_id for a in answers] == [u.id for u in many]
    assert [a.frame for a in answers] == [alone[u.id] for u in many]


def test_words_learn_and_the_generic_store_stays(tmp_path: Path) -> None:
    place = make_store(tmp_path / "s", WORDS[:-3])
    before = (place / FILE).read_bytes()
    system = fitted(vectors=place, local_rate=0.3, local_threshold=0.05)
    local = decode(system.packed()).local
    assert local is not None
    assert set(WORDS[-3:]) <= set(local.words)  # what the store lacks begins at zeros
    assert not set(local.words) - set(WORDS)
    moved, still = (
        each.fitted.reader.words.vectors([local.words[0]])
        for each in (system, fitted(vectors=place))
    )
    assert (moved != still).any()
    assert (place / FILE).read_bytes() == before
    system.save(tmp_path / "saved")
    assert DNN.load(tmp_path / "saved").predict(TRAIN) == system.predict(TRAIN)


def test_a_high_threshold_keeps_only_new_words(tmp_path: Path) -> None:
    place = make_store(tmp_path / "s", WORDS[:-3])
    kept = {}
    for threshold in (0.0, 0.5, 0.999):
        system = fitted(vectors=place, local_rate=0.3, local_threshold=threshold)
        local = decode(system.packed()).local
        assert local is not None
        kept[threshold] = set(local.words)
    assert kept[0.0] == set(WORDS)
    assert kept[0.999] <= kept[0.5] <= kept[0.0]
    assert kept[0.999] == set(WORDS[-3:])
    assert decode(fitted(vectors=place).packed()).local is None


def _titles(seed: int) -> tuple[Utterance, ...]:
    """Sentences of made-up words, in which capitals alone tell what is a title."""
    rng = random.Random(seed)

    def word() -> str:
        return "".join(rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in range(3))

    return tuple(
        utterance(
            f"{seed} {i}",
            " ".join(["find", *(word() for _ in range(rng.randint(1, 2))), "*", word()]),
            "Find",
            "title",
            " ".join(word().title() for _ in range(rng.randint(1, 3))),
        )
        for i in range(40)
    )


def test_case_tells_where_nothing_else_does() -> None:
    """And with `wide_case` off the network does not see it."""
    skill, asked = Skill("titles", "en-US", _titles(0)), _titles(1)
    few = {"min_steps": 80, "max_steps": 80}

    def right(system: DNN) -> int:
        answers = system.predict(asked)
        return sum(a.frame == u.frame for a, u in zip(answers, asked, strict=True))

    assert right(fitted(skill=skill, **few)) > 30
    blind = fitted(skill=skill, wide_case=False, **few)
    assert right(blind) < 20
    low = [replace(u, tokens=tuple(token.lower() for token in u.tokens)) for u in asked]
    assert [a.frame for a in blind.predict(low)] == [a.frame for a in blind.predict(asked)]


@pytest.mark.parametrize("rate", [0.0, 1.0], ids=["still", "learning"])
def test_local_words_are_kept_with_the_network(rate: float, tmp_path: Path) -> None:
    """ "jazz" and "rock" are no words of the store, nor is "zydeco", which only a catalog lists."""
    known = [word for word in WORDS if word not in ("jazz", "rock")]
    skill = replace(TOY, gazetteers={"genre": ("zydeco",)})
    store = make_store(tmp_path / "s", known)
    system = fitted(skill=skill, vectors=store, local_words="spelling", local_rate=rate)
    off = fitted(skill=skill, vectors=store, local_rate=rate)
    asked = ["rockier", "paris"]
    system.save(tmp_path / "saved")
    again = DNN.load(tmp_path / "saved")
    for each in (system, again):
        found = each.fitted.reader.words.vectors(asked)
        assert found.any(axis=1).all()
    assert not off.fitted.reader.words.vectors(asked)[0].any()
    assert again.predict(TRAIN) == system.predict(TRAIN)
    local = decode(system.packed()).local
    assert local is not None
    assert {"rock"} <= set(local.words)
    blind = fitted(skill=skill, vectors=store, local_words="spelling", local_unseen=False)
    assert not blind.fitted.reader.words.vectors(asked)[0].any()
