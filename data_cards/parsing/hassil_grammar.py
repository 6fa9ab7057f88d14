"""Sentence templates of the `hassil` grammar, `(a|b)`, `(a;b)`, `[x]`, `<rule>`, `{list:slot}`."""

from collections.abc import Mapping
from itertools import permutations

from hassil import expression as hassil
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from data_cards.parsing.templates import MAX_DEPTH, Choice, Sequence, sequence

Rules = Mapping[str, hassil.Sentence]


def grammar(template: str, rules: Rules) -> Sequence:
    """The template as our own grammar, rules put in; ValueError where it cannot be parsed."""
    try:
        return _sequence(parse_sentence(template).expression, rules, 0)
    except (ParseError, AssertionError) as error:
        raise ValueError(f"no hassil template ({error})") from None


def _sequence(node: hassil.Expression, rules: Rules, depth: int) -> Sequence:
    if isinstance(node, hassil.Sequence):
        return sequence([_part(item, rules, depth) for item in node.items])
    return sequence([_part(node, rules, depth)])


def _part(node: hassil.Expression, rules: Rules, depth: int) -> str | Choice:
    if depth > MAX_DEPTH:
        raise ValueError(f"rules nested deeper than {MAX_DEPTH}")
    if isinstance(node, hassil.TextChunk):
        return str(node.original_text)
    if isinstance(node, hassil.ListReference):
        named = f"{node.list_name}:{node.slot_name}"
        return f"{{{node.slot_name if node.list_name == node.slot_name else named}}}"
    if isinstance(node, hassil.RuleReference):
        if node.rule_name not in rules:
            raise ValueError(f"unknown rule <{node.rule_name}>")
        return Choice((_sequence(rules[node.rule_name].expression, rules, depth + 1),))
    if not isinstance(node, hassil.Group):
        raise ValueError(f"unknown part {type(node).__name__}")
    ways = [_sequence(item, rules, depth + 1) for item in node.items]
    if isinstance(node, hassil.Permutation):
        orders = (sequence([Choice((way,)) for way in order]) for order in permutations(ways))
        return Choice(tuple(orders))
    if isinstance(node, hassil.Alternative):
        return Choice(tuple(ways))
    return Choice((_sequence(node, rules, depth + 1),))
