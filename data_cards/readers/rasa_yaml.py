"""The entries of Rasa's YAML with the lines of their examples; aliases and merges resolved."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.parsing import sources

_REMEDY = "give Rasa NLU YAML (nlu: - intent: … examples: |)"
_KINDS = ("intent", "synonym", "lookup", "regex")


class Example(NamedTuple):
    """One example: its line, its text, and its metadata `id`, `template` and `words`."""

    line: int
    text: str
    metadata: Mapping[str, str] = {}


Examples = list[Example]


def entries(path: Path, faults: Faults) -> Iterator[tuple[str, str, int, Examples]]:
    """Each entry of every `nlu` as ("intent", its name, its line, its examples with theirs)."""
    try:
        roots = list(yaml.compose_all(sources.text(path), Loader=yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise DataError(path, line, f"broken YAML ({error})", _REMEDY) from None
    sections = [(k, node) for root in roots for k, node in _pairs(root)]
    lists = [node for k, node in sections if k == "nlu" and isinstance(node, yaml.SequenceNode)]
    others = sorted({k for k, _ in sections} - {"nlu", "version"})
    if not lists:
        held = f"; it holds {', '.join(others)[:100]}" if others else ""
        raise DataError(path, 1, f"has no list nlu{held}", _REMEDY)
    for k, node in sections:
        if k == "nlu" and not isinstance(node, yaml.SequenceNode) and node.value:
            faults.add(path, node.start_mark.line + 1, "nlu is no list")
    for section in others:
        faults.note(path, None, f"section {section} is not read")
    for entry in (entry for node in lists for entry in node.value):
        fields = _pairs(entry)
        titles = {k: node.value for k, node in fields if k in _KINDS}
        kind = next((k for k in _KINDS if k in titles), "")
        title = titles[kind].strip() if kind and isinstance(titles[kind], str) else ""
        line = entry.start_mark.line + 1
        if not title:
            faults.add(path, line, "is no intent, synonym, lookup or regex")
            continue
        blocks = [node for k, node in fields if k == "examples"]
        examples = [e for node in blocks for e in _examples(path, node, faults)]
        if kind == "intent" and not examples:
            faults.note(path, line, f"intent {title!r} has no example")
        yield kind, title, line, examples


def _pairs(node: Any) -> list[tuple[str, Any]]:
    """(key, node) of a mapping node, `<<` merged; empty for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return []
    own = [(k.value, v) for k, v in node.value if isinstance(k.value, str) and k.value != "<<"]
    merged = [v for k, v in node.value if k.value == "<<"]
    named = {k for k, _ in own}
    for value in merged:
        for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if source is not node:
                own += [(k, v) for k, v in _pairs(source) if k not in named]
    return own


def _examples(path: Path, node: Any, faults: Faults) -> Iterator[Example]:
    """The examples of a block of "- text" lines or of a list of {text: …}."""
    if isinstance(node, yaml.ScalarNode):
        remarks = 0
        block = node.value
        if node.style == ">":  # YAML folds the lines of such a block into one
            block = re.sub(r"\s+- ", "\n- ", block)
        for number, line in enumerate(block.split("\n"), _first_line(node)):
            text = line.strip()
            if text.startswith("-"):
                yield Example(number, text[1:].strip())
            elif text.startswith("#"):
                remarks += 1
            elif text:
                faults.add(path, number, f"example without its dash: {text[:60]!r}")
        if remarks:
            reason = f"{many(remarks, 'line')} beginning with # taken for remarks"
            faults.note(path, node.start_mark.line + 1, reason)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            fields = dict(_pairs(item))
            text_node = fields.get("text", item)
            if isinstance(text_node, yaml.ScalarNode):
                text = text_node.value.strip().removeprefix("- ")
                yield Example(_first_line(text_node), text, _metadata(fields.get("metadata")))
            else:
                faults.add(path, item.start_mark.line + 1, "example without a text")
    elif node is not None:
        faults.add(path, node.start_mark.line + 1, "examples are neither a block nor a list")


def _metadata(node: Any) -> dict[str, str]:
    """What an export of ours keeps beside an example, where that is text."""
    told = dict(_pairs(node))
    return {
        key: told[key].value
        for key in ("id", "template", "words")
        if isinstance(told.get(key), yaml.ScalarNode)
    }


def _first_line(node: yaml.ScalarNode) -> int:
    """The line where a scalar's text begins: of a block, the one below its mark."""
    return int(node.start_mark.line) + (2 if node.style in ("|", ">") else 1)


def many(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
