"""Trains the source model: batches of one skill at a time, one trunk under every skill's heads."""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from data_cards.errors import SkillwiseError
from data_cards.overlap import text_hashes
from data_cards.records import Skill
from data_cards.representation import Representation
from dnn.inputs.contexts import Contexts
from dnn.inputs.dataset import TrainingSet, training_set
from dnn.inputs.encoding import Vocabulary, number_ngrams
from dnn.inputs.reader import Reader
from dnn.inputs.vectors import StoreVectors, WordVectors, drawn_vectors
from dnn.layers.network import Heads, Network, Trunk, Widths
from dnn.settings import DNNSettings, SourceSettings
from dnn.training import rate
from dnn.transfer.source import SourceModel
from dnn.transfer.tuned import over, tunable
from dnn.transfer.tuning import tune
from dnn.transfer.tuning_data import capped
from pretrain.store.vector_store import VectorStore


def train_source(
    skills: Sequence[Skill],
    settings: SourceSettings,
    vectors: Path | None,
    seed: int,
    report: Callable[[int, int, float], None] = lambda *_: None,
    encoder: Representation | None = None,
) -> SourceModel:
    """Train a trunk on the training utterances of mature skills of one language.

    Each step takes a batch of one skill, drawn with a chance that grows with the root of its size
    (all intents and slots share the trunk, none must drown the others). `report` gets step,
    steps and the mean loss since its last call. Where the network reads an encoder, `encoder` is an
    open one; it reads every utterance once, before the steps.
    """
    if not skills:
        raise SkillwiseError("no mature skill to transfer from; name suites that hold other skills")
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    shape = settings.network
    skills = [capped(skill, settings.cap) for skill in skills]
    everything = [u for skill in skills for u in skill.train]
    steps = source_steps(len(everything), settings)
    ngrams = number_ngrams(Vocabulary.of(everything).words, settings.ngram_words)
    words, store = _vectors(shape, vectors, seed)
    tuned = _tuned(skills, settings, encoder, seed, report)
    torch.manual_seed(seed)
    contexts = _contexts(shape, over(encoder, tuned) if tuned else encoder)
    widths = Widths(words.width)
    if contexts is not None:
        widths = replace(widths, context=contexts.width, sentence=contexts.sentence_width)
    trunk = Trunk(shape, widths, len(ngrams))
    sets, heads = zip(
        *(_encoded(skill, trunk, words, contexts, ngrams, seed) for skill in skills), strict=True
    )
    networks = [Network(trunk, head) for head in heads]
    everywhere = nn.ModuleList([trunk, *heads])
    optimizer = torch.optim.AdamW(
        everywhere.parameters(), lr=settings.learning_rate, weight_decay=shape.weight_decay,
        fused=True,
    )  # fmt: skip
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: rate(n, steps))
    chances = torch.tensor([len(data) ** settings.power for data in sets])
    mean = {name: value.clone() for name, value in trunk.state_dict().items()}
    names = list(mean)
    losses: list[Tensor] = []
    everywhere.train()
    for step in range(steps):
        at = int(torch.multinomial(chances, 1, generator=generator))
        loss = networks[at].loss(*sets[at].batch(_draw(sets[at], settings.batch, generator)))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(networks[at].parameters(), 5.0)
        optimizer.step()
        schedule.step()
        now = trunk.state_dict()
        decay = min(settings.average, step / (step + 10))
        torch._foreach_lerp_([mean[n] for n in names], [now[n] for n in names], 1 - decay)
        losses.append(loss.detach())
        if (step + 1) % 250 == 0 or step + 1 == steps:
            report(step + 1, steps, float(torch.stack(losses).mean()))
            losses.clear()
    seen = np.unique(text_hashes(everything))
    return SourceModel(
        settings, mean, ngrams, seen, seed, tuple(skill.key for skill in skills), store,
        _digest(mean, ngrams, seen, tuned), widths, encoder.id if contexts and encoder else "",
        tuned,
    )  # fmt: skip


def source_steps(utterances: int, settings: SourceSettings) -> int:
    """Optimizer steps of stage 1 for so many utterances of mature skills."""
    passes = math.ceil(utterances / settings.batch) * settings.epochs
    return min(settings.steps, max(settings.min_steps, passes))


def _vectors(shape: DNNSettings, path: Path | None, seed: int) -> tuple[WordVectors, str]:
    if shape.vectors != "store":
        return drawn_vectors(shape, seed), ""
    if path is None:
        raise SkillwiseError("the source model needs word vectors; name a store")
    found = StoreVectors.over(VectorStore.open(path), shape.vector_norm)
    return found, found.store.meta["digest"]


def _tuned(
    skills: Sequence[Skill], settings: SourceSettings, encoder: Representation | None, seed: int,
    report: Callable[[int, int, float], None],
) -> bytes:  # fmt: skip
    """The layers of the encoder tuned on the mature skills; none where none is to be."""
    if settings.tuning is None:
        return b""
    return tune(skills, settings.tuning, tunable(encoder), seed, report)


def _contexts(shape: DNNSettings, encoder: Representation | None) -> Contexts | None:
    if shape.reads_encoder and encoder is None:
        raise SkillwiseError("the source model needs an encoder; name one by --vectors hf:PATH")
    return Contexts.over(encoder, shape)


def _encoded(
    skill: Skill, trunk: Trunk, words: WordVectors, contexts: Contexts | None,
    ngrams: dict[str, int], seed: int,
) -> tuple[TrainingSet, Heads]:  # fmt: skip
    """A skill as the trunk learns it: no copies, and no wide features, which it would lean on."""
    plain = trunk.settings.model_copy(update={"wide": 0.0, "wide_tags": 0.0, "swaps": 0})
    reader = replace(Reader.of(skill, plain, words, contexts), ngrams=ngrams)
    return training_set(skill, reader, plain, seed), reader.heads(trunk)


def _draw(data: TrainingSet, size: int, generator: torch.Generator) -> Tensor:
    """Some utterances of about one length: those next to one another in order of length."""
    if len(data) <= size:
        return torch.arange(len(data))
    noise = torch.rand(len(data), generator=generator) * 2
    order = (data.sentences.lengths + noise).argsort()
    start = int(torch.randint(len(data) - size + 1, (1,), generator=generator))
    return order[start : start + size]


def _digest(
    state: dict[str, Tensor], ngrams: dict[str, int], seen: np.ndarray, tuned: bytes
) -> str:
    digest = hashlib.sha256("\n".join(ngrams).encode())
    for name, value in sorted(state.items()):
        digest.update(name.encode() + value.contiguous().numpy().tobytes())
    digest.update(seen.tobytes() + tuned)
    return digest.hexdigest()
