"""Which words of a clip deserve to be set apart: figures, strong words, names, drawn-out words.

Reads the words alone, so the same words give the same choice. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from statistics import median

from clipping.captions.grouping import LEANS_ON_NEXT
from clipping.captions.scripts import clusters, spaceless
from clipping.models import ClipWord

EVERY = 5
"""At most one word in this many stands out; more, and none does."""
_LEAST = 1.0
"""Weaker than this is not set apart, however few others there are."""
_FIGURE, _STRONG, _NAME, _STRETCHED = 3.0, 2.0, 1.2, 1.0
_STRETCH = 2.2
"""Time per character, as a multiple of the clip's usual one, from which a word is drawn out."""
_STRETCHED_MS = 450
_SENTENCE_END = ".!?…。！？؟।"
_STRIPPED = "\"'“”‘’«»()[]{}.,;:!?…¿¡-–—。、！？،؛؟।*"

_UNITS = frozenset(
    """
    % percent percentage points degrees times x dollar dollars buck bucks euro euros pound pounds
    cent cents rupees yen thousand million millions billion billions trillion trillions hundred
    k m bn second seconds minute minutes hour hours day days week weeks month months year years
    decade decades people times kilo kilos kilometers kilometres miles meters metres feet tons
    prozent grad mal tausend million millionen milliarde milliarden sekunden minuten stunde stunden
    tag tage tagen woche wochen monat monate monaten jahr jahre jahren menschen meter kilometer
    mil millón millones millions milliard milliards millones años días horas minutos
    ans jours heures semaines mois
    """.split()
)
_NUMBERS = frozenset(
    """
    two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty
    seventy eighty ninety hundred thousand million billion trillion half double triple zero
    zwei drei vier fünf sechs sieben acht neun zehn zwanzig dreißig vierzig fünfzig hundert tausend
    dos tres cuatro cinco seis siete ocho nueve diez cien mil millón
    deux trois quatre cinq six sept huit neuf dix vingt cent mille
    """.split()
)
_STRONG_WORDS = frozenset(
    """
    never always nobody nothing everything everyone impossible forever worst best biggest greatest
    hardest easiest fastest smallest highest lowest first only secret secrets truth lie lies lying
    love hate hated fear afraid scared terrified terrifying death died dead kill killed danger
    dangerous crazy insane incredible unbelievable amazing shocking shocked brutal terrible horrible
    awful disaster disgusting beautiful perfect brilliant genius stupid wrong mistake mistakes fail
    failed failure failures broke bankrupt rich money free win won winning lost lose losing destroy
    destroyed ruined ruin changed change huge massive enormous extreme extremely absolutely
    completely totally literally exactly stop wow warning urgent proof proven guarantee power
    powerful pain painful cry cried crying happy happiest miracle magic dream dreams nightmare
    hell heaven god crime murder illegal banned scam fraud addicted obsessed furious angry
    nie niemals immer niemand nichts alles unmöglich schlimmste beste größte größten geheimnis
    wahrheit lüge liebe hass angst tod gefährlich verrückt unglaublich wahnsinn perfekt falsch
    fehler katastrophe geld
    nunca siempre nadie nada todo imposible peor mejor secreto verdad mentira amor odio miedo
    muerte peligroso loco increíble perfecto error dinero
    jamais toujours personne rien tout impossible pire meilleur secret vérité mensonge amour haine
    peur mort dangereux fou incroyable parfait erreur argent
    """.split()
)
_SUPERLATIVES = ("est", "iest")
_NOT_SUPERLATIVE = frozenset(
    """
    rest test best west east guest request interest honest forest invest suggest protest contest
    chest nest quest arrest modest digest harvest breast feast least priest west zest latest jest
    """.split()
)
_NEVER = frozenset(
    """
    i i'm i've i'll i'd ok okay mr mrs ms dr am pm the a an and but so well yes no monday tuesday
    wednesday thursday friday saturday sunday
    """.split()
)


def emphasis(words: Sequence[ClipWord]) -> frozenset[int]:
    """Indexes of the words to set apart: about one in five at most, and never two neighbours.

    A figure and its unit ("10 million", "fifty percent") are the exception: they go together, even
    where there is room for one word only. Muted words are never chosen. Among equals the earlier
    wins.
    """
    texts = [word.text for word in words]
    weights = _weights(texts)
    pace = _pace_ms(words)
    for index, word in enumerate(words):
        if pace and _drawn_out(word, pace) and not _spaceless(word.text):
            weights[index] += _STRETCHED
    taken: set[int] = set()
    room = -(-len(words) // EVERY)
    for index in sorted(range(len(words)), key=lambda index: (-weights[index], index)):
        if room <= 0 or weights[index] < _LEAST:
            break
        chosen = _with_unit(texts, index)
        near = {other for one in chosen for other in (one - 1, one, one + 1)}
        if near & taken or any(words[one].muted for one in chosen):
            continue
        taken |= set(chosen)
        room -= len(chosen)
    return frozenset(taken)


def key_words(texts: Sequence[str]) -> frozenset[int]:
    """Of a short line such as a hook: the strongest word, or a figure with its unit.

    Where none is strong, the longest that is no article, preposition or the like; of a single word,
    and of text without spaces, none.
    """
    if len(texts) < 2 or any(_spaceless(text) for text in texts):
        return frozenset()
    weights = _weights(texts)
    telling = [at for at, text in enumerate(texts) if _bare(text).lower() not in LEANS_ON_NEXT]
    if not telling:
        return frozenset()
    best = max(telling, key=lambda at: (weights[at], len(_bare(texts[at])), at))
    chosen = _with_unit(texts, best) if weights[best] >= _FIGURE else (best,)
    return frozenset(chosen) if len(chosen) < len(texts) else frozenset()


def _weights(texts: Sequence[str]) -> list[float]:
    opens = [index == 0 or _ends(texts[index - 1]) for index in range(len(texts))]
    words = ["" if "*" in text else _bare(text) for text in texts]
    marked = [_capital(word, first) for word, first in zip(words, opens, strict=True)]
    # Where many words have capitals they tell nothing: German nouns, or all of it in capitals.
    telling = sum(marked) * EVERY <= max(EVERY, len(words))
    return [
        _weight(word) or (_NAME if telling and capital else 0.0)
        for word, capital in zip(words, marked, strict=True)
    ]


def _capital(word: str, opens_sentence: bool) -> bool:
    """Whether a word is written like a name, or shouted."""
    if word.lower() in _NEVER or len(word) < 3:
        return False
    named = word[0].isupper() and word[1:].islower() and not opens_sentence
    return named or (len(word) >= 4 and word.isupper())


def _weight(word: str) -> float:
    lower = word.lower()
    if not word or lower in _NEVER or lower in LEANS_ON_NEXT:
        return 0.0
    if _has_digit(word):
        return _FIGURE
    if lower in _NUMBERS:
        return _STRONG - 0.5
    if lower in _STRONG_WORDS or _superlative(lower):
        return _STRONG
    return 0.0


def _superlative(lower: str) -> bool:
    return lower.endswith(_SUPERLATIVES) and len(lower) >= 6 and lower not in _NOT_SUPERLATIVE


def _with_unit(texts: Sequence[str], index: int) -> tuple[int, ...]:
    """A figure together with the word behind it that says of what."""
    number = _bare(texts[index])
    figure = _has_digit(number) or number.lower() in _NUMBERS
    following = texts[index + 1] if index + 1 < len(texts) else ""
    joined = figure and not _ends(texts[index]) and _bare(following).lower() in _UNITS
    return (index, index + 1) if joined or (figure and following == "%") else (index,)


def _pace_ms(words: Sequence[ClipWord]) -> float:
    """The usual time per character; 0 where there are too few words to tell."""
    paces = [_per_character_ms(word) for word in words if _bare(word.text)]
    return median(paces) if len(paces) >= EVERY else 0.0


def _drawn_out(word: ClipWord, pace_ms: float) -> bool:
    long = word.end_ms - word.start_ms >= _STRETCHED_MS
    return long and len(_bare(word.text)) > 2 and _per_character_ms(word) >= _STRETCH * pace_ms


def _per_character_ms(word: ClipWord) -> float:
    return (word.end_ms - word.start_ms) / max(1, len(clusters(_bare(word.text))))


def _bare(text: str) -> str:
    return text.strip(_STRIPPED)


def _ends(text: str) -> bool:
    return text.rstrip("\"'”’»)")[-1:] in tuple(_SENTENCE_END)


def _has_digit(text: str) -> bool:
    return any(unicodedata.category(character) == "Nd" for character in text)


def _spaceless(text: str) -> bool:
    return any(spaceless(character) for character in text)
