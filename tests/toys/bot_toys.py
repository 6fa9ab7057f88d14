"""Generated bots, for every format that bots are written in: sentences with slots, by intent."""

from hypothesis import strategies as st

WORDS = ("brew", "a", "pot", "of", "tea", "now", "grün", "please", "kanne", "the", "hot", "one")
SLOTS = ("kind", "size", "brew_time")
INTENTS = ("brew", "stop", "ask/price", "Say Hello")

Piece = tuple[str, str]
"""Words, and the slot that they are the value of ("" for none)."""

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
pieces = st.lists(
    st.tuples(words, st.sampled_from(("", "", *SLOTS))), min_size=1, max_size=4
)  # fmt: skip
"""One sentence, words and slots in turn."""

bots = st.dictionaries(
    st.sampled_from(INTENTS), st.lists(pieces, min_size=1, max_size=6), min_size=1, max_size=4
)
"""Intent -> its sentences: a well-formed bot, of which every row can be used."""


def rows(bot: dict[str, list[list[Piece]]]) -> int:
    """How many sentences a bot has, counted without any reader."""
    return sum(map(len, bot.values()))


def slot_count(bot: dict[str, list[list[Piece]]]) -> int:
    """How many slots stand in a bot's sentences."""
    return sum(bool(slot) for said in bot.values() for one in said for _, slot in one)
