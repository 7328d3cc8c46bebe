"""Deciding a clip: everything about it, as one value, before anything is decoded.

Pure. The same source, words, moment and choices give the same plan, and the same plan gives the
same clip (``clipping.rendering.compose``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from clipping.captions import style as caption_style
from clipping.captions.emphasis import emphasis
from clipping.captions.hook import lay_out_hook
from clipping.captions.layout import lay_out
from clipping.models import (
    ClipWord,
    EncoderSettings,
    Face,
    Framing,
    Layout,
    Loudness,
    MediaInfo,
    Moment,
    Obstacle,
    RenderChoices,
    RenderPlan,
    SourceVideo,
    Word,
)
from clipping.profanity import find, mask, mute_spans
from clipping.rendering.framing import centre_crop, fit_box, still
from clipping.rendering.grid import Cut, snap
from clipping.rendering.reframe import Camera
from clipping.rendering.sound import FADE_MS
from clipping.timing import TimeSpan

PLAN_VERSION = 3
"""Raised whenever the same plan would give other frames or another sound than before."""

MAX_KBPS = 20_000
"""For a clip that came out above what every platform takes (``measure.container``)."""
_FACE_MS = 400
"""How long a face stands for where it was seen; they are looked for more often."""
_JOIN_MS = 3_000
"""Where head and body of a clip meet: no hook stands longer, a test says so."""
_SHORTEST_BODY_MS = 2_000
"""A shorter one is not worth an encoder of its own."""
_CONTEXT_MS = 10_000
"""Words this near the clip are looked at as well: a hit may reach across the cut."""


def make_plan(
    source: SourceVideo,
    words: Sequence[Word],
    moment: Moment,
    *,
    choices: RenderChoices,
    loudness: Loudness,
    encoder: EncoderSettings,
    camera: Camera | None = None,
) -> RenderPlan:
    """The recipe of one clip.

    :param words: The source's words in order, on the source clock; all of them or at least those
        from ten seconds before the moment to ten seconds after it.
    :param choices: Names of styles among them; ValueError names the known ones.
    :param loudness: From ``clipping.rendering.loudness.measure`` over the same cut and mutes.
    :param camera: From ``clipping.rendering.reframe`` over the same cut; without any it stands
        still on the middle.
    """
    cut = snap(moment.span, source.media)
    look = caption_style(choices.style)
    spoken = plan_words(words, moment, source.media)
    still_camera = Camera(still(centre_crop(source.media.video), cut.frames), ())
    framings, faces = (camera or still_camera).framings, (camera or still_camera).faces
    obstacles = _obstacles(framings, faces, cut)
    captions = lay_out(
        spoken,
        look,
        cut.duration_ms,
        obstacles=obstacles,
        shots=[_clip_span(f.start_frame, f.end_frame, cut) for f in framings],
    )
    # The captions come first and know nothing of the hook, so that all hooks share one body.
    hook = lay_out_hook(
        moment.hook if choices.hook is None else mask(choices.hook),
        look,
        cut.duration_ms,
        choices.hook_style,
        obstacles=obstacles,
        captions=captions,
    )
    return RenderPlan(
        version=PLAN_VERSION,
        source_sha256=source.sha256,
        span=cut.span,
        fps=f"{cut.fps.numerator}/{cut.fps.denominator}",
        frames=cut.frames,
        framings=framings,
        faces=faces,
        join_frame=join_frame(cut),
        style=choices.style,
        choices=choices,
        words=spoken,
        captions=captions,
        hook=hook,
        mutes=mutes(words, cut.span),
        fade_ms=FADE_MS,
        loudness=loudness,
        encoder=encoder,
    )


def plan_words(words: Sequence[Word], moment: Moment, media: MediaInfo) -> tuple[ClipWord, ...]:
    """The words of the moment's clip, as its plan has them."""
    spoken = clip_words(words, snap(moment.span, media).span)
    chosen = emphasis(spoken)
    return tuple(
        word.model_copy(update={"emphasis": True}) if index in chosen else word
        for index, word in enumerate(spoken)
    )


def _clip_span(start_frame: int, end_frame: int, cut: Cut) -> TimeSpan:
    start_ms, end_ms = (round(frame * 1000 / cut.fps) for frame in (start_frame, end_frame))
    return TimeSpan(start_ms=start_ms, end_ms=max(end_ms, start_ms + 1))


def _obstacles(framings: Sequence[Framing], faces: Sequence[Face], cut: Cut) -> list[Obstacle]:
    """What text should leave free: faces, and pictures that are shown whole."""
    reach = max(1, round(_FACE_MS * cut.fps / 2000))
    found = [
        Obstacle(
            span=_clip_span(max(0, face.frame - reach), min(cut.frames, face.frame + reach), cut),
            box=face.box,
        )
        for face in faces
    ]
    found += [
        Obstacle(
            span=_clip_span(framing.start_frame, framing.end_frame, cut),
            box=fit_box(framing.crops[0]),
        )
        for framing in framings
        if framing.layout is Layout.FIT
    ]
    return found


def join_frame(cut: Cut) -> int | None:
    """The first frame of the body, which all hooks of the clip can share; None: one piece.

    Depends on the cut alone, so that a clip without a hook has the same body.
    """
    frame = ceil(_JOIN_MS * cut.fps / 1000)
    if (cut.frames - frame) * 1000 / cut.fps < _SHORTEST_BODY_MS:
        return None
    return frame


def encoder_settings(
    codec: str, threads: int, build: str = "", x264_preset: str = "veryfast"
) -> EncoderSettings:
    """The settings for an encoder that ``clipping.media.ffmpeg.working_encoder`` named.

    :param threads: Of decoder, filters and encoder. It is part of the recipe, because x264 gives
        other bytes with another number of threads; 1 with one clip per core is the fastest way to
        make many, all cores the fastest way to make one.
    :param build: From ``clipping.media.ffmpeg.ffmpeg_build``.
    :param x264_preset: Speed against size, where x264 encodes.
    """
    if codec == "h264_nvenc":
        return EncoderSettings(
            codec=codec,
            preset="p4",
            quality=21,
            threads=threads,
            max_kbps=MAX_KBPS,  # costs a graphics card nothing
            build=build,
        )
    return EncoderSettings(codec=codec, preset=x264_preset, threads=threads, build=build)


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
