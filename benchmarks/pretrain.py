"""The MLM stage beside the field's script and beside SGNS, CBOW and fastText.

    SKILLWISE_DATA=... python benchmarks/pretrain.py --work runs/bench --json pretrain.json

Pieces, each of which runs alone (--only speed,quality,…) and adds its figures to what --work keeps:
  speed       the transformer: time to one held-out loss, against transformers' Trainer
  matmul      log-bilinear: share of the matrix-product rate of a bare run of a step's products
  quality     ours and gensim's at equal CPU time on one corpus and vocabulary; word similarity
  downstream  the network on all HWU64 scenarios at 10 per intent (after quality)
  probe       the apple/orange probe, dnn-mlm against maxent-crf, the packaged store
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # this file bears the name of the package that it measures

from benchmarks import mlm_downstream, mlm_matmul, mlm_quality, mlm_speed  # noqa: E402
from benchmarks.mlm_corpus import dialogue, dialogue_lines  # noqa: E402
from data_cards.card import DATA_VARIABLE  # noqa: E402
from evaluation.results.figures import write_figures  # noqa: E402

MEASURES = ("pretrain.pipeline", "pretrain.quality.intrinsic", "dnn.system")
Figures = dict[str, float | None]


def main() -> int:
    """Measure what is asked for, print, and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--work", type=Path, default=Path("runs/bench-pretrain"))
    parser.add_argument("--only", default="speed,matmul,quality,downstream,probe")
    parser.add_argument("--seconds", type=float, default=120, help="of the Trainer, for its loss")
    parser.add_argument("--words", type=int, default=8_000_000, help="pieces both learn from")
    parser.add_argument("--peer-bf16", action="store_true", help="the Trainer has bfloat16 too")
    parser.add_argument("--threads", type=int, default=2, help="of both")
    parser.add_argument("--steps", type=int, default=2500, help="of ours, which sets the CPU time")
    parser.add_argument("--seeds", type=int, default=3, help="draws of the downstream pieces")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    if DATA_VARIABLE not in os.environ:
        parser.error(f"{DATA_VARIABLE} is not set; let it name the folder that holds text/")
    started = time.monotonic()
    torch.set_num_threads(asked.threads)
    asked.work.mkdir(parents=True, exist_ok=True)
    pieces: dict[str, Callable[[], Figures]] = {
        "speed": lambda: mlm_speed.measure(
            dialogue_lines(asked.work), asked.seconds, asked.words, bf16=asked.peer_bf16
        ),
        "matmul": lambda: mlm_matmul.measure(dialogue(asked.work)),
        "quality": lambda: mlm_quality.measure(dialogue(asked.work), asked.work, asked.steps),
        "downstream": lambda: mlm_downstream.compare(asked.work, asked.seeds, asked.jobs),
        "probe": lambda: mlm_downstream.probe(asked.seeds, asked.jobs),
    }
    kept = asked.work / "figures.json"
    figures: Figures = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    for name in asked.only.split(","):
        figures |= pieces[name]()
        kept.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    for name, value in figures.items():
        print(f"{name:<44}{'-' if value is None else f'{value:12.4f}'}")
    if asked.json:
        write_figures(asked.json, figures, time.monotonic() - started, MEASURES)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
