"""A transcript as subtitles: SRT and WebVTT, as people read them.

Written here and not by pysubs2, which takes braces in a text for tags and knows no voices. Lines
follow the usual rules of broadcasters: two of at most 42 characters, up to six seconds.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from clipping.models import Transcript, Word

LINE_CHARACTERS = 42
_LONGEST_MS = 6_000
_SHORTEST_MS = 1_000
_PAUSE_MS = 700
_LINGER_MS = 400
"""A cue stands a little longer than it is spoken, where there is room."""
_LEAST_SENTENCE = 12
"""Shorter sentences share a cue."""
_WITHOUT_SPACES = frozenset({"ja", "zh", "th", "lo", "my", "yue"})


@dataclass(frozen=True)
class Cue:
    """One or two lines that are shown together."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    speaker: str | None = None


def cues(transcript: Transcript) -> list[Cue]:
    """The whole text in cues that do not overlap."""
    space = "" if transcript.language.split("-")[0] in _WITHOUT_SPACES else " "
    groups: list[list[Word]] = []
    for word in transcript.words:
        if groups and _belongs(groups[-1], word, space):
            groups[-1].append(word)
        else:
            groups.append([word])
    return [_cue(group, following, space) for group, following in zip_longest(groups, groups[1:])]


def _belongs(group: Sequence[Word], word: Word, space: str) -> bool:
    last = group[-1]
    text = space.join(part.text for part in (*group, word))
    return (
        len(text) <= 2 * LINE_CHARACTERS
        and len(_lines(text, space)) <= 2
        and word.span.end_ms - group[0].span.start_ms <= _LONGEST_MS
        and word.span.start_ms - last.span.end_ms < _PAUSE_MS
        and word.speaker == last.speaker
        and not _ends_sentence(group, space)
    )


def _ends_sentence(group: Sequence[Word], space: str) -> bool:
    text = space.join(word.text for word in group)
    return len(text) >= _LEAST_SENTENCE and text.rstrip("\"'\u201d\u2019)")[-1:] in set(
        ".?!\u2026\u3002"
    )


def _cue(group: Sequence[Word], following: Sequence[Word] | None, space: str) -> Cue:
    start, end = group[0].span.start_ms, group[-1].span.end_ms
    wanted = max(end + _LINGER_MS, start + _SHORTEST_MS)
    end = max(end, min(wanted, following[0].span.start_ms)) if following else wanted
    text = space.join(word.text for word in group)
    return Cue(start, end, tuple(_lines(text, space)), group[0].speaker)


def _lines(text: str, space: str) -> list[str]:
    """One line, or two of nearly the same length; more only when a word is too long."""
    if len(text) <= LINE_CHARACTERS:
        return [text]
    places = [n for n, mark in enumerate(text) if mark == " "] if space else range(1, len(text))
    best = min(places, key=lambda n: abs(2 * n - len(text)), default=None)
    if best is None:
        return [text]
    lines = [text[:best].strip(), text[best:].strip()]
    return lines if max(map(len, lines)) <= LINE_CHARACTERS else [*lines, ""]


def srt(transcript: Transcript) -> str:
    """SubRip."""
    blocks = [
        f"{number}\n{_stamp(cue.start_ms, ',')} --> {_stamp(cue.end_ms, ',')}\n"
        + "\n".join(line for line in cue.lines if line)
        for number, cue in enumerate(cues(transcript), 1)
    ]
    return "\n\n".join(blocks) + "\n"


def vtt(transcript: Transcript) -> str:
    """WebVTT (https://www.w3.org/TR/webvtt1/, 2019-04-04), with a voice where one is known."""
    blocks = ["WEBVTT" + (f"\nLanguage: {transcript.language}" if transcript.words else "")]
    for cue in cues(transcript):
        text = "\n".join(html.escape(line, quote=False) for line in cue.lines if line)
        if cue.speaker is not None:
            text = f"<v {html.escape(cue.speaker, quote=False)}>{text}"
        blocks.append(f"{_stamp(cue.start_ms, '.')} --> {_stamp(cue.end_ms, '.')}\n{text}")
    return "\n\n".join(blocks) + "\n"


def json(transcript: Transcript) -> str:
    """Everything that is known: words with times, speakers and confidence, sounds, notes."""
    return transcript.model_dump_json(indent=2) + "\n"


def _stamp(ms: int, mark: str) -> str:
    seconds, milli = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{milli:03}"


FORMATS: Final[dict[str, Callable[[Transcript], str]]] = {"srt": srt, "vtt": vtt, "json": json}
"""Ways to write a transcript, by what people call them."""
