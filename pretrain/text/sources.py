"""Where the text of the MLM stage comes from: files, a package, the skills themselves."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from data_cards.card import card
from data_cards.errors import DataError, SkillwiseError
from data_cards.registry.loading import load
from data_cards.words import normalise, tokenize
from pretrain.text import lines as text


@dataclass(frozen=True, slots=True)
class Source:
    """Sentences as lists of normalised words, read `weight` times a pass.

    Dialogue outweighs books by its weight. `digest` changes with what the source says.
    """

    name: str
    weight: int
    digest: str
    sentences: Callable[[], Iterator[list[str]]]


def file(argument: str) -> Source:
    """A text file, one sentence a line, as `--text FILE` or `--text FILE:WEIGHT` names it."""
    name, colon, number = argument.rpartition(":")
    weighted = bool(colon) and number.isdigit() and int(number) > 0 and not Path(argument).exists()
    path, weight = (Path(name), int(number)) if weighted else (Path(argument), 1)
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataError(
            path, None, f"cannot be read ({error.strerror})", "name a text file"
        ) from None
    name = f"{path.absolute().parent.name}/{path.name}"
    return Source(name, weight, digest, lambda: text.sentences(path))


def chitchat(weight: int = 1) -> Source:
    """The chat messages that the package `chitchat-dataset` (MIT) carries, English.

    People typed them to strangers, so that the text is cut from its markup: messages that are
    links, or one word repeated, teach nothing.
    """

    def messages() -> Iterator[list[str]]:
        from chitchat_dataset import MessageDataset

        for message in MessageDataset():
            words = [normalise(word) for word in tokenize(message)]
            if "http" not in message and len(set(words)) > 1:
                yield words

    return Source("chitchat-dataset", weight, version("chitchat-dataset"), messages)


def suite(name: str, language: str, weight: int = 1) -> Source:
    """The training utterances of a card's skills in a language; never their test utterances."""
    lines = [
        [normalise(token) for token in utterance.tokens]
        for skill in load(card(name))
        if skill.language == language
        for utterance in skill.train
    ]
    if not lines:
        raise SkillwiseError(f"--suite {name}: has no skill in {language!r}; name another suite")
    digest = hashlib.sha256(repr(lines).encode()).hexdigest()
    return Source(f"suite {name}", weight, digest, lambda: iter(lines))
