"""The formats that `skillwise cards import` takes: each reads a file or a folder as one skill."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from data_cards.errors import DataError, nearest
from data_cards.exchange import rows, tables
from data_cards.exchange.telling import files_of, told
from data_cards.faults import Faults
from data_cards.jsonl import read_gazetteers
from data_cards.parsing import splits
from data_cards.parsing.columns import Row
from data_cards.parsing.expansion import Expansion
from data_cards.parsing.templates import folded
from data_cards.readers import (
    alexa,
    alexa_schema,
    conll,
    dialogflow,
    jovo,
    lex,
    lu,
    luis,
    ovos,
    rasa,
    rasa_json,
    rasa_markdown,
    snips_nlu,
    watson,
    wit,
)  # fmt: skip
from data_cards.readers.files import prefixes, splits_of
from data_cards.records import Skill, Utterance

Understood = tuple[Skill, tuple[str, ...]]
Read = Callable[[Path, str, str, bool, Faults], Understood]
"""(path, skill's name, locale, whether the user gave it, faults) -> the skill, what was guessed."""


class _Reader(Protocol):
    """How most readers are called."""

    def __call__(self, path: Path, faults: Faults, /, *, name: str, locale: str) -> Skill: ...


def format_of(path: Path, given: str | None) -> str:
    """The format given, or else the one that the content tells."""
    if given:
        if given not in FORMATS:
            raise DataError(path, None, f"format {given!r} is unknown", nearest(given, FORMATS))
        return given
    found, remedy = told(path)
    if not found:
        fault = (
            "holds no file of a known format"
            if path.is_dir()
            else (f"format {path.suffix!r} is unknown")
        )
        raise DataError(path, None, fault, remedy or nearest("", FORMATS))
    return found


def locale_in(path: Path, format: str) -> str:
    """The locale that rows of the file tell, "" where they tell none."""
    if format not in ("csv", "jsonl") or path.is_dir():
        return ""
    found = tables.rows(path, format, Faults())
    return rows.locale_of(found) if found else ""


def _as_split(read: _Reader) -> Read:
    """A reader whose own split is right for a user's file."""

    def known(path: Path, name: str, locale: str, given: bool, faults: Faults) -> Understood:
        return read(path, faults, name=name, locale=locale), ()

    return known


def _within(read: _Reader) -> Read:
    """A reader whose test split is drawn anew, within each intent."""

    def known(path: Path, name: str, locale: str, given: bool, faults: Faults) -> Understood:
        skill = read(path, faults, name=name, locale=locale)
        return _cut(skill, [*skill.train, *skill.test]), ()

    return known


def _alone(format: str, read: _Reader) -> _Reader:
    """A reader of one file that may be the only one of its format in a folder."""

    def known(path: Path, faults: Faults, /, *, name: str, locale: str) -> Skill:
        return read(files_of(path, format)[0], faults, name=name, locale=locale)

    return known


def _cut(skill: Skill, utterances: list[Utterance]) -> Skill:
    key = skill.name
    parts = splits.hold_out_within(
        utterances, rows.SHARE, key=lambda u: f"{key}|{folded(u.template)}"
    )
    return replace(skill, train=tuple(parts.train), test=tuple(parts.test))


def _dialogflow(path: Path, faults: Faults, /, *, name: str, locale: str) -> Skill:
    if path.is_file():
        fault = "is a part of a Dialogflow agent's export, not all of it"
        raise DataError(path, None, fault, "give the folder or the zip of the export")
    return dialogflow.read(path, faults, name=name, locale=locale)


def _jovo(path: Path, faults: Faults, /, *, name: str, locale: str) -> Skill:
    how = Expansion(max_templates=None)
    return jovo.read(path, faults, name=name, locale=locale, how=how)


def _lex(path: Path, faults: Faults, /, *, name: str, locale: str) -> Skill:
    first = path.is_dir() and not any(path.rglob("Intent.json"))  # version 1 is one file in a zip
    whole = files_of(path, "lex")[0] if first else path
    return lex.read(whole, faults, name=name, locale=locale)


def _ovos(path: Path, faults: Faults, /, *, name: str, locale: str) -> Skill:
    folder = path
    if path.is_dir() and not ovos.locales_of(path):
        homes = list(ovos.skill_folders(path).values())
        if len(homes) != 1:
            fault = (
                f"holds {len(homes)} skills" if homes else "holds no folder such as locale/en-us"
            )
            raise DataError(path, None, fault, "give the folder that holds the locale folders")
        folder = homes[0]
    if locale not in ovos.locales_of(folder):
        listed = ", ".join(ovos.locales_of(folder)) or "no locale"
        raise DataError(path, None, f"holds {listed}, not {locale}", "choose one by --locale")
    how = Expansion(max_templates=None)
    return ovos.read_skill(name, folder, locale, faults, how=how)


def _rasa(path: Path, faults: Faults, /, *, name: str, locale: str) -> Skill:
    return rasa.read_files(files_of(path, "rasa"), faults, name=name, locale=locale)


def _markdown(path: Path, faults: Faults, /, *, name: str, locale: str) -> Skill:
    files = files_of(path, "rasa-markdown")
    return rasa_markdown.read(files, faults, name=name, locale=locale)


def _snips(path: Path, faults: Faults, /, *, name: str, locale: str) -> Skill:
    return snips_nlu.read(files_of(path, "snips"), faults, name=name, locale=locale)


def _rasa_json(path: Path, faults: Faults, /, *, name: str, locale: str) -> Skill:
    return rasa_json.read(files_of(path, "rasa-json"), faults, name=name, locale=locale)


def _lu(path: Path, name: str, locale: str, given: bool, faults: Faults) -> Understood:
    files = files_of(path, "lu")
    if len(files) == 1:
        return lu.read_file(files[0], faults, name=name, locale=locale), ()
    said: list[Utterance] = []
    values: dict[str, tuple[str, ...]] = {}
    for file, prefix in zip(files, prefixes(files), strict=True):
        part = lu.read_file(file, faults, name=name, locale=locale)
        found = [*part.train, *part.test]
        said += [replace(u, id=f"{prefix}:{u.id.rpartition(':')[2]}") for u in found]
        for slot, listed in part.gazetteers.items():
            values[slot] = tuple(dict.fromkeys((*values.get(slot, ()), *listed)))
    return _cut(Skill(name, locale, tuple(said), gazetteers=values), said), ()


def _conll(path: Path, name: str, locale: str, given: bool, faults: Faults) -> Understood:
    files = files_of(path, "conll")
    parts = splits.Parts()
    for file, prefix, split in zip(files, prefixes(files), splits_of(files), strict=True):
        for utterance in conll.read_file(file, faults, prefix):
            parts.add(split or "train", utterance)
    if not parts.test:
        cut = splits.hold_out_within(parts.train, rows.SHARE)
        parts.train, parts.test = cut.train, cut.test
    values = read_gazetteers(path) if path.is_dir() else {}
    understood = (
        "words: the first column, tags: the last, intent: # intent: NAME before a sentence",
    )
    dev, test = tuple(parts.dev), tuple(parts.test)
    return Skill(name, locale, tuple(parts.train), dev, test, values), understood


def _tabular(format: str) -> Read:
    def read(path: Path, name: str, locale: str, given: bool, faults: Faults) -> Understood:
        files = files_of(path, format)
        found: list[Row] = []
        for file, split in zip(files, splits_of(files), strict=True):
            table = tables.rows(file, format, faults)
            found += [(*r[:3], dict(r[3]) | {"split": split}) for r in table] if split else table
        return rows.read(path, found, name, locale, given, faults)

    return read


FORMATS: Mapping[str, Read] = {
    "alexa": _as_split(_alone("alexa", alexa.read_file)),
    "alexa-schema": _as_split(alexa_schema.read),
    "conll": _conll,
    "csv": _tabular("csv"),
    "dialogflow": _within(_dialogflow),
    "jovo": _as_split(_alone("jovo", _jovo)),
    "jsonl": _tabular("jsonl"),
    "lex": _as_split(_lex),
    "lu": _lu,
    "luis": _within(_alone("luis", luis.read)),
    "ovos": _as_split(_ovos),
    "rasa": _as_split(_rasa),
    "rasa-json": _as_split(_rasa_json),
    "rasa-markdown": _within(_markdown),
    "snips": _as_split(_snips),
    "watson": _as_split(_alone("watson", watson.read)),
    "wit": _as_split(wit.read),
}
