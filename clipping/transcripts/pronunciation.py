"""Which sounds a spoken word is made of, in the phones of the en-us acoustic model.

Words come from the dictionary that pocketsphinx brings (CMUdict); any other word, name or
invention is put into phonemes by espeak-ng and mapped to the nearest phones.
"""

from __future__ import annotations

import ctypes
import re
from functools import lru_cache
from threading import Lock
from typing import Any

import espeakng_loader

from clipping.transcripts.acoustics import model_file

Pronunciation = tuple[str, ...]
"""ARPAbet phones without stress, ``("HH", "AH", "L", "OW")``."""

_LATIN = re.compile(r"[a-z\u00df-\u024f]")
_SYNCHRONOUS = 2
_UTF8 = 1
_IPA_SEPARATED = 0x02 | (ord("_") << 8)
_AMERICAN, _BRITISH = b"en-us", b"en-gb-x-rp"
_LONGEST_WORD = 60
_lock = Lock()

# espeak-ng's IPA for its en-us voice, longest first where one begins with another.
_ARPABET: dict[str, Pronunciation] = {
    "eɪ": ("EY",),
    "aɪə": ("AY", "AH"),
    "aɪɚ": ("AY", "ER"),
    "aɪ": ("AY",),
    "aʊ": ("AW",),
    "oʊ": ("OW",),
    "əʊ": ("OW",),
    "ɔɪ": ("OY",),
    "tʃ": ("CH",),
    "dʒ": ("JH",),
    "ɑːɹ": ("AA", "R"),
    "ɔːɹ": ("AO", "R"),
    "oːɹ": ("AO", "R"),
    "ɛɹ": ("EH", "R"),
    "ɪɹ": ("IH", "R"),
    "ʊɹ": ("UH", "R"),
    "əl": ("AH", "L"),
    "iə": ("IY", "AH"),
    "i": ("IY",),
    "ɪ": ("IH",),
    "ᵻ": ("IH",),
    "ɨ": ("IH",),
    "y": ("UW",),
    "e": ("EH",),
    "ɛ": ("EH",),
    "ø": ("ER",),
    "œ": ("ER",),
    "æ": ("AE",),
    "a": ("AA",),
    "ɐ": ("AH",),
    "ɑ": ("AA",),
    "ɒ": ("AO",),
    "ʌ": ("AH",),
    "ə": ("AH",),
    "ɚ": ("ER",),
    "ɝ": ("ER",),
    "ɜ": ("ER",),
    "o": ("OW",),
    "ɔ": ("AO",),
    "ʊ": ("UH",),
    "u": ("UW",),
    "p": ("P",),
    "b": ("B",),
    "t": ("T",),
    "d": ("D",),
    "ɾ": ("D",),
    "k": ("K",),
    "c": ("K",),
    "ɡ": ("G",),
    "g": ("G",),
    "ʔ": (),
    "f": ("F",),
    "v": ("V",),
    "θ": ("TH",),
    "ð": ("DH",),
    "s": ("S",),
    "z": ("Z",),
    "ʃ": ("SH",),
    "ç": ("HH",),
    "ʒ": ("ZH",),
    "x": ("K",),
    "h": ("HH",),
    "m": ("M",),
    "n": ("N",),
    "ɲ": ("N", "Y"),
    "ŋ": ("NG",),
    "l": ("L",),
    "ɫ": ("L",),
    "ʎ": ("L", "Y"),
    "ɹ": ("R",),
    "r": ("R",),
    "ʁ": ("R",),
    "ɬ": ("L",),
    "j": ("Y",),
    "w": ("W",),
    "β": ("V",),
    "ɣ": ("G",),
}
_LONGEST_SYMBOL = max(map(len, _ARPABET))


class Dictionary:
    """The 130,000 words of the model's dictionary; a word's sounds are read when asked for."""

    def __init__(self, text: str) -> None:
        self._lines = dict(line.split(" ", 1) for line in text.splitlines())

    def __contains__(self, word: str) -> bool:
        return word in self._lines

    def __getitem__(self, word: str) -> tuple[Pronunciation, ...]:
        """All ways to say a word; KeyError when it is not there."""
        found = [self._lines[word]]
        # The second way to say "a" stands under "a(2)".
        while (other := self._lines.get(f"{word}({len(found) + 1})")) is not None:
            found.append(other)
        return tuple(tuple(sounds.split()) for sounds in found)


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    """The dictionary, read once per process (a tenth of a second)."""
    return Dictionary(model_file("cmudict-en-us.dict").read_text(encoding="utf-8"))


@lru_cache(maxsize=20_000)
def pronunciations(word: str) -> tuple[Pronunciation, ...]:
    """All ways to say a lower-case word (or ``a.``, the name of a letter); empty when unknown."""
    if len(word) > _LONGEST_WORD or not _LATIN.search(word):
        return ()
    written = _written(word)
    british = from_ipa(_phonemes(word, _BRITISH))
    if not written:
        written = (from_ipa(_phonemes(word, _AMERICAN)),)
    return tuple(sounds for sounds in dict.fromkeys([*written, british]) if sounds)


def _written(word: str) -> tuple[Pronunciation, ...]:
    """What the dictionary has, for the word or the word before ``'s``."""
    known = dictionary()
    for form in (word, word.replace("'", "")):
        if form in known:
            return known[form]
    if word.endswith("'s") and word[:-2] in known:
        return tuple(_with_s(sounds) for sounds in known[word[:-2]])
    return ()


def _with_s(sounds: Pronunciation) -> Pronunciation:
    if sounds[-1] in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return (*sounds, "AH", "Z")
    return (*sounds, "S" if sounds[-1] in {"P", "T", "K", "F", "TH"} else "Z")


def from_ipa(text: str) -> Pronunciation:
    """The nearest phones to IPA; stress, length and unknown signs are passed over."""
    signs = re.sub(r"[_ˈˌ\s\u0300-\u036f\u200d]|\([a-z-]+\)", "", text)
    found: list[str] = []
    at = 0
    while at < len(signs):
        for size in range(min(_LONGEST_SYMBOL, len(signs) - at), 0, -1):
            sounds = _ARPABET.get(signs[at : at + size])
            if sounds is not None:
                found += sounds
                at += size
                break
        else:
            at += 1
    return tuple(found)


def _phonemes(word: str, voice: bytes) -> str:
    """IPA of what espeak-ng would say; empty where it cannot be asked."""
    with _lock:
        library = _espeak()
        if library is None or library.espeak_SetVoiceByName(voice) != 0:
            return ""
        text = ctypes.c_char_p(word.encode())
        spoken = library.espeak_TextToPhonemes(ctypes.byref(text), _UTF8, _IPA_SEPARATED)
    return spoken.decode("utf-8", "ignore") if spoken else ""


@lru_cache(maxsize=1)
def _espeak() -> Any | None:
    """The library, or None where it cannot be loaded: then unknown words stay unknown."""
    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
    except OSError:
        return None
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    # Another user in this process (a synthetic voice) may have set it up, with options of its own.
    if library.espeak_ng_GetSampleRate() > 0:
        return library
    data = str(espeakng_loader.get_data_path()).encode()
    return library if library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0) > 0 else None
