"""Microsoft .lu files: `## Intent`, then `- sentence with {Slot=value}` lines; list entities.

Where slots are nested, `{ToTime={FromTime=5 pm}}`, the outermost counts, and so it does where the
labels of one utterance stand on indented lines below it. Patterns (`{Slot}` without a value, `^`,
alternatives) and the questions of QnA sections are no utterances of an intent and are counted as
left out; `@` and `$` definitions are read for their list values only.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from data_cards.card import Card
from data_cards.faults import Faults
from data_cards.jsonl import read_bytes
from data_cards.parsing import sources, splits
from data_cards.parsing.expansion import distinct, shortcoming
from data_cards.parsing.options import Options, settle
from data_cards.parsing.templates import folded
from data_cards.readers.lu_lines import BULLETS, IMPORT, Lists, utterances
from data_cards.records import Skill, Utterance

HoldOut = Callable[[Iterable[Utterance], float, Callable[[Utterance], str]], splits.Parts]
"""How the test split is cut: (utterances, its share, what tells two texts apart)."""
_LOCALES = {"en-us": "en-US", "de-de": "de-DE"}


class LuOptions(Options):
    """How a folder of .lu files becomes skills."""

    test_share: float = 0.25  # of the sentences with their values taken out
    min_train: int = 20
    min_test: int = 10
    shared: tuple[str, ...] = ("General",)  # files that repeat in every folder: one skill, once


def read(card: Card, root: Path, faults: Faults) -> Iterator[Skill]:
    """Yield a skill a folder and locale, and one for each file that all folders share."""
    options = settle(card, LuOptions)
    found: dict[tuple[str, str], list[Path]] = defaultdict(list)
    taken: set[tuple[str, bytes]] = set()  # copies differ in their blank lines at most
    for path in sorted(root.rglob("*.lu")):
        code = next((p for p in reversed(path.parts) if p.lower() in _LOCALES), "")
        locale = _LOCALES.get(code.lower(), "")
        if locale not in card.skillwise.locales:
            continue
        name = path.relative_to(root).parts[0]
        if path.stem in options.shared:
            name, copy = path.stem.lower(), (locale, b" ".join(read_bytes(path).split()))
            if copy in taken:
                continue
            taken.add(copy)
        found[name, locale].append(path)
    for (name, locale), paths in sorted(found.items()):
        skill = read_files(
            paths, faults, name=name, locale=locale, test_share=options.test_share, root=root
        )
        short = shortcoming(skill, options.min_train, options.min_test)
        if short:
            faults.add(paths[0].parent, None, f"skill {skill.key} left out: {short}")
        else:
            yield skill


def read_file(
    path: Path, faults: Faults, *, name: str | None = None, locale: str = "en-US"
) -> Skill:
    """Read one .lu file, and those that it imports, as a skill.

    A quarter of each intent's sentences, by template, is its test split.
    """
    paths = _with_imports(path, faults)
    return read_files(
        paths, faults, name=name or path.stem, locale=locale, hold_out=splits.hold_out_within
    )


def _with_imports(path: Path, faults: Faults) -> list[Path]:
    """The file and those it imports, each once."""
    found = [path]
    for each in found:
        for number, line in enumerate(sources.cut_lines(sources.text(each)), 1):
            match = IMPORT.match(line.strip())
            if match is None or line.lstrip().startswith(BULLETS):
                continue
            other = each.parent / match[1].replace("\\", "/").strip()
            if other.suffix.lower() != ".lu" or not other.is_file():
                faults.note(each, number, f"imports {match[1]}, which is not read")
            elif not any(other.samefile(known) for known in found):
                found.append(other)
    return found


def read_files(
    paths: Iterable[Path],
    faults: Faults,
    *,
    name: str,
    locale: str,
    test_share: float = 0.25,
    root: Path | None = None,
    hold_out: HoldOut = splits.hold_out,
) -> Skill:
    """Read the files of one skill; ids are "<file>:<line>", the file below `root`."""
    said: list[Utterance] = []
    lists = Lists()
    stems: Counter[str] = Counter()
    for path in paths:
        prefix = str(path.relative_to(root)) if root else path.stem
        stems[prefix] += 1
        prefix += f"#{stems[prefix]}" if stems[prefix] > 1 else ""
        said.extend(utterances(path, prefix, lists, faults))
    used = {s.name for u in said for s in u.frame.slots}
    parts = hold_out(said, test_share, lambda u: f"{name}|{folded(u.template)}")
    gazetteers = {slot: distinct(v) for slot in sorted(used) if (v := lists.of(slot))}
    return Skill(name, locale, tuple(parts.train), (), tuple(parts.test), gazetteers)
