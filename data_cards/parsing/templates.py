"""Sample sentences of skill developers: {slot} markers, (a|b) alternatives, [optional] words."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

Piece = tuple[str, str]
"""(text, "") is literal, ("", slot) waits for a value, (text, slot) brings its value along."""

_MARKER = re.compile(r"\{\{?\s*([^{}]*?)\s*\}\}?")
_PUNCTUATION = re.compile(r"[^\w\s{}()\[\]|<>']")
_SPACES = re.compile(r"\s+")

MAX_DEPTH = 50
"""Deepest nesting of brackets taken; a developer's line holds three or four."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One sentence whose slots wait to be filled: literal text and slots in turn."""

    pieces: tuple[Piece, ...]

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of its slots, in order; a slot that stands twice is named twice."""
        return tuple(name for _, name in self.pieces if name)

    @property
    def text(self) -> str:
        """The sentence with its markers: "play {song} by {artist}"."""
        return "".join(f"{{{name}}}" if name else text for text, name in self.pieces)


def carrier(sample: str) -> Carrier:
    """Cut "play {song}" into its pieces; "{jazz|genre}" brings its value along.

    Raises ValueError where a brace is not closed or a marker is empty.
    """
    if "{" not in sample and "}" not in sample:
        return Carrier(((sample, ""),) if sample else ())
    pieces: list[Piece] = []
    at = 0
    for match in _MARKER.finditer(sample):
        pieces.append((_literal(sample[at : match.start()], sample), ""))
        value, _, name = match[1].rpartition("|")
        if not name.strip():
            raise ValueError(f"empty slot marker in {sample!r}")
        pieces.append((value.strip(), name.strip()))
        at = match.end()
    pieces.append((_literal(sample[at:], sample), ""))
    return Carrier(tuple(p for p in pieces if p != ("", "")))


def _literal(text: str, sample: str) -> str:
    if "{" in text or "}" in text:
        raise ValueError(f"unclosed slot marker in {sample!r}")
    return _SPACES.sub(" ", text)


def folded(template: str) -> str:
    """The form under which two templates are one: lower case, no punctuation, single spaces.

    Splits go by it, so that "Play {song}." never stands on the other side of "play {song}".
    """
    return " ".join(_PUNCTUATION.sub(" ", template.lower()).split())


@dataclass(frozen=True, slots=True)
class Choice:
    """A grammar node: exactly one of its sequences is said."""

    ways: tuple["Sequence", ...]

    @property
    def count(self) -> int:
        """How many sentences it stands for."""
        return sum(way.count for way in self.ways)

    def say(self, number: int) -> str:
        """Its sentence of that number, without spelling out the others."""
        for way in self.ways:
            if number < way.count:
                return way.say(number)
            number -= way.count
        raise IndexError(number)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A grammar node: its parts are said one after the other."""

    parts: tuple[str | Choice, ...]
    count: int

    def say(self, number: int) -> str:
        """Its sentence of that number (mixed radix over its choices)."""
        said = []
        for part in self.parts:
            if isinstance(part, str):
                said.append(part)
            else:
                number, digit = divmod(number, part.count)
                said.append(part.say(digit))
        return "".join(said)


def alternatives(line: str, limit: int) -> Iterator[str]:
    """Yield at most `limit` distinct sentences of a line with (a|b) and [x], spaces tidied.

    Where there are more, a hash of the line picks them, so that every machine picks the same;
    nothing is spelt out that is not picked. Raises ValueError at a bracket that has no partner.
    """
    if not any(mark in line for mark in "([|)]"):
        yield _tidy(line)
        return
    yield from sentences(_parse(line), line, limit)


def sentences(grammar: Choice | Sequence, key: str, limit: int) -> Iterator[str]:
    """Yield at most `limit` distinct sentences of a grammar, picked by a hash of `key`."""
    seen: set[str] = set()
    for number in _numbers(key, grammar.count, limit):
        sentence = _tidy(grammar.say(number))
        if sentence and sentence not in seen:
            seen.add(sentence)
            yield sentence


def _numbers(line: str, count: int, limit: int) -> Iterator[int]:
    if count <= limit:
        yield from range(count)
        return
    drawn: set[int] = set()
    for turn in range(20 * limit):  # enough to find `limit` distinct ones; fewer are no harm
        digest = hashlib.sha256(f"{turn}|{line}".encode()).digest()
        number = int.from_bytes(digest[:16], "big") % count
        if number not in drawn:
            drawn.add(number)
            yield number
        if len(drawn) == limit:
            return


def _parse(line: str) -> Choice:
    """The grammar of a line; slot markers stay as they are, alternatives may stand bare."""
    shielded = _MARKER.sub(lambda m: m[0].replace("|", "\0"), line)
    tokens = [t for t in re.split(r"([()\[\]|])", shielded) if t]
    root, at = _choice(tokens, 0, line)
    if at != len(tokens):
        raise ValueError(f"{tokens[at]!r} without its partner in {line!r}")
    return root


def _choice(tokens: list[str], at: int, line: str, depth: int = 0) -> tuple[Choice, int]:
    if depth > MAX_DEPTH:
        raise ValueError(f"brackets nested deeper than {MAX_DEPTH} in {line[:80]!r}")
    ways: list[Sequence] = []
    parts: list[str | Choice] = []
    while at < len(tokens) and tokens[at] not in (")", "]"):
        token = tokens[at]
        at += 1
        if token in ("(", "["):
            wanted = ")" if token == "(" else "]"
            node, at = _choice(tokens, at, line, depth + 1)
            if at == len(tokens) or tokens[at] != wanted:
                raise ValueError(f"{token!r} without its partner in {line!r}")
            at += 1
            parts.append(Choice((*node.ways, sequence([]))) if token == "[" else node)
        elif token == "|":
            ways.append(sequence(parts))
            parts = []
        else:
            parts.append(token.replace("\0", "|"))
    return Choice((*ways, sequence(parts))), at


def sequence(parts: list[str | Choice]) -> Sequence:
    """The parts one after the other, counted."""
    count = 1
    for part in parts:
        if not isinstance(part, str):
            count *= part.count
    return Sequence(tuple(parts), count)


def _tidy(sentence: str) -> str:
    return " ".join(sentence.split())
