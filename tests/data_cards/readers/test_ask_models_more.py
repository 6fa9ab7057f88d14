"""Interaction models with an index of copies and authors: which of equal models is read."""

import json

import pytest

from data_cards.faults import Faults
from data_cards.readers.ask_models_more import read

VERBS = ("brew", "boil", "pour", "stir", "heat", "cool", "serve", "fetch", "find", "order", "want")


def model(noun):
    samples = [f"{verb} some {{kind}} {noun}" for verb in VERBS]
    return {"languageModel": {
        "intents": [{"name": "Make", "slots": [{"name": "kind", "type": "Kind"}],
                     "samples": samples},
                    {"name": "Stop", "samples": ["stop it", "no more", "that is all", "enough"]}],
        "types": [{"name": "Kind", "values": [{"name": {"value": v}} for v in
                  ("assam", "mint", "green", "black", "white", "chai", "sencha")]}],
    }}  # fmt: skip


@pytest.fixture
def folder(tmp_path, write):
    listed = []

    def add(skill, locale, *, noun="tea", same="", samples_in="", zone="", near="", repo=""):
        name = f"skills/{skill}/{locale}.json"
        write(tmp_path / name, json.dumps(model(noun)))
        listed.append({
            "skill_id": skill, "file": name, "locale": locale, "repo": repo or skill,
            "same_as_sibling": same, "same_samples_in": samples_in, "author_timezone": zone,
            "jaccard_en_US": near,
        })  # fmt: skip
        write(tmp_path / "index.jsonl", "\n".join(map(json.dumps, listed)))

    return tmp_path, add


def keys(make_card, root, faults, **options):
    locales = ["en-US", "en-GB", "en-IN", "de-DE"]
    card = make_card("ask_models_more", options=options, locales=locales)
    return [s.key for s in read(card, root, faults)]


def test_of_equal_siblings_the_one_of_the_authors_time_zone_is_read(folder, make_card):
    root, add = folder
    for skill, zone in (("in", "+0530 7/9, +0000 2/9"), ("us", "-0700 3/3"), ("gb", "+0100 2/2"),
                        ("far", "+0900 1/1")):  # fmt: skip
        add(skill, "en-IN", same="en-US,en-GB", zone=zone)
        add(skill, "en-GB", same="en-US,en-IN", zone=zone)
        add(skill, "en-US", same="en-GB,en-IN", zone=zone)
    faults = Faults()
    assert keys(make_card, root, faults) == ["far@en-US", "gb@en-GB", "in@en-IN", "us@en-US"]
    reasons = [f.reason for f in faults.found]
    assert len(reasons) == 8
    assert "skill in@en-US left out: its samples equal those of en-IN, which counts for both" in (
        reasons
    )


def test_near_siblings_and_models_of_two_repositories_are_read_once(folder, make_card):
    root, add = folder
    add("pot", "en-US", zone="+0000")
    add("pot", "en-GB", near="0.95", zone="+0000")
    add("pot", "de-DE", noun="Tee")
    add("cup", "en-GB", near="0.4")
    add("one", "en-IN", repo="a/one", samples_in="b/two")
    add("two", "en-IN", repo="b/two", samples_in="a/one")
    add("three", "en-IN", repo="c/three", samples_in="elsewhere/none")
    faults = Faults()
    assert keys(make_card, root, faults) == [
        "cup@en-GB", "one@en-IN", "pot@en-US", "pot@de-DE", "three@en-IN"
    ]  # fmt: skip
    assert sorted(f.reason for f in faults.found) == [
        "skill pot@en-GB left out: 95% of its templates stand in its en-US sibling",
        "skill two@en-IN left out: its samples stand in a/one too, which counts for both",
    ]


def test_skips_small_and_broken_models_and_other_locales_are_counted(folder, make_card, write):
    root, add = folder
    add("pot", "en-US")
    add("pot", "fr-FR")
    add("old", "en-US")
    add("broken", "en-US")
    write(root / "skills/broken/en-US.json", "{")
    add("small", "en-US")
    small = {"intents": [{"name": "A", "samples": ["one", "two"]}]}
    write(root / "skills/small/en-US.json", json.dumps(small))
    with (root / "index.jsonl").open("a", encoding="utf-8") as index:
        index.write('\n"x"\n{"skill_id": 3}\n')
    faults = Faults()
    assert keys(make_card, root, faults, skip={"old": "a copy"}) == ["pot@en-US"]
    reasons = sorted(f.reason for f in faults.found)
    assert reasons[0].startswith("broken JSON") and reasons[1] == "is str, not an object"
    assert reasons[2:] == [
        "skill old@en-US left out: a copy",
        "skill pot@fr-FR left out: the card names no locale 'fr-FR'",
        "skill small@en-US left out: 2 usable templates (at least 10 wanted)",
        "skill_id is '3', not a text",
    ]
