"""Render: a moment becomes a proven clip in the media store."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from prefect import task

from clipping import progress
from clipping.db import queries
from clipping.media.ffmpeg import working_encoder
from clipping.models import (
    ClipState,
    Moment,
    RenderedClip,
    RenderPlan,
    SourceVideo,
    Transcript,
    make_id,
)
from clipping.rendering import compose, sound
from clipping.rendering.plan import PLAN_VERSION, encoder_settings, make_plan, mutes
from clipping.rendering.proof import frames_sha256, prove
from clipping.scratch import scratch_folder
from clipping.settings import settings
from clipping.storage.base import hash_file
from clipping.storage.keys import clip_key
from tasks.retry import POLICY
from tasks.workplace import db_session, media_store, only_one

# Rendering is most of the work of a clip; the rest of the bar is its proof.
_RENDER_SHARE = 0.8


@task(name="render clip", **POLICY)
def render_moment(moment_id: str, transcript_id: str, style: str, parts: int = 1) -> str:
    """Id of the clip; found when this moment was already rendered in this style.

    ``parts`` is how many clips are rendered side by side, for progress only.
    """

    def tell(fraction: float) -> None:
        progress.report("render", fraction, part=moment_id, parts=parts)

    tell(0.0)
    clip = _finished(moment_id, style)
    if clip is None:
        with only_one(f"render:{moment_id}:{style}"):
            clip = _finished(moment_id, style) or _render(
                moment_id, transcript_id, style, parts, tell
            )
    tell(1.0)
    return clip.clip_id


def _finished(moment_id: str, style: str) -> RenderedClip | None:
    """The stored clip, if it was made by today's rules and its files are still there."""
    with db_session() as session:
        clip = queries.find_clip(session, moment_id, style)
    if clip is None or clip.plan.version != PLAN_VERSION:
        return None
    store = media_store()
    return clip if store.exists(clip.video_key) and store.exists(clip.cover_key) else None


def _render(
    moment_id: str, transcript_id: str, style: str, parts: int, tell: Callable[[float], None]
) -> RenderedClip:
    with db_session() as session:
        source_id, moment = queries.get_moment(session, moment_id)
        source = queries.get_source(session, source_id)
        _, transcript = queries.get_transcript(session, transcript_id)
    media_path = media_store().local_path(source.media_key)
    plan = _plan(source, transcript, moment, media_path, style, _threads(parts))
    with scratch_folder("render") as folder:
        video, cover = folder / "clip.mp4", folder / "clip.jpg"
        compose.render(plan, media_path, source.media, video, lambda f: tell(f * _RENDER_SHARE))
        compose.cover(video, cover, plan)
        clip = _record(source, moment, plan, media_path, video)
        store = media_store()
        store.put(video, clip.video_key)
        store.put(cover, clip.cover_key)
    with db_session() as session:
        queries.save_clip(session, clip)
    return clip


def _threads(parts: int) -> int:
    """Encoder threads: one per clip when there is a clip per core, all cores for a single clip."""
    return max(1, (os.cpu_count() or 1) // parts)


def _plan(
    source: SourceVideo,
    transcript: Transcript,
    moment: Moment,
    media_path: Path,
    style: str,
    threads: int,
) -> RenderPlan:
    loudness = sound.measure(
        media_path, source.media, moment.span, mutes(transcript.words, moment.span)
    )
    encoder = encoder_settings(working_encoder(settings().encoder), threads)
    return make_plan(
        source, transcript.words, moment, style=style, loudness=loudness, encoder=encoder
    )


def _record(
    source: SourceVideo, moment: Moment, plan: RenderPlan, media_path: Path, video: Path
) -> RenderedClip:
    """Measure the encoded file and describe it; ``failed_proof`` when a check does not hold."""
    proof = prove(video, plan, media_path, source.media)
    clip_id = make_id("clip", moment.moment_id, plan.recipe_hash())
    return RenderedClip(
        clip_id=clip_id,
        moment_id=moment.moment_id,
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
