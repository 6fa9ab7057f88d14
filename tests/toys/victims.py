"""The commands that are killed: how each begins, and what it must have left at the end."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pretrain_toys
from killing import torture
from pyarrow import parquet
from toy_skills import write_skills

from evaluation.driver.compare import compare
from evaluation.planning.plan import CompareSettings, plan
from evaluation.report.files import render

SYSTEMS = ("toy_systems:SlowDice", "toy_systems:Memory")
TIMES = ("train_seconds", "predict_ms")
Victim = Callable[[int], dict[str, int]]


def scores(folder: Path) -> Any:
    """A run's summary but for its times."""
    content = json.loads((folder / "summary.json").read_text("utf-8"))
    del content["seconds"]
    for cell in content["cells"]:
        for name in TIMES:
            del cell[name]
    return content


def hashes(folder: Path) -> dict[str, str]:
    """All files below a folder but for locks, by their content."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }


def toys() -> None:
    if not Path("toys").exists():
        write_skills(Path("toys"))


def finished(folder: str, seeds: int = 2) -> None:
    """A finished run over the toys."""
    toys()
    asked = CompareSettings(suites=(), data=(Path("toys"),), systems=SYSTEMS, seeds=seeds)
    compare(plan(asked), Path(folder), jobs=1)


def asked(*more: str) -> list[str]:
    return ["--data", "toys", "--systems", ",".join(SYSTEMS), "--jobs", "2", *more]


def comparing(kills: int) -> dict[str, int]:
    argv = ["compare", *asked("--seeds", "4", "--out", "runs/a")]
    return torture(argv, toys, lambda: scores(Path("runs/a")), kills)


def first_night(kills: int) -> dict[str, int]:
    argv = ["nightly", *asked("--history", "nights", "--accept")]
    return torture(argv, toys, lambda: _night("nights/0001"), kills)


def next_night(kills: int) -> dict[str, int]:
    from evaluation.nights.run import nightly

    def prepare() -> None:
        toys()
        settings = CompareSettings(suites=(), data=(Path("toys"),), systems=SYSTEMS)
        nightly(settings, Path("nights"), accept=True, jobs=1)

    argv = ["nightly", *asked("--history", "nights")]
    return torture(argv, prepare, lambda: _night("nights/0002"), kills, codes=(0, 1))


def _night(folder: str) -> Any:
    night = json.loads(Path(folder, "night.json").read_text("utf-8"))
    return {key: night[key] for key in ("number", "reference", "accepted", "cells", "suites")}


def ablating(kills: int) -> dict[str, int]:
    text = """
[base]
system = "toy_systems:Memory"
data = ["toys"]
seeds = 2
[[change]]
name = "forgetful"
system = "toy_systems:SlowDice"
"""

    def prepare() -> None:
        toys()
        Path("toys.toml").write_text(text, "utf-8")

    argv = ["ablate", "toys.toml", "--jobs", "2", "--out", "out"]
    return torture(argv, prepare, lambda: json.loads(Path("out/ablation.json").read_text()), kills)


def pretraining(kills: int) -> dict[str, int]:
    small = pretrain_toys.settings().model_dump()
    names = ("width", "heads", "row", "rows", "min_count", "negatives")
    changes = [word for name in names for word in ("--set", f"{name}={small[name]}")]
    argv = ["pretrain", "--text", "a.txt", "--steps", "700", "--resume", "--out", "store", *changes]
    argv += ["--stop-list", "none"]

    def prepare() -> None:
        pretrain_toys.write_text(Path("a.txt"))

    def outcome() -> object:
        from pretrain.store.vector_store import VectorStore

        return VectorStore.open(Path("store")).meta["digest"]

    # 2: killed between the finished store and the process's end, it says that all is there
    return torture(argv, prepare, outcome, kills, codes=(0, 2))


def reporting(kills: int) -> dict[str, int]:
    names = ("summary.json", "report.md", "report.html")

    def prepare() -> None:
        finished("runs/a")
        for name in names:
            Path("runs/a", name).unlink()

    def outcome() -> object:
        content = scores(Path("runs/a"))
        return content, [Path("runs/a", name).exists() for name in names]

    return torture(["report", "runs/a"], prepare, outcome, kills)


def exporting(kills: int) -> dict[str, int]:
    def outcome() -> object:
        tables = sorted(Path("tables").glob("*.parquet"))
        return {path.name: parquet.read_table(path).num_rows for path in tables}

    argv = ["results", "export", "--run", "runs/a", "--parquet", "tables"]
    return torture(argv, lambda: finished("runs/a"), outcome, kills)


def merging(kills: int) -> dict[str, int]:
    def prepare() -> None:
        finished("one/a", seeds=2)
        finished("two/a", seeds=3)

    def outcome() -> object:
        render(Path("all"))
        return scores(Path("all"))

    argv = ["results", "merge", "one/a", "two/a", "--out", "all"]
    # 2: killed between the whole results and their rendering, it says that `report` does the rest
    return torture(argv, prepare, outcome, kills, codes=(0, 2))


def importing(kills: int) -> dict[str, int]:
    def prepare() -> None:
        rows = [
            {"id": f"{verb}{i}", "tokens": [verb, f"thing{i}"], "intent": verb, "slots": []}
            for i in range(40)
            for verb in ("play", "stop")
        ]
        Path("mine.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")

    argv = ["cards", "import", "mine.jsonl", "--out", "skills", "--name", "mine"]
    # 2: killed between the finished folder and the process's end, it says that all is there
    return torture(argv, prepare, lambda: hashes(Path("skills")), kills, codes=(0, 2))


def asking(kills: int) -> dict[str, int]:
    argv = ["results", "--run", "runs/a", "--sql", "SELECT count(*) FROM cells"]
    return torture(argv, lambda: finished("runs/a"), lambda: scores(Path("runs/a")), kills)


def checking(kills: int) -> dict[str, int]:
    return torture(["cards", "check", "apple-orange"], lambda: None, lambda: None, kills)


def packing(kills: int) -> dict[str, int]:
    changes = ("min_steps=5", "max_steps=5", "shared=4", "task=4", "hidden=4", "projection=8")
    argv = ["pack", "add", "--data", "toys", "--system", "dnn-random", "--out", "all.pack"]
    argv += [word for change in changes for word in ("--set", f"dnn-random.{change}")]

    def outcome() -> object:
        from dnn.packs.reader import PackFile

        opened = PackFile(Path("all.pack"))
        assert not opened.gaps
        return sorted((record.key, record.length) for record in opened.records())

    return torture(argv, toys, outcome, kills)


def storing(kills: int) -> dict[str, int]:
    def prepare() -> None:
        rows = [f"w{i} {i / 7} {1 - i / 9} 0.5" for i in range(400)]
        Path("words.txt").write_text("\n".join(["400 3", *rows]) + "\n", "utf-8")

    def outcome() -> object:
        from pretrain.store.vector_store import VectorStore

        return VectorStore.open(Path("mine")).meta["digest"]

    argv = ["store", "import", "words.txt", "--out", "mine"]
    # 2: killed between the finished store and the process's end, it says that all is there
    return torture(argv, prepare, outcome, kills, codes=(0, 2))


VICTIMS: dict[str, Victim] = {
    "compare": comparing,
    "nightly --accept": first_night,
    "nightly": next_night,
    "ablate": ablating,
    "pretrain": pretraining,
    "report": reporting,
    "pack": packing,
    "store": storing,
    "results export": exporting,
    "results merge": merging,
    "results": asking,
    "cards import": importing,
    "cards check": checking,
}
