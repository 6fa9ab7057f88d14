"""What is read is data: nothing that can run code is loaded from data, model or run folders."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("data_cards", "pretrain", "baselines", "dnn", "evaluation")
MODULES = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
CALLS = {
    "torch.load": "unpickles",
    "pandas.read_pickle": "unpickles",
    "pd.read_pickle": "unpickles",
    "yaml.unsafe_load": "constructs objects",
    "eval": "runs code",
    "exec": "runs code",
}


def faults(source: str, name: str) -> Iterator[str]:
    """Places in a module that could run what they read."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [node.module or ""]
        else:
            found = []
        for module in found:
            if module.partition(".")[0] in MODULES:
                yield f"{name}:{node.lineno}: imports {module}"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in CALLS:
                yield f"{name}:{node.lineno}: {called} {CALLS[called]}"
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            for argument in ("trust_remote_code", "allow_pickle"):
                if given.get(argument, "False") != "False":
                    yield f"{name}:{node.lineno}: {called} with {argument}"
            if called == "yaml.load" and "SafeLoader" not in given.get("Loader", ""):
                yield f"{name}:{node.lineno}: yaml.load may construct objects"


def test_nothing_is_unpickled() -> None:
    """Results cross process borders as pickles (multiprocessing, Dask); files never do."""
    found = [
        fault
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for fault in faults(path.read_text("utf-8"), str(path.relative_to(ROOT)))
    ]
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import torch\ntorch.load('x')",
        "import yaml\nyaml.load(open('x'))",
        "np.load('x', allow_pickle=True)",
        "load_dataset('x', trust_remote_code=True)",
    ],
)
def test_the_search_finds_what_it_is_for(source: str) -> None:
    assert list(faults(source, "planted"))
