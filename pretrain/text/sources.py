"""Where the text of the MLM stage comes from: files, a package, the skills themselves."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

from data_cards.card import card
from data_cards.errors import DataError, SkillwiseError
from data_cards.registry.loading import load
from data_cards.words import normalise, tokenize
from pretrain.text import lines as text
from pretrain.unpacking import STDIN


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
    """A text file, one sentence a line, as `--text FILE` or `--text FILE:WEIGHT` names it.

    A pipe, or "-" for standard input, is copied first, since it can be read only once.
    """
    name, colon, number = argument.rpartition(":")
    weighted = bool(colon) and number.isdigit() and int(number) > 0 and not Path(argument).exists()
    path, weight = (Path(name), int(number)) if weighted else (Path(argument), 1)
    if str(path) == STDIN or (path.exists() and not path.is_file() and not path.is_dir()):
        return _piped(path, weight)
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataError(
            path, None, f"cannot be read ({error.strerror})", "name a text file"
        ) from None
    name = f"{path.absolute().parent.name}/{path.name}"
    return Source(name, weight, digest, lambda: text.sentences(path))


def _piped(path: Path, weight: int) -> Source:
    """What a pipe holds, from a copy that goes with the process."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        fault = "is a pipe, which several processes cannot read"
        raise DataError(path, None, fault, "write it to a file and name that")
    hashed = hashlib.sha256()
    try:
        copy = NamedTemporaryFile(prefix="skillwise-", suffix=".txt")  # noqa: SIM115  # kept below
        with nullcontext(sys.stdin.buffer) if str(path) == STDIN else path.open("rb") as stream:
            while block := stream.read(1 << 20):
                hashed.update(block)
                copy.write(block)
        copy.flush()
    except OSError as error:
        fault = f"cannot be copied ({error.strerror})"
        raise DataError(path, None, fault, "write it to a file and name that") from None

    def sentences() -> Iterator[list[str]]:
        try:
            yield from text.sentences(Path(copy.name))
        except DataError as error:
            raise DataError(path, error.line, error.fault, error.remedy) from None

    return Source("a pipe", weight, hashed.hexdigest(), sentences)


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
