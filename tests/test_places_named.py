"""Every file and folder that a command takes, named wrongly: exit 2 and one line, no traceback.

The walk is over the command line itself, so that a new option is either in the table or a failure.
"""

import gzip
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
from simulated_run import skill, write_run
from toy_skills import write_skills
from typer.models import OptionInfo

from dnn.packs.writer import PackWriter
from evaluation.cli import app, main
from evaluation.results.reader import FILE
from pretrain.store import vector_store

TOYS = str(Path(__file__).parent / "toys")
COMPARED = ["--system", "toy_systems:Memory", "--jobs", "1"]

RIGHT: dict[str, list[str]] = {
    "compare": ["--data", "data", "--out", "new", *COMPARED],
    "nightly": ["--data", "data", "--history", "new", "--accept", *COMPARED],
    "pretrain": ["--text", "text.txt", "--steps", "1", "--stop-list", "none", "--out", "new"],
    "pretrain --map": ["--map", "store", "--out", "new.svg"],
    "report": ["run"],
    "ablate": ["plan.toml", "--out", "new", "--jobs", "1"],
    "claims": ["--run", "run", "--out", "new"],
    "parse": ["hello", "--skill", "a@en-US", "--pack", "p.packs"],
    "parse --data": ["data", "hello", "--skill", "music@en-US"],
    "pack add": ["--data", "data", "--out", "new.packs"],
    "pack list": ["p.packs"],
    "pack compact": ["p.packs"],
    "store import": ["v.vec", "--out", "new"],
    "store export": ["store", "--out", "new.vec"],
    "store distil": ["--model", "encoder", "--vocabulary", "store", "--out", "new"],
    "store show": ["store"],
    "store evaluate": ["store", "--sets", "data"],
    "results": ["--run", "run"],
    "results export": ["--run", "run", "--parquet", "new"],
    "results merge": ["run", "run2", "--out", "new"],
    "cards import": ["skill.csv", "--out", "new"],
    "cards lint": ["data"],
    "cards export": ["data/music@en-US", "--format", "rasa", "--out", "new"],
}
"""A call of each command that takes places, each of them right."""

OUTPUTS = {"--out", "--parquet", "--history", "--json"}
FOLDERS = {"new", "run", "run2", "store", "encoder", "data", "data/music@en-US"}
ADDED = {
    "store import": ["--text"],
    "compare": ["--vectors"], "nightly": ["--vectors"], "pack add": ["--vectors"],
    "parse": ["--vectors"], "ablate": ["--vectors"],
    "claims": ["--convergence", "--reference", "--json"], "pretrain": ["--work"],
}  # fmt: skip
"""Options for places that the calls above leave out."""

MADE = {"--json", "--work"}
"""Options for places that are made where there is none."""

NOT_READ = {"claims": {"--data", "--vectors"}, "parse": {"--data"}}
"""Options that the call above cannot have beside its own: those of runs, and of `parse --data`."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [TOYS, *sys.path])
    write_skills(Path("data"))
    words = [f"w{chr(97 + i)}" for i in range(20)]
    table = np.eye(20, 4, dtype=np.float32) + 0.1
    vector_store.write(Path("store"), words, table, {"language": "en"}, "toy\n", grams=False)
    Path("v.vec").write_text("".join(f"{word} 1 2 3\n" for word in words), "utf-8")
    Path("text.txt").write_text("one two three\n" * 99, "utf-8")
    said = [
        f"{w},{i}" for i in ("Play", "Stop") for w in (f"{i} {letter}" for letter in "abcdefghij")
    ]
    Path("skill.csv").write_text("text,intent\n" + "\n".join(said) + "\n", "utf-8")
    Path("plan.toml").write_text(
        '[base]\nsystem = "toy_systems:Memory"\ndata = ["data"]\n'
        '[[change]]\nname = "x"\nshots = 1\n',
        "utf-8",
    )
    for folder in ("run", "run2"):
        Path(folder).mkdir()
        write_run(Path(folder, FILE), [skill(len(folder), 4)], judged=False)
    PackWriter(Path("p.packs")).close()
    Path("a-file").write_text("a file", "utf-8")
    Path("a-folder").mkdir()
    Path("garbage").write_bytes(bytes(range(256)) * 9)
    Path("cut.gz").write_bytes(gzip.compress(b"text " * 999)[:40])
    yield tmp_path


def commands() -> Iterator[tuple[str, Callable[..., int]]]:
    """Every command by its name: the function that is called."""
    for info in app.registered_commands:
        yield str(info.name), info.callback  # type: ignore[misc]
    for group in app.registered_groups:
        inner = group.typer_instance
        assert inner is not None
        if inner.registered_callback is not None:
            yield str(group.name), inner.registered_callback.callback  # type: ignore[misc]
        for info in inner.registered_commands:
            name = info.name or info.callback.__name__  # type: ignore[union-attr]
            yield f"{group.name} {name}", info.callback  # type: ignore[misc]


def takes_places(command: Callable[..., int]) -> set[str]:
    """The options and arguments that name files or folders."""
    found = set()
    for name, hint in get_type_hints(command, include_extras=True).items():
        if "Path" in str(hint) or name in ("text", "maps", "file"):
            option = next((x for x in getattr(hint, "__metadata__", ())), None)
            given = getattr(option, "default", None)  # where typer keeps a name of its own
            told = str(given) if str(given).startswith("--") else name
            is_option = isinstance(option, OptionInfo)
            found.add(f"--{told.lstrip('-')}" if is_option else told)
    return found


def test_every_command_that_takes_places_is_walked() -> None:
    taking = {name: places for name, command in commands() if (places := takes_places(command))}
    assert set(taking) == set(RIGHT) - {"pretrain --map", "parse --data"}
    for name, places in taking.items():
        called = {*RIGHT[name], *ADDED.get(name, []), "--map"}
        assert {p for p in places if p.startswith("--")} <= called | NOT_READ.get(name, set()), name


def wrong(name: str) -> Iterator[tuple[str, list[str], str]]:
    """Calls of a command with one place wrong: which, the call, and the place."""
    call = [*name.split()[:2], *RIGHT[name]] if "--map" not in name else ["pretrain", *RIGHT[name]]
    places = FOLDERS | {"new.svg", "new.vec", "new.packs", "v.vec", "p.packs", "plan.toml",
                        "text.txt", "skill.csv"}  # fmt: skip
    long = "x" * 300
    for at, part in enumerate(call):
        if part not in places or part.startswith("--"):
            continue
        out = call[at - 1] in OUTPUTS
        bad = ["a-file/below", "a-file/far/below", long, f"{long}/below"]
        bad += ["a-file" if part in FOLDERS else "a-folder"]
        if not out:
            bad += ["nowhere", "garbage", "cut.gz"]
        for place in bad:
            yield part, [*call[:at], place, *call[at + 1 :]], place
    for option in ADDED.get(name, []):
        for place in ("a-file/below", long, *([] if option in MADE else ["nowhere"])):
            yield option, [*call, option, place], place


@pytest.mark.parametrize("name", RIGHT)
def test_a_place_named_wrongly_is_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path for path in Path().rglob("*") if path.is_file()}
    for part, call, place in wrong(name):
        with pytest.raises(SystemExit) as ended:
            main(call)
        said = capsys.readouterr()
        assert ended.value.code == 2, (part, call, said)
        last = said.err.splitlines()[-1]
        assert last.startswith("skillwise: "), (part, call, said)
        assert place.split("/")[0][:20] in last, (part, call, last)
        assert "Traceback" not in said.err
    left = {path for path in Path().rglob("*") if path.is_file()} - before
    assert {p for p in left if p.suffix not in (".lock",) and "sources" not in p.parts} <= set()
