"""The toys of other rooms are importable here."""

import sys
from pathlib import Path

for room in ("evaluation", "pretrain"):
    folder = str(Path(__file__).parents[1] / room)
    if folder not in sys.path:
        sys.path.append(folder)
