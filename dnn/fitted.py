"""A fitted network with all that it needs to answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch

from data_cards.records import Prediction, Utterance
from data_cards.representation import Representation
from dnn.inputs.reader import Reader
from dnn.layers.network import Batch, Network


@dataclass(frozen=True)
class Fitted:
    """A network rounded as it is kept, its reader, and the block of bytes that both came from."""

    reader: Reader
    network: Network
    block: bytes

    @property
    def encoder(self) -> Representation | None:
        """The open encoder that it reads, if it reads one."""
        return self.reader.contexts.encoder if self.reader.contexts is not None else None

    def predict(
        self,
        utterances: Sequence[Utterance],
        batches: Iterable[tuple[Sequence[int], Batch]] | None = None,
    ) -> list[Prediction]:
        """The best frame of each utterance, in their order.

        `batches` are those of its reader for these utterances, where they were made before.
        """
        answers: dict[int, Prediction] = {}
        for part, batch in self.reader.batches(utterances) if batches is None else batches:
            asked = [utterances[i] for i in part]
            answers |= zip(part, self._answer(asked, batch), strict=True)
        return [answers[i] for i in range(len(utterances))]

    @torch.inference_mode()
    def _answer(self, utterances: Sequence[Utterance], batch: Batch) -> list[Prediction]:
        logits, emissions = self.network(batch)
        chances, best = logits.softmax(dim=1).max(dim=1)
        paths, tag_chances = self.network.heads.crf.decode(emissions, batch.inside)
        confidences = (chances * tag_chances).tolist()
        frames = self.reader.frames(best.tolist(), paths)
        return [
            Prediction(utterance.id, frame, min(1.0, confidence))
            for utterance, frame, confidence in zip(utterances, frames, confidences, strict=True)
        ]
