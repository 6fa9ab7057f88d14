"""A newcomer's own file to the neutral format, with a preview of what was understood."""

import re
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from data_cards.errors import DataError, SkillwiseError
from data_cards.exchange.archives import unpacked
from data_cards.exchange.formats import FORMATS, format_of, locale_in
from data_cards.exchange.telling import files_of
from data_cards.faults import Fault, Faults
from data_cards.jsonl import name_fault, read_skill, write_skill
from data_cards.locales import checked
from data_cards.parsing import locale_evidence as locales
from data_cards.parsing import sources
from data_cards.readers import lex, ovos
from data_cards.records import Skill

_FILLED = ("alexa", "alexa-schema", "jovo", "lex", "ovos")
"""Formats of templates, whose slots take values from our lists where they have none."""
_SAYING = ("dialogflow", "lex", "lu", "luis", "rasa", "rasa-json", "snips", "watson", "wit")
"""Formats whose files may say their language."""
_CULTURE = re.compile(
    r"""^(?:> ?!# ?@app\.culture\s*=|language:)\s*["']?([\w-]+)"""
    r"""|["'](?:culture|language|lang|locale)["']\s*:\s*"([\w-]+)\"""",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What was understood of a file, before anything is written."""

    path: Path
    format: str
    skill: Skill
    understood: tuple[str, ...]
    """What was guessed, e.g. which column holds the sentence."""
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...] = ()
    """What is no row and was not used: sections, tables, labels within others."""


def preview(
    path: Path, format: str | None = None, *, name: str | None = None, locale: str | None = None
) -> Preview:
    """Read a file, a folder or a zip in one of `FORMATS` (told by content, if none is named).

    Without a locale, the file's rows, its name and its words tell it, in this order. Utterances of
    intents that are nowhere trained are left out of dev and test, as counted faults.
    """
    if not path.exists():
        raise DataError(path, None, "no such file", "name the file or folder to import")
    if path.is_dir():
        return _preview(path, format, name=name, locale=locale)
    if not path.is_file():
        remedy = "write what it gives to a file and name that"
        raise DataError(path, None, "is no file, and is read more than once", remedy)
    if path.suffix.lower() != ".zip":
        return _preview(path, format, name=name, locale=locale)
    with unpacked(path) as (folder, outside):
        try:
            seen = _preview(folder, format, name=name or path.stem, locale=locale)
        except DataError as error:
            raise DataError(outside(error.path), error.line, error.fault, error.remedy) from None
    faults, notes = (
        tuple(replace(fault, path=outside(fault.path)) for fault in found)
        for found in (seen.faults, seen.notes)
    )
    return replace(seen, path=path, faults=faults, notes=notes)


def _preview(path: Path, format: str | None, *, name: str | None, locale: str | None) -> Preview:
    own = path.name if path.is_dir() else path.stem
    stem, _, code = own.rpartition("@")
    if stem and locales.by_code(code):  # light@en-US.csv, as our own folders are named
        name, locale = name or stem, locale or locales.by_code(code)
    unfit = name_fault(name) if name is not None else ""
    if unfit:
        remedy = "give it letters, digits, '-' and '_'"
        raise SkillwiseError(f"--name {name!r} is no name for a skill: it {unfit}; {remedy}")
    known = format_of(path, format)
    chosen, why = _locale(path, known, locale)
    faults = Faults()
    skill, told = FORMATS[known](path, name or own, chosen, locale is not None, faults)
    if not why:
        chosen, why = _by_words(path, known, skill, chosen)
        if chosen != skill.locale:
            faults = Faults()
            skill, told = FORMATS[known](path, name or own, chosen, False, faults)
    trained = set(skill.intents)
    for utterance in (*skill.dev, *skill.test):
        if utterance.frame.intent not in trained:
            reason = f"{utterance.id}: intent {utterance.frame.intent!r} is not in train"
            faults.add(path, None, reason)
    dev, test = (
        tuple(u for u in part if u.frame.intent in trained) for part in (skill.dev, skill.test)
    )
    skill = replace(skill, dev=dev, test=test)
    told = (f"locale {chosen}: {why}", *told)
    notes = (*faults.notes, *_alike(path, skill))
    return Preview(path, known, skill, told, tuple(faults.found), notes)


def _locale(path: Path, format: str, given: str | None) -> tuple[str, str]:
    """(locale, what told it), or ("en-US", "") where nothing but the words can tell."""
    if given is not None:
        return checked(given), "as given"
    inside = locale_in(path, format) or _locale_within(path, format)
    if inside:
        return inside, "as the file says"
    named = locales.by_name(path)
    return (named, "as the file is named") if named else ("en-US", "")


def _locale_within(path: Path, format: str) -> str:
    """The locale that an export tells: by its folders, else by a field, "" where none does."""
    if format in ("lex", "ovos") and path.is_dir():
        homes = [path, *ovos.skill_folders(path).values()] if format == "ovos" else [path]
        of = ovos.locales_of if format == "ovos" else lex.locales_of
        found = next((known for home in homes if (known := of(home))), [])
        if len(found) > 1:
            fault = f"holds the locales {', '.join(found)}"
            raise DataError(path, None, fault, f"choose one: --locale {found[0]}")
        return found[0] if found else ""
    if format not in _SAYING:
        return ""
    files = sorted(path.rglob("*.json"))[:50] if path.is_dir() else [path]
    if format in ("lu", "rasa"):
        files = files_of(path, format)[:1]
    for file in sorted(files, key=lambda p: len(p.parts)):
        culture = _CULTURE.search(sources.text(file))
        code = locales.by_code(culture[1] or culture[2]) if culture else ""
        if code:
            return code
    return ""


def _by_words(path: Path, format: str, skill: Skill, usual: str) -> tuple[str, str]:
    """The locale that the words tell; a `DataError` where values of ours would be of another one.

    Only interaction models take values from our lists, which are in the language of the locale.
    """
    said = [*skill.train, *skill.dev, *skill.test]
    texts = [re.sub(r"\{[^{}]*\}", " ", u.template) if format in _FILLED else u.text or
             " ".join(u.tokens) for u in said]  # fmt: skip
    language = locales.by_words(texts)
    if language and language != "en":
        guess = locales.usual(language)
        return guess, f"its words are {language}; another one goes by --locale"
    if not language and format in _FILLED and locales.foreign_letters(texts):
        raise DataError(path, None, "its locale cannot be told", "give it, e.g. --locale de-DE")
    told = "its words are en" if language else "nothing tells another"
    return usual, f"{told}; another one goes by --locale"


def _alike(path: Path, skill: Skill) -> list[Fault]:
    """Intents and slots whose names differ in case only, as a slip of the pen would have it."""
    notes = []
    for kind, names in (("intents", skill.intents), ("slots", skill.slot_names)):
        found: dict[str, list[str]] = defaultdict(list)
        for each in names:
            found[each.lower()].append(each)
        for same in found.values():
            if len(same) > 1:
                listed = " and ".join(map(repr, same))
                notes.append(Fault(path, None, f"{kind} {listed} differ in case only"))
    return notes


def import_skill(
    path: Path,
    format: str | None,
    out: Path,
    *,
    name: str | None = None,
    locale: str | None = None,
) -> Path:
    """Write the file's skill below `out` in the neutral format; returns the skill's folder."""
    return write(preview(path, format, name=name, locale=locale), out)


def write(seen: Preview, out: Path) -> Path:
    """Write what was understood below `out` in the neutral format; returns the skill's folder.

    It is read back before it stays: what is written is what was understood, or an error says what
    keeps it from being measured.
    """
    path, skill = seen.path, seen.skill
    if not skill.train or not skill.test:
        split = "train" if not skill.train else "test"
        fault, remedy = _lacking(seen)
        raise DataError(path, None, f"holds no {split} utterance that can be used: {fault}", remedy)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            again = read_skill(write_skill(skill, Path(scratch)), slots_only=True)
        except DataError as error:
            raise DataError(path, None, error.fault, error.remedy) from None
        if again != skill:
            raise AssertionError(f"{path}: reads back as another skill")
    return write_skill(skill, out)


def _lacking(seen: Preview) -> tuple[str, str]:
    """Why a split is empty, and what would fill it."""
    skill = seen.skill
    if seen.faults:
        number = f"{len(seen.faults)} left out, the first: {seen.faults[0]}"
        if not skill.train and not skill.test:
            return f"all {number}", "fix what the preview lists"
        if not skill.train:
            return number, "mark rows for train, or leave the split out"
    elif not skill.train and not skill.test:
        held = "; ".join(f"{note.reason}" for note in seen.notes[:3])
        return f"it has no sentence{': ' + held if held else ''}", "add utterances to its intents"
    if not skill.train:
        return "every row is for test", "mark rows for train, or leave the split out"
    counts = Counter(u.frame.intent for u in skill.train)
    most = max(counts.values())
    if most == 1 or not any(u.template for u in skill.train):
        texts = "one text each" if most == 1 else f"{most} texts at most, in the same words"
        fault = f"its {len(counts)} intents have {texts}, which train"
    else:
        fault = "the templates of each intent are one, which trains"
    if seen.faults:
        fault += f", and {len(seen.faults)} rows were left out"
    return fault, "add utterances in other words, at least two per intent, or a column split"
