"""What Whisper's engines have in common: names of languages, and words out of their pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clipping.models import HeardWord

_OTHER_NAMES = {"nb": "no", "iw": "he", "jv": "jw", "fil": "tl", "in": "id", "cmn": "zh"}
_WITHOUT_SPACES = frozenset({"zh", "ja", "th", "lo", "my", "yue"})


def whisper_language(tag: str | None, known: Iterable[str]) -> str | None:
    """Whisper's own name for a language, None when it knows none or should tell by itself.

    :param tag: BCP 47.
    """
    if tag is None:
        return None
    code = tag.lower().split("-")[0]
    code = _OTHER_NAMES.get(code, code)
    return code if code in set(known) else None


def as_floats(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """The samples as Whisper takes them, -1..1."""
    floats: NDArray[np.float32] = np.divide(samples, 32768, dtype=np.float32)
    return floats


def likeliest_language(model: Any, samples: Sequence[NDArray[np.float32]]) -> str | None:
    """What most of the samples are most likely in, by a model of faster-whisper."""
    if not model.model.is_multilingual:
        return "en"
    total: dict[str, float] = {}
    for part in samples:
        _, _, likely = model.detect_language(audio=part)
        for language, share in likely:
            total[language] = total.get(language, 0.0) + share
    return max(total, key=lambda language: total[language]) if total else None


@dataclass(frozen=True)
class Piece:
    """Text as Whisper times it: a word begins with a space, what belongs to it does not."""

    text: str
    start_s: float | None
    end_s: float | None
    probability: float | None = None


def words_of(pieces: Iterable[Piece], language: str) -> list[HeardWord]:
    """Whole words: ``" $40"`` and ``",000"`` are one, and so are ``" well"`` and ``"-known"``."""
    apart = language in _WITHOUT_SPACES
    groups: list[list[Piece]] = []
    for piece in pieces:
        if not piece.text.strip():
            continue
        if groups and not apart and not piece.text[0].isspace():
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [_word(group) for group in groups]


def _word(group: list[Piece]) -> HeardWord:
    sure = [piece.probability for piece in group if piece.probability is not None]
    starts = [piece.start_s for piece in group if piece.start_s is not None]
    ends = [piece.end_s for piece in group if piece.end_s is not None]
    return HeardWord(
        text="".join(piece.text for piece in group).strip(),
        start_ms=round(min(starts) * 1000) if starts else None,
        end_ms=round(max(ends) * 1000) if ends else None,
        confidence=round(min(1.0, max(0.0, sum(sure) / len(sure))), 3) if sure else None,
    )
