"""What a transformer's word vectors may be made of, scored for one training by word similarity.

    SKILLWISE_DATA=... python benchmarks/mlm_export.py --work DIR --json FILE

DIR is the folder that `skillwise pretrain --encoder transformer --work DIR` kept its corpus and its
checkpoint in; the training may be unfinished. The settings are those of the training (--set).
"""

import argparse
import sys
import time
from pathlib import Path

import torch
from safetensors import safe_open

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the rooms, before this folder's pretrain.py

from benchmarks.mlm_corpus import similarity_sets  # noqa: E402
from data_cards.errors import SkillwiseError  # noqa: E402
from evaluation.commands.training import Encoder, settings_of  # noqa: E402
from evaluation.results.figures import write_figures  # noqa: E402
from pretrain.mlm.export import finish  # noqa: E402
from pretrain.quality.intrinsic import evaluate  # noqa: E402
from pretrain.transformer.budget import CHECKPOINT  # noqa: E402
from pretrain.transformer.lines import Lines, opened  # noqa: E402
from pretrain.transformer.model import MaskedLanguageModel  # noqa: E402
from pretrain.transformer.settings import EncoderSettings  # noqa: E402
from pretrain.transformer.static import CANDIDATES, vectors  # noqa: E402
from pretrain.transformer.training import accelerated  # noqa: E402
from pretrain.transformer.words import frequent  # noqa: E402

MEASURES = ("pretrain.transformer.static", "pretrain.quality.intrinsic")


def main() -> int:
    """Score each candidate, print, and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True, help="corpus and checkpoint")
    parser.add_argument("--checkpoint", type=Path, help="another one than the last")
    parser.add_argument("--only", default=",".join(CANDIDATES))
    parser.add_argument("--set", action="append", default=[], dest="changes")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    started = time.monotonic()
    settings = settings_of(Encoder.transformer, asked.changes)
    assert isinstance(settings, EncoderSettings)
    lines = corpus(asked.work)
    model = restored(asked.checkpoint or asked.work / CHECKPOINT, settings, lines)
    words = frequent(lines, settings.words, settings.fewest)
    figures: dict[str, float | None] = {"words": float(len(words.words))}
    accelerator = accelerated()
    for which in asked.only.split(","):
        made = vectors(model, lines, words, which, 0, accelerator)
        score = evaluate(words.words, made, similarity_sets(), resamples=10)
        figures[f"similarity_{which}"] = score.mean_similarity
        print(f"{which:<12}{score.mean_similarity}", flush=True)
    starts = sorted(asked.work.glob("start-*.npy"))
    if starts:  # what the counted start gives alone is always reported beside
        import numpy as np

        table = finish(words.of_pieces(np.load(starts[-1])), settings.remove)
        start = evaluate(words.words, table, similarity_sets(), resamples=10).mean_similarity
        figures["similarity_start"] = start
        print(f"{'start':<12}{start}")
    if asked.json:
        write_figures(asked.json, figures, time.monotonic() - started, MEASURES)
    return 0


def corpus(work: Path) -> Lines:
    """The newest corpus of a work folder; which text weighs how much it does not say, so each
    counts once."""
    folders = sorted(work.glob("lines-*"), key=lambda path: path.stat().st_mtime)
    if not folders:
        raise SkillwiseError(f"{work}: holds no corpus; name what `pretrain --work` was given")
    return opened(folders[-1], (1,) * 1000, folders[-1].name)


def restored(path: Path, settings: EncoderSettings, lines: Lines) -> MaskedLanguageModel:
    """The model of a checkpoint, whatever run it is of."""
    model = MaskedLanguageModel(settings, lines.tokenizer.get_vocab_size())
    with safe_open(str(path), framework="pt") as file:
        print(f"{path}: step {file.metadata()['step']}")
        wanted = [name for name, _ in model.named_parameters()]
        model.load_state_dict({n: file.get_tensor(f"model.{n}") for n in wanted}, strict=False)
    return model


if __name__ == "__main__":
    raise SystemExit(main())
