"""Findings for people, grouped by kind and bounded, and as JSON for machines."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from data_cards.lint.finding import KINDS, Finding

SHOWN = 10
"""Findings shown of each kind and skill, unless more are asked for."""


def render(skill: str, findings: Sequence[Finding], most: int = SHOWN) -> str:
    """The findings of one skill: kind by kind, at most `most` of each, and how many more."""
    if not findings:
        return f"{skill}: no finding\n"
    lines = [f"{skill}: {counted(findings)}"]
    for kind in KINDS.values():
        own = [f for f in findings if f.kind is kind]
        if not own:
            continue
        lines.append(f"  {kind.severity}: {kind.title} ({kind.name}, {len(own)})")
        for finding in own[:most]:
            first, *others = finding.places
            also = f" (see {', '.join(map(str, others))})" if others else ""
            lines += [f"    {first}: {finding.what}{also}", f"      {finding.suggestion}"]
        if len(own) > most:
            lines.append(f"    and {len(own) - most} more")
    return "\n".join(lines) + "\n"


def counted(findings: Sequence[Finding]) -> str:
    """How many findings of each kind, in one line."""
    by_kind = Counter(f.kind.name for f in findings)
    return ", ".join(f"{by_kind[name]} {name}" for name in KINDS if by_kind[name]) or "no finding"


def to_json(findings: Sequence[Finding]) -> str:
    """All findings with their counts by kind, schema 1."""
    by_kind = Counter(f.kind.name for f in findings)
    content = {
        "schema": 1,
        "errors": sum(f.kind.severity == "error" for f in findings),
        "warnings": sum(f.kind.severity == "warning" for f in findings),
        "counts": {name: by_kind[name] for name in KINDS},
        "findings": [_row(finding) for finding in findings],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _row(finding: Finding) -> dict[str, Any]:
    first, *others = [
        {"file": p.file or None, "line": p.line, "split": p.split, "id": p.id}
        for p in finding.places
    ]
    return {
        "kind": finding.kind.name,
        "severity": finding.kind.severity,
        "skill": finding.skill,
        **first,
        "what": finding.what,
        "suggestion": finding.suggestion,
        "others": others,
    }
