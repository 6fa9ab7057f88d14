"""Hub data sets by column names, from a local folder of the same shape; there is no network."""

import datasets
import pytest

from data_cards.errors import SkillwiseError
from data_cards.faults import Faults
from data_cards.readers import hub


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.fixture
def folder(tmp_path):
    """Parquet files with class labels, as the hub has them."""
    features = datasets.Features(
        {
            "utt": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["greet", "leave"]),
            "words": datasets.Sequence(datasets.Value("string")),
            "ner": datasets.Sequence(datasets.ClassLabel(names=["O", "B-who", "I-who"])),
        }
    )
    root = tmp_path / "set"
    for split, texts in (("train", ["hello old pat", "bye pat"]), ("test", ["hi pat"])):
        rows = {
            "utt": texts,
            "label": [int(t.startswith("bye")) for t in texts],
            "words": [t.split() for t in texts],
            "ner": [[0, *[1, 2][: len(t.split()) - 1]] for t in texts],
        }
        table = datasets.Dataset.from_dict(rows, features=features)
        root.mkdir(exist_ok=True)
        table.to_parquet(root / f"{split}-00000-of-00001.parquet")
    return root


def test_a_downloaded_folder_is_read_and_class_labels_get_their_names(folder, make_card):
    card = make_card(
        "hub",
        source={"folder": "set"},
        options={"text": "utt", "intent": "label", "name": "door"},
    )
    (skill,) = hub.read(card, folder, Faults())
    assert skill.key == "door@en-US"
    assert [u.frame.intent for u in (*skill.train, *skill.test)] == ["greet", "leave", "greet"]


def test_tags_are_read_word_by_word(folder, make_card):
    options = {"tokens": "words", "tags": "ner", "intent": "label"}
    card = make_card("hub", source={"folder": "set"}, options=options)
    (skill,) = hub.read(card, folder, Faults())
    assert skill.train[0].words(skill.train[0].frame.slots[0]) == ("old", "pat")


def test_an_unknown_column_or_split_is_an_error(folder, make_card):
    card = make_card("hub", source={"folder": "set"}, options={"text": "utterance"})
    with pytest.raises(SkillwiseError, match="no column 'utterance'; it has utt, label"):
        list(hub.read(card, folder, Faults()))
    options = {"text": "utt", "splits": {"train": "heldout"}}
    with pytest.raises(SkillwiseError, match="split 'heldout'"):
        list(hub.read(make_card("hub", source={"folder": "s"}, options=options), folder, Faults()))


def test_what_is_not_pinned_is_refused(tmp_path, make_card):
    card = make_card("hub", source={"hub": "someone/something"}, options={"text": "utt"})
    with pytest.raises(SkillwiseError, match="no hub id with a revision"):
        list(hub.read(card, tmp_path, Faults()))


def test_offline_is_one_clear_error(tmp_path, make_card):
    source = {"hub": "someone/something", "revision": "0" * 40}
    card = make_card("hub", source=source, options={"text": "utt"})
    with pytest.raises(SkillwiseError, match="where the network is"):
        list(hub.read(card, tmp_path, Faults()))


def test_rows_that_cannot_be_used_are_counted(tmp_path, make_card, write):
    lines = '{"utt": "hello"}\n{"utt": "?"}\n{"utt": null}\n'
    write(tmp_path / "set/train.jsonl", lines)
    options = {"text": "utt", "splits": {"all": "train"}}
    faults = Faults()
    card = make_card("hub", source={"folder": "set"}, options=options)
    (skill,) = hub.read(card, tmp_path / "set", faults)
    assert len(skill.train) == 1 and len(faults) == 2
    assert faults.found[0].reason == "row 2: has no words"
