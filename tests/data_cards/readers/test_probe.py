"""The probe's reader on a tiny folder, and the probe itself against its own promises."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from probe_pairs import read_pairs, unknown_words

from data_cards import DataError, SkillwiseError
from data_cards.card import DATA_VARIABLE, card
from data_cards.faults import Faults
from data_cards.parsing.sources import content
from data_cards.readers import probe
from data_cards.readers.probe import FUNCTION_WORDS, read_halves
from data_cards.records import Skill, Utterance
from data_cards.registry.check import check
from data_cards.registry.loading import load
from data_cards.words import normalise

TRAIN = "Brew\tbrew me a [black](color) [tea](drink)\n\nStop\tstop the [tea](drink)\n"
PAIRS = (
    "Brew\tbrew the [tea](drink)\tmake a [coffee](drink) for me\n"
    "Stop\tstop the [black](color) [tea](drink)\thalt the [coffee](drink) the [white](color) one\n"
)

ENGLISH = (
    "open_english_wordnet_glosses", "ami_transcripts", "query_wellformedness",
    "nltk_public_domain", "wiki_split_eval", "topical_chat", "spacelog", "sgd",
    "synthetic_persona_chat", "ud_english_ewt", "taskmaster", "multidogo",
)  # fmt: skip
"""Texts that are enough to see that a word is common."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "kettle@en-GB"
    path.mkdir()
    (path / "train.tsv").write_text(TRAIN, "utf-8")
    (path / "pairs.tsv").write_text(PAIRS, "utf-8")
    return path


def test_a_folder_is_two_skills_with_one_training_split(folder: Path) -> None:
    same, substituted = read_halves(folder)
    assert (same.key, substituted.key) == ("kettle-same@en-GB", "kettle-substituted@en-GB")
    assert same.train == substituted.train and not same.dev and not same.gazetteers
    assert [u.id for u in same.train] == ["train:1", "train:3"]
    assert [u.id for u in same.test] == [u.id for u in substituted.test] == ["pair:1", "pair:2"]
    assert substituted.test[1].text == "halt the coffee the white one"
    assert [(s.name, substituted.test[1].words(s)) for s in substituted.test[1].frame.slots] == [
        ("drink", ("coffee",)),
        ("color", ("white",)),
    ]
    assert [u.frame.intent for u in same.test] == ["Brew", "Stop"]


def test_the_reader_yields_both_halves_and_takes_no_option(folder: Path, make_card) -> None:
    halves = list(probe.read(make_card("probe"), folder.parent, Faults()))
    assert halves == list(read_halves(folder))
    with pytest.raises(SkillwiseError, match="no option 'folder'"):
        list(probe.read(make_card("probe", options={"folder": "."}), folder, Faults()))


@pytest.mark.parametrize(
    ("pair", "fault"),
    [
        ("Brew\tbrew a [tea](drink)", "is not 3 columns"),
        ("Brew\tbrew a [tea](drink)\t ", "is not 3 columns"),
        ("Brow\tbrew\tmake", "intent 'Brow' is not in train.tsv; did you mean 'Brew'"),
        ("Brew\tbrew a [tea](drink)\tmake a coffee", "has slots ['drink'], the other []"),
        ("Brew\tbrew a [tea](drinks)\tmake a [coffee](drinks)", "slot 'drinks' is not in train"),
        ("Brew\tbrew a [tea](drink\tmake a [coffee](drink)", "unclosed slot bracket"),
        ("Brew\tbrew a [](drink)\tmake a [coffee](drink)", "holds no word"),
        ("Brew\tbrew a tea please\tmake a coffee", "'please' of 'brew a tea please' is not in"),
        ("Brew\tbrew a tea\tmake a Tea", "'tea' of 'make a Tea' is in train.tsv"),
        ("Brew\tbrew a tea\tcould you", "'could you' has no content word"),
        ("Brew\tbrew a tea\tbrew a tea", "'brew a tea' stands at pairs.tsv:3 already"),
        ("Brew\tbrew me a [black](color) [tea](drink)\tmake it", "stands at train.tsv:1 already"),
    ],
)
def test_a_bad_pair_is_an_error_with_its_line(folder: Path, pair: str, fault: str) -> None:
    (folder / "pairs.tsv").write_text(PAIRS + pair + "\n", "utf-8")
    with pytest.raises(DataError, match=re.escape(fault)) as error:
        read_halves(folder)
    assert (error.value.path.name, error.value.line) == ("pairs.tsv", 3)


def test_bad_files_and_names(folder: Path) -> None:
    (folder / "train.tsv").write_text(" \n", "utf-8")
    with pytest.raises(DataError, match="train.tsv:1: has no line"):
        read_halves(folder)
    (folder / "train.tsv").write_bytes(b"Brew\tth\xe9\n")
    with pytest.raises(DataError, match="not UTF-8"):
        read_halves(folder)
    with pytest.raises(DataError, match="no function words are known for 'de'"):
        read_halves(folder.rename(folder.with_name("kettle@de-DE")))
    with pytest.raises(DataError, match="is not named <skill>@<locale>"):
        read_halves(folder.with_name("kettle"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("Brew\t\n[](drink) tea'\ré", max_size=50))
def test_nothing_but_our_own_error_escapes(folder: Path, text: str) -> None:
    (folder / "pairs.tsv").write_text(PAIRS + text, "utf-8", newline="")
    try:
        halves = read_halves(folder)
    except SkillwiseError:
        return
    assert all(len(half.test) >= 2 for half in halves)


# The probe itself, by what its card promises; counted here without the reader's own checks.


@pytest.fixture(scope="module")
def suite() -> list[tuple[Skill, Skill]]:
    skills = list(load(card("apple-orange")))
    return list(zip(skills[::2], skills[1::2], strict=True))


def _content(utterance: Utterance) -> set[str]:
    return {normalise(t) for t in utterance.tokens} - FUNCTION_WORDS["en"]


def _stem(word: str) -> str:
    """A crude stem, so that "oranges" does not pass as another word than "orange"."""
    for ending in ("ies", "es", "s", "ed", "ing", "er", "e"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            return word.removesuffix(ending)
    return word


def test_eight_small_skills_and_200_pairs(suite) -> None:
    assert len(suite) == 8
    assert sum(len(same.test) for same, _ in suite) >= 200
    for same, substituted in suite:
        assert same.name.removesuffix("-same") == substituted.name.removesuffix("-substituted")
        assert same.locale == substituted.locale == "en-US"
        assert same.train == substituted.train
        assert 3 <= len(same.intents) <= 6 and 2 <= len(same.slot_names) <= 5
        per_intent = Counter(u.frame.intent for u in same.train)
        assert all(8 <= n <= 12 for n in per_intent.values()), (same.key, per_intent)
        tested = Counter(u.frame.intent for u in same.test)
        assert tested.keys() == per_intent.keys() and min(tested.values()) >= 4
        assert {s.name for u in same.test for s in u.frame.slots} == set(same.slot_names)


def test_the_same_half_is_new_sentences_of_trained_words(suite) -> None:
    for same, _ in suite:
        trained = {t for u in same.train for t in u.tokens}
        sentences = {u.tokens for u in same.train}
        for utterance in same.test:
            assert set(utterance.tokens) <= trained, utterance.text
            assert utterance.tokens not in sentences, utterance.text


def test_no_substituted_content_word_stands_in_training(suite) -> None:
    for same, substituted in suite:
        trained = {_stem(w) for u in same.train for w in _content(u)}
        for one, other in zip(same.test, substituted.test, strict=True):
            new = _content(other)
            assert len(new) >= 2, f"{same.name}: {other.text!r} replaces too little"
            assert not trained & set(map(_stem, new)), f"{same.name}: {other.text!r}"
            assert not _content(one) & new


def test_partners_mean_the_same(suite) -> None:
    for same, substituted in suite:
        for one, other in zip(same.test, substituted.test, strict=True):
            assert one.id == other.id and one.frame.intent == other.frame.intent
            names = [Counter(s.name for s in u.frame.slots) for u in (one, other)]
            assert names[0] == names[1], f"{one.text} | {other.text}"


def test_slots_are_annotated_alike(suite) -> None:
    """A word that is a slot's value somewhere in a split is never left bare in it."""
    starts = FUNCTION_WORDS["en"] - {"this", "my"}
    for same, substituted in suite:
        name = same.name.removesuffix("-same")
        for utterances in ((*same.train, *same.test), substituted.test):
            values = {normalise(t) for u in utterances for s in u.frame.slots for t in u.words(s)}
            values -= FUNCTION_WORDS["en"]
            for u in utterances:
                inside = {i for s in u.frame.slots for i in range(s.start, s.end)}
                for slot in u.frame.slots:
                    assert normalise(u.tokens[slot.start]) not in starts, u.text
                for i, token in enumerate(u.tokens):
                    if i not in inside:
                        assert normalise(token) not in values, f"{name}: {token!r} of {u.text!r}"


def test_the_card_tells_the_truth() -> None:
    found = card("apple-orange")
    assert check(found).errors == ()
    assert "authored probe, diagnostic only" in " ".join(
        found.body.lower().replace("*", "").split()
    )


def test_pairs_for_the_vectors() -> None:
    pairs = read_pairs()
    assert len(pairs) >= 200 and {p.skill for p in pairs} >= {"shopping", "banking"}
    apple = next(p for p in pairs if p.substituted.text == "order an orange for me")
    assert apple.same.text == "buy me a banana" and apple.new_words == {"order", "orange"}
    assert unknown_words([apple], {"orange", "an"}) == ("order",)
    assert unknown_words([apple], ["order", "orange"]) == ()


def test_every_new_word_is_common_english() -> None:
    """Each stands five times or more in a part of the English texts of the data folder."""
    if not os.environ.get(DATA_VARIABLE):
        pytest.skip(f"{DATA_VARIABLE} is not set: the English texts are not here")
    base = Path(os.environ[DATA_VARIABLE]) / "text"
    wanted = {w for pair in read_pairs() for w in pair.new_words}
    left = Counter(dict.fromkeys(wanted, 5))
    for folder in ENGLISH:
        (path,) = (base / folder).glob("text.txt.gz")
        counts = Counter(re.findall(r"[a-z]+", content(path).decode("utf-8").lower()))
        left -= Counter({word: counts[word] for word in wanted})
        if not left:
            break
    assert not left, f"too rare: {sorted(left)}"
