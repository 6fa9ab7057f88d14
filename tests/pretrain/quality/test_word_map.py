"""The map of the words: near words lie near, labels stay apart, the same store the same picture."""

import itertools
from pathlib import Path
from xml.etree import ElementTree as xml

import numpy as np
import pytest

from data_cards.errors import DataError, SkillwiseError
from pretrain.quality.drawing import COLOURS, draw
from pretrain.quality.labels import HEIGHT, WIDTH, box, placed
from pretrain.quality.word_map import MappedWord, WordMap, caption, languages, word_groups, word_map
from pretrain.store.vector_store import VectorStore, default_store, write

GROUPS = {
    name: tuple(f"{name}{i}" for i in range(8)) for name in ("fruit", "days", "rooms", "verbs")
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VectorStore:
    """Four groups, each about a direction of its own; one word of them is not known."""
    rng = np.random.default_rng(0)
    words = [w for group in GROUPS.values() for w in group if w != "days7"]
    centres = {name: rng.normal(size=20) for name in GROUPS}
    drawn = [centres[word[:-1]] + rng.normal(0, 0.3, 20) for word in words]
    folder = tmp_path_factory.mktemp("stores") / "four"
    return write(folder, words, np.array(drawn, np.float32), {"language": "en"}, "card")


@pytest.fixture(scope="module")
def found(store: VectorStore) -> WordMap:
    return word_map(store, GROUPS)


def test_near_words_lie_near(found: WordMap) -> None:
    def apart(a: MappedWord, b: MappedWord) -> float:
        return float(np.hypot(a.x - b.x, a.y - b.y))

    for word in found.words:
        nearest = min((w for w in found.words if w is not word), key=lambda w: apart(w, word))
        assert nearest.group == word.group
    assert found.near == len(found.words) == 31
    assert found.missing == ("days7",)
    assert caption(found).endswith("Not in the store: days7.")


def test_all_of_it_is_on_the_canvas_and_can_be_read(found: WordMap) -> None:
    boxes = [box(word.label, word.word) for word in found.words]
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= WIDTH
        assert 0 <= top < bottom <= HEIGHT
    covered = sum(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        for a, b in itertools.combinations(boxes, 2)
    )
    assert covered <= 3  # of 465 pairs
    at = [[w.x, w.y] for w in found.words]
    crowded = placed(np.array([[100.0, 100.0]] * 4), ["one", "two", "three", "four"])
    assert len({(label.x, label.y) for label in crowded}) == 4
    assert np.ptp(at, axis=0).min() > HEIGHT / 3


def test_the_same_store_the_same_map(store: VectorStore, found: WordMap, tmp_path: Path) -> None:
    assert word_map(store, GROUPS) == found
    for name in ("a.svg", "b.svg"):
        draw([("four", found)], tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_pictures(found: WordMap, tmp_path: Path) -> None:
    draw([("one", found), ("two", found)], tmp_path / "new" / "map.svg")
    text = (tmp_path / "new" / "map.svg").read_text("utf-8")
    assert xml.fromstring(text).tag.endswith("svg")
    assert all(colour in text for colour in COLOURS[: len(GROUPS)])
    draw([("one", found)], tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    assert not [p for p in tmp_path.rglob("*") if ".tmp" in p.name]
    with pytest.raises(SkillwiseError, match=r"map\.gif: is no \.svg, \.png, \.pdf"):
        draw([("one", found)], tmp_path / "map.gif")


def test_what_cannot_be_mapped_is_refused(tmp_path: Path) -> None:
    vectors = np.ones((3, 4), np.float32)
    few = write(tmp_path / "few", ["buy", "apple", "x"], vectors, {"language": "en"}, "card")
    with pytest.raises(DataError, match=r"few: knows 2 of the map's \d+ words"):
        word_map(few)
    other = write(tmp_path / "fr", ["le", "la", "un"], vectors, {"language": "fr"}, "card")
    with pytest.raises(SkillwiseError, match="language 'fr', only for de, en"):
        word_map(other)


@pytest.mark.parametrize("language", languages())
def test_the_packaged_groups(language: str) -> None:
    groups = word_groups(language)
    words = [word for group in groups.values() for word in group]
    assert len(words) == len(set(words))
    assert len(groups) <= len(COLOURS)
    path = default_store(language)
    assert path is not None
    known = VectorStore.open(path).rows(words)
    assert (known >= 0).mean() > 0.95
