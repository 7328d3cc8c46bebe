"""Deciding a clip: everything about it, as one value, before anything is decoded.

Pure. The same source, words, moment and choices give the same plan, and the same plan gives the
same clip (``clipping.rendering.compose``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from clipping.captions import style as caption_style
from clipping.captions.hook import lay_out_hook
from clipping.captions.layout import lay_out
from clipping.models import (
    ClipWord,
    EncoderSettings,
    Face,
    Framing,
    HookOverlay,
    Loudness,
    Moment,
    RenderPlan,
    SourceVideo,
    Word,
)
from clipping.profanity import find, mask, mute_spans
from clipping.rendering.framing import centre_crop, still
from clipping.rendering.grid import Cut, snap
from clipping.rendering.sound import FADE_MS
from clipping.timing import TimeSpan

PLAN_VERSION = 2
"""Raised whenever the same plan would give other frames or another sound than before."""

_JOIN_MS = 3_000
"""Where head and body of a clip meet: no hook stands longer."""
_SHORTEST_BODY_MS = 2_000
"""A shorter one is not worth an encoder of its own."""
_CONTEXT_MS = 10_000
"""Words this near the clip are looked at as well: a hit may reach across the cut."""


def make_plan(
    source: SourceVideo,
    words: Sequence[Word],
    moment: Moment,
    *,
    style: str,
    loudness: Loudness,
    encoder: EncoderSettings,
    framings: tuple[Framing, ...] = (),
    faces: Sequence[Face] = (),
) -> RenderPlan:
    """The recipe of one clip.

    :param words: The source's words in order, on the source clock; all of them or at least those
        from ten seconds before the moment to ten seconds after it.
    :param style: Name of a caption style; ValueError names the known ones.
    :param loudness: From ``clipping.rendering.sound.measure`` over the same span and mutes.
    :param framings: The camera, from ``clipping.rendering.reframe`` over the same cut; without any
        it stands still on the middle.
    :param faces: Where the camera is meant to show them.
    """
    cut = snap(moment.span, source.media)
    look = caption_style(style)
    spoken = clip_words(words, cut.span)
    hook = lay_out_hook(moment.hook, look, cut.duration_ms)
    return RenderPlan(
        version=PLAN_VERSION,
        source_sha256=source.sha256,
        span=cut.span,
        fps=f"{cut.fps.numerator}/{cut.fps.denominator}",
        frames=cut.frames,
        framings=framings or still(centre_crop(source.media.video), cut.frames),
        faces=tuple(faces),
        join_frame=join_frame(cut, hook),
        style=style,
        words=spoken,
        captions=lay_out(spoken, look, cut.duration_ms),
        hook=hook,
        mutes=mutes(words, cut.span),
        fade_ms=FADE_MS,
        loudness=loudness,
        encoder=encoder,
    )


def join_frame(cut: Cut, hook: HookOverlay | None) -> int | None:
    """The first frame of the body, which all hooks of the clip can share; None: one piece.

    Depends on the cut alone, so that a clip without a hook has the same body.
    """
    frame = ceil(_JOIN_MS * cut.fps / 1000)
    if (cut.frames - frame) * 1000 / cut.fps < _SHORTEST_BODY_MS:
        return None
    return None if hook is not None and hook.end_ms > _JOIN_MS else frame


def encoder_settings(codec: str, threads: int) -> EncoderSettings:
    """The settings for an encoder that ``clipping.media.ffmpeg.working_encoder`` named.

    :param threads: Of decoder, filters and encoder. It is part of the recipe, because x264 gives
        other bytes with another number of threads; 1 with one clip per core is the fastest way to
        make many, all cores the fastest way to make one.
    """
    if codec == "h264_nvenc":
        return EncoderSettings(codec=codec, preset="p4", quality=21, threads=threads)
    return EncoderSettings(codec=codec, threads=threads)


def clip_words(words: Sequence[Word], span: TimeSpan) -> tuple[ClipWord, ...]:
    """The words of which at least half is heard within ``span``, relative to it and clamped.

    A word of a profanity is marked as muted and its text masked.
    """
    near = _near(words, span)
    masked = dict(_masked(near))
    return tuple(
        ClipWord(
            text=masked.get(index, word.text),
            start_ms=max(word.span.start_ms, span.start_ms) - span.start_ms,
            end_ms=min(word.span.end_ms, span.end_ms) - span.start_ms,
            speaker=word.speaker,
            muted=index in masked,
        )
        for index, word in enumerate(near)
        if 2 * word.span.overlap_ms(span) >= word.span.duration_ms
    )


def mutes(words: Sequence[Word], span: TimeSpan) -> tuple[TimeSpan, ...]:
    """The silences that profanity needs within ``span``, relative to it, in order."""
    return tuple(
        TimeSpan(
            start_ms=max(mute.start_ms, span.start_ms) - span.start_ms,
            end_ms=min(mute.end_ms, span.end_ms) - span.start_ms,
        )
        for mute in mute_spans(_near(words, span))
        if mute.overlap_ms(span) > 0
    )


def _near(words: Sequence[Word], span: TimeSpan) -> list[Word]:
    first, last = span.start_ms - _CONTEXT_MS, span.end_ms + _CONTEXT_MS
    return [word for word in words if word.span.end_ms > first and word.span.start_ms < last]


def _masked(words: Sequence[Word]) -> Iterator[tuple[int, str]]:
    """Index and masked text of every word that belongs to a profanity."""
    for hit in find([word.text for word in words]):
        for index in range(hit.first, hit.last):
            text = words[index].text
            alone = mask(text)
            if alone == text:
                # One of several words that make the profanity together: "f u c k".
                kept = 1 if index == hit.first else 0
                alone = _starred(text, kept)
            yield index, alone


def _starred(text: str, kept: int) -> str:
    """Every letter and digit but the first ``kept`` as an asterisk; punctuation stays."""
    letters, characters = 0, []
    for character in text:
        letters += character.isalnum()
        characters.append("*" if character.isalnum() and letters > kept else character)
    return "".join(characters)
