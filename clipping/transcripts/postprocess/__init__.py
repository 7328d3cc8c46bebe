"""From what was heard in each chunk to the words of the whole source. Nothing here acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from clipping.models import GlossaryTerm, HeardChunk, Word
from clipping.transcripts.chunks import Chunk
from clipping.transcripts.language import UNKNOWN, is_english, language_of
from clipping.transcripts.postprocess.glossary import Glossary
from clipping.transcripts.postprocess.loops import without_loops
from clipping.transcripts.postprocess.seams import joined
from clipping.transcripts.postprocess.silence import without_silence
from clipping.transcripts.postprocess.speakers import ChunkVoices, named, renamed
from clipping.transcripts.postprocess.times import complete
from clipping.transcripts.voice_activity import Activity
from clipping.transcripts.word_times import TimedWord, in_order

VERSION = "2"
"""Changes whenever the same heard chunks could give other words or times."""


@dataclass(frozen=True)
class Finished:
    """The words of a source, its language, and what was mended on the way."""

    words: tuple[Word, ...]
    language: str
    notes: tuple[str, ...]


def finish(
    heard: Sequence[tuple[Chunk, HeardChunk]],
    activity: Activity,
    duration_ms: int,
    glossary: Sequence[GlossaryTerm] = (),
) -> Finished:
    """The words of all chunks: timed, each once, without what nobody said, terms as written."""
    chunks = [chunk for chunk, _ in heard]
    timed = [complete(part.words, chunk.heard, activity) for chunk, part in heard]
    names = named(
        [ChunkVoices(words, part.voices) for words, (_, part) in zip(timed, heard, strict=True)]
    )
    words = joined_all([renamed(w, n) for w, n in zip(timed, names, strict=True)], chunks)
    language = _language([part for _, part in heard], words)
    words, loops = without_loops(words)
    words, unspoken = without_silence(words, activity)
    words, corrected = Glossary(tuple(glossary)).corrected(words, english=is_english(language))
    ordered = in_order(words, duration_ms)
    notes = [note for _, part in heard for note in part.notes]
    notes += [loop.note() for loop in loops]
    notes += [one.note() for one in unspoken]
    notes += counted(ordered, corrected)
    return Finished(ordered, language, tuple(dict.fromkeys(notes)))


def joined_all(parts: Sequence[Sequence[TimedWord]], chunks: Sequence[Chunk]) -> list[TimedWord]:
    """The words of all chunks in order, each once."""
    kept = [list(part) for part in parts]
    for place, (_, after) in enumerate(pairwise(chunks)):
        kept[place], kept[place + 1] = joined(kept[place], kept[place + 1], after.own.start_ms)
    placed = [
        (latest, word)
        for part in kept
        # Of one chunk's words the order is right, even where the times are not.
        for latest, word in zip(accumulate((w.start_ms for w in part), max), part, strict=True)
    ]
    return [word for _, word in sorted(placed, key=lambda one: one[0])]


def _language(parts: Sequence[HeardChunk], words: Sequence[TimedWord]) -> str:
    """What most words were heard in; told by the words where the engine does not say."""
    spoken = Counter[str]()
    for part in parts:
        spoken[part.language] += len(part.words)
    spoken.pop(UNKNOWN, None)
    if spoken.total():
        return spoken.most_common(1)[0][0]
    return language_of([word.text for word in words])


def counted(words: Sequence[Word], corrected: int) -> list[str]:
    """Notes on words without times of their own, and on what the glossary changed."""
    notes = []
    interpolated = sum(word.interpolated for word in words)
    if interpolated:
        notes.append(
            f"{interpolated} of {len(words)} words have times that were divided between their "
            "neighbours'."
        )
    if corrected:
        places = "one place" if corrected == 1 else f"{corrected} places"
        notes.append(f"The glossary corrected {places}.")
    return notes
