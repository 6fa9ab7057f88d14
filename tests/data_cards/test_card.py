"""Cards: the front matter is validated, and each fault named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from data_cards.card import CARDS, DATA_VARIABLE, card, cards, read_card
from data_cards.errors import DataError, SkillwiseError
from data_cards.readers import READERS
from data_cards.registry.loading import load

GOOD = """\
---
pretty_name: Toy
license: cc0-1.0
language: [en]
skillwise:
  reader: banking
  skill: the whole
  locales: [en-US]
---
# Toy

---
A body may hold lines of dashes.
"""


def test_a_card_is_front_matter_and_body(tmp_path, write):
    found = read_card(write(tmp_path / "toy.md", GOOD))
    assert (found.name, found.license, found.skillwise.reader) == ("toy", "cc0-1.0", "banking")
    assert found.body.startswith("# Toy") and found.body.endswith("dashes.")
    assert read_card(write(tmp_path / "crlf.md", GOOD.replace("\n", "\r\n"))).license == "cc0-1.0"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("no front matter", "toy.md:1: has no YAML front matter"),
        ("---\na: b\n", "has no YAML front matter"),
        ("---\na: [\n---\n", "broken YAML"),
        ("---\na: 2024-13-45\n---\n", "broken YAML"),
        ("---\n- a\n---\n", "front matter is no mapping"),
        (GOOD.replace("license: cc0-1.0\n", ""), "license: Field required"),
        (GOOD.replace("  skill:", "  skil:"), "skillwise.skil"),
        (GOOD.replace("[en-US]", "en-US"), "skillwise.locales"),
        (GOOD.replace("reader: banking", "reader: 3"), "skillwise.reader"),
        (GOOD.encode().replace(b"Toy", b"caf\xe9"), "is not UTF-8"),
    ],
)
def test_a_bad_card_is_one_line_with_its_field(tmp_path, write, content, error):
    with pytest.raises(DataError) as raised:
        read_card(write(tmp_path / "toy.md", content))
    assert error in str(raised.value) and "\n" not in str(raised.value)


def test_keys_of_the_hub_are_let_pass(tmp_path, write):
    text = GOOD.replace("language:", "dataset_info: {a: 1}\nlanguage:")
    assert read_card(write(tmp_path / "toy.md", text)).name == "toy"


def test_a_missing_card_and_an_unknown_name(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_card(tmp_path / "none.md")
    with pytest.raises(SkillwiseError, match="no card 'hwu46'; did you mean 'hwu64'"):
        card("hwu46")


def test_the_root_is_below_the_variable(make_card, tmp_path, monkeypatch):
    outside = make_card("banking", source={"folder": "bank"})
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    with pytest.raises(SkillwiseError, match=f"{DATA_VARIABLE} is not set"):
        _ = outside.root
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    with pytest.raises(SkillwiseError, match="is no folder"):
        _ = outside.root
    (tmp_path / "bank").mkdir()
    assert outside.root == tmp_path / "bank"


def test_the_root_without_the_variable(make_card, monkeypatch):
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    for name in ("starter", "probe"):
        assert make_card(name, source={"packaged": name}).root == CARDS.parent / name
    assert make_card("ovos", source={"packaged": "installed"}).root.is_dir()
    assert not make_card("hub", source={"hub": "a/b", "revision": "c"}).root.exists()
    with pytest.raises(SkillwiseError, match="names no place of its data"):
        _ = make_card("banking").root
    with pytest.raises(ValidationError, match="packaged"):
        make_card("starter", source={"packaged": "../starter"})


def test_an_unknown_reader_is_answered_with_the_nearest(make_card):
    with pytest.raises(SkillwiseError, match="no reader 'bankin'; did you mean 'banking'"):
        list(load(make_card("bankin")))


@pytest.mark.parametrize("name", sorted(p.stem for p in CARDS.glob("*.md")))
def test_every_card_is_whole(name):
    found = cards()[name]
    reading = found.skillwise
    assert reading.reader in READERS
    assert found.license and found.language and reading.locales
    assert reading.utterances, "each card says who made its utterances"
    assert not reading.source.folder or reading.source.repository or reading.source.hub
    for path, digest in reading.source.files.items():
        assert len(digest) == 64 and ".." not in path
    for overlap in reading.overlaps:
        assert overlap.card in cards()
    assert name not in reading.repeats and set(reading.repeats) <= cards().keys()


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=60) | st.text("a:[]{}-&*!\n \t1é", max_size=60).map(str.encode))
def test_nothing_but_our_own_error_escapes(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("card") / "toy.md"
    path.write_bytes(b"---\n" + raw + b"\n---\n")
    with pytest.raises(SkillwiseError):
        read_card(path)
