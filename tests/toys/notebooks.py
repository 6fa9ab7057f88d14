"""A notebook without Jupyter: cells run as IPython runs them, in a namespace that is `__main__`."""

import json
import linecache
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


class Notebook:
    """Where cells run; the text of each is kept where tracebacks and `inspect` look for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.module = ModuleType("__main__")
        self.count = 0
        monkeypatch.setitem(sys.modules, "__main__", self.module)

    def run(self, source: str) -> None:
        """Run a cell."""
        self.count += 1
        name = f"<cell {id(self)} {self.count}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), self.module.__dict__)

    def __getitem__(self, name: str) -> Any:
        return self.module.__dict__[name]


def code_cells(path: Path) -> list[str]:
    """The code cells of an .ipynb file."""
    content = json.loads(path.read_text("utf-8"))
    return ["".join(c["source"]) for c in content["cells"] if c["cell_type"] == "code"]
