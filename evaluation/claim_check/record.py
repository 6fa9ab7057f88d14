"""The claims that once held, kept beside a run: a claim that held and fails is a regression."""

import json
from collections.abc import Sequence
from pathlib import Path

from data_cards.errors import DataError
from data_cards.scratch import write_whole
from evaluation.claim_check.rules import Finding

FILE = "claims.json"


def read_held(path: Path) -> frozenset[str]:
    """Read the keys of the claims that held; a file that is no record is a `DataError`."""
    remedy = "name a record of `skillwise claims`, or remove it to begin anew"
    try:
        content = json.loads(path.read_text("utf-8"))
        held = content["held"]
        if content["schema"] != 1 or not all(isinstance(key, str) for key in held):
            raise ValueError("schema 1 with a list of names is wanted")
    except OSError as error:
        raise DataError(path, None, f"cannot be read ({error.strerror})", remedy) from None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(path, None, f"is no record of claims ({error!r})", remedy) from None
    return frozenset(held)


def broken(held: frozenset[str], findings: Sequence[Finding]) -> list[str]:
    """Say which of them fail now; one that cannot be compared neither holds nor fails."""
    return [f.key for f in findings if f.key in held and f.verdict == "not reproduced"]


def write_held(path: Path, held: frozenset[str], findings: Sequence[Finding]) -> None:
    """Keep what held before and what holds now; a broken claim stays until the file is removed."""
    now = held | {f.key for f in findings if f.verdict == "reproduced"}
    write_whole(path, json.dumps({"schema": 1, "held": sorted(now)}, indent=1) + "\n")
