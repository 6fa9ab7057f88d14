"""How fast the readers are, and whether memory stays flat over SGD.

CPU seconds, not wall seconds, so that a busy machine does not count against a reader. Real data
are read from SKILLWISE_DATA; a card whose data are not there is left out and named.

    SKILLWISE_DATA=... python benchmarks/readers.py --json readers.json
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from benchmarks.peak import peak_mb  # noqa: E402
from data_cards.card import Card, card, cards  # noqa: E402
from data_cards.errors import SkillwiseError  # noqa: E402
from data_cards.faults import Faults  # noqa: E402
from data_cards.readers import sgd  # noqa: E402
from data_cards.registry.loading import load  # noqa: E402
from evaluation.results.figures import write_figures  # noqa: E402

MEASURES = ("data_cards.registry.loading",)
WANTED = 20_000
"""Utterances per CPU second that a reader should give."""

WHY = {
    "ask_models": "fills templates: an utterance is made, not only read",
    "home_assistant": "hassil parses its sentence grammars from YAML, then templates are filled",
    "ovos": "opens several small files a skill and fills templates",
    "probe": "a few hundred lines: opening files and checking word by word",
    "sgd": "parses JSON in which the system's turns and all states are the greater part",
    "starter": "fills templates, and finds the line of each entry of the model",
    "hwu64": "one CSV a split and intent; brackets are cut out sentence by sentence",
    "lu": "small files; an expression a line is parsed by hand, since entities nest",
    "slurp": "parses a JSON row with all recordings of the sentence",
    "fb_mtod": "maps published character marks onto words, sentence by sentence",
    "restaurant8k": "maps published character marks onto words, sentence by sentence",
    "snips": "joins a sentence from its published pieces",
}
"""What a reader does beside cutting sentences into words."""


@dataclass(frozen=True, slots=True)
class Speed:
    """One card, read several times."""

    card: str
    reader: str
    utterances: int
    per_second: float


def speed(of: Card, repeats: int) -> Speed:
    """Read a card's data `repeats` times; the median of CPU time counts."""
    seconds, utterances = [], 0
    for _ in range(repeats):
        started = time.process_time()
        utterances = sum(len(s.train) + len(s.dev) + len(s.test) for s in load(of, Faults()))
        seconds.append(time.process_time() - started)
    return Speed(of.name, of.skillwise.reader, utterances, utterances / median(seconds))


def sgd_peaks() -> dict[int, float]:
    """Share of SGD's files in percent -> peak memory in MB of a process that reads only those."""
    root = card("sgd").root
    peaks = {}
    for percent in (25, 100):
        with tempfile.TemporaryDirectory() as scratch:
            for folder in sorted(p for p in root.iterdir() if p.is_dir()):
                files = sorted(folder.glob("dialogues_*.json*"))
                there = Path(scratch) / folder.name
                there.mkdir()
                for path in files[: max(1, len(files) * percent // 100)]:
                    (there / path.name).symlink_to(path)
                for path in folder.glob("schema.json*"):
                    (there / path.name).symlink_to(path)
            # A fresh process each: a peak never falls again.
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                peaks[percent] = pool.apply(_peak, (scratch,))
    return peaks


def _peak(root: str) -> float:
    """Read SGD below `root`, skill by skill, keeping none; the process's peak in MB."""
    for _ in sgd.read(card("sgd"), Path(root), Faults()):
        pass
    return peak_mb()


def render(speeds: list[Speed], peaks: dict[int, float], absent: list[str]) -> str:
    """The table, slowest first."""
    lines = [
        f"{'card':<16}{'reader':<16}{'utterances':>11}{'per CPU second':>16}  why below 20,000"
    ]
    for s in sorted(speeds, key=lambda s: s.per_second):
        why = WHY.get(s.reader, "not known") if s.per_second < WANTED else ""
        row = f"{s.card:<16}{s.reader:<16}{s.utterances:>11,}{s.per_second:>16,.0f}  {why}"
        lines.append(row.rstrip())
    for percent, megabytes in peaks.items():
        lines.append(f"SGD, {percent} % of its files: peak {megabytes:.0f} MB")
    lines += [f"not here: {reason}" for reason in absent]
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--cards", help="only these, by comma")
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    started = time.monotonic()
    chosen = [card(n) for n in asked.cards.split(",")] if asked.cards else list(cards().values())
    speeds, absent = [], []
    for each in chosen:
        try:
            speeds.append(speed(each, asked.repeats))
        except SkillwiseError as error:
            absent.append(str(error))
            continue
        print(f"{each.name} read", file=sys.stderr)
    read = {s.card for s in speeds}
    peaks = sgd_peaks() if "sgd" in read else {}
    print(render(speeds, peaks, absent))
    if asked.json:
        figures = {f"utterances_per_second_{s.card}": round(s.per_second) for s in speeds}
        figures |= {f"sgd_peak_mb_{percent}": round(mb, 1) for percent, mb in peaks.items()}
        if peaks:
            figures["sgd_peak_ratio"] = round(peaks[100] / peaks[25], 3)
        write_figures(asked.json, figures, time.monotonic() - started, MEASURES)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
