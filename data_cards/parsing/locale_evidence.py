"""Which locale a file is in, where nobody says it: what its name tells, or its words."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from data_cards.words import tokenize

_REGIONS = {
    "en": "US GB IN AU CA IE NZ SG ZA", "de": "DE AT CH LI LU", "fr": "FR BE CA CH LU",
    "es": "ES AR CL CO MX PE US", "it": "IT CH", "nl": "NL BE", "pt": "BR PT", "hi": "IN",
    "ja": "JP", "ar": "SA AE EG", "sv": "SE", "da": "DK", "nb": "NO", "fi": "FI", "pl": "PL",
    "ru": "RU", "tr": "TR", "zh": "CN TW HK", "ko": "KR", "cs": "CZ", "bn": "IN BD", "ta": "IN",
    "te": "IN", "mr": "IN", "gu": "IN", "kn": "IN", "ml": "IN",
}  # fmt: skip
"""Language -> the regions that stand with it in a file's name, the usual one first."""
_ALONE = ("en", "de", "fr")
"""Languages that a name may tell by two letters; "it", "es" and "no" are words as well."""
_CODE = re.compile(r"(?<![A-Za-z])([A-Za-z]{2})[-_]([A-Za-z]{2})(?![A-Za-z])")

_WORDS = {
    "en": "the a an to of and is are you your i my me it what how do for in on at with please can "
    "this that not have from we will when who where tell give show go get good hello no yes be "
    "was there up more about now by so thanks stop",
    "de": "der die das ein eine einen einem einer und ist sind du ich mein meine mir mich es was "
    "wie für im auf mit bitte kann nicht haben von wir wann wer wo gib zeig zum zur den dem wird "
    "mach nach noch auch alle gute guten morgen danke ja nein bei uns heute wieviel",
    "fr": "le la les un une des du et est je mon ma moi que quel quelle comment pour dans sur avec "
    "il vous nous pas ce cette qui où quand donne bonjour merci au aux plaît",
    "es": "el la los las un una de y es son mi que cuál cómo para en con por favor puedo no tengo "
    "quién dónde cuándo dime hola gracias quiero me al",
    "it": "il lo la gli un una di e è sono mio che quale come per con nel non ho chi dove quando "
    "dimmi ciao grazie vorrei voglio della del",
    "nl": "de het een en is zijn ik mijn mij wat hoe voor op met kan niet heb van wij wanneer wie "
    "waar geef dag bedankt naar aan alstublieft",
    "pt": "o a os as um uma de e é são meu que qual como para em com por favor posso não tenho "
    "quem onde quando diga olá obrigado quero do da",
}
_COMMON = {language: frozenset(words.split()) for language, words in _WORDS.items()}


def by_code(code: str) -> str:
    """The locale that a code such as "de_de", "de-de" or "de" stands for; "" for any other word."""
    match = re.fullmatch(r"([A-Za-z]{2})(?:[-_]([A-Za-z]{2}))?", code.strip())
    regions = _REGIONS.get(match[1].lower(), "").split() if match else []
    if match is None or not regions:
        return ""
    region = (match[2] or regions[0]).upper()
    return f"{match[1].lower()}-{region}" if region in regions else ""


def by_name(path: Path) -> str:
    """The locale that a file's own name or a folder above it tells; "" where none does."""
    found = [c for m in _CODE.finditer(path.stem) if (c := by_code(m[0]))]
    if found:
        return found[-1]
    last = re.split(r"[-_. @]", path.stem)[-1]
    if last.lower() in _ALONE and last in (last.lower(), last.upper()):
        return by_code(last)
    above = [parent.name for parent in path.absolute().parents][:4]
    codes = [by_code(name) for name in above if "-" in name or "_" in name]
    named = next((code for code in codes if code), "")
    return named or (by_code(above[0]) if above and above[0] in _ALONE else "")


def by_words(texts: Iterable[str]) -> str:
    """The language that the commonest words tell; "" where they are too few or tell two apart ill.

    Texts in letters other than Latin ones tell none.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        words = {word.lower() for word in tokenize(text)}
        counts.update({lang: len(words & common) for lang, common in _COMMON.items()})
    (best, most), (_, next_most), *_ = counts.most_common(2) if counts else [("", 0), ("", 0)]
    return best if most >= 3 and most >= 1.3 * next_most else ""


def foreign_letters(texts: Iterable[str]) -> bool:
    """Whether one word of ten or more has a letter that English does not write."""
    words = [word for text in texts for word in tokenize(text)]
    return 10 * sum(not word.isascii() for word in words) >= len(words) > 0


def usual(language: str) -> str:
    """The locale that stands for a language alone: "de-DE" for "de"."""
    return f"{language}-{_REGIONS[language].split()[0]}"
