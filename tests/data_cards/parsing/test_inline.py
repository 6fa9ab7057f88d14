"""Slots written into the sentence, and brackets that are none."""

import pytest

from data_cards.parsing.inline import colon_pieces, link_pieces, pieces, style


@pytest.mark.parametrize(
    ("sentence", "cut"),
    [
        ("at [six](start time) [now]( when )", ["at ", ("six", "start time"), ("now", "when")]),
        ("what does array[0] do", ["what does array[0] do"]),
        ("press [enter] (please)", ["press [enter] (please)"]),
        (r"a \[ b [six](time)", ["a [ b ", ("six", "time")]),
        (r"[\[x\]](key)", [("[x]", "key")]),
    ],
)
def test_links_and_literal_brackets(sentence, cut):
    found = [(t, n) if n else t for t, n in link_pieces(sentence) if t.strip()]
    assert found == cut


@pytest.mark.parametrize(
    "sentence",
    ["paint it [red", "red](colour)", "[red](", "[red]()", "[nine](time (pm))", "[[a](b)",
     "[US(country)]", "a [cow][tag]", '[red circle]{"entity":'],
)  # fmt: skip
def test_half_a_mark_is_a_mistake(sentence):
    with pytest.raises(ValueError, match="unclosed slot bracket"):
        list(link_pieces(sentence))


def test_colons_mark_and_brackets_without_one_do_not():
    found = list(colon_pieces("play [song : so what] on [0]"))
    assert [p for p in found if p[0]] == [("play ", ""), ("so what", "song"), (" on [0]", "")]
    with pytest.raises(ValueError, match="unclosed"):
        list(colon_pieces("[song : so what"))


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("[a](b)", "link"), ("[a : b]", "colon"), ("a[0] at 7:30", ""), ("at [6:30]", ""),
        ("no mark", ""),
    ],
)  # fmt: skip
def test_a_sentence_tells_how_it_is_marked(sentence, told):
    assert style(sentence) == told
    assert "".join(text for text, _ in pieces(sentence))
