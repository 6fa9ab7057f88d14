"""report.html: one whole file, nothing fetched, nothing of the data taken for markup."""

import json
import re
import sqlite3
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from simulated_run import page_of, skill, write_run

from data_cards.errors import DataError
from data_cards.records import Frame, Skill, Slot, Utterance
from evaluation.findings.scores import run_scores
from evaluation.planning.vectors import Vectors
from evaluation.report import word_maps
from evaluation.report.files import render
from evaluation.report.page import data as page_figures
from evaluation.report.page import rendering
from evaluation.report.page.embedding import json_block
from evaluation.report.page.groups import grouped
from evaluation.report.page.panels import panel
from evaluation.report.page.rendering import SCRIPTS, costs, render_page
from evaluation.report.page.sentences import sentence
from evaluation.report.page.words import read_maps
from evaluation.report.word_maps import map_words
from evaluation.results.reader import Results
from evaluation.results.rows import FINDINGS, Comparison, RunResult
from pretrain.quality.word_map import word_map
from pretrain.store.vector_store import VectorStore, default_store, digest, write

EVIL = "</script><script>alert(1)</script>"
PAIR = ("old", "new")


class _Page(HTMLParser):
    """The tags of a page with their attributes, and its text by the id of the tag around it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = dict(attrs).get("id") or tag

    def handle_data(self, data: str) -> None:
        self.text[self._open] = self.text.get(self._open, "") + data

    def figures(self) -> dict[str, Any]:
        """The data that the page's own code draws from."""
        found: dict[str, Any] = json.loads(self.text["figures"])
        return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of six skills in two locales, two draws, two seeds; one system failed on one skill."""
    made = tmp_path_factory.mktemp("run")
    skills = [skill(i, 30, ("en-US", "de-DE")[i % 2]) for i in range(6)]
    write_run(made / "results.sqlite", skills, PAIR, (10, None), 2,
              failed=["simulated/skill 001@de-DE"])  # fmt: skip
    return made


@pytest.fixture(scope="module")
def run(folder: Path) -> RunResult:
    with Results(folder / "results.sqlite") as results:
        return results.run()


@pytest.fixture(scope="module")
def page(folder: Path) -> _Page:
    return _Page(page_of(folder / "results.sqlite"))


def test_nothing_is_fetched(page: _Page) -> None:
    for tag, attributes in page.tags:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            target = attributes.get(name) or "#"
            assert target.startswith(("#", "data:")), (tag, target)
    policies = [a["content"] or "" for _, a in page.tags if "http-equiv" in a]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert "unsafe" not in policies[0]
    style = files("evaluation.report.page").joinpath("templates", "report.css").read_text("utf-8")
    assert "@import" not in style
    assert "url(" not in style


def test_every_part_is_packaged_and_in_use() -> None:
    folder = files("evaluation.report.page").joinpath("templates")
    assert {p.name for p in folder.iterdir()} == {*SCRIPTS, "report.html", "report.css"}


def test_scripts_never_parse_data_as_markup() -> None:
    for name in SCRIPTS:
        code = files("evaluation.report.page").joinpath("templates", name).read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", code)


def test_the_headline_is_one_sentence_a_draw(run: RunResult, folder: Path) -> None:
    text = " ".join(page_of(folder / "results.sqlite").split())
    headlines = [c for c in run.comparisons if c.metric == "frame_accuracy" and c.locale is None]
    assert [c.shots for c in headlines] == [10, None]
    for c in headlines:
        said = sentence(c)
        assert f"{said.scores}: <strong>{said.gain}</strong>, {said.scope}." in text


COMPARISON = Comparison(
    baseline="old", candidate="new", metric="frame_accuracy", shots=10, locale=None, skills=18,
    points=0.04, relative_gain=0.12, relative_error_reduction=0.06, ci_low=0.08, ci_high=0.17,
    wins=14, ties=1, losses=3, baseline_mean=0.37, candidate_mean=0.41, points_ci_low=0.02,
    points_ci_high=0.06, error_reduction_ci_low=0.05, error_reduction_ci_high=0.3,
    mean_skill_relative_gain=0.1, mean_skill_relative_gain_skills=18,
    mean_skill_error_reduction=0.1, mean_skill_error_reduction_skills=18,
)  # fmt: skip


def test_a_sentence_holds_scores_gain_interval_and_scope() -> None:
    assert sentence(COMPARISON).text == (
        "new answers 41.0% of utterances fully right, old 37.0%: +12.0% relative (95% CI +8.0 to "
        "+17.0%), 18 skills, 10 utterances per intent."
    )
    assert sentence(COMPARISON).verdict.startswith("a gain")


def test_a_sentence_says_when_nothing_is_shown() -> None:
    assert sentence(replace(COMPARISON, ci_low=-0.01)).verdict.startswith("no difference shown")
    assert sentence(replace(COMPARISON, ci_low=-0.2, ci_high=-0.1)).verdict.startswith("a loss")
    assert "no interval" in sentence(replace(COMPARISON, ci_low=None, ci_high=None)).verdict


def test_a_baseline_of_zero_is_told_in_points() -> None:
    zero = replace(COMPARISON, baseline_mean=0.0, relative_gain=None, ci_low=None, ci_high=None)
    assert "+4.0 points (95% CI +2.0 to +6.0)" in sentence(zero).text


def test_the_figures_are_the_runs_own(page: _Page, run: RunResult) -> None:
    data = page.figures()
    assert data["systems"] == list(PAIR)
    assert data["shots"] == [10, None]
    assert len(data["comparisons"]) == len(run.comparisons)
    for row, c in zip(data["comparisons"], run.comparisons, strict=True):
        assert row["relative"] == pytest.approx([c.relative_gain, c.ci_low, c.ci_high], abs=1e-5)
        assert row["wins"] == [c.wins, c.ties, c.losses]
    for row in data["ladder"][0]:
        name, locale, suite = data["skills"][row["skill"]]
        for number, system in enumerate(data["systems"]):
            scores = [
                c.row.frame_accuracy
                for c in run.cells
                if (c.row.shots, c.row.system) == (10, system)
                and c.label == f"{suite}/{name}@{locale}"
            ]
            expected = sum(scores) / len(scores) if scores else None
            assert row["scores"][number][0] == pytest.approx(expected, abs=1e-5)


def test_a_gap_is_the_difference_of_the_scores(page: _Page) -> None:
    for rows in page.figures()["ladder"]:
        for row in rows:
            gap = row["gaps"][0][0]
            old, new = (scores[0] for scores in row["scores"])
            if new is None:
                assert gap is None
            else:
                assert gap[0] == pytest.approx(new - old, abs=2e-5)
                assert gap[1] < gap[2]


def test_decisions_stand_in_the_ladder(page: _Page, run: RunResult) -> None:
    data = page.figures()
    shown = [row["decisions"][0] for rows in data["ladder"] for row in rows if row["decisions"][0]]
    assert run.skills
    assert sorted(shown) == sorted([v.verdict, v.reason] for v in run.skills)


def test_curves_rise_with_their_means(page: _Page, run: RunResult) -> None:
    data = page.figures()
    skills = run_scores(run.cells).at(None)
    scores = [s for g in skills if (s := g.score("old", "frame_accuracy")) is not None]
    mean, low, high = data["curves"][0][0][1]
    assert mean == pytest.approx(np.mean(scores), abs=1e-5)
    spread = np.std(scores, ddof=1) / np.sqrt(len(scores))
    assert high - low == pytest.approx(2 * 2.5705818 * spread, rel=1e-3)  # t with 5 of freedom
    assert data["sizes"] == [40.0, 200.0]


def test_failures_stand_with_their_traceback(page: _Page, run: RunResult) -> None:
    assert len(run.failures) == 4
    assert "ValueError: planted in simulated/skill 001@de-DE new" in page.text["pre"]
    assert "4 cells failed" in " ".join(page.text["a"].split())


def test_what_was_run_can_be_repeated(page: _Page, run: RunResult) -> None:
    assert "skillwise compare --data simulated --systems old,new" in page.text["pre"]
    digests = page.text["code"]
    assert run.settings_digest in digests
    assert {cell.row.data_digest for cell in run.cells} <= set(re.findall("[0-9a-f]{64}", digests))


def test_costs_are_medians(run: RunResult) -> None:
    found = costs(run, run_scores(run.cells))
    assert [(c.system, c.shots) for c in found[:2]] == [
        ("old", "10 utterances per intent"), ("new", "10 utterances per intent")
    ]  # fmt: skip
    own = [c.row for c in run.cells if (c.row.system, c.row.shots) == ("old", 10)]
    assert found[0].cells == len(own)
    assert found[0].train_seconds == pytest.approx(np.median([r.train_seconds for r in own]))


def test_a_page_of_many_skills_is_bounded_and_says_so(
    folder: Path, run: RunResult, monkeypatch: pytest.MonkeyPatch, page: _Page
) -> None:
    assert "This page holds" not in page_of(folder / "results.sqlite")
    monkeypatch.setattr(page_figures, "ROWS", 4)
    monkeypatch.setattr(rendering, "FAILURES", 3)
    text = page_of(folder / "results.sqlite")
    whole, found = page.figures(), _Page(text).figures()
    assert found["totals"] == [6, 6]
    assert [len(rows) for rows in found["ladder"]] == [2, 2]
    assert len(found["panels"]) == 4
    for rows, every in zip(found["ladder"], whole["ladder"], strict=True):
        rises = {
            whole["skills"][row["skill"]][0]: abs(row["gaps"][0][0][0])
            for row in every
            if row["gaps"][0][0] is not None
        }
        most = sorted(rises, key=rises.__getitem__, reverse=True)[:2]
        assert {found["skills"][row["skill"]][0] for row in rows} == set(most)
        for row in rows:  # a row is what it is in the whole page
            name = found["skills"][row["skill"]]
            same = next(r for r in every if whole["skills"][r["skill"]] == name)
            assert [row[key] for key in ("scores", "gaps", "decisions")] == [
                same[key] for key in ("scores", "gaps", "decisions")
            ]
    for key in ("comparisons", "curves", "slices", "sizes"):
        assert found[key] == whole[key]
    said = " ".join(text.split())
    assert (
        "This page holds 4 of 12 rows, at most 2 at each number of utterances: those on which new "
        "and old differ most in frame accuracy." in said
    )
    assert "skillwise results --run . --format csv --sql" in said
    assert "The first 3 of 4; report.md has all." in said


def _panel_of(path: Path, most: int = 60) -> tuple[dict[str, Any], tuple[Utterance, ...]]:
    with Results(path) as results:
        group = next(grouped(results.run().cells))
        test = results.test(group.some.data_digest)
        return panel(group, results, PAIR, [PAIR], most, {}), test


def test_flips_are_those_of_the_answers(folder: Path) -> None:
    found, test = _panel_of(folder / "results.sqlite")
    with Results(folder / "results.sqlite") as results:
        group = next(grouped(results.run().cells))
        answers = [results.predictions(group.rows[s][found["seed"]].key) for s in PAIR]
    right = [[p.frame == u.frame for p, u in zip(a, test, strict=True)] for a in answers]
    pairs = list(zip(*right, strict=True))
    expected = [pairs.count((False, True)), pairs.count((True, False)), pairs.count((False, False))]
    assert found["flips"] == [expected]
    assert len(found["said"]) == sum(expected)
    wrong = [u for u, both in zip(test, pairs, strict=True) if not all(both)]
    for (words, gold, frames, given), utterance in zip(found["said"], wrong, strict=True):
        assert tuple(words) == utterance.tokens
        assert found["intents"][gold[0]] == utterance.frame.intent
        assert max(given) == len(frames)


def test_a_panel_is_bounded_and_says_how_much_there_is(folder: Path) -> None:
    whole, _ = _panel_of(folder / "results.sqlite")
    found, _ = _panel_of(folder / "results.sqlite", most=5)
    assert len(found["said"]) == 5
    assert found["flips"] == whole["flips"]
    kinds = {tuple(n > 0 for n in given) for *_, given in found["said"]}
    assert {(True, False), (False, True)} <= kinds  # wins do not crowd out losses


def test_slices_and_confusions_add_up(folder: Path) -> None:
    found, test = _panel_of(folder / "results.sqlite")
    for kind in ("length", "number of slots"):
        rows = [row for row in found["slices"] if row[1] == kind]
        assert sum(row[3] for row in rows) == len(test)
        won, lost, both = found["flips"][0]
        assert sum(row[4][0] for row in rows) == len(test) - won - both
        assert sum(row[4][1] for row in rows) == len(test) - lost - both
    for confusion in found["confusion"]:
        assert confusion["wrong"] == sum(count for *_, count in confusion["top"])
        assert all(gold != answer for gold, answer, _ in confusion["top"])


def test_markup_in_data_stays_text(tmp_path: Path) -> None:
    evil = Utterance("u0", ("play", EVIL, "<!--"), Frame(EVIL, (Slot(EVIL, 1, 2),)))
    plain = Utterance("u1", ("stop",), Frame("Stop"))
    hostile = Skill(EVIL, "en-US", (evil, plain), (), (evil, plain) * 10)
    systems = ("old", "<img src=x onerror=alert(1)>")
    write_run(tmp_path / "results.sqlite", [hostile], systems, failed=[f"simulated/{EVIL}@en-US"])
    page = _Page(page_of(tmp_path / "results.sqlite"))
    assert [tag for tag, _ in page.tags].count("script") == 2
    assert "img" not in [tag for tag, _ in page.tags]
    data = page.figures()
    assert data["skills"] == [[EVIL, "en-US", "simulated"]]
    assert EVIL in data["panels"][0]["intents"]
    assert EVIL in page.text["summary"]


def test_a_block_of_json_cannot_be_left() -> None:
    value = ["</script>", "<!--", "]]>", "&lt;", "\u2028\u2029", "ä"]
    block = json_block(value)
    assert not set("<>&\u2028\u2029") & set(block)
    assert json.loads(block) == value
    with pytest.raises(ValueError, match="JSON"):
        json_block(float("nan"))


def test_one_system_has_nothing_to_compare(tmp_path: Path) -> None:
    write_run(tmp_path / "results.sqlite", [skill(1)], ("old",))
    page = _Page(page_of(tmp_path / "results.sqlite"))
    assert "nothing to compare" in " ".join(page.text["p"].split())
    assert page.figures()["pairs"] == []


def test_a_run_whose_cells_all_failed_is_still_told(tmp_path: Path, run: RunResult) -> None:
    write_run(tmp_path / "results.sqlite", [skill(1)], ("old",))
    with Results(tmp_path / "results.sqlite") as results:
        nothing = dict.fromkeys(("cells", *FINDINGS), ())
        text = render_page(replace(run, **nothing), results)
    assert "no two systems share a finished skill" in text.lower()
    assert "planted" in text


def test_word_maps_stand_in_the_page_as_svg(tmp_path: Path, folder: Path) -> None:
    groups = {"fruit": ("apple", "pear", "fig", "plum", "kiwi", "lime", EVIL),
              "days": ("monday", "friday", "sunday", "today", "tonight", "noon")}  # fmt: skip
    known = [word for words in groups.values() for word in words if word != "kiwi"]
    drawn = np.random.default_rng(0).normal(size=(len(known), 8)).astype(np.float32)
    store = write(tmp_path / "store", known, drawn, {"language": "en"}, "card")
    found = word_map(store, groups)
    text = page_of(folder / "results.sqlite", [found])
    picture = text[text.index('<svg class="words"') :]
    picture = picture[: picture.index("</svg>")]
    assert picture.count("<text") == len(known)
    assert picture.count('class="mark"') == len(known)
    assert "<script" not in picture
    assert "Not in the store: kiwi." in text
    page = _Page(text)
    assert not [a for tag, a in page.tags if tag == "img"]


def test_maps_are_made_once_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_maps(tmp_path) == ()
    path = default_store("en")
    assert path is not None
    vectors = {"en": Vectors(path, digest(path)), "xx": Vectors(path, "no groups of this one")}
    map_words(vectors, tmp_path)
    (found,) = read_maps(tmp_path)
    assert found == word_map(VectorStore.open(path))
    monkeypatch.setattr(word_maps, "word_map", lambda store: pytest.fail("it stands there"))
    map_words(vectors, tmp_path)
    (tmp_path / "word-map.json").write_text('{"schema": 1, "maps": [{}]}')
    with pytest.raises(DataError, match=r"word-map\.json: is no word map .*remove it"):
        read_maps(tmp_path)


def test_rendering_a_folder_writes_the_page(folder: Path) -> None:
    render(folder)
    first = (folder / "report.html").read_text("utf-8")
    assert first == page_of(folder / "results.sqlite")  # the same results, the same page


def test_damaged_answers_are_no_smaller_page(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    path.write_bytes((folder / "results.sqlite").read_bytes())
    database = sqlite3.connect(path)
    database.execute("UPDATE predictions SET answers_sum = 'x'")
    database.commit()
    database.close()
    with pytest.raises(DataError, match="damaged"):
        page_of(path)
