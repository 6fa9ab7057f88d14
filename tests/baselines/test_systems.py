"""Both baselines, whole: learn, predict, explain, save, load."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from pydantic import ValidationError
from toy_skills import TOY, TRAIN, utterance

from baselines import (
    MaxEntCRF,
    MaxEntCRFSettings,
    StrongMaxEntCRF,
    StrongMaxEntCRFSettings,
)
from baselines.features import IntentGroups
from data_cards.errors import DataError, SkillwiseError
from data_cards.records import Frame, Skill, Slot, Utterance

System = MaxEntCRF | StrongMaxEntCRF
SYSTEMS = [MaxEntCRF, StrongMaxEntCRF]

NEW = (
    utterance("n1", "will it rain in * please", "GetWeather", "city", "rome"),
    utterance("n2", "play some * music", "PlayMusic", "genre", "hip hop"),
    utterance("n3", "stop", "Stop"),
)


@pytest.fixture(scope="module", params=SYSTEMS, ids=lambda s: s.name)
def fitted(request: pytest.FixtureRequest) -> System:
    return fit(request.param, TOY)


def fit(kind: Callable[[], System], skill: Skill, seed: int = 0) -> System:
    system = kind()
    system.fit(skill, seed)
    return system


def test_learns_the_toy_skill(fitted: System) -> None:
    assert [p.frame for p in fitted.predict(NEW)] == [u.frame for u in NEW]


def test_answers_in_the_order_asked(fitted: System) -> None:
    asked = (NEW[2], *TRAIN[5:9], NEW[0])
    found = fitted.predict(asked)
    assert [p.utterance_id for p in found] == [u.id for u in asked]
    assert found == [fitted.predict([u])[0] for u in asked]


def test_gold_frames_are_not_looked_at(fitted: System) -> None:
    blind = [replace(u, frame=Frame("")) for u in NEW]
    assert fitted.predict(blind) == fitted.predict(NEW)


def test_nothing_asked_nothing_answered(fitted: System) -> None:
    assert fitted.predict([]) == []


@pytest.mark.parametrize(
    "tokens",
    [("xyzzy", "plugh"), ("rain",), ("?",), ("a\nb", "\x00", "\ud800"), ("play",) * 512],
    ids=["unseen", "one word", "mark", "control characters", "long"],
)
def test_takes_any_words(fitted: System, tokens: tuple[str, ...]) -> None:
    asked = Utterance("odd", tokens, Frame(""))
    (found,) = fitted.predict([asked])
    assert found.frame.intent in TOY.intents
    assert 0 <= found.confidence <= 1
    assert len(fitted.explain(asked).tags) == len(tokens)


def test_confidence_is_of_the_whole_frame(fitted: System) -> None:
    model = fitted._fitted
    for u, prediction in zip(NEW, fitted.predict(NEW), strict=True):
        features, rows = model.reading.read(u)
        intent = float(model.classifier.predict_proba([features]).max())
        assert prediction.confidence == pytest.approx(intent * model.tagger.tag(rows)[1])
        assert prediction.confidence < 1


def test_same_seed_same_numbers(fitted: System) -> None:
    again = fit(type(fitted), TOY)
    assert again.predict(NEW) == fitted.predict(NEW)
    assert again._fitted.parts() == fitted._fitted.parts()


def test_round_trip(fitted: System, tmp_path: Path) -> None:
    fitted.save(tmp_path / "deep" / "system")
    loaded = type(fitted).load(tmp_path / "deep" / "system")
    assert loaded.predict(NEW) == fitted.predict(NEW)
    assert [loaded.explain(u, 3) for u in NEW] == [fitted.explain(u, 3) for u in NEW]
    assert loaded.settings == fitted.settings


def test_the_folder_holds_no_pickle(fitted: System, tmp_path: Path) -> None:
    fitted.save(tmp_path / "system")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["system"]  # no scratch folder is left
    files = sorted(p.name for p in (tmp_path / "system").iterdir())
    assert files == ["intent.safetensors", "system.json", "tagger.crfsuite", "vocabulary.json"]
    for path in (tmp_path / "system").iterdir():
        start = path.read_bytes()[:4]
        assert not start.startswith((b"\x80", b"PK")), path  # a pickle, or a zip around one


def test_refuses_a_folder_in_use(fitted: System, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    fitted.save(tmp_path / "empty")
    with pytest.raises(DataError, match="is there already"):
        fitted.save(tmp_path / "empty")


@pytest.mark.parametrize(
    "name", ["intent.safetensors", "system.json", "tagger.crfsuite", "vocabulary.json"]
)
@pytest.mark.parametrize("damage", ["cut", "gone", "noise"])
def test_a_damaged_folder_is_told(fitted: System, tmp_path: Path, name: str, damage: str) -> None:
    fitted.save(tmp_path / "system")
    path = tmp_path / "system" / name
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        half = len(data) // 2
        path.write_bytes(data[:half] + (b"" if damage == "cut" else b"\xff" + data[half + 1 :]))
    with pytest.raises(DataError, match=name):
        type(fitted).load(tmp_path / "system")


def test_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        MaxEntCRF.load(tmp_path / "nowhere")


def test_the_other_system_is_told(tmp_path: Path) -> None:
    fit(MaxEntCRF, TOY).save(tmp_path / "m")
    with pytest.raises(DataError, match="holds the system 'maxent-crf'"):
        StrongMaxEntCRF.load(tmp_path / "m")


def test_a_setting_of_another_version_is_told(tmp_path: Path) -> None:
    fit(MaxEntCRF, TOY).save(tmp_path / "m")
    path = tmp_path / "m" / "system.json"
    manifest = json.loads(path.read_text())
    manifest["settings"]["crf"]["c3"] = 1
    path.write_text(json.dumps(manifest))
    with pytest.raises(DataError, match=r"settings\.crf\.c3"):
        MaxEntCRF.load(tmp_path / "m")


def test_explains_by_the_obvious_feature() -> None:
    system = fit(MaxEntCRF, TOY)
    found = system.explain(utterance("x", "stop", "Stop"), top=3)
    assert found.prediction.frame == Frame("Stop")
    assert {e.feature for e in found.intent} >= {"word=stop"}
    assert all(e.weight > 0 for e in found.intent)
    (tag,) = found.tags
    assert (tag.word, tag.tag, tag.transition) == ("stop", "O", None)


def test_explains_a_tag_by_word_and_transition() -> None:
    system = fit(MaxEntCRF, TOY)
    found = system.explain(utterance("x", "will it rain in *", "GetWeather", "city", "new york"))
    assert [t.tag for t in found.tags] == ["O", "O", "O", "O", "B-city", "I-city"]
    assert found.tags[4].evidence[0].feature in {"word-1=in", "word=new", "words-1..+0=rain in"}
    assert found.tags[5].transition is not None
    assert found.tags[5].transition.feature == "after B-city"
    assert found.tags[5].transition.weight > 0


def test_evidence_adds_up_to_the_probability() -> None:
    model = fit(StrongMaxEntCRF, TOY)._fitted
    features, _ = model.reading.read(NEW[0])
    scores = [
        sum(weight for _, weight in model.classifier.evidence(features, intent)) + float(bias)
        for intent, bias in zip(model.classifier.intents_, model.classifier.bias_, strict=True)
    ]
    total = sum(map(math.exp, scores))
    expected = [math.exp(score) / total for score in scores]
    assert model.classifier.predict_proba([features])[0] == pytest.approx(expected, abs=1e-5)


def test_tagging_is_the_most_probable_of_all_sequences() -> None:
    """Brute force over every tag sequence, by the weights that `explain` shows."""
    tagger = fit(MaxEntCRF, TOY)._fitted.tagger
    words = fit(MaxEntCRF, TOY)._fitted.reading.read(utterance("x", "put new york on", "PlayMusic"))
    state = [
        {tag: sum(w for _, w in tagger.evidence(f, tag)) for tag in tagger.tags_} for f in words[1]
    ]
    scores = {
        tags: sum(state[i][tag] for i, tag in enumerate(tags))
        + sum(tagger.transition(a, b) for a, b in zip(tags, tags[1:], strict=False))
        for tags in product(tagger.tags_, repeat=4)
    }
    best = max(scores, key=lambda tags: scores[tags])
    found, probability = tagger.tag(words[1])
    assert tuple(found) == best
    total = sum(math.exp(score) for score in scores.values())
    assert probability == pytest.approx(math.exp(scores[best]) / total, abs=1e-4)


def test_an_explanation_as_text(fitted: System) -> None:
    text = str(fitted.explain(NEW[1], top=2))
    assert text.startswith("intent PlayMusic (frame confidence 0.")
    assert "\nhip -> B-genre\n" in text and "\nhop -> I-genre\n" in text


@pytest.mark.parametrize("kind", SYSTEMS)
def test_one_intent_is_certain(kind: Callable[[], System], tmp_path: Path) -> None:
    rows = tuple(replace(u, frame=Frame("Only", u.frame.slots)) for u in TRAIN)
    system = fit(kind, replace(TOY, train=rows))
    found = system.predict(NEW)
    assert [p.frame.intent for p in found] == ["Only"] * 3
    assert [p.frame.slots for p in found] == [u.frame.slots for u in NEW]
    system.save(tmp_path / "m")
    assert type(system).load(tmp_path / "m").predict(NEW) == found


@pytest.mark.parametrize("kind", SYSTEMS)
def test_without_slots_there_is_no_crf(kind: Callable[[], System], tmp_path: Path) -> None:
    rows = tuple(replace(u, frame=Frame(u.frame.intent)) for u in TRAIN)
    system = fit(kind, replace(TOY, train=rows))
    found = system.predict(NEW)
    assert [p.frame for p in found] == [Frame(u.frame.intent) for u in NEW]
    assert all(t.tag == "O" and not t.evidence for t in system.explain(NEW[0]).tags)
    system.save(tmp_path / "m")
    loaded = type(system).load(tmp_path / "m")
    assert loaded.predict(NEW) == found
    assert loaded.explain(NEW[0]) == system.explain(NEW[0])


@pytest.mark.parametrize("kind", SYSTEMS)
def test_a_skill_of_single_words(kind: Callable[[], System], tmp_path: Path) -> None:
    words = (("stop", "Stop"), ("halt", "Stop"), ("jazz", "Play"), ("blues", "Play"))
    rows = tuple(
        Utterance(word, (word,), Frame(intent, (Slot("genre", 0, 1),) * (intent == "Play")))
        for word, intent in words
    )
    system = fit(kind, replace(TOY, train=rows, gazetteers={}))
    assert [p.frame for p in system.predict(rows)] == [u.frame for u in rows]
    system.save(tmp_path / "m")
    assert type(system).load(tmp_path / "m").predict(rows) == system.predict(rows)


@pytest.mark.parametrize("kind", SYSTEMS)
def test_a_single_utterance_suffices(kind: Callable[[], System]) -> None:
    system = fit(kind, replace(TOY, train=TRAIN[:1]))
    assert system.predict(TRAIN[:1])[0].frame == TRAIN[0].frame


@pytest.mark.parametrize("kind", SYSTEMS)
def test_two_intents_one_utterance_each(kind: Callable[[], System]) -> None:
    rows = (TRAIN[0], TRAIN[-1])
    assert [p.frame for p in fit(kind, replace(TOY, train=rows)).predict(rows)] == [
        u.frame for u in rows
    ]


@pytest.mark.parametrize("kind", SYSTEMS)
def test_names_may_be_anything(kind: Callable[[], System], tmp_path: Path) -> None:
    name, intent = "date --> of: birth\n\ud800-é", "a b\n"
    rows = tuple(
        replace(u, frame=Frame(intent, tuple(replace(s, name=name) for s in u.frame.slots)))
        for u in TRAIN
    )
    system = fit(kind, replace(TOY, train=rows))
    assert system.predict(NEW[:1])[0].frame == Frame(intent, (Slot(name, 4, 5),))
    assert system.explain(NEW[0]).tags[4].evidence
    system.save(tmp_path / "m")
    assert type(system).load(tmp_path / "m").predict(NEW) == system.predict(NEW)


@pytest.mark.parametrize("kind", SYSTEMS)
def test_an_empty_skill_is_told(kind: Callable[[], System]) -> None:
    with pytest.raises(SkillwiseError, match="toy@en-US has no training utterance"):
        fit(kind, replace(TOY, train=()))


@pytest.mark.parametrize("kind", SYSTEMS)
def test_predicting_unfitted_is_a_bug(kind: Callable[[], System]) -> None:
    with pytest.raises(RuntimeError, match="not fitted"):
        kind().predict(NEW)


def test_a_catalog_value_never_seen_is_found() -> None:
    asked = utterance("x", "will it rain in *", "GetWeather", "city", "las vegas")
    strong = fit(StrongMaxEntCRF, TOY)
    assert strong.predict([asked])[0].frame == asked.frame
    _, rows = strong._fitted.reading.read(asked)
    assert "lexicon=city B" in rows[4] and "lexicon=city E" in rows[5]


def test_training_rows_do_not_know_their_own_values() -> None:
    """A value that stands in one utterance only must look unknown while training on it."""
    rare = utterance("rare", "will it rain in *", "GetWeather", "city", "ouagadougou")
    skill = replace(TOY, train=(*TRAIN, rare))
    system = fit(StrongMaxEntCRF, skill)
    reading = system._fitted.reading
    trained = system._rows(skill, reading, seed=0).words[-1][4]
    asked = reading.read(rare)[1][4]
    assert "lexicon=city S" in asked
    assert "lexicon=city S" not in trained


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ValidationError):
        MaxEntCRFSettings.model_validate({"C": 1})
    with pytest.raises(ValidationError):
        StrongMaxEntCRFSettings.model_validate({"token": {"afixes": 3}})


def test_every_setting_is_described() -> None:
    for settings in (MaxEntCRFSettings, StrongMaxEntCRFSettings):
        assert all(field.description for field in settings.model_fields.values())


def test_a_group_can_be_left_out() -> None:
    system = MaxEntCRF(MaxEntCRFSettings(intent=IntentGroups(words=1, position=False)))
    system.fit(TOY, 0)
    names = system._fitted.classifier.vocabulary_.names
    assert {name.split("=")[0] for name in names} == {"word", "length"}


def test_the_faithful_one_has_no_lexicon() -> None:
    with pytest.raises(SkillwiseError, match="maxent-crf-strong"):
        MaxEntCRF(MaxEntCRFSettings(intent=IntentGroups(lexicon=True)))
