"""Sentences that no training text may hold: the test utterances of the cards."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from data_cards.card import Card
from data_cards.errors import SkillwiseError
from data_cards.registry.loading import load
from data_cards.scratch import write_whole
from data_cards.words import normalise
from pretrain.text.sources import Source


@dataclass(frozen=True, slots=True)
class StopList:
    """Sentences by the digest of their normalised words; what it took is counted by source."""

    digests: Collection[bytes] = frozenset()
    suites: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    taken: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, cards: Iterable[Card], language: str) -> "StopList":
        """The test utterances in `language` of all cards whose data are on this machine.

        Cards whose data are absent are named in `absent`.
        """
        digests: set[bytes] = set()
        read, absent = [], []
        for card in cards:
            try:
                for skill in load(card):
                    if skill.language == language:
                        digests.update(_digest(map(normalise, one.tokens)) for one in skill.test)
            except SkillwiseError:
                absent.append(card.name)
            else:
                read.append(card.name)
        return cls(frozenset(digests), tuple(read), tuple(absent))

    @classmethod
    def of_sentences(
        cls, sentences: Iterable[Iterable[str]], suites: tuple[str, ...] = (),
        absent: tuple[str, ...] = (),
    ) -> "StopList":  # fmt: skip
        """Sentences of normalised words, of these suites."""
        return cls(frozenset(map(_digest, sentences)), suites, absent)

    @property
    def digest(self) -> str:
        """Names what it holds, whatever the order."""
        return hashlib.sha256(b"".join(sorted(self.digests))).hexdigest()

    def without(self, source: Source) -> Source:
        """The source less the lines that stand in the list; each pass over it is counted anew."""
        if not self.digests:
            return source

        def sentences() -> Iterator[list[str]]:
            self.taken[source.name] = 0
            for words in source.sentences():
                if _digest(words) in self.digests:
                    self.taken[source.name] += 1
                else:
                    yield words

        digest = hashlib.sha256(f"{source.digest}|{self.digest}".encode()).hexdigest()
        return Source(source.name, source.weight, digest, sentences)

    def counted(self, sources: Iterable[Source], path: Path) -> dict[str, int]:
        """Lines of each source that the list took, kept at `path` beside the corpus: a run that
        finds its corpus there does not read the text again. `sources` are those of `without`."""
        if not path.exists():
            if self.digests and not self.taken:
                for source in sources:
                    for _ in source.sentences():
                        pass
            write_whole(path, json.dumps(self.taken))
        taken: dict[str, int] = json.loads(path.read_text("utf-8"))
        return taken

    def told(self, taken: Mapping[str, int]) -> str:
        """What was left out of which source, for a card."""
        if not self.digests:
            return "No test utterances were left out of the text: there was no stop list."
        lost = "\n".join(f"- {name}: {count:,} lines" for name, count in taken.items() if count)
        absent = f" Not on the machine: {', '.join(self.absent)}." if self.absent else ""
        return (
            f"Left out of the text were {len(self.digests):,} test utterances of "
            f"{', '.join(self.suites)}.{absent}\n\n{lost or '- no line was one of them'}"
        )


def _digest(words: Iterable[str]) -> bytes:
    return hashlib.blake2b(" ".join(words).encode(), digest_size=12).digest()
