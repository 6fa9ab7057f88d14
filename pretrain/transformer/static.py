"""One vector a word out of a trained encoder: its tables, or its states over many contexts."""

from collections.abc import Iterator

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor

from pretrain.mlm.export import FREQUENT, combine, finish
from pretrain.transformer.lines import Lines
from pretrain.transformer.model import MaskedLanguageModel
from pretrain.transformer.words import Words

CANDIDATES = ("read", "answer", "mean", "states", "two-layers")
"""What a store may be made of: the table that is read, the one that answers, the mean of both, the
states of the last layer, or of the last two (their mean)."""
WIDTH = 300
"""Dimensions of a store's vectors, at most: wider states keep their first principal components."""
PIECES = 8192
"""Pieces read at a time."""


def vectors(
    model: MaskedLanguageModel, lines: Lines, words: Words, which: str, seed: int,
    accelerator: Accelerator,
) -> NDArray[np.float32]:  # fmt: skip
    """The finished vectors (words, up to `WIDTH`) of one of `CANDIDATES`."""
    if which in ("read", "answer", "mean"):
        read, answer = (
            words.of_pieces(each.weight.detach().cpu().numpy())
            for each in (model.table, model.answers)
        )
        made = combine(read, answer, which)
    else:
        made = states(model, lines, words, 2 if which == "two-layers" else 1, seed, accelerator)
    return finish(narrowed(made, WIDTH), model.settings.remove)


def narrowed(vectors: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """The first `width` principal components of (words, wider), those of the frequent words."""
    if vectors.shape[1] <= width:
        return vectors
    centred = vectors - vectors.mean(axis=0)
    _, _, components = np.linalg.svd(centred[:FREQUENT], full_matrices=False)
    kept: NDArray[np.float32] = (centred @ components[:width].T).astype(np.float32)
    return kept


def states(
    model: MaskedLanguageModel, lines: Lines, words: Words, layers: int, seed: int,
    accelerator: Accelerator,
) -> NDArray[np.float32]:  # fmt: skip
    """The mean state of each word over up to `contexts` places, nothing masked: (words, width).

    In a place the state of a word is the mean over its pieces, and over the last `layers`.
    """
    encoder: torch.nn.Module = model.exported()
    trained = encoder.training
    encoder.eval()
    device = next(encoder.parameters()).device
    sums = torch.zeros(len(words.words), model.settings.width, device=device)
    found = torch.zeros(len(words.words), device=device)
    chosen = _places(lines, words, model.settings.contexts, model.settings.shortest, seed)
    with torch.inference_mode(), accelerator.autocast():
        for ids, at, word, share in _batches(lines, words, chosen):
            read = encoder(input_ids=ids.to(device), output_hidden_states=True).hidden_states
            mean = torch.stack(read[-layers:]).float().mean(0).flatten(0, 1)
            share = share.to(device)
            sums.index_add_(0, word.to(device), mean[at.to(device)] * share[:, None])
            found.index_add_(0, word.to(device), share)
    encoder.train(trained)
    mean_states: NDArray[np.float32] = (sums / found.clamp_min(1e-9)[:, None]).cpu().numpy()
    return mean_states


def _places(lines: Lines, words: Words, most: int, shortest: int, seed: int) -> NDArray[np.int64]:
    """Up to `most` places of each word, so that few lines have many of them.

    Lines are drawn in one order for all words, those shorter than `shortest` pieces last.
    """
    turn = np.random.default_rng(seed).permutation(len(lines.source)).astype(np.int64)
    turn[lines.lengths < shortest] += len(turn)
    there = np.flatnonzero(words.word >= 0)
    order = there[np.argsort(turn[words.line[there]], kind="stable")]
    order = order[np.argsort(words.word[order], kind="stable")]
    word = words.word[order]
    first = np.searchsorted(word, np.arange(len(words.words)))
    return order[np.arange(len(order)) - first[word] < most]


def _batches(
    lines: Lines, words: Words, places: NDArray[np.int64]
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Lines of one length (lines, length), and of each piece of a wanted word the flat place in
    them, the word, and its share of the word's state in that place."""
    wanted = np.unique(words.line[places]).astype(np.int64)
    wanted = wanted[np.argsort(lines.lengths[wanted], kind="stable")]
    turn = np.empty(len(lines.source), np.int64)
    turn[wanted] = np.arange(len(wanted))
    places = places[np.argsort(turn[words.line[places]], kind="stable")]
    of_place = turn[words.line[places]]  # rising
    lengths = lines.lengths[wanted]
    start = 0
    while start < len(wanted):
        length = int(lengths[start])
        same = int(np.searchsorted(lengths, length, side="right"))
        end = min(same, start + max(1, PIECES // length))
        mine = places[np.searchsorted(of_place, start) : np.searchsorted(of_place, end)]
        sizes = words.sizes[words.word[mine]]
        piece = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        row = turn[words.line[mine]] - start
        first = row * length + words.at[mine] - lines.starts[words.line[mine]]
        yield (
            torch.from_numpy(lines.take(wanted[start:end], length)),
            torch.from_numpy(np.repeat(first, sizes) + piece),
            torch.from_numpy(np.repeat(words.word[mine].astype(np.int64), sizes)),
            torch.from_numpy(np.repeat(1 / sizes, sizes).astype(np.float32)),
        )
        start = end
