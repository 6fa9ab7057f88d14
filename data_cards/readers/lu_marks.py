"""The marks of Microsoft's .lu format: "fly {City=oslo}"."""

import re
from collections.abc import Iterator


def lu_pieces(said: str) -> Iterator[tuple[str, str]]:
    """Cut "from {When=noon}" into ("from ", ""), ("noon", "When"), outermost slots only.

    Raises ValueError for a pattern and where a brace has no partner.
    """
    if not said:
        raise ValueError("has no words")
    said = said.replace("\\{", "\ue000").replace("\\}", "\ue001")
    if said[0] == "^" or re.search(r"\{[^{}=]*\}", said) or re.search(r"[(\[][^{}()\[\]]*\|", said):
        raise ValueError(f"a pattern, no utterance: {said[:60]!r}")
    depth, start = 0, 0
    for match in re.finditer(r"[{}]", said):
        if match[0] == "{":
            if depth == 0:
                yield _shown(said[start : match.start()]), ""
                start = match.end()
            depth += 1
        else:
            depth -= 1
            if depth < 0:
                raise ValueError(f"'}}' without its partner in {said[:60]!r}")
            if depth == 0:
                name, equals, value = said[start : match.start()].partition("=")
                if not equals or not name.strip():
                    raise ValueError(f"slot without a name in {said[:60]!r}")
                yield _shown(_bare(value)), name.strip().removeprefix("@")
                start = match.end()
    if depth:
        raise ValueError(f"'{{' without its partner in {said[:60]!r}")
    yield _shown(said[start:]), ""


def _shown(text: str) -> str:
    r"""Text in which `\{` and `\}` are braces."""
    return text if text.isascii() else text.replace("\ue000", "{").replace("\ue001", "}")


def _bare(value: str) -> str:
    """The words of a value, inner slots unwrapped."""
    return re.sub(r"\{[^{}=]*=|\}", "", value).strip()
