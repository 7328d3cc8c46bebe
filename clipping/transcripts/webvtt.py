"""WebVTT, with what pysubs2 leaves out: identifiers, notes, voices, and times inside a caption.

Follows https://www.w3.org/TR/webvtt1/ (2019-04-04); lenient where players are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clipping.transcripts.captions_text import voice_of, without_tags

_STAMP = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"^\s*{_STAMP}\s*-->\s*{_STAMP}")
_INLINE = re.compile(rf"<{_STAMP}>")
_LANGUAGE = re.compile(r"^Language:\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class VttCue:
    """A cue; ``timed`` has the words of the lines that carry times of their own."""

    start_ms: int
    end_ms: int
    text: str
    timed: tuple[tuple[str, int | None, float | None], ...] | None
    speaker: str | None


@dataclass(frozen=True)
class Document:
    """Cues in the order of the file; ``language`` is what YouTube writes into the header."""

    cues: tuple[VttCue, ...]
    language: str | None


def parse(text: str) -> Document:
    """All cues of a file; text that is not a cue is passed over."""
    header, _, _ = text.partition("\n\n")
    language = _LANGUAGE.search(header)
    cues: list[VttCue] = []
    block: list[str] | None = None
    times = (0, 0)
    for line in [*text.split("\n"), ""]:
        timing = _TIMING.match(line)
        if timing:
            cues += _finished(times, block)
            times, block = (_ms(timing.groups()[:4]), _ms(timing.groups()[4:])), []
        elif not line.strip("\n") and block is not None:
            cues += _finished(times, block)
            block = None
        elif block is not None:
            block.append(line)
    cues += _finished(times, block)
    inline = any(_INLINE.search(cue.text) for cue in cues)
    return Document(
        tuple(_with_word_times(cues) if inline else cues), language[1] if language else None
    )


def _finished(times: tuple[int, int], block: list[str] | None) -> list[VttCue]:
    text = "\n".join(block or ())
    if block is None or not text.strip() or times[1] <= times[0]:
        return []
    return [VttCue(*times, text, None, voice_of(text))]


def _ms(groups: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = groups
    assert minutes is not None
    assert seconds is not None
    assert fraction is not None
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole * 1000 + int(fraction.ljust(3, "0"))


def _with_word_times(cues: list[VttCue]) -> list[VttCue]:
    """Cues of a file that times words: each keeps the lines that the cue before did not show."""
    found: list[VttCue] = []
    shown: set[str] = set()
    for cue in cues:
        lines = [line for line in cue.text.split("\n") if without_tags(line).strip()]
        plain = [without_tags(line).strip() for line in lines]
        words: list[tuple[str, int | None, float | None]] = []
        for line, seen in zip(lines, plain, strict=True):
            if _INLINE.search(line) or seen not in shown:
                words += _words(line, cue.start_ms)
        shown = set(plain)
        if words:
            found.append(VttCue(cue.start_ms, cue.end_ms, cue.text, tuple(words), cue.speaker))
    return found


def _words(line: str, start_ms: int) -> list[tuple[str, int | None, float | None]]:
    """The first word starts with the cue, the others at the stamps before them."""
    pieces = _INLINE.split(line)
    found: list[tuple[str, int | None, float | None]] = []
    for place in range(0, len(pieces), 5):
        at = start_ms if place == 0 else _ms(tuple(pieces[place - 4 : place]))
        if without_tags(pieces[place]).strip():
            found.append((pieces[place], at, None))
    return found
