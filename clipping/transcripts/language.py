"""Which language a text is in, told by its script and its smallest words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

UNKNOWN = "und"

_SMALL_WORDS = {
    "en": "the and of to is that it you was for are with this have not but what they we he she",
    "de": "der die und das ist nicht ich sie wir mit ein eine zu den auf es dass für haben auch",
    "es": "el la los las que de y es en un una no por con para se lo pero como está muy yo",
    "fr": "le la les des et est que un une je vous nous pas pour dans ce il elle avec sur mais",
    "it": "il che di è non la un una per sono con mi ho ma come si della questo anche gli",
    "pt": "o que de não é um uma os as para com eu você mas isso por como muito na no em",
    "nl": "de het een en van ik is dat niet je we in te op zijn maar voor met ook wat",
    "pl": "i w nie na to się że jest do z co jak ale tak po za już jestem był dla",
    "tr": "bir ve bu için de da ne çok ama ben sen var gibi daha olarak mi değil o kadar",
    "sv": "och att det som en är på jag inte för av med den till har vi du ett om men",
}
_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "THAI": "th",
    "GREEK": "el",
}
_SETS = {name: frozenset(words.split()) for name, words in _SMALL_WORDS.items()}
_LEAST_SHARE = 0.08
_MOST_TOKENS = 2_000


def language_of(tokens: Sequence[str]) -> str:
    """BCP 47 of a text, ``und`` when it cannot be told; a rough guess that knows 20 languages."""
    sample = tokens[:: max(1, len(tokens) // _MOST_TOKENS)][:_MOST_TOKENS]
    scripts: Counter[str] = Counter()
    for token in sample:
        for mark in token:
            if mark.isalpha():
                scripts[unicodedata.name(mark, "?").split()[0].split("-")[0]] += 1
    if not scripts:
        return UNKNOWN
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > 0.1 * scripts.total():
        return "ja"
    script = scripts.most_common(1)[0][0]
    if script != "LATIN":
        return _SCRIPTS.get(script, UNKNOWN)
    words = [token.lower().replace("’", "'").strip(".,;:!?\"“”()[]…-'") for token in sample]
    counts = {name: sum(word in known for word in words) for name, known in _SETS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= _LEAST_SHARE * len(words) else UNKNOWN


_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def is_tag(language: str) -> bool:
    """Whether it has the form of a BCP 47 tag: ``en`` and ``pt-BR`` have, ``english`` has not."""
    return _TAG.fullmatch(language) is not None


_WRITTEN = frozenset(
    (
        "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr ga gd gl gu "
        "ha he hi hr ht hu hy id is it ja jv ka kk km kn ko ky la lb ln lo lt lv mg mi mk ml mn mr "
        "ms mt my nb ne nl nn no oc or pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te "
        "tg th tk tl tr tt uk ur uz vi xh yi yo zh zu eng ger deu fre fra spa ita por rus jpn ukr"
    ).split()
)
_NAMED = re.compile(r"\.([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.[A-Za-z0-9]+$")


def named_in(file_name: str) -> str | None:
    """``talk.uk.srt`` says Ukrainian; ``talk.mov.srt`` and ``talk.cc.srt`` say nothing."""
    match = _NAMED.search(file_name)
    return match[1] if match and match[1].lower().split("-")[0] in _WRITTEN else None


def is_english(language: str) -> bool:
    """Whether a BCP 47 tag is any kind of English."""
    return language.lower().split("-")[0] in {"en", "eng"}
