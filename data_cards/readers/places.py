"""Where words that somebody else cut stand in their sentence."""

from collections.abc import Sequence

from data_cards.words import Word


def places(tokens: Sequence[str], text: str) -> list[Word]:
    """The words one after the other in the text, between them whatever is no word of it.

    Empty where one of them does not stand behind the one before it.
    """
    found: list[Word] = []
    at = 0
    for token in tokens:
        start = text.find(token, at)
        if start < 0:
            return []
        at = start + len(token)
        found.append(Word(token, start, at))
    return found
