"""Locales as people type them: a locale is checked in this one place, and the right one named.

A locale is a language of ISO 639 in small letters, with or without a region of ISO 3166 in
capitals: de, en-US. No skill would ever find a store of the language "de_de".
"""

import re

from data_cards.errors import SkillwiseError

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_PARTS = re.compile(
    r"(?P<language>\w+?)(?:[-_ /](?P<script>[A-Za-z]{4}))?(?:[-_ /]+(?P<region>[A-Za-z]{2}))?"
    r"(?:[.@][\w.@-]*)?"  # of a system's locale: en_US.UTF-8, de_DE@euro
)

_TWO_LETTERS = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id
ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li
ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa
pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th
ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_CODES = frozenset(_TWO_LETTERS.split())
"""Two-letter codes of ISO 639, withdrawn ones too: data of their time bear them."""

_NAMES = """af afr afrikaans|am amh amharic|ar ara arabic|az aze azerbaijani|bg bul bulgarian
bn ben bengali bangla|ca cat catalan català|cs ces cze cz czech čeština|cy cym wel welsh
da dan dk danish dansk|de deu ger german deutsch|el ell gre gr greek|en eng english englisch
es spa spanish español espanol spanisch|et est estonian|eu eus baq basque|fa fas per persian farsi
fi fin finnish suomi|fr fra fre french français francais französisch|ga gle irish|gl glg galician
gu guj gujarati|he heb hebrew|hi hin hindi|hr hrv croatian|hu hun hungarian magyar
hy hye arm armenian|id ind indonesian|is isl ice icelandic
it ita italian italiano italienisch|ja jpn jp japanese|jv jav javanese|ka kat geo georgian
km khm khmer|kn kan kannada|ko kor korean|la lat latin|lt lit lithuanian|lv lav latvian
ml mal malayalam|mn mon mongolian|mr mar marathi|ms msa may malay|my mya bur burmese
nb nob norwegian norsk|nl nld dut dutch nederlands|pl pol polish polski|pa pan punjabi
pt por portuguese português portugues|ro ron rum romanian|ru rus russian|sk slk slo slovak
sl slv slovenian slovene|sq sqi alb albanian|sr srp serbian|sv swe swedish svenska|sw swa swahili
ta tam tamil|te tel telugu|th tha thai|tl tgl tagalog|tr tur turkish türkçe|uk ukr ukrainian
ur urd urdu|vi vie vietnamese|zh zho chi cn chinese mandarin"""
_LANGUAGES = {
    other: names[0]
    for line in re.split(r"[|\n]", _NAMES)
    for names in [line.split()]
    for other in names[1:]
}
"""What people write in place of a language's code: three letters, its names, a country's code."""

_COUNTRIES = {"us": "en-US", "usa": "en-US", "gb": "en-GB"}
_REGIONS = {"UK": "GB"}


def checked(text: str, option: str = "--locale") -> str:
    """The locale, if it is written as one; else a `SkillwiseError` that names the right one."""
    right = suggested(text)
    if right == text:
        return text
    remedy = f"write {right}" if right else "write a language and a region, e.g. de or en-US"
    raise SkillwiseError(f"{option} {text or repr(text)}: {remedy}")


def suggested(text: str) -> str | None:
    """The locale that somebody meant who typed this, e.g. "en-US" of "en_us" and "de" of "german".

    None where it cannot be told. A text that is a locale already is returned as it is.
    """
    if _LOCALE.fullmatch(text) and _known(text):
        return text
    bare = text.strip().casefold()
    if bare in _COUNTRIES:
        return _COUNTRIES[bare]
    found = _PARTS.fullmatch(text.strip())
    if found is None:
        return None
    language = found["language"].casefold()
    language = _LANGUAGES.get(language, language)
    region = (found["region"] or "").upper()
    region = _REGIONS.get(region, region)
    right = f"{language}-{region}" if region else language
    return right if _LOCALE.fullmatch(right) and _known(right) else None


def language(text: str, option: str = "--locale") -> str:
    """The language of a checked locale: "en" of "en-GB"."""
    return checked(text, option).partition("-")[0]


def _known(locale: str) -> bool:
    """Whether its language has this code: a language of two letters has no code of three."""
    language, _, region = locale.partition("-")
    if region in _REGIONS:
        return False
    return language in _CODES or (len(language) == 3 and language not in _LANGUAGES)
