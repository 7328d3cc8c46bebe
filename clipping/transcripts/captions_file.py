"""Captions files of every kind become lines of words with the times that the file gives."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pysubs2
from pysubs2.exceptions import Pysubs2Error

from clipping.errors import UnreadableCaptions
from clipping.transcripts import captions_text, json3, webvtt
from clipping.transcripts.language import named_in

_ROLLING_SHARE = 0.3
_ROLLING_GAP_MS = 60
_LARGEST_BYTES = 64 * 1024**2


@dataclass(frozen=True)
class Cue:
    """One caption as the file has it: text with its tags, and times of words where given.

    ``timed`` are words with their start and the engine's confidence, for files that time words.
    """

    start_ms: int
    end_ms: int
    text: str = ""
    timed: tuple[tuple[str, int | None, float | None], ...] | None = None
    speaker: str | None = None


@dataclass(frozen=True)
class Line:
    """Words of one speaker within a caption.

    ``starts`` and ``confidences`` have an entry per token; a start is None where the file gives
    none.
    """

    start_ms: int
    end_ms: int
    tokens: tuple[str, ...]
    starts: tuple[int | None, ...]
    confidences: tuple[float | None, ...]
    speaker: str | None = None

    @property
    def timed(self) -> bool:
        """Whether the file itself times the words."""
        return any(start is not None for start in self.starts)


@dataclass(frozen=True)
class Captions:
    """A captions file: lines in order of their start; ``language`` as far as the file says."""

    lines: tuple[Line, ...]
    kind: str
    """``SRT``, ``WebVTT``, ``ASS``, ``YouTube json3`` or another format's name."""
    language: str | None = None

    @property
    def timed(self) -> bool:
        """Whether the file times words, not only lines."""
        spoken = [line for line in self.lines if line.tokens]
        return sum(line.timed for line in spoken) * 2 > len(spoken)


def read_captions(path: Path) -> Captions:
    """Read SRT, WebVTT, ASS/SSA, YouTube json3, or another format that pysubs2 knows.

    Encodings: UTF-8 and UTF-16 with or without a mark, else Windows-1252.

    :raises UnreadableCaptions: The file is missing, empty, or not captions.
    """
    text = _decoded(path)
    if not text.strip():
        raise UnreadableCaptions(f"{path.name} is empty: there are no captions in it.")
    kind, language, cues = _cues(path, text)
    if not cues:
        raise UnreadableCaptions(f"{path.name} holds no captions with times.")
    lines = _lines(cues)
    return Captions(tuple(lines), kind, language or named_in(path.name))


def _decoded(path: Path) -> str:
    try:
        size = path.stat().st_size
        data = b"" if size > _LARGEST_BYTES else path.read_bytes()
    except OSError as error:
        raise UnreadableCaptions(
            f"{path.name} cannot be read: {error.strerror or 'the file is not there'}."
        ) from error
    if size > _LARGEST_BYTES:
        raise UnreadableCaptions(f"{path.name} is too large to be captions.")
    for encoding in _encodings(data):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise UnreadableCaptions(f"{path.name} is not a text file, so it cannot be captions.")


def _encodings(data: bytes) -> Sequence[str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if b"\0" in data[:2000]:
        even, odd = data[0:2000:2].count(0), data[1:2000:2].count(0)
        wide = min(len(data), 2000) // 4
        return ("utf-16-le",) if odd > wide else ("utf-16-be",) if even > wide else ()
    return ("utf-8-sig", "cp1252", "latin-1")


def _cues(path: Path, text: str) -> tuple[str, str | None, list[Cue]]:
    if text.lstrip().startswith("WEBVTT"):
        document = webvtt.parse(text)
        cues = [Cue(c.start_ms, c.end_ms, c.text, c.timed, c.speaker) for c in document.cues]
        return "WebVTT", document.language, cues
    if text.lstrip()[:1] in "{[" and '"' in text[:200]:
        events = json3.parse(text, path.name)
        return "YouTube json3", None, [Cue(e.start_ms, e.end_ms, e.text, e.timed) for e in events]
    try:
        subtitles = pysubs2.SSAFile.from_string(text, keep_html_tags=True)
    except (Pysubs2Error, ValueError, KeyError, IndexError, AttributeError) as error:
        raise UnreadableCaptions(
            f"{path.name} is not a captions file that can be read: SRT, WebVTT, ASS and YouTube "
            "json3 can."
        ) from error
    kind = {"srt": "SRT", "ass": "ASS", "ssa": "SSA"}.get(subtitles.format or "", "text")
    cues = [
        Cue(max(0, event.start), max(0, event.end), event.text, speaker=event.name or None)
        for event in subtitles.events
        if not event.is_comment and not event.is_drawing and event.end > 0
    ]
    return kind, None, cues


# --- lines --------------------------------------------------------------------------------------


def _lines(cues: Sequence[Cue]) -> list[Line]:
    ordered = sorted(cues, key=lambda cue: cue.start_ms)
    plain = [replace(cue, text=captions_text.without_tags(cue.text)) for cue in ordered]
    once = _without_repeats(_without_doubles(plain))
    names = captions_text.known_names([cue.text for cue in once])
    found: list[Line] = []
    speaker: str | None = None
    for cue in once:
        if cue.timed is not None:
            found.append(_timed_line(cue))
            continue
        for part in captions_text.utterances(cue.text, names):
            speaker = part.speaker if part.turn else speaker
            if part.tokens:
                nothing = (None,) * len(part.tokens)
                who = cue.speaker or speaker
                found.append(Line(cue.start_ms, cue.end_ms, part.tokens, nothing, nothing, who))
    return found


def _timed_line(cue: Cue) -> Line:
    tokens: list[str] = []
    starts: list[int | None] = []
    confidences: list[float | None] = []
    for text, start, confidence in cue.timed or ():
        for part in captions_text.utterances(captions_text.without_tags(text)):
            for place, token in enumerate(part.tokens):
                tokens.append(token)
                starts.append(start if place == 0 else None)
                confidences.append(confidence)
    return Line(
        cue.start_ms, cue.end_ms, tuple(tokens), tuple(starts), tuple(confidences), cue.speaker
    )


def _without_doubles(cues: Sequence[Cue]) -> list[Cue]:
    """Layers of one caption (an outline under the letters, in ASS) count once."""
    seen: set[tuple[int, int, str]] = set()
    kept = []
    for cue in cues:
        key = (cue.start_ms, cue.end_ms, cue.text.strip())
        if key not in seen or cue.timed is not None:
            kept.append(cue)
        seen.add(key)
    return kept


def _without_repeats(cues: Sequence[Cue]) -> list[Cue]:
    """Take out what rolling captions say twice.

    YouTube's automatic captions scroll: each caption shows the line before it once more, and the
    same text stands in short captions between. Only files that do this most of the time are
    changed, because people do repeat themselves.
    """
    if len(cues) < 2:
        return list(cues)
    repeating = sum(_repeats(before, cue) for before, cue in itertools.pairwise(cues))
    if repeating < _ROLLING_SHARE * (len(cues) - 1):
        return list(cues)
    kept = [cues[0]]
    for before, cue in itertools.pairwise(cues):
        fresh = cue
        if _follows(before, cue) and cue.timed is None:
            shown = _shown_lines(before)
            lines = [line for line in cue.text.split("\n") if line.strip()]
            while lines and lines[0].strip() in shown:
                lines.pop(0)
            fresh = replace(cue, text="\n".join(lines))
        if fresh.timed is not None or fresh.text.strip():
            kept.append(fresh)
    return kept


def _repeats(before: Cue, cue: Cue) -> bool:
    lines = [line.strip() for line in cue.text.split("\n") if line.strip()]
    return bool(lines) and _follows(before, cue) and lines[0] in _shown_lines(before)


def _follows(before: Cue, cue: Cue) -> bool:
    return cue.start_ms - before.end_ms <= _ROLLING_GAP_MS


def _shown_lines(cue: Cue) -> set[str]:
    return {line.strip() for line in cue.text.split("\n") if line.strip()}
