"""What Claude will be asked about a talk, as far as that is known before it has answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clipping.claude.question import Question
from clipping.models import DetectOptions, EditorialPolicy, Hook, Transcript, Word
from clipping.moments.claude import hooks, judge, scout
from clipping.moments.claude.detector import Models
from clipping.moments.claude.finalists import Finalist, finalists
from clipping.moments.claude.hooks import Clip
from clipping.moments.claude.lines import Script, script_of
from clipping.moments.claude.places import Places
from clipping.moments.claude.prompting import Brief
from clipping.moments.rubric import Rubric
from clipping.moments.sound import measure
from clipping.moments.talk import study
from clipping.timing import TimeSpan

_HOOKS: Final = (
    Hook(text="A line that claims what is said in it", angle="claim"),
    Hook(text="Does anybody know what comes after this?", angle="question"),
    Hook(text="What it is that nobody told you before", angle="claim"),
)
"""What a judge writes for one moment, about."""
_WORD_MS: Final = 400
"""150 words a minute."""
_WORDS_A_SENTENCE: Final = 14


def foreseen(
    transcript: Transcript,
    duration_ms: int,
    options: DetectOptions,
    models: Models,
    *,
    complex_source: bool = False,
) -> list[Question]:
    """The scout's questions as they will be, and the judge's and the check's about as long.

    The finalists are those of the rubric, because no scout has proposed any; the sound, which moves
    some of their bounds, is not listened to. Empty when there are no words.
    """
    talk = study(transcript, measure(()), duration_ms)
    script = script_of(talk, transcript.sounds)
    if not script.lines:
        return []
    pace = Rubric(talk, options.min_ms, options.max_ms).usual_pace
    brief = Brief(EditorialPolicy(), options, pace, transcript.language)
    asked = [question for _, question in scout.questions(script, brief, models.scout)]
    places = Places(talk, options, [])
    entries, _ = finalists(places, script, [])
    if entries:
        model = models.complex_judge if complex_source else models.judge
        asked.append(judge.question(places, script, entries, brief, model))
        asked.append(_check(places, script, entries[: options.count], model))
    return asked


def _check(places: Places, script: Script, chosen: Sequence[Finalist], model: str) -> Question:
    clips = [Clip(*judge.bounds(places, script, one), ()) for one in chosen]
    return hooks.question(script, clips, [_HOOKS for _ in clips], model)


def unheard(duration_ms: int) -> Transcript:
    """A stand-in for what is said in a talk that nobody has heard yet, at an ordinary pace."""
    words = []
    for place in range(duration_ms // _WORD_MS):
        start_ms = place * _WORD_MS
        first, last = place % _WORDS_A_SENTENCE == 0, (place + 1) % _WORDS_A_SENTENCE == 0
        text = ("Words" if first else "words") + ("." if last else "")
        span = TimeSpan(start_ms=start_ms, end_ms=start_ms + _WORD_MS - (200 if last else 20))
        words.append(Word(text=text, span=span))
    return Transcript(
        engine="none",
        engine_version="0",
        language="en",
        words=tuple(words),
        chosen_because="Nothing was heard.",
    )
