"""Each rule finds its fault, and leaves alone what only looks like one."""

import re

import pytest

from data_cards.lint.finding import Finding
from data_cards.lint.rules import lint
from data_cards.records import Frame, Skill, Slot, Utterance

MARK = re.compile(r"\[([^\]]+)\]\((\w+)\)|(\S+)")
FOOD = (
    "order a [pizza](dish) for me",
    "order a [burger](dish) for me",
    "order a [salad](dish) for me",
    "bring me [pizza](dish) tonight",
    "bring me [burger](dish) tonight",
    "i would like a [salad](dish) now",
)
MENU = (
    "what is on the menu",
    "read the menu to me",
    "show the list of dishes",
    "is there anything new on it",
    "tell me what there is",
)


def said(number: int, split: str, intent: str, marked: str) -> Utterance:
    """An utterance from "order [pizza](dish)"."""
    tokens: list[str] = []
    slots = []
    for value, name, word in MARK.findall(marked):
        words = value.split() if value else [word]
        if name:
            slots.append(Slot(name, len(tokens), len(tokens) + len(words)))
        tokens += words
    return Utterance(f"{split}{number}", tuple(tokens), Frame(intent, tuple(slots)))


def skill(
    order: tuple[str, ...] = (),
    menu: tuple[str, ...] = (),
    test: tuple[tuple[str, str], ...] = (("Order", "get me the [salad](dish)"),),
    gazetteers: dict[str, tuple[str, ...]] | None = None,
) -> Skill:
    """A clean skill that orders dishes and reads the menu, with more rows of each."""
    rows = [*(("Order", t) for t in (*FOOD, *order)), *(("Menu", t) for t in (*MENU, *menu))]
    train = tuple(said(n, "train", *row) for n, row in enumerate(rows))
    held = tuple(said(n, "test", *row) for n, row in enumerate(test))
    return Skill("food", "en-US", train, (), held, gazetteers or {})


def kinds(found: tuple[Finding, ...]) -> list[str]:
    return [finding.kind.name for finding in found]


def first(found: tuple[Finding, ...]) -> str:
    """The id of the utterance that the only finding is about."""
    assert len(found) == 1, found
    return found[0].places[0].id


def test_a_clean_skill_has_no_finding() -> None:
    assert lint(skill()) == ()


def test_one_text_under_two_intents() -> None:
    found = lint(skill(order=("What is on the MENU ?",)))
    assert kinds(found) == ["two-intents"]
    assert found[0].kind.severity == "error"
    assert {place.id for place in found[0].places} == {"train6", "train7"}
    assert "'Menu' (1)" in found[0].what and "'Order' (1)" in found[0].what


def test_the_rarer_intent_of_a_text_is_the_one_to_fix() -> None:
    found = lint(skill(order=("what is on the menu",), menu=("what is on the menu",)))
    assert first(found) == "train6"
    assert found[0].suggestion == "keep it under 'Menu' only"


@pytest.mark.parametrize(
    "near",
    ["please what is on the menu", "what is on the menu now", "show the list of dihses"],
)
def test_nearly_one_text_under_two_intents(near: str) -> None:
    found = lint(skill(order=(near,)))
    assert kinds(found) == ["near-intents"]
    assert {place.id for place in found[0].places} > {"train6"}


@pytest.mark.parametrize("near", ["what is not on the menu", "burn the list of dishes"])
def test_a_word_that_changes_the_wish_makes_no_near_text(near: str) -> None:
    assert lint(skill(order=(near,))) == ()


def test_a_word_that_tells_two_intents_apart_makes_no_near_text() -> None:
    places = ("kitchen", "hall", "cellar", "garden", "attic")
    on, off = ([f"turn {way} the {p} light" for p in places] for way in ("on", "off"))
    rows = [*(("On", text) for text in on), *(("Off", text) for text in off)]
    train = tuple(said(n, "train", *row) for n, row in enumerate(rows))
    assert lint(Skill("light", "en-US", train)) == ()


def test_a_value_that_is_not_annotated() -> None:
    found = lint(skill(order=("bring me pizza tonight please", "order a pizza for me today")))
    assert kinds(found) == ["unmarked-slot"] * 2
    assert found[0].suggestion == "annotate [pizza](dish)"


def test_a_listed_value_that_is_not_annotated() -> None:
    found = lint(skill(order=("now order a pad thai for him",), gazetteers={"dish": ("Pad Thai",)}))
    assert kinds(found) == ["unmarked-slot"]
    assert "listed in the gazetteer of 'dish'" in found[0].what


def test_a_value_in_an_intent_without_the_slot_is_left_alone() -> None:
    assert lint(skill(menu=("do they have a pizza for me",))) == ()


def test_a_value_in_another_place_of_the_sentence_is_left_alone() -> None:
    assert lint(skill(order=("salad bars are what i like",))) == ()


def colours(*more: str) -> Skill:
    order = (
        "order a [red](colour) [pizza](dish)",
        "paint it [red](colour) then",
        "paint it [blue](colour) then",
        "paint it [green](colour) then",
    )
    return skill(order=(*order, *more))


def test_a_value_under_two_slots() -> None:
    found = lint(colours("bring me [pizza](colour) today", "order a [salad](dish) for her"))
    assert kinds(found) == ["two-slots"]
    assert first(found) == "train10"
    assert found[0].suggestion.startswith("annotate [pizza](dish)")


def test_a_value_that_means_two_things_is_left_alone() -> None:
    assert lint(colours("order a [orange](dish) for me", "paint it [orange](colour) then")) == ()


def test_roles_of_the_same_values_are_left_alone() -> None:
    cities = ("rome", "oslo", "paris", "berlin")
    pairs = zip(cities, cities[1:] + cities[:1], strict=True)
    trips = [f"go from [{a}](origin) to [{b}](destination)" for a, b in pairs]
    rows = [*(("Trip", text) for text in trips), *(("Menu", text) for text in MENU)]
    rows.append(("Trip", "i want to see the world"))
    train = tuple(said(n, "train", *row) for n, row in enumerate(rows))
    assert lint(Skill("trips", "en-US", train)) == ()


def test_a_number_under_two_slots_is_left_alone() -> None:
    assert lint(colours("order [2](count) [pizza](dish)", "call me at [2](time)")) == ()


def test_one_text_with_two_annotations() -> None:
    found = lint(skill(order=("order a pizza for me",)))
    assert kinds(found) == ["contradiction"]
    assert found[0].kind.severity == "error"
    assert found[0].places[0].id == "train6"
    assert "with no slot" in found[0].what


def test_one_carrier_annotated_here_and_not_there() -> None:
    found = lint(skill(order=("order a lasagna for me",)))
    assert kinds(found) == ["contradiction"]
    assert found[0].suggestion.startswith("annotate [lasagna](dish)")


@pytest.mark.parametrize(
    "plain", ["order a dish for me", "order a menu for me", "order a little more for me"]
)
def test_a_carrier_around_what_is_no_value_is_left_alone(plain: str) -> None:
    assert lint(skill(order=(plain,))) == ()


def test_a_value_annotated_in_part() -> None:
    whole = ("take [the red one](item)", "give her [the red one](item) then")
    found = lint(skill(order=(*whole, "he wants the [red one](item) too")))
    assert kinds(found) == ["boundary"]
    assert first(found) == "train8"
    assert "[red one](item)" in found[0].what and "[the red one](item)" in found[0].what


def test_a_known_value_with_a_word_too_many() -> None:
    found = lint(skill(order=("bring [me salad](dish) tonight",)))
    assert kinds(found) == ["boundary"]
    assert first(found) == "train6"


def test_a_listed_value_is_no_slip_of_its_border() -> None:
    order = ("bring [me salad](dish) tonight",)
    assert lint(skill(order=order, gazetteers={"dish": ("me salad",)})) == ()


def test_an_intent_with_too_few_utterances() -> None:
    train = tuple(said(n, "train", "Order", text) for n, text in enumerate((*FOOD, "stop")))
    again = said(8, "train", "Stop", "leave it")
    found = lint(Skill("food", "en-US", (*train, again, said(9, "train", "Stop", "Leave it"))))
    assert kinds(found) == ["few-utterances"]
    assert "intent 'Stop' has 1 different training utterance" in found[0].what


def test_a_test_utterance_that_is_in_train() -> None:
    found = lint(skill(test=(("Menu", "read the menu to me"), ("Menu", "Read the menu to me"))))
    assert kinds(found) == ["test-overlap"]
    assert [place.split for place in found[0].places] == ["test", "train"]
    assert "in test (2 times) and in train" in found[0].what


def test_a_template_in_both_splits() -> None:
    clean = skill()
    train = (Utterance("t", ("get", "one", "pie"), Frame("Order"), template="get one {dish}"),)
    test = (Utterance("x", ("get", "one", "cake"), Frame("Order"), template="get one {dish}"),)
    found = lint(Skill("food", "en-US", (*clean.train, *train), (), test))
    assert kinds(found) == ["test-overlap"]
    assert "'get one {dish}'" in found[0].what
