"""`dnn-*`: the network as a system that fits a skill and predicts frames."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from data_cards import artefact
from data_cards.errors import DataError, SkillwiseError
from data_cards.records import Prediction, Skill, Utterance
from data_cards.representation import Representation
from dnn.block import decode, opened, refuse_other
from dnn.fitted import Fitted
from dnn.fitting import fit
from dnn.inputs.contexts import Contexts
from dnn.inputs.vectors import StoreVectors, WordVectors, drawn_vectors
from dnn.settings import DNNSettings
from dnn.transfer.source import SourceModel
from dnn.transfer.tuned import untuned
from pretrain.store.vector_store import VectorStore

PACK = "skill.safetensors"


class DNN:
    """The embedding-initialised multitask bi-LSTM.

    Its word vectors stay those of the generic store at `vectors` (a folder that `skillwise
    pretrain` wrote), so that a fitted skill is a pointer to the store and its small network. With
    `settings.transfer` its lower layers start as those of the source model at `source`. With
    `settings.context` or `settings.sentence` it reads what `encoder`, an open one, says of words
    and sentences; a fitted skill points to that too.
    """

    name = "dnn"

    def __init__(
        self,
        settings: DNNSettings | None = None,
        vectors: Path | None = None,
        source: Path | None = None,
        encoder: Representation | None = None,
    ) -> None:
        self.settings = settings or DNNSettings()
        self.vectors, self.source, self.encoder = vectors, source, encoder
        if self.settings.vectors == "store" and vectors is None:
            raise SkillwiseError(
                "the network needs word vectors; name a store, or set vectors=random"
            )
        if self.settings.transfer is not None and source is None:
            raise SkillwiseError(
                "two-stage transfer needs a source model; name one, or set transfer=null"
            )
        if self.settings.reads_encoder and encoder is None:
            raise SkillwiseError(
                "the network needs an encoder; name one by --vectors hf:PATH, or set context=false "
                "and sentence=false"
            )
        self._fitted: Fitted | None = None

    def fit(
        self,
        skill: Skill,
        seed: int,
        watch: Callable[[int, Callable[[], Fitted]], None] | None = None,
    ) -> None:
        """Train on `skill.train`; `watch` is told of each step, as `fitting.fit` says."""
        source = self._open_source()
        words = self._open_vectors(seed if source is None else source.seed)
        contexts = Contexts.over(_tuned(source, self.encoder), self.settings)
        self._fitted = fit(skill, self.settings, words, source, seed, watch, contexts)

    @property
    def fitted(self) -> Fitted:
        """The fitted network; a `SkillwiseError` before there is one."""
        if self._fitted is None:
            raise SkillwiseError("the network is not fitted; call fit first")
        return self._fitted

    def predict(self, utterances: Sequence[Utterance]) -> list[Prediction]:
        """The best frame of each utterance, in their order."""
        return self.fitted.predict(utterances)

    def packed(self) -> bytes:
        """The fitted network as one block: the pointers to its store, source model and encoder,
        its local words, its weights."""
        return self.fitted.block

    def save(self, folder: Path) -> None:
        """Write the block of `packed`; no pickle."""
        artefact.write(folder, self.name, self.settings, {PACK: self.packed()})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; refuses a store or encoder it was not trained with."""
        saved = artefact.read(folder, cls.name, frozenset({PACK}))
        settings = saved.settings_as(DNNSettings)  # names the field that this version refuses
        block = saved.parts[PACK]
        try:
            packed = decode(block)
            fitted = opened(block, _store_of, packed)
        except ValueError as error:
            raise DataError(folder / PACK, None, str(error), "fit and save it again") from None
        store, source = (packed.model[name] for name in ("store", "source"))
        encoder = untuned(fitted.encoder) if fitted.encoder is not None else None
        system = cls(settings, _path_of(store), _path_of(source), encoder)
        system._fitted = fitted
        return system

    def _open_source(self) -> SourceModel | None:
        if self.settings.transfer is None or self.source is None:
            return None
        return SourceModel.open(self.source)

    def _open_vectors(self, seed: int) -> WordVectors:
        """The store's vectors, random ones of this seed, or none."""
        if self.settings.vectors != "store":
            return drawn_vectors(self.settings, seed)
        assert self.vectors is not None  # the constructor refused that
        return StoreVectors.over(VectorStore.open(self.vectors), self.settings.vector_norm)


def _tuned(source: SourceModel | None, encoder: Representation | None) -> Representation | None:
    return source.tuned_over(encoder) if source is not None else encoder


def _path_of(pointer: Mapping[str, str] | None) -> Path | None:
    return Path(pointer["path"]) if pointer else None


def _store_of(pointer: Mapping[str, str]) -> VectorStore:
    store = VectorStore.open(Path(pointer["path"]))
    refuse_other("store", pointer, store.id)
    return store
