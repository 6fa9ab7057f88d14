"""Other ways to make word vectors, on equal text, each at its own best: fair comparators.

    python benchmarks/comparators.py --text talk.txt:2 --text books.txt.gz --locale en \
        --work runs/comparators --json docs/results/comparators.json

Skip-gram, CBOW and fastText (gensim, 10 negatives), PPMI-SVD (the counted start of our MLM stage)
and the log-bilinear encoder are trained on what `skillwise pretrain` reads from the same sources:
the same words, the same vocabulary, each source as often as it weighs. Of each is chosen how long
it trains, which table it gives (the one that reads, or the mean of both) and how many principal
components are removed, by mean rho on six word-similarity sets; the other seven report it. The six
are every second one in alphabetical order (`TUNED`); WS-353-REL and WS-353-SIM are parts of
WS-353-ALL, so that the two halves share some pairs.

Then each is trained once more for as long as fills the CPU time that --equal-to took at its best
(or --cpu-seconds), in whole passes, at least one. All CPU seconds of all threads count, but for
reading the text, which all share. Stores that `--vectors` opens are written to WORK/stores/NAME and
WORK/stores/NAME-equal; --beside NAME=STORE measures one that is there. What was trained is kept in
WORK, so that a run goes on where it stopped; --only and --epochs may grow.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from benchmarks.comparator_choice import (  # noqa: E402
    REPORTED,
    TUNED,
    Choice,
    Figures,
    chosen,
    equal_length,
    mean,
    rhos,
    told,
)
from benchmarks.comparator_training import (  # noqa: E402
    ANY,
    GENSIM,
    LOG_BILINEAR,
    NAMES,
    SVD,
    Workshop,
)
from data_cards.card import DATA_VARIABLE  # noqa: E402
from data_cards.errors import SkillwiseError, nearest  # noqa: E402
from data_cards.locales import language as language_of  # noqa: E402
from evaluation.commands.training import stop_list  # noqa: E402
from evaluation.results.figures import write_figures  # noqa: E402
from pretrain.pipeline import texts  # noqa: E402
from pretrain.quality.similarity import SETS, read_pairs  # noqa: E402
from pretrain.store import induction  # noqa: E402
from pretrain.store import vector_store as store  # noqa: E402
from pretrain.text import sources  # noqa: E402
from pretrain.text.corpus import prepare  # noqa: E402

MEASURES = ("pretrain.pipeline", "pretrain.quality.intrinsic")


def keep(
    shop: Workshop, name: str, choice: Choice, language: str, read: Sequence[sources.Source]
) -> None:
    """Write the store of a choice, unless it is there."""
    path = shop.folder / "stores" / name
    if (path / store.FILE).exists():
        return
    from_ = "\n".join(f"- {s.name}, weight {s.weight}, digest `{s.digest[:16]}`" for s in read)
    unit = "steps" if name.startswith(LOG_BILINEAR) else "passes"
    card = f"""---
language: [{language}]
library_name: skillwise
tags: [word-embeddings, comparator]
---
# Word vectors, {language}, {shop.width} dimensions, comparator {name}

{len(shop.words):,} words, {choice.length:,} {unit}, {choice.cpu_seconds:,.0f} CPU seconds, seed
{shop.seed}; table: {choice.gives}, {choice.removed} components removed. Content digest
`{{digest}}`. From

{from_}
"""
    learnt = induction.fit(texts(shop.corpus, shop.seed), choice.vectors)
    meta = {"language": language, "corpus": shop.corpus.digest}
    store.write(path, shop.words, choice.vectors, meta, card, induction=learnt)


def run(asked: argparse.Namespace) -> Figures:
    """What the options ask for."""
    only = asked.only.split(",")
    for name in (*only, *([asked.equal_to] if asked.cpu_seconds is None else [])):
        if name not in NAMES:
            raise SkillwiseError(f"{name}: is no comparator; {nearest(name, NAMES)}")
    if asked.cpu_seconds is None and asked.equal_to not in only:
        raise SkillwiseError(f"--equal-to {asked.equal_to}: is not in --only; add it there")
    language = language_of(asked.locale)
    read = [sources.file(argument) for argument in asked.text or ()]
    read += [sources.suite(name, language) for name in asked.suite or ()]
    read += [sources.chitchat()] if asked.chitchat else []
    if not read:
        raise SkillwiseError("no text to learn from; give --text, --suite or --chitchat")
    stop = stop_list(asked.stop_list or (), language)
    read = [stop.without(source) for source in read]
    pairs = {name: read_pairs(asked.sets / "en" / f"EN-{name}.txt") for name in SETS}
    corpus = prepare(read, asked.work, row=64, max_words=asked.max_words, min_count=asked.min_count)
    shop = Workshop(corpus, asked.work, asked.width, asked.seed, asked.threads)
    lengths = {name: _numbers(asked.epochs) for name in GENSIM}
    lengths |= {SVD: [ANY], LOG_BILINEAR: _numbers(asked.steps)}
    trained, best = {}, {}
    figures: Figures = {
        "words": float(len(shop.words)), "running_words": float(corpus.counts.sum()),
    }  # fmt: skip
    for name in only:
        trained[name] = {length: shop.tables(name, length) for length in lengths[name]}
        best[name] = chosen(shop.words, trained[name], pairs)
        figures |= _shown(told(name, best[name], shop.words, pairs), name)
        keep(shop, name, best[name], language, read)
    seconds = asked.cpu_seconds or best[asked.equal_to].cpu_seconds
    figures["equal_cpu_seconds"] = seconds
    for name in only:
        length = ANY if name == SVD else equal_length(trained[name], seconds)
        equal = chosen(shop.words, {length: shop.tables(name, length)}, pairs)
        figures |= _shown(told(f"{name}-equal", equal, shop.words, pairs), f"{name}-equal")
        keep(shop, f"{name}-equal", equal, language, read)
    for beside in asked.beside or ():
        name, _, path = beside.rpartition("=")
        other = store.VectorStore.open(Path(path))
        found = rhos(other.words, other.dequantised(np.arange(len(other))), pairs)
        key = name.replace("-", "_") or Path(path).name
        figures |= {f"similarity_{key}": mean(found, REPORTED)}
        figures |= {f"tuned_similarity_{key}": mean(found, TUNED)}
    return figures


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """So many threads for torch and for the algebra of numpy and scipy."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    with threadpool_limits(count):
        yield
    torch.set_num_threads(before)


def _numbers(text: str) -> list[int]:
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        found = [0]
    if min(found) < 1:
        raise SkillwiseError(f"{text}: give whole numbers above 0, parted by commas")
    return found


def _shown(figures: Figures, name: str) -> Figures:
    key = name.replace("-", "_")
    of = ("similarity", "tuned_similarity", "length", "cpu_seconds")
    rho, tuned, length, seconds = (figures[f"{quantity}_{key}"] or 0.0 for quantity in of)
    print(
        f"{name:<20} rho {rho:.3f} (tuned on {tuned:.3f})  length {length:,.0f}"
        f"  {seconds:,.0f} CPU seconds",
        flush=True,
    )
    return figures


def main(argv: Sequence[str] | None = None) -> int:
    """Train what is not there yet, choose, print, and write the figures."""
    data = os.environ.get(DATA_VARIABLE)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--text", action="append", metavar="FILE[:WEIGHT]")
    parser.add_argument("--suite", action="append", help="card whose training utterances are read")
    parser.add_argument("--chitchat", action="store_true", help="the package chitchat-dataset too")
    parser.add_argument("--stop-list", action="append", metavar="CARD", help="as `pretrain` has it")
    parser.add_argument("--locale", default="en")
    parser.add_argument("--only", default=",".join(NAMES), help="comparators, parted by commas")
    parser.add_argument("--epochs", default="2,5,10", help="passes of gensim's that are tried")
    parser.add_argument("--steps", default="4000,12000", help="of the log-bilinear encoder")
    parser.add_argument("--equal-to", default=LOG_BILINEAR, help="whose CPU time all get")
    parser.add_argument("--cpu-seconds", type=float, help="or this one")
    parser.add_argument("--beside", action="append", metavar="NAME=STORE", help="measured as it is")
    parser.add_argument("--max-words", type=int, default=40_000)
    parser.add_argument("--min-count", type=int, default=8)
    parser.add_argument("--width", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="more than 1 cannot be repeated")
    parser.add_argument("--sets", type=Path, help="folder with en/ [word_similarity of the data]")
    parser.add_argument("--work", type=Path, default=Path("runs/comparators"))
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args(argv)
    if asked.sets is None:
        if data is None:
            parser.error(f"--sets: name the folder of the sets, or set {DATA_VARIABLE}")
        asked.sets = Path(data) / "word_similarity"
    started = time.monotonic()
    try:
        with _threads(asked.threads):
            figures = run(asked)
    except SkillwiseError as error:
        print(f"comparators: {error}", file=sys.stderr)
        return 2
    if asked.json:
        write_figures(asked.json, figures, time.monotonic() - started, MEASURES)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
