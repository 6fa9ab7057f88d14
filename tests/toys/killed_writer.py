"""A writer to be killed: appends packs that are not there yet, reports each one, compacts at times.

python killed_writer.py FILE COUNT
"""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from dnn.packs.writer import PackWriter  # noqa: E402


def content(number: int) -> bytes:
    """The payload of a pack: known from its number."""
    return random.Random(number).randbytes(3000 + number * 7)


def main(path: Path, count: int) -> None:
    with PackWriter(path) as writer:
        for number in range(count):
            if f"pack{number}" in writer:
                continue
            writer.append(f"pack{number}", content(number))
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
            if number % 50 == 49:
                writer.compact()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
