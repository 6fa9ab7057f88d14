"""The slot tagger as an estimator, against crfsuite driven by hand."""

import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pycrfsuite
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold
from sklearn_crfsuite import CRF
from toy_skills import TRAIN, utterance

from baselines.features import TokenGroups, token_features
from baselines.tagger import CrfSettings, SlotTagger, TokenRow
from data_cards import bio
from data_cards.records import Utterance

GROUPS = TokenGroups(affixes=2, shape=True)


def rows_of(utterances: Sequence[Utterance]) -> list[TokenRow]:
    return [token_features(u.tokens, u.tokens, GROUPS) for u in utterances]


ROWS = rows_of(TRAIN)
TAGS = [bio.tags(u.frame.slots, len(u.tokens)) for u in TRAIN]
NAMES = ["O", "B-city", "I-city", "B-genre", "I-genre"]
ASKED = rows_of(
    (
        utterance("n1", "will it rain in * please", "GetWeather", "city", "rome"),
        utterance("n2", "xyzzy", "Stop"),
        utterance("n3", "put * on", "PlayMusic", "genre", "something heavy metal"),
    )
)


def by_hand(folder: Path, settings: CrfSettings) -> bytes:
    """What crfsuite's own binding writes for the tags as numbers."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params(
        {
            "c1": settings.c1,
            "c2": settings.c2,
            "max_iterations": settings.iterations,
            "feature.possible_transitions": settings.unseen_transitions,
        }
    )
    for row, tags in zip(ROWS, TAGS, strict=True):
        trainer.append(row, [str(NAMES.index(tag)) for tag in tags])
    trainer.train(str(folder / "model"))
    return (folder / "model").read_bytes()


@pytest.mark.parametrize(
    "settings",
    [
        CrfSettings(),
        CrfSettings(c1=0.1, c2=0.001),
        CrfSettings(c2=1.0, iterations=3),
        CrfSettings(unseen_transitions=False),
    ],
    ids=["default", "L1", "cut short", "seen transitions only"],
)
def test_trains_and_decodes_as_crfsuite_itself(tmp_path: Path, settings: CrfSettings) -> None:
    ours = SlotTagger(**settings.parameters()).fit(ROWS, TAGS)
    model = by_hand(tmp_path, settings)
    assert ours.tags_ == tuple(NAMES)
    assert ours.model_ == model
    theirs = pycrfsuite.Tagger()
    theirs.open_inmemory(model)
    for row in ROWS + ASKED:
        numbers = theirs.tag(row)
        tags = [NAMES[int(n)] for n in numbers]
        assert ours.tag(row) == (tags, theirs.probability(numbers))
        assert ours.predict_single(row) == tags


def test_a_clone_has_the_parameters_and_nothing_learnt() -> None:
    fitted = SlotTagger(c1=0.1, max_iterations=20).fit(ROWS, TAGS)
    twin = clone(fitted)
    assert isinstance(twin, CRF)
    assert twin.get_params() == {
        "c1": 0.1,
        "c2": 0.1,
        "max_iterations": 20,
        "all_possible_transitions": True,
    }
    assert not hasattr(twin, "model_")
    assert twin.fit(ROWS, TAGS).model_ == fitted.model_


def test_scikit_learn_can_tune_it() -> None:
    """By its own means: the inherited score is the share of right tags."""
    mixed = KFold(3, shuffle=True, random_state=0)
    search = GridSearchCV(SlotTagger(), {"c2": [1e6, 0.1]}, cv=mixed, error_score="raise")
    search.fit(ROWS, TAGS)
    assert search.best_params_ == {"c2": 0.1}
    assert search.score(ROWS, TAGS) == 1.0


def test_its_parts_make_it_again() -> None:
    fitted = SlotTagger().fit(ROWS, TAGS)
    again = SlotTagger.of(fitted.tags_, fitted.model_)
    assert [again.tag(row) for row in ASKED] == [fitted.tag(row) for row in ASKED]
    assert again.evidence(ROWS[0][4], "B-city") == fitted.evidence(ROWS[0][4], "B-city") != []


def test_a_second_training_leaves_nothing_of_the_first() -> None:
    tagger = SlotTagger().fit(ROWS, TAGS)
    before = tagger.evidence(ROWS[0][4], "B-city"), tagger.tag(ASKED[0])
    tagger.set_params(c2=10.0).fit(ROWS, TAGS)
    fresh = SlotTagger(c2=10.0).fit(ROWS, TAGS)
    after = tagger.evidence(ROWS[0][4], "B-city"), tagger.tag(ASKED[0])
    assert after == (fresh.evidence(ROWS[0][4], "B-city"), fresh.tag(ASKED[0])) != before
    tagger.fit(ROWS, [["O"] * len(row) for row in ROWS])
    assert tagger.tag(ASKED[0]) == (["O"] * 6, 1.0)
    assert tagger.evidence(ROWS[0][4], "O") == []


def test_a_copy_answers_the_same() -> None:
    tagger = SlotTagger().fit(ROWS, TAGS)
    asked = tagger.tag(ASKED[0])
    assert copy.deepcopy(tagger).tag(ASKED[0]) == asked


def test_training_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tagger = SlotTagger().fit(ROWS, TAGS)
    assert list(tmp_path.iterdir()) == []
    assert tagger.tag(ASKED[0])[0][4] == "B-city"


@pytest.mark.parametrize("tags", [[["O"]], [["B-x"]]], ids=["no slot", "one slot"])
def test_one_word_is_enough(tags: list[list[str]]) -> None:
    rows = rows_of((utterance(0, "stop", "Stop"),))
    tagger = SlotTagger().fit(rows, tags)
    assert [list(found) for found in tagger.predict(rows)] == tags
    assert tagger.slots(rows[0])[0] == bio.spans(tags[0])


def test_rows_without_their_tags_are_refused() -> None:
    with pytest.raises(ValueError, match="inconsistent"):
        SlotTagger().fit(ROWS, TAGS[1:])
