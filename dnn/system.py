"""`dnn-*`: the network as a system that fits a skill and predicts frames."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from data_cards import artefact
from data_cards.bio import spans, tag_names
from data_cards.errors import DataError, SkillwiseError
from data_cards.lexicon import Lexicon
from data_cards.records import Frame, Prediction, Skill, Utterance
from dnn.block import Packed, decode, encode
from dnn.inputs.dataset import batch_of, training_set
from dnn.inputs.encoding import Sentences, Vocabulary, matches, number_marks, number_ngrams
from dnn.inputs.vectors import RandomVectors, StoreVectors, WordVectors
from dnn.inputs.wide import WideFeatures, WideTags, word_features
from dnn.layers.network import Batch, Heads, Network, Trunk
from dnn.layers.skeleton import Undrawn
from dnn.settings import DNNSettings
from dnn.training import train
from dnn.transfer.imprint import imprint
from dnn.transfer.source import SourceModel
from pretrain.store.local import LocalStore
from pretrain.store.vector_store import VectorStore

PACK = "skill.safetensors"
_IDF = "wide.idf"
BATCH = 64
"""Sentences predicted at a time."""

Watch = Callable[[int, Callable[[], "DNN"]], None]
"""Told of each step that training has done, 0 before the first, with a function that makes the
system as it would be were that step the last (but words that learn are not yet averaged)."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Utterances as a fitted network reads them, in batches of about one length.

    All networks that a `Watch` sees of one fit read alike, unless words learn (`local_rate`).
    """

    utterances: Sequence[Utterance]
    batches: Sequence[tuple[Sequence[int], Batch]]  # which utterances, and their tensors


class DNN:
    """The embedding-initialised multitask bi-LSTM.

    Its word vectors stay those of the generic store at `vectors` (a folder that `skillwise
    pretrain` wrote), so that a fitted skill is a pointer to the store and its small network. With
    `settings.transfer` its lower layers start as those of the source model at `source`.
    """

    name = "dnn"

    def __init__(
        self,
        settings: DNNSettings | None = None,
        vectors: Path | None = None,
        source: Path | None = None,
    ) -> None:
        self.settings = settings or DNNSettings()
        self.vectors, self.source = vectors, source
        if self.settings.vectors == "store" and vectors is None:
            raise SkillwiseError(
                "the network needs word vectors; name a store, or set vectors=random"
            )
        if self.settings.transfer is not None and source is None:
            raise SkillwiseError(
                "two-stage transfer needs a source model; name one, or set transfer=null"
            )
        self.words: WordVectors | None = None
        self._network: Network | None = None

    def fit(self, skill: Skill, seed: int, watch: Watch | None = None) -> None:
        """Train on `skill.train`; the same skill and seed give the same network, watched or not."""
        if not skill.train:
            raise SkillwiseError(f"skill {skill.key} has no training utterance; add some")
        torch.manual_seed(seed)
        settings = self.settings
        self._seed = seed
        source = self._open_source()
        words = self.words = self._open_vectors(source)
        if source is not None:
            self._fits(source, words)
        self._intents = list(skill.intents)
        self._lexicon = Lexicon.of(skill.train, skill.gazetteers)
        self._tags = tag_names(skill.slot_names)
        self._marks = number_marks(self._lexicon.values) if settings.gazetteers else {}
        self._wide = WideFeatures.of(skill.train) if settings.wide else None
        vocabulary = Vocabulary.of(skill.train)
        self._ngrams = number_ngrams(vocabulary.words)
        self._own_ngrams = len(self._ngrams)
        rows, ngrams = self._tables(vocabulary)
        data = training_set(
            skill, vocabulary, rows, ngrams, self._intents, self._tags, self._marks,
            self._wide, settings.lexicon_folds, seed, settings.swaps, settings.wide_tags > 0,
            settings.wide_case,
        )  # fmt: skip
        self._wide_tags = data.wide_tags
        network = self._build(self.words.width)
        if source is not None:
            source.hand_on(network.trunk, self._ngrams)
        transfer = settings.transfer
        if transfer is not None and transfer.imprint != "none":
            both = transfer.imprint == "both"
            imprint(network, data, transfer.gain, both, transfer.imprint_wide)
        rows.requires_grad_(settings.local_rate > 0)

        def stopped(network: Network) -> bytes:
            """The block of the system whose training ends with this network."""
            packed = self._described(network, source, self._moved(vocabulary, rows))
            return encode(packed, settings.weights)

        def look(step: int, averaged: Network) -> None:
            assert watch is not None
            watch(step, lambda: self._beside(stopped(averaged), words, source))

        if watch is not None:
            look(0, network)
        generator = torch.Generator().manual_seed(seed)
        network = train(network, data, settings, generator, look if watch is not None else None)
        self._adopt(stopped(network), words, source)

    def _beside(self, block: bytes, words: WordVectors, source: SourceModel | None) -> "DNN":
        """Another system, of a block that this one's training came to."""
        system = type(self)(self.settings, self.vectors, self.source)
        system._adopt(block, words, source)
        return system

    def _moved(self, vocabulary: Vocabulary, rows: Tensor) -> LocalStore | None:
        """The words that training moved, as a local store over the generic one."""
        if not rows.requires_grad or not isinstance(self.words, StoreVectors):
            return None
        own = rows.detach().numpy()[1:] / np.float32(self.words.factor)
        vectors = dict(zip(vocabulary.words, own, strict=True))
        return LocalStore.of(self.words.store, vectors, self.settings.local_threshold)

    def predict(self, utterances: Sequence[Utterance]) -> list[Prediction]:
        """The best frame of each utterance, in their order."""
        return self._answers(utterances, self._batches(utterances))

    def questions(self, utterances: Sequence[Utterance]) -> Questions:
        """Encode utterances once that are to be asked many times."""
        return Questions(utterances, list(self._batches(utterances)))

    def answer(self, questions: Questions) -> list[Prediction]:
        """`predict` of encoded utterances."""
        return self._answers(questions.utterances, questions.batches)

    def _batches(self, utterances: Sequence[Utterance]) -> Iterator[tuple[list[int], Batch]]:
        if not utterances:
            return
        vocabulary = Vocabulary.of(utterances)
        rows, ngrams = self._tables(vocabulary)
        order = sorted(range(len(utterances)), key=lambda i: len(utterances[i].tokens))
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            batch = [utterances[i] for i in part]
            said = [matches(u, self._lexicon) if self._marks else [] for u in batch]
            sentences = Sentences.of(batch, vocabulary, said, self._marks)
            if self._wide is not None:
                sentences = replace(sentences, wide=self._wide.encode(batch))
            if self._wide_tags is not None:
                case = self.settings.wide_case
                pairs = zip(batch, said, strict=True)
                found = [word_features(u, heard, case) for u, heard in pairs]
                sentences = replace(sentences, wide_tags=self._wide_tags.encode(found))
            yield part, batch_of(sentences, rows, ngrams)

    def _answers(
        self,
        utterances: Sequence[Utterance],
        batches: Iterable[tuple[Sequence[int], Batch]],
    ) -> list[Prediction]:
        answers: dict[int, Prediction] = {}
        for part, batch in batches:
            asked = [utterances[i] for i in part]
            answers |= zip(part, self._answer(asked, batch), strict=True)
        return [answers[i] for i in range(len(utterances))]

    @torch.inference_mode()
    def _answer(self, utterances: list[Utterance], batch: Batch) -> list[Prediction]:
        network = self._fitted()
        logits, emissions = network(batch)
        chances, best = logits.softmax(dim=1).max(dim=1)
        paths, tag_chances = network.heads.crf.decode(emissions, batch.inside)
        confidences = (chances * tag_chances).tolist()
        return [
            Prediction(
                utterance.id,
                Frame(self._intents[intent], spans([self._tags[i] for i in path])),
                min(1.0, confidence),
            )
            for utterance, intent, path, confidence in zip(
                utterances, best.tolist(), paths, confidences, strict=True
            )
        ]

    def packed(self) -> bytes:
        """The fitted network as one block: the pointers to its store and source model, its local
        words, its weights."""
        self._fitted()
        return self._block

    def save(self, folder: Path) -> None:
        """Write the block of `packed`; no pickle."""
        artefact.write(folder, self.name, self.settings, {PACK: self.packed()})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; refuses a store that is not the one it was trained with."""
        saved = artefact.read(folder, cls.name, frozenset({PACK}))
        saved.settings_as(DNNSettings)  # names the field that this version refuses

        def find(pointer: Mapping[str, str]) -> VectorStore:
            store = VectorStore.open(Path(pointer["path"]))
            _same("store", pointer, store.id)
            return store

        try:
            return cls.unpacked(saved.parts[PACK], find)
        except ValueError as error:
            raise DataError(folder / PACK, None, str(error), "fit and save it again") from None

    @classmethod
    def unpacked(cls, block: bytes, find: Callable[[Mapping[str, str]], VectorStore]) -> Self:
        """The network of a block; `find` opens the store that its pointer names.

        The pointer has the store's digest, language and the path it had. Raises `ValueError` for
        a block that is damaged.
        """
        packed = decode(block)
        try:
            pointer, origin = packed.model["store"], packed.model["source"]
            settings = DNNSettings.model_validate(packed.settings)
            paths = (Path(where["path"]) if where else None for where in (pointer, origin))
            system = cls(settings, *paths)
            source = system._open_source()
            if source is not None:
                _same("source", origin, source.digest)
            if pointer:
                words: WordVectors = StoreVectors.over(find(pointer), settings.vector_norm)
            else:
                seed = packed.model["seed"] if source is None else source.seed
                words = RandomVectors(seed, settings.vector_norm)
            system._adopt(block, words, source, packed)
        except (KeyError, TypeError, AttributeError, RuntimeError, ValidationError) as error:
            raise ValueError(f"does not fit ({error})") from None
        return system

    def _described(
        self, network: Network, source: SourceModel | None, local: LocalStore | None
    ) -> Packed:
        """What is kept of a trained network; of its n-grams only those that are its own."""
        words, store = self._open_words(), None
        if isinstance(words, StoreVectors):
            store = {"digest": words.store.id, "language": words.store.language}
        model = {
            "intents": self._intents,
            "tags": self._tags,
            "ngrams": list(self._ngrams),
            "wide": list(self._wide.rows) if self._wide is not None else None,
            "wide_tags": list(self._wide_tags.rows) if self._wide_tags is not None else None,
            "values": {k: sorted(map(list, v)) for k, v in self._lexicon.values.items()},
            "width": words.width,
            "seed": self._seed,
            "store": store and {"path": str(self.vectors), **store},
            "source": {"path": str(self.source), "digest": source.digest} if source else None,
        }
        state = {name: value.contiguous() for name, value in network.state_dict().items()}
        if self._wide is not None:
            state[_IDF] = torch.tensor(self._wide.idf)  # as JSON it was most of a pack's reading
        return Packed(self.settings.model_dump(mode="json"), model, state, local)

    def _adopt(
        self, block: bytes, words: WordVectors, source: SourceModel | None,
        packed: Packed | None = None,
    ) -> None:  # fmt: skip
        """Become the network of a block, rounded as it is kept: saved and unsaved answer alike."""
        packed = packed if packed is not None else decode(block)
        model = packed.model
        self._block = block
        self._intents, self._tags = list(model["intents"]), list(model["tags"])
        self._lexicon = Lexicon(
            {slot: frozenset(map(tuple, values)) for slot, values in model["values"].items()}
        )
        self._marks = number_marks(self._lexicon.values) if self.settings.gazetteers else {}
        weights = dict(packed.weights)
        idf = weights.pop(_IDF, None)
        self._wide = None
        if model["wide"] is not None and idf is not None:
            self._wide = WideFeatures.from_json({"grams": model["wide"], "idf": idf.tolist()})
        named = model["wide_tags"]
        self._wide_tags = WideTags.named(named) if named is not None else None
        self._ngrams = {gram: i for i, gram in enumerate(model["ngrams"], 1)}
        self._own_ngrams = len(self._ngrams)
        self._seed = model["seed"]
        self.words = words
        if packed.local is not None and isinstance(words, StoreVectors):
            self.words = words.under(packed.local)
        with Undrawn():
            network = self._build(model["width"])
        network.load_state_dict(weights, assign=True)
        self._network = network.requires_grad_(False).eval()
        if source is not None:
            self._extend(source)

    def _build(self, width: int) -> Network:
        trunk = Trunk(self.settings, width, self._own_ngrams)
        wide = len(self._wide.rows) if self._wide is not None else 0
        wide_tags = len(self._wide_tags.rows) if self._wide_tags is not None else 0
        heads = Heads(trunk, len(self._marks), wide, self._intents, self._tags, wide_tags)
        return Network(trunk, heads)

    def _extend(self, source: SourceModel) -> None:
        """Append the source model's n-grams that no training word has: users say other words."""
        if not self.settings.characters:
            return
        bag = self._fitted().trunk.words.ngrams
        more = [gram for gram in source.ngrams if gram not in self._ngrams]
        table = torch.cat([bag.weight.detach(), source.ngram_rows(more)])
        self._fitted().trunk.words.ngrams = nn.EmbeddingBag.from_pretrained(
            table, mode="sum", padding_idx=0
        )
        self._ngrams |= {gram: i for i, gram in enumerate(more, len(self._ngrams) + 1)}

    def _open_source(self) -> SourceModel | None:
        if self.settings.transfer is None or self.source is None:
            return None
        return SourceModel.open(self.source)

    def _open_vectors(self, source: SourceModel | None) -> WordVectors:
        norm = self.settings.vector_norm
        if self.settings.vectors == "random":
            return RandomVectors(self._seed if source is None else source.seed, norm)
        assert self.vectors is not None  # the constructor refused that
        return StoreVectors.over(VectorStore.open(self.vectors), norm)

    def _fits(self, source: SourceModel, words: WordVectors) -> None:
        """Refuse a source model that read other word vectors: its first layer would not know ours.

        It would train all the same, and merely be worse.
        """
        own = words.store.id if isinstance(words, StoreVectors) else ""
        if source.store != own:
            theirs = f"store {source.store[:12]}" if source.store else "random vectors"
            ours = f"store {own[:12]} ({self.vectors})" if own else "random vectors"
            raise SkillwiseError(
                f"source model {self.source} was trained on {theirs}, and this network starts "
                f"from {ours}; name the vectors it was trained on, or train it again on these"
            )

    def _open_words(self) -> WordVectors:
        if self.words is None:
            raise SkillwiseError("the network is not fitted; call fit first")
        return self.words

    def _fitted(self) -> Network:
        if self._network is None:
            raise SkillwiseError("the network is not fitted; call fit first")
        return self._network

    def _tables(self, vocabulary: Vocabulary) -> tuple[Tensor, Tensor]:
        """Word vectors (rows, width) and n-gram ids (rows, grams) of a vocabulary; row 0 pads."""
        vectors = self._open_words().vectors(vocabulary.words)
        padding = np.zeros((1, vectors.shape[1]), dtype=np.float32)
        return torch.from_numpy(np.concatenate([padding, vectors])), vocabulary.ngrams(self._ngrams)


def _same(what: str, pointer: Mapping[str, str], found: str) -> None:
    """Raise `DataError` where a store or source model is not the one of the pointer."""
    if found != pointer["digest"]:
        wanted = pointer["digest"][:12]
        fault = f"is {what} {found[:12]}, and the network was trained with {what} {wanted}"
        raise DataError(pointer["path"], None, fault, f"put that {what} back")
