"""A dropped candidate that a person wants after all, as a moment that keeps the usual promises.

The person decides that it is worth a clip, not how it is cut: it still consists of whole sentences,
opens clean, and is held for what holds others. Nothing is listened to again, because the candidate
was cut where the sound was quiet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from clipping.errors import Rejected
from clipping.models import (
    Criterion,
    Detection,
    EditorialPolicy,
    Moment,
    Rejection,
    Transcript,
    make_id,
)
from clipping.moments.guard import guarded_moment
from clipping.moments.hook import hook_line, title
from clipping.moments.selection import (
    CLEAN_OPENING_MS,
    opens_profane,
    profane_words,
    spoken_in,
    text_of,
)
from clipping.moments.sentences import Break
from clipping.moments.sound import SoundTrack
from clipping.moments.talk import Talk, study
from clipping.moments.windows import Windows
from clipping.timing import TimeSpan, timecode

LONGEST_MS: Final = 600_000
"""No run may ask for longer clips."""


def rescue(
    detection: Detection,
    numbers: Iterable[int],
    transcript_id: str,
    transcript: Transcript,
    duration_ms: int,
    policy: EditorialPolicy,
) -> tuple[Moment, ...]:
    """The moments that dropped candidates become, in the order of the numbers.

    Each is the moment that the detector would have made of the same span, so a later detection
    that chooses it finds it, and its clips. One that is in the detection already is given as it is.

    :param numbers: Places among the detection's rejections, from 1.
    :raises Rejected: There is no such candidate, or no clip of it could keep the promises; the
        sentence says which.
    """
    wanted = list(dict.fromkeys(numbers))
    dropped = [(number, numbered_in(detection, number)) for number in wanted]
    silence = SoundTrack(np.zeros(0, np.float32), np.zeros(0, np.float32))
    talk = study(transcript, silence, duration_ms)
    identity = (transcript_id, detection.detector, detection.detector_version)
    moments = list(detection.moments)
    found = []
    for number, rejection in dropped:
        moment = next((one for one in moments if one.span == rejection.span), None)
        if moment is None:
            window = _window(talk, number, rejection)
            rank = max((one.rank for one in moments), default=0) + 1
            made = _moment(talk, window, rejection, identity, rank, moments)
            moment = guarded_moment(made, policy)
            moments.append(moment)
        found.append(moment)
    return tuple(found)


def numbered_in(detection: Detection, number: int) -> Rejection:
    """The dropped candidate with that number; Rejected when there is none."""
    count = len(detection.rejections)
    if not 1 <= number <= count:
        known = f"they count from 1 to {count}" if count else "none was dropped"
        raise Rejected(f"There is no dropped candidate {number}: {known}.")
    return detection.rejections[number - 1]


def _window(talk: Talk, number: int, rejection: Rejection) -> Windows:
    """Where the candidate is cut; Rejected when no clip may be."""
    span = rejection.span
    if rejection.code == "too_short":
        raise Rejected(
            f"Candidate {number} lasts {span.duration_ms / 1000:.1f} s, which is too short for a"
            " clip: clip the source again with a lower --min-seconds."
        )
    if span.duration_ms > LONGEST_MS:
        raise Rejected(f"Candidate {number} lasts longer than {LONGEST_MS // 60_000} minutes.")
    ends = _sentences(talk, span)
    if ends is None:
        raise Rejected(
            f"Candidate {number} begins or ends in the middle of a sentence, and no clip does."
        )
    first, last = ends
    if opens_profane(talk, first, span.start_ms):
        raise Rejected(
            f"Candidate {number} holds a profanity in its first"
            f" {CLEAN_OPENING_MS // 1000} seconds, and no clip opens with one."
        )
    stop = talk.sentences.items[last].last
    return Windows(
        first=np.array([first], np.int64),
        last=np.array([last], np.int64),
        stop=np.array([stop], np.int64),
        start_ms=np.array([span.start_ms], np.int64),
        end_ms=np.array([span.end_ms], np.int64),
        broken=np.array([False]),
    )


def _sentences(talk: Talk, span: TimeSpan) -> tuple[int, int] | None:
    """The first and the last sentence of a span that consists of whole ones, else None."""
    items, breaks = talk.sentences.items, talk.sentences.breaks
    touched = [item for item in items if item.span.overlap_ms(span)]
    if not touched:
        return None
    first, last = touched[0], touched[-1]
    whole = span.start_ms <= first.span.start_ms and last.span.end_ms <= span.end_ms
    begins_inside = first.index > 0 and breaks[first.index - 1] is Break.LENGTH
    if not whole or begins_inside or breaks[last.index] is Break.LENGTH:
        return None
    return first.index, last.index


def _moment(
    talk: Talk,
    window: Windows,
    rejection: Rejection,
    identity: tuple[str, str, str],
    rank: int,
    others: Sequence[Moment],
) -> Moment:
    span = rejection.span
    spoken = spoken_in(talk, window)
    hook = hook_line(spoken, english_talk=talk.english)
    return Moment(
        moment_id=make_id("mom", *identity, span.start_ms, span.end_ms),
        rank=rank,
        span=span,
        score=rejection.score,
        rubric=_rubric(rejection),
        reason=_reason(rejection, others),
        hook=hook,
        title=title(hook, spoken, profane_words(talk)),
        text=text_of(talk, window, 0),
        holds=rejection.holds,
    )


def _rubric(rejection: Rejection) -> tuple[Criterion, ...]:
    """The score as it was, which alone has weight."""
    return (
        Criterion(
            name="score",
            value=rejection.score / 100,
            weight=1,
            evidence="what the detector gave it when it was dropped",
        ),
        Criterion(
            name="brought_back",
            value=1,
            weight=0,
            evidence=f"by a person, though it was dropped as {rejection.code.replace('_', ' ')}",
        ),
    )


def _reason(rejection: Rejection, others: Sequence[Moment]) -> str:
    """Who wants it, why it was dropped, and what it says twice."""
    said = [f"A person brought it back; it had been dropped: {rejection.reason}"]
    shared = [(other.span.overlap_ms(rejection.span), other) for other in others]
    said += [
        f"It shares {ms / 1000:.1f} s with moment {other.rank} at"
        f" {timecode(other.span.start_ms)}, because a person asked for it."
        for ms, other in shared
        if ms
    ]
    return " ".join(said)
