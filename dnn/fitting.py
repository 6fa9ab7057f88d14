"""Fitting the network to a skill: from utterances and word vectors to a `Fitted`."""

from collections.abc import Callable

import numpy as np
import torch

from data_cards.errors import SkillwiseError
from data_cards.records import Skill
from dnn.block import assembled, decode, described, encode
from dnn.fitted import Fitted
from dnn.inputs.contexts import Contexts
from dnn.inputs.dataset import TrainingSet, training_set
from dnn.inputs.local_words import with_local_words
from dnn.inputs.reader import Reader
from dnn.inputs.vectors import StoreVectors, TableVectors, WordVectors
from dnn.layers.network import Network
from dnn.settings import DNNSettings
from dnn.training import train
from dnn.transfer.imprint import imprint
from dnn.transfer.source import SourceModel
from dnn.transfer.tuned import untuned
from pretrain.store.local import LocalStore


def fit(
    skill: Skill,
    settings: DNNSettings,
    words: WordVectors,
    source: SourceModel | None,
    seed: int,
    watch: Callable[[int, Callable[[], Fitted]], None] | None = None,
    contexts: Contexts | None = None,
) -> Fitted:
    """Train on `skill.train`; the same skill and seed give the same network, watched or not.

    `watch` is told of each step that training has done, 0 before the first, with a function that
    makes what would have been fitted were that step the last (but words that learn are not yet
    averaged). Torch's generator is seeded with `seed`. `contexts` is the open encoder where the
    settings read one.
    """
    if not skill.train:
        raise SkillwiseError(f"skill {skill.key} has no training utterance; add some")
    words = with_local_words(words, skill, settings)
    torch.manual_seed(seed)
    if source is not None:
        _check(source, words, contexts)
    data = training_set(skill, Reader.of(skill, settings, words, contexts), settings, seed)
    network = _started(data, settings, source)
    data.vectors.requires_grad_(settings.word_rate > 0)

    def stopped(network: Network) -> Fitted:
        learned = _learned(data) if settings.vectors == "table" else None
        packed = described(data.reader, network, seed, source, _moved(data, settings), learned)
        block = encode(packed, settings.weights)
        return assembled(block, decode(block), words, source, contexts)

    def look(step: int, averaged: Network) -> None:
        assert watch is not None
        watch(step, lambda: stopped(averaged))

    if watch is not None:
        look(0, network)
    generator = torch.Generator().manual_seed(seed)
    return stopped(train(network, data, settings, generator, look if watch is not None else None))


def _started(data: TrainingSet, settings: DNNSettings, source: SourceModel | None) -> Network:
    """The network before its first step."""
    network = data.reader.network(settings, data.vectors.shape[1])
    if source is not None:
        source.hand_on(network.trunk, data.reader.ngrams)
    transfer = settings.transfer
    if transfer is not None and transfer.imprint != "none":
        both = transfer.imprint == "both"
        imprint(network, data, transfer.gain, both, transfer.imprint_wide)
    return network


def _check(source: SourceModel, words: WordVectors, contexts: Contexts | None) -> None:
    """Refuse a source model that read other words: its first layer would not know ours.

    It would train all the same, and merely be worse.
    """
    store = words.store if isinstance(words, StoreVectors) else None
    if source.store != (store.id if store is not None else ""):
        theirs = f"store {source.store[:12]}" if source.store else "random vectors"
        ours = f"store {store.id[:12]} ({store.path})" if store is not None else "random vectors"
        raise SkillwiseError(
            f"source model {source.path} was trained on {theirs}, and this network starts "
            f"from {ours}; name the vectors it was trained on, or train it again on these"
        )
    encoder = untuned(contexts.encoder) if contexts is not None else None
    if source.encoder != (encoder.id if encoder is not None else ""):
        theirs = f"encoder {source.encoder[:12]}" if source.encoder else "no encoder"
        ours = f"encoder {encoder.id[:12]} ({encoder.path})" if encoder is not None else "none"
        raise SkillwiseError(
            f"source model {source.path} was trained on {theirs}, and this network reads {ours}; "
            "name the encoder it was trained on, or train it again on this one"
        )


def _moved(data: TrainingSet, settings: DNNSettings) -> LocalStore | None:
    """The skill's own words and those that training moved, as a local store over the generic."""
    words = data.reader.words
    given = words.overlay if isinstance(words, StoreVectors) else None
    if given is not None and not data.vectors.requires_grad:
        return given.local
    if not data.vectors.requires_grad or not isinstance(words, StoreVectors):
        return None
    own = data.vectors.detach().numpy()[1:] / np.float32(words.factor)
    vectors = {} if given is None else given.own()
    vectors |= dict(zip(data.vocabulary.words, own, strict=True))
    return LocalStore.of(words.store, vectors, settings.local_threshold)


def _learned(data: TrainingSet) -> TableVectors:
    """The words of the skill with the vectors that they have by now."""
    return TableVectors.of(data.vocabulary.words, data.vectors.detach().numpy()[1:])
