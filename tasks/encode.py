"""The encoding of one clip, with as much as possible taken over from clips of the same moment."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from clipping.errors import RenderFailed, UnreadableMedia
from clipping.media.ffmpeg import ffmpeg_build
from clipping.models import (
    Loudness,
    Moment,
    RenderChoices,
    RenderedClip,
    RenderPlan,
    SourceVideo,
    Transcript,
)
from clipping.rendering import compose, loudness
from clipping.rendering.grid import Cut, snap
from clipping.rendering.measure.container import HIGHEST_KBPS, read_facts
from clipping.rendering.plan import MAX_KBPS, mutes
from clipping.storage.base import hash_file
from tasks.workplace import media_store

_log = logging.getLogger(__name__)

Tell = Callable[[float], None]


@dataclass(frozen=True)
class Work:
    """All that a clip is made of."""

    source: SourceVideo
    transcript: Transcript
    moment: Moment
    media_path: Path
    known: tuple[RenderedClip, ...]
    """Clips of the same cut in these words, by today's rules, whose files are there; newest first.

    Not all need be of this moment: another detector may have cut the same."""

    @cached_property
    def cut(self) -> Cut:
        """The moment on the source's frames."""
        return snap(self.moment.span, self.source.media)


@dataclass(frozen=True)
class Encoded:
    """What became of a plan: as it was rendered, pictures encoded for it, and how often at most."""

    plan: RenderPlan
    frames: int
    encodes: int


def sound(work: Work, choices: RenderChoices, path: Path) -> tuple[Loudness, Path]:
    """How the sound is brought to level, and a file that has it so: ``path`` or a known clip."""
    silenced, build = mutes(work.transcript.words, work.cut.span), ffmpeg_build()
    for clip in work.known:
        known = clip.plan
        if (known.loudness.denoise, known.mutes, known.encoder.build) == (
            choices.denoise,
            silenced,
            build,
        ):
            heard = _intact(clip)
            if heard is not None:
                return known.loudness, heard
    level = loudness.measure(
        work.media_path,
        work.source.media,
        work.cut,
        silenced,
        denoise=choices.denoise,
        keep=path,
    )
    return level, path


def encode(work: Work, plan: RenderPlan, heard: Path, video: Path, tell: Tell) -> Encoded:
    """Render to ``video``, within the rate that platforms take.

    A ceiling costs the encoder time and nearly no clip needs one, so it comes into the plan only
    when the clip went above it.

    :raises RenderFailed: Also when what was encoded cannot be read.
    """
    frames = _rendered(work, plan, heard, video, tell)
    if plan.encoder.max_kbps is not None or _peak_kbps(video) <= HIGHEST_KBPS:
        return Encoded(plan, frames, 1)
    plan = plan.replace(encoder=plan.encoder.replace(max_kbps=MAX_KBPS))
    # The bar has been to its end; it does not go back.
    frames += _rendered(work, plan, heard, video, lambda _: None)
    return Encoded(plan, frames, 2)


def _peak_kbps(video: Path) -> float:
    try:
        return read_facts(video).peak_kbps
    except UnreadableMedia as error:
        raise RenderFailed(f"{video.name} was encoded, but cannot be read.") from error


def _rendered(work: Work, plan: RenderPlan, heard: Path, video: Path, tell: Tell) -> int:
    """Render with the body of a sibling where there is one that fits, else as a whole."""
    media, sibling = work.source.media, _sibling(work, plan)
    render = partial(compose.render, plan, work.media_path, media, video, tell)
    if sibling is None:
        return render(sound=heard).frames_encoded
    try:
        return render(sibling=sibling).frames_encoded
    except RenderFailed as error:
        _log.warning("The body of %s cannot be shared: %s", sibling.name, error)
        # Nor its sound, which may be what is wrong with it.
        return render().frames_encoded


def _sibling(work: Work, plan: RenderPlan) -> Path | None:
    """A clip whose body is this plan's body."""
    wanted = plan.body_hash()
    if wanted is None:
        return None
    alike = (_intact(clip) for clip in work.known if clip.plan.body_hash() == wanted)
    return next((path for path in alike if path is not None), None)


def _intact(clip: RenderedClip) -> Path | None:
    """The clip's file, unless it is not what was rendered."""
    path = media_store().local_path(clip.video_key)
    return path if hash_file(path) == clip.video_sha256 else None
