"""Render: a moment becomes a proven clip in the media store."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from prefect import task

from clipping import progress
from clipping.db import queries
from clipping.errors import Rejected, RenderFailed
from clipping.faces import look
from clipping.media.ffmpeg import ffmpeg_build, working_encoder
from clipping.models import (
    ClipState,
    Loudness,
    Moment,
    Proof,
    RenderChoices,
    RenderedClip,
    RenderPlan,
    SourceVideo,
    Transcript,
    make_id,
)
from clipping.rendering import compose, sound
from clipping.rendering.grid import snap
from clipping.rendering.inspect import inspect
from clipping.rendering.measure.container import HIGHEST_KBPS, read_facts
from clipping.rendering.plan import (
    MAX_KBPS,
    PLAN_VERSION,
    encoder_settings,
    make_plan,
    mutes,
    plan_words,
)
from clipping.rendering.proof import frames_sha256, prove
from clipping.rendering.reframe import Camera, reframe
from clipping.scratch import scratch_folder
from clipping.settings import settings
from clipping.storage.base import hash_file
from clipping.storage.keys import clip_key
from tasks.retry import POLICY
from tasks.workplace import db_session, media_store, only_one

# Of a clip's bar: looking for faces, then rendering, then its proof.
_LOOK_SHARE, _RENDER_SHARE = 0.15, 0.65

_log = logging.getLogger(__name__)

Tell = Callable[[float], None]


@dataclass(frozen=True)
class _Work:
    """All that a clip is made of."""

    source: SourceVideo
    transcript: Transcript
    moment: Moment
    media_path: Path
    known: tuple[RenderedClip, ...]
    """Clips of the moment in these words, by today's rules, whose files are there; newest first."""


@task(name="render clip", **POLICY)
def render_moment(
    moment_id: str, transcript_id: str, choices: dict[str, Any], parts: int = 1
) -> str:
    """Id of the clip; found when this moment was already rendered with these choices.

    :param choices: A ``RenderChoices`` as JSON.
    :param parts: How many clips are rendered side by side.
    """
    wanted = RenderChoices.model_validate(choices)

    def tell(fraction: float) -> None:
        progress.report("render", fraction, part=moment_id + str(wanted.hook), parts=parts)

    tell(0.0)
    work = _work(moment_id, transcript_id)
    clip = _finished(work, wanted)
    if clip is None:
        # One at a time of each moment: the second finds what the first has measured and encoded.
        with only_one(f"render:{moment_id}"):
            work = _work(moment_id, transcript_id)
            clip = _finished(work, wanted) or _render(work, wanted, parts, tell)
    tell(1.0)
    return clip.clip_id


def _work(moment_id: str, transcript_id: str) -> _Work:
    with db_session() as session:
        source_id, moment = queries.get_moment(session, moment_id)
        source = queries.get_source(session, source_id)
        _, transcript = queries.get_transcript(session, transcript_id)
        clips = queries.clips_of_moment(session, moment_id)
    store = media_store()
    words = plan_words(transcript.words, moment, source.media)
    known = tuple(
        clip
        for clip in clips
        # The same moment may have been heard in other words, with corrected captions say.
        if clip.plan.version == PLAN_VERSION
        and clip.plan.words == words
        and store.exists(clip.video_key)
        and store.exists(clip.cover_key)
    )
    return _Work(source, transcript, moment, store.local_path(source.media_key), known)


def _finished(work: _Work, choices: RenderChoices) -> RenderedClip | None:
    return next((clip for clip in work.known if clip.plan.choices == choices), None)


def _render(work: _Work, choices: RenderChoices, parts: int, tell: Tell) -> RenderedClip:
    store = media_store()
    with scratch_folder("render") as folder:
        loudness, heard = _sound(work, choices, folder / "sound.m4a")
        plan = _plan(
            work, choices, loudness, _threads(parts), lambda done: tell(done * _LOOK_SHARE)
        )
        video, cover = folder / "clip.mp4", folder / "clip.jpg"
        plan, encoded = _encode(
            work, plan, heard, video, lambda done: tell(_LOOK_SHARE + done * _RENDER_SHARE)
        )
        compose.cover(video, cover, plan)
        clip = _record(work, plan, video, encoded)
        store.put(video, clip.video_key)
        store.put(cover, clip.cover_key)
    with db_session() as session:
        queries.save_clip(session, clip)
    return clip


def _sound(work: _Work, choices: RenderChoices, path: Path) -> tuple[Loudness, Path]:
    """How the sound is brought to level, and a file that has it so: ``path`` or a known clip."""
    span, silenced = work.moment.span, mutes(work.transcript.words, work.moment.span)
    for clip in work.known:
        known = clip.plan.loudness
        if known.denoise == choices.denoise and clip.plan.mutes == silenced:
            heard = _intact(clip)
            if heard is not None:
                return known, heard
    media = work.source.media
    loudness = sound.measure(
        work.media_path, media, span, silenced, denoise=choices.denoise, keep=path
    )
    return loudness, path


def _encode(
    work: _Work, plan: RenderPlan, heard: Path, video: Path, tell: Tell
) -> tuple[RenderPlan, int]:
    """Render within what platforms take: the plan as it was rendered, and pictures encoded.

    A ceiling costs a tenth of the encoder's time and nearly no clip needs one, so it comes into the
    plan only when the clip went above it.
    """
    encoded = _rendered(work, plan, heard, video, tell)
    if plan.encoder.max_kbps is None and read_facts(video).peak_kbps > HIGHEST_KBPS:
        encoder = plan.encoder.replace(max_kbps=MAX_KBPS)
        plan = plan.replace(encoder=encoder)
        encoded += _rendered(work, plan, heard, video, tell)
    return plan, encoded


def _rendered(work: _Work, plan: RenderPlan, heard: Path, video: Path, tell: Tell) -> int:
    """Render with the body of a sibling where there is one that fits, else as a whole."""
    media, sibling = work.source.media, _sibling(work, plan)
    render = partial(compose.render, plan, work.media_path, media, video, tell)
    if sibling is not None:
        try:
            return render(sibling=sibling).frames_encoded
        except RenderFailed as error:
            _log.warning("The body of %s cannot be shared: %s", sibling.name, error)
            return render().frames_encoded
    return render(sound=heard).frames_encoded


def _sibling(work: _Work, plan: RenderPlan) -> Path | None:
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


def _threads(parts: int) -> int:
    """Encoder threads: one per clip when there is a clip per core, all cores for a single clip."""
    return max(1, (os.cpu_count() or 1) // parts)


def _plan(
    work: _Work, choices: RenderChoices, loudness: Loudness, threads: int, tell: Tell
) -> RenderPlan:
    """Decide the clip. What a clip of the same moment has been told is not looked for again."""
    encoder = encoder_settings(working_encoder(settings().encoder), threads, ffmpeg_build())
    same = next((c.plan for c in work.known if _looks_alike(c.plan.choices, choices)), None)
    if same is None:
        camera = _camera(work, choices, tell)
    else:
        camera = Camera(same.framings, same.faces)
        if (same.encoder.codec, same.encoder.build) == (encoder.codec, encoder.build):
            # Its body can be shared only when the head is encoded with as many threads.
            encoder = same.encoder
    return make_plan(
        work.source,
        work.transcript.words,
        work.moment,
        choices=choices,
        loudness=loudness,
        encoder=encoder,
        camera=camera,
    )


def _looks_alike(one: RenderChoices, other: RenderChoices) -> bool:
    return (one.framing, one.style) == (other.framing, other.style)


def _camera(work: _Work, choices: RenderChoices, tell: Tell) -> Camera:
    media, cut = work.source.media, snap(work.moment.span, work.source.media)
    sightings = look(work.media_path, media, cut.span, tell)
    return reframe(sightings, work.transcript.words, cut, media.video, choices.framing)


def _record(work: _Work, plan: RenderPlan, video: Path, frames_encoded: int) -> RenderedClip:
    """Measure the encoded file and describe it; ``failed_proof`` when a check does not hold."""
    source = work.source
    proof = prove(video, plan, work.media_path, source.media, frames_encoded=frames_encoded)
    clip_id = make_id("clip", work.moment.moment_id, plan.recipe_hash())
    return RenderedClip(
        clip_id=clip_id,
        moment_id=work.moment.moment_id,
        source_id=source.source_id,
        client=source.client,
        state=ClipState.READY if proof.passed else ClipState.FAILED_PROOF,
        style=plan.style,
        recipe_hash=plan.recipe_hash(),
        plan=plan,
        video_key=clip_key(source.client, clip_id, "mp4"),
        cover_key=clip_key(source.client, clip_id, "jpg"),
        video_sha256=hash_file(video),
        frames_sha256=frames_sha256(video),
        size_bytes=video.stat().st_size,
        proof=proof,
        rendered_at=datetime.now(UTC),
    )


@task(name="find clip", **POLICY)
def find_clip(clip_id: str) -> tuple[str, str, dict[str, Any]]:
    """The clip's (moment id, transcript id, choices as JSON).

    :raises Rejected: There is no such clip, or its words are not known any more.
    """
    with db_session() as session:
        clip = queries.get_clip(session, clip_id)
        source = queries.get_source(session, clip.source_id)
        _, moment = queries.get_moment(session, clip.moment_id)
        for transcript_id in queries.transcripts_of(session, clip.moment_id):
            _, transcript = queries.get_transcript(session, transcript_id)
            if plan_words(transcript.words, moment, source.media) == clip.plan.words:
                choices = clip.plan.choices.model_dump(mode="json")
                return clip.moment_id, transcript_id, choices
    raise Rejected(f"{clip_id} was made by earlier rules; clip its source again first.")


@task(name="render in another size", **POLICY)
def render_in_size(clip_id: str, size: tuple[int, int], out: Path) -> Proof:
    """Render a stored clip's plan in another size to ``out``, and measure the file."""
    with db_session() as session:
        clip = queries.get_clip(session, clip_id)
        source = queries.get_source(session, clip.source_id)
    media_path = media_store().local_path(source.media_key)
    compose.render(
        clip.plan,
        media_path,
        source.media,
        out,
        lambda fraction: progress.report("render", fraction, clip_id),
        size=size,
    )
    return inspect(out, size)


@task(name="render recipe again", **POLICY)
def render_again(clip_id: str) -> tuple[bool, bool]:
    """Render a stored clip's plan anew; whether (the pictures, the whole file) are the same."""
    with db_session() as session:
        clip = queries.get_clip(session, clip_id)
        source = queries.get_source(session, clip.source_id)
    media_path = media_store().local_path(source.media_key)
    with scratch_folder("again") as folder:
        video = folder / "clip.mp4"
        compose.render(
            clip.plan,
            media_path,
            source.media,
            video,
            lambda fraction: progress.report("render", fraction, clip_id),
        )
        return frames_sha256(video) == clip.frames_sha256, hash_file(video) == clip.video_sha256
