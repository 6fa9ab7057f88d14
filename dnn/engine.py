"""The serving path: parse an utterance for any of the skills in a pack file.

Skills are opened when they are first asked for; the most recently asked stay open. Their words
come from generic stores that all of them, and all processes of the machine, share by mapping.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path

from data_cards.errors import DataError, SkillwiseError
from data_cards.records import Frame, Prediction, Utterance
from data_cards.representation import Representation
from data_cards.words import tokenize
from dnn.block import opened
from dnn.fitted import Fitted
from dnn.packs.reader import PackFile
from pretrain.encoder.folder import PREFIX, digest, located, names_encoder, packaged
from pretrain.encoder.reading import open_encoder
from pretrain.store.vector_store import VectorStore, default_store

Place = tuple[bytes, int]
"""Generation of a pack file and offset in it: where an open skill came from."""


class Engine:
    """Opens skills from `packs` on demand; any number of threads may ask it at once.

    `stores` are folders of generic stores beside the packaged ones, and encoders, `hf:` and a
    folder; `capacity` skills stay open. To serve from several processes, make the engine, parse
    once, and fork: stores, encoders, packs and libraries are then in memory once.
    """

    def __init__(self, packs: Path, stores: Iterable[Path] = (), capacity: int = 64) -> None:
        if capacity < 1:
            raise SkillwiseError(f"capacity {capacity}: is no number above 0; give one")
        self._packs = PackFile(packs)
        self._capacity = capacity
        given = list(stores)
        opened = [VectorStore.open(path) for path in given if not names_encoder(path)]
        self._stores = {store.id: store for store in opened}
        read = [open_encoder(located(path)) for path in given if names_encoder(path)]
        self._encoders = {encoder.id: encoder for encoder in read}
        self._open: OrderedDict[str, tuple[Place, Fitted]] = OrderedDict()
        self._lock = threading.Lock()
        self._opening: dict[str, threading.Lock] = {}

    def parse(self, skill: str, text: str) -> tuple[tuple[str, ...], Prediction]:
        """The words of a text and what they mean to `skill` ("name@locale")."""
        words = tokenize(text)
        if not words:
            return (), Prediction("", Frame(""), 0.0)
        (answer,) = self.open(skill).predict([Utterance("", words, Frame(""), text)])
        return words, answer

    def open(self, skill: str) -> Fitted:
        """The skill, from memory where it is open; a pack written since takes its place."""
        self._packs.refresh()
        record = self._packs.find(skill)
        place = (self._packs.generation, record.offset if record is not None else -1)
        with self._lock:
            found = self._open.get(skill)
            if found is not None and found[0] == place:
                self._open.move_to_end(skill)
                return found[1]
            turn = self._opening.setdefault(skill, threading.Lock())
        with turn:  # threads that ask for one skill at a time open it once
            with self._lock:
                found = self._open.get(skill)
                if found is not None and found[0] == place:
                    return found[1]
            fitted = self._load(skill)
            with self._lock:
                self._open[skill] = (place, fitted)
                self._open.move_to_end(skill)
                self._opening.pop(skill, None)
                while len(self._open) > self._capacity:
                    self._open.popitem(last=False)
        return fitted

    def _load(self, skill: str) -> Fitted:
        block = self._packs.read(skill)
        try:
            return opened(block, self._store, find_encoder=self._encoder)
        except ValueError as error:
            raise DataError(
                self._packs.path, None, f"pack {skill!r} {error}", "write that pack again"
            ) from None

    def _store(self, pointer: Mapping[str, str]) -> VectorStore:
        """The generic store of an id; the packaged one of its language is tried too."""
        wanted = pointer["digest"]
        with self._lock:
            if wanted in self._stores:
                return self._stores[wanted]
        packaged = default_store(pointer["language"])
        if packaged is not None:
            store = VectorStore.open(packaged)
            with self._lock:
                store = self._stores.setdefault(store.id, store)
            if store.id == wanted:
                return store
        known = ", ".join(sorted(key[:12] for key in self._stores)) or "none"
        raise SkillwiseError(
            f"{self._packs.path}: lies over store {wanted[:12]}, known are {known}; "
            "give that store by --vectors"
        )

    def _encoder(self, pointer: Mapping[str, str]) -> Representation:
        """The encoder of an id: a given one, that of the path it had, a packaged one."""
        wanted = pointer["digest"]
        if wanted in self._encoders:
            return self._encoders[wanted]
        for path in (Path(pointer["path"]), *packaged()):
            if path.is_dir() and digest(path) == wanted:
                return open_encoder(path)  # once a process, whoever asks
        known = ", ".join(sorted(key[:12] for key in self._encoders)) or "none"
        raise SkillwiseError(
            f"{self._packs.path}: reads encoder {wanted[:12]}, known are {known}; "
            f"give that encoder by --vectors {PREFIX}PATH"
        )

    @property
    def skills(self) -> list[str]:
        """The names of all skills in the file."""
        return self._packs.names()
