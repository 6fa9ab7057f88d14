"""One generic store, a hundred thousand local ones: disk, memory, time, accuracy, faults.

    SKILLWISE_DATA=… python benchmarks/store.py --json FILE [--work DIR] [--parts disk,lookup,…]

Everything is measured in one run, peers beside ours. The accuracy part fits 48 networks; with
--work they are kept there, so that a run that was cut short goes on where it stopped.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from benchmarks import (  # noqa: E402
    store_accuracy,
    store_disk,
    store_faults,
    store_lookup,
    store_serving,
)
from evaluation.results.figures import write_figures  # noqa: E402
from pretrain.store.vector_store import FILE, VectorStore  # noqa: E402

MEASURES = ("dnn.engine", "dnn.packs.writer", "pretrain.store.local")
PARTS = ("disk", "lookup", "serving", "faults", "accuracy")
SKILLS, NETWORKS, OPENED = 100_000, 500, 400
LOSSES = {
    "frame_accuracy_loss_points": "int8, weights float16",
    "frame_accuracy_loss_points_int8_weights": "int8, weights int8",
    "frame_accuracy_loss_points_int4": "int4, weights float32",
    "frame_accuracy_loss_points_pq": "product quantisation, weights float32",
}
"""Figures of the accuracy part and the rows that they are of; the first is what we ship."""

Figures = dict[str, float]


class Bench:
    """The parts, each printing what it finds and giving its figures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def store(self) -> VectorStore:
        """The generic store of 200,000 words, made once."""
        place = self.folder / "generic"
        if not (place / FILE).exists():
            return store_disk.generic_store(place, store_disk.corpus_words("en"))
        return VectorStore.open(place)

    def disk(self) -> Figures:
        """100,000 packs of local words, of sizes drawn from the real ones."""
        store = self.store()
        known = {lang: set(store_disk.corpus_words(lang)) for lang in ("en", "de")}
        sizes = store_disk.own_words(known)
        for name, of in sizes.items():
            print(
                f"own words, {name}: {len(of)} skills, median {median(of):.0f}, mean {mean(of):.1f}"
            )
        drawn = [size for of in sizes.values() for size in of]
        packs = self.folder / "local.packs"
        packs.unlink(missing_ok=True)
        store_disk.simulate(self.folder, store, drawn, SKILLS)
        found = store_disk.bytes_of(store, packs)
        print(f"{SKILLS:,} skills, {len(store):,} words: " + ", ".join(
            f"{name} {size / 1e9:.3f} GB" for name, size in found.items()
        ))  # fmt: skip
        return {
            "disk_gb": round(sum(found.values()) / 1e9, 3),
            "own_words_mean": round(mean(drawn), 1),
        } | {f"disk_gb_{name}": round(size / 1e9, 3) for name, size in found.items()}

    def lookup(self) -> Figures:
        """Eight-word utterances, beside gensim and SQLite."""
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            found = store_lookup.measure(self.store(), Path(scratch))
        for name, value in found.items():
            print(f"{name:<22}{value:>7.1f} us an utterance of {store_lookup.LENGTH} words")
        return {name: round(value, 2) for name, value in found.items()}

    def serving(self) -> Figures:
        """Opening cold skills, and the memory of eight processes."""
        store = self.store()
        packs = self.folder / "networks.packs"
        packs.unlink(missing_ok=True)
        store_serving.network_packs(self.folder, store, NETWORKS)
        figures: Figures = {"network_gb": packs.stat().st_size / NETWORKS * SKILLS / 1e9}
        print(f"network weights of {SKILLS:,} skills: {figures['network_gb']:.0f} GB")
        for cached, name in ((False, "cold_open"), (True, "cold_open_cached")):
            opened = store_serving.opening(packs, store, OPENED, cached=cached)
            for kind, times in (("", opened.wall), ("_cpu", opened.cpu)):
                p50, p99 = np.quantile(times, [0.5, 0.99])
                print(f"{name}{kind}: median {p50:.2f} ms, p99 {p99:.2f} ms")
                figures[f"{name}{kind}_p99_ms"] = float(p99)
                figures[f"{name}{kind}_p50_ms"] = float(p50)
        memory = store_serving.pss_megabytes(packs, store)
        for workers, megabytes in memory.items():
            print(f"{workers} workers and their parent: {megabytes:.0f} MB (PSS)")
            figures[f"pss_mb_{workers}"] = megabytes
        figures["pss_ratio"] = memory[store_serving.WORKERS] / memory[1]
        return {name: round(value, 3) for name, value in figures.items()}

    def faults(self) -> Figures:
        """Fifty kills of a writer."""
        (self.folder / "killed.packs").unlink(missing_ok=True)
        found = store_faults.measure(self.folder)
        print(f"{found.kills} kills: {found.reported} packs reported, {found.lost} lost, "
              f"{found.broken} broken")  # fmt: skip
        return {"kills": found.kills, "packs_lost": found.lost, "packs_broken": found.broken}

    def accuracy(self) -> Figures:
        """The size-against-accuracy table."""
        rows = store_accuracy.measure(self.folder)
        print(store_accuracy.render(rows))
        by_name = {row.name: row for row in rows}
        figures = {}
        for figure, name in LOSSES.items():
            for suffix, value in zip(("", "_low", "_high"), by_name[name].loss, strict=True):
                figures[figure + suffix] = round(value, 3)
        return figures


def main() -> int:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--work", type=Path, help="folder that is kept; else a temporary one")
    parser.add_argument("--parts", default=",".join(PARTS), help="only these, by comma")
    asked = parser.parse_args()
    wanted = [part for part in PARTS if part in asked.parts.split(",")]
    torch.set_num_threads(1)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (asked.work or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        bench, figures = Bench(folder), Figures()
        for part in wanted:
            print(f"\n{part}", flush=True)
            measure: Callable[[], Figures] = getattr(bench, part)
            figures |= measure()
    if asked.json:
        write_figures(asked.json, figures, time.monotonic() - started, MEASURES)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
