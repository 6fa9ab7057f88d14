"""Rasa NLU training data in YAML: intents with `[value](entity)`, lookup tables, synonyms."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from data_cards.errors import DataError
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes
from data_cards.parsing import splits
from data_cards.parsing.expansion import distinct
from data_cards.parsing.inline import assemble
from data_cards.parsing.templates import folded
from data_cards.records import Frame, Skill, Utterance

_MARK = re.compile(r"\[([^\[\]]*)\](?:\(([^()]*)\)|(\{[^{}]*\}))")
_REMEDY = "give Rasa NLU YAML (nlu: - intent: … examples: |)"


def read_file(
    path: Path,
    faults: Faults,
    *,
    name: str | None = None,
    locale: str = "en-US",
    test_share: float = 0.25,
) -> Skill:
    """Read one file as a skill; a quarter of its sentences, by template, is its test split.

    A synonym becomes a catalog value of the slots that its examples annotate with its value.
    """
    key = name or path.stem
    utterances: list[Utterance] = []
    catalogs: dict[str, list[str]] = defaultdict(list)
    synonyms: dict[str, list[str]] = defaultdict(list)
    meant: dict[str, set[str]] = defaultdict(set)
    for kind, title, lines in _entries(path, faults):
        if kind == "lookup":
            catalogs[title].extend(text for _, text in lines)
        elif kind == "synonym":
            synonyms[title.lower()].extend([title, *(text for _, text in lines)])
        elif kind == "intent":
            for number, text in lines:
                try:
                    utterance = _utterance(f"{path.stem}:{number}", text, title, meant)
                except ValueError as error:
                    faults.add(path, number, f"{error} (intent {title!r})")
                else:
                    utterances.append(utterance)
    for slot, values in meant.items():
        for value in sorted(values & synonyms.keys()):
            catalogs[slot].extend(synonyms[value])
    parts = splits.hold_out(utterances, test_share, key=lambda u: f"{key}|{folded(u.template)}")
    gazetteers = {slot: distinct(values) for slot, values in sorted(catalogs.items())}
    return Skill(key, locale, tuple(parts.train), (), tuple(parts.test), gazetteers)


def _entries(path: Path, faults: Faults) -> Iterator[tuple[str, str, list[tuple[int, str]]]]:
    """Each entry of `nlu` as ("intent", its name, its examples with their lines)."""
    try:
        root = yaml.compose(read_bytes(path).decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        raise DataError(path, None, "is not UTF-8", "save the file as UTF-8") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise DataError(path, line, f"broken YAML ({error})", _REMEDY) from None
    nlu = _children(root).get("nlu")
    if not isinstance(nlu, yaml.SequenceNode):
        raise DataError(path, 1, "has no list nlu", _REMEDY)
    for entry in nlu.value:
        fields = _children(entry)
        kind = next((k for k in ("intent", "synonym", "lookup", "regex") if k in fields), "")
        title = fields[kind].value if kind else ""
        if not isinstance(title, str) or not title:
            faults.add(path, entry.start_mark.line + 1, "is no intent, synonym, lookup or regex")
            continue
        yield kind, title, list(_examples(path, fields.get("examples"), faults))


def _children(node: Any) -> dict[str, Any]:
    """Key -> node of a mapping node; empty for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {k.value: v for k, v in node.value if isinstance(k.value, str)}


def _examples(path: Path, node: Any, faults: Faults) -> Iterator[tuple[int, str]]:
    """(line, text) of a block of "- text" lines or of a list of {text: …}."""
    if isinstance(node, yaml.ScalarNode):
        for number, line in enumerate(node.value.split("\n"), _first_line(node)):
            text = line.strip()
            if text.startswith("-"):
                yield number, text[1:].strip()
            elif text and not text.startswith("#"):
                faults.add(path, number, f"example without its dash: {text[:60]!r}")
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            text_node = _children(item).get("text", item)
            if isinstance(text_node, yaml.ScalarNode):
                yield _first_line(text_node), text_node.value.strip().removeprefix("- ")
            else:
                faults.add(path, item.start_mark.line + 1, "example without a text")
    elif node is not None:
        faults.add(path, node.start_mark.line + 1, "examples are neither a block nor a list")


def _first_line(node: yaml.ScalarNode) -> int:
    """The line where a scalar's text begins: of a block, the one below its mark."""
    return int(node.start_mark.line) + (2 if node.style in ("|", ">") else 1)


def _utterance(
    utterance_id: str, marked: str, intent: str, meant: dict[str, set[str]]
) -> Utterance:
    """The utterance; `meant` learns which slot takes which value, the synonym's name included."""
    pieces = []
    for text, slot, value in rasa_pieces(marked):
        pieces.append((text, slot))
        if slot:
            meant[slot].add(value.lower())
    text, tokens, slots = assemble(pieces)
    template = "".join(f"{{{slot}}}" if slot else piece for piece, slot in pieces)
    return Utterance(utterance_id, tokens, Frame(intent, slots), text, template)


def rasa_pieces(marked: str) -> Iterator[tuple[str, str, str]]:
    """Cut an example into (text, slot or "", value); ValueError at a mark that is none.

    `[six](time)`, `[six](time:6)` and `[six]{"entity": "time", "value": "6"}` all name a slot;
    a role tells slots of one entity apart and so becomes part of the name: "city.departure".
    """
    at = 0
    for match in _MARK.finditer(marked):
        yield _plain(marked[at : match.start()]), "", ""
        if match[3]:
            slot, value = _described(match[3])
        else:
            slot, _, value = (match[2] or "").partition(":")
        if not slot.strip() or not match[1].strip():
            raise ValueError(f"empty value or entity in {match[0]!r}")
        yield match[1], slot.strip(), value or match[1]
        at = match.end()
    yield _plain(marked[at:]), "", ""


def _described(text: str) -> tuple[str, str]:
    try:
        content = json.loads(text)
        entity, role = content["entity"], content.get("role")
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{text!r} names no entity") from None
    return f"{entity}.{role}" if role else str(entity), str(content.get("value") or "")


def _plain(text: str) -> str:
    if "[" in text or "]" in text:
        raise ValueError(f"stray bracket in {text.strip()!r}")
    return text
