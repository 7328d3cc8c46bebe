"""Render: a moment becomes a proven clip in the media store."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import task

from clipping import progress
from clipping.db import queries
from clipping.errors import Rejected, UnreadableMedia
from clipping.faces import look
from clipping.logs import note
from clipping.media.ffmpeg import ffmpeg_build, working_encoder
from clipping.models import (
    ClipState,
    Loudness,
    Proof,
    RenderChoices,
    RenderedClip,
    RenderPlan,
    SourceVideo,
    make_id,
)
from clipping.moments.guard import holds_phrase
from clipping.rendering import compose
from clipping.rendering.grid import snap
from clipping.rendering.inspect import inspect
from clipping.rendering.plan import PLAN_VERSION, encoder_settings, make_plan, plan_words
from clipping.rendering.proof import clip_print, frames_sha256, prove
from clipping.rendering.reframe import Camera, reframe
from clipping.scratch import scratch_folder
from clipping.settings import settings
from clipping.storage.base import hash_file
from clipping.storage.keys import clip_key
from tasks.encode import Encoded, Tell, Work, encode, sound
from tasks.retry import POLICY
from tasks.rights import check_rights
from tasks.words import policy_of
from tasks.workplace import db_session, files_held, media_store, only_one

# Of a clip's bar: looking for faces, then rendering, then its proof.
_LOOK_SHARE, _RENDER_SHARE = 0.15, 0.65


@task(name="render clip", **POLICY)
@files_held()
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
        # One at a time of each cut: the second finds what the first has measured and encoded.
        with only_one(f"render:{work.source.source_id}:{work.cut.span}"):
            work = _work(moment_id, transcript_id)
            clip = _finished(work, wanted) or _render(work, wanted, parts, tell)
    if clip.moment_id != moment_id:
        # It shows the same, and a person has to see it for what is known of either.
        with db_session() as session:
            queries.releases.hold_as(session, clip.moment_id, moment_id)
    tell(1.0)
    return clip.clip_id


def _work(moment_id: str, transcript_id: str) -> Work:
    with db_session() as session:
        source_id, moment = queries.detections.get_moment(session, moment_id)
        source = queries.sources.get_source(session, source_id)
        note(client=source.client)
        check_rights(session, source)
        _, transcript = queries.lineage.get_transcript(session, transcript_id)
        clips = queries.clips.clips_cut_alike(session, source_id, moment.span)
    store = media_store()
    words = plan_words(transcript.words, moment, source.media)
    span = snap(moment.span, source.media).span
    known = tuple(
        clip
        for clip in clips
        # The same moment may have been heard in other words, with corrected captions say.
        if (clip.plan.version, clip.plan.span, clip.plan.words) == (PLAN_VERSION, span, words)
        and _stored_whole(clip)
    )
    return Work(source, transcript, moment, store.local_path(source.media_key), known)


def _stored_whole(clip: RenderedClip) -> bool:
    store = media_store()
    return store.exists(clip.video_key) and store.exists(clip.cover_key)


def _finished(work: Work, choices: RenderChoices) -> RenderedClip | None:
    """A clip with these choices, perhaps of another moment that was cut alike."""
    own_hook = choices.hook is None and choices.hook_style != "none"
    return next(
        (
            clip
            for clip in work.known
            if clip.plan.choices == choices
            # Without a text of its own a clip shows the hook of its moment.
            and (clip.moment_id == work.moment.moment_id or not own_hook)
        ),
        None,
    )


def _render(work: Work, choices: RenderChoices, parts: int, tell: Tell) -> RenderedClip:
    with scratch_folder("render") as folder:
        loudness, heard = sound(work, choices, folder / "sound.m4a")
        plan = _plan(
            work, choices, loudness, _threads(parts), lambda done: tell(done * _LOOK_SHARE)
        )
        twin = _of_recipe(work.source.client, plan.recipe_hash())
        if twin is not None and _stored_whole(twin):
            return twin
        video, cover = folder / "clip.mp4", folder / "clip.jpg"
        made = encode(
            work, plan, heard, video, lambda done: tell(_LOOK_SHARE + done * _RENDER_SHARE)
        )
        compose.cover(video, cover, made.plan)
        return _keep(_record(work, made, video), video, cover)


def _of_recipe(client: str, recipe_hash: str) -> RenderedClip | None:
    with db_session() as session:
        return queries.clips.clip_of_recipe(session, client, recipe_hash)


def _keep(clip: RenderedClip, video: Path, cover: Path) -> RenderedClip:
    """Store the clip with its print. A client has one clip of a recipe: the first one stays.

    Another moment that is cut alike may have come to the same recipe; where that clip's files are
    gone, these take their place.
    """
    store = media_store()
    with only_one(f"recipe:{clip.client}:{clip.recipe_hash}"):
        twin = _of_recipe(clip.client, clip.recipe_hash)
        if twin is not None and twin.clip_id != clip.clip_id:
            if _stored_whole(twin):
                return twin
            ours = ("clip_id", "moment_id", "video_key", "cover_key")
            clip = clip.replace(**{name: getattr(twin, name) for name in ours})
        store.put(video, clip.video_key)
        store.put(cover, clip.cover_key)
        with db_session() as session:
            queries.clips.save_clip(session, clip)
            with suppress(UnreadableMedia):  # its proof says so
                queries.likeness.save_print(session, clip.clip_id, clip_print(video))
    return clip


def _threads(parts: int) -> int:
    """Encoder threads: one per clip when there is a clip per core, all cores for a single clip."""
    return max(1, (os.cpu_count() or 1) // parts)


def _plan(
    work: Work, choices: RenderChoices, loudness: Loudness, threads: int, tell: Tell
) -> RenderPlan:
    """Decide the clip. What a clip of the same moment has been told is not looked for again."""
    codec = working_encoder(settings().encoder)
    encoder = encoder_settings(codec, threads, ffmpeg_build(), settings().x264_preset)
    same = next((c.plan for c in work.known if _looks_alike(c.plan.choices, choices)), None)
    if same is None:
        camera = _camera(work, choices, tell)
    else:
        camera = Camera(same.framings, same.faces)
        alike = {"threads": same.encoder.threads, "max_kbps": same.encoder.max_kbps}
        if encoder.replace(**alike) == same.encoder:
            # Its body can be shared only when the head is encoded in the same way.
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


def _camera(work: Work, choices: RenderChoices, tell: Tell) -> Camera:
    media, cut = work.source.media, work.cut
    sightings = look(work.media_path, media, cut.span, tell)
    return reframe(sightings, work.transcript.words, cut, media.video, choices.framing)


def _record(work: Work, made: Encoded, video: Path) -> RenderedClip:
    """Measure the encoded file and describe it; ``failed_proof`` when a check does not hold."""
    source, plan = work.source, made.plan
    proof = prove(
        video,
        plan,
        work.media_path,
        source.media,
        frames_encoded=made.frames,
        most_encodes=made.encodes,
    )
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
        clip = queries.clips.get_clip(session, clip_id)
        source = queries.sources.get_source(session, clip.source_id)
        _, moment = queries.detections.get_moment(session, clip.moment_id)
        for transcript_id in queries.lineage.transcripts_of(session, clip.moment_id):
            _, transcript = queries.lineage.get_transcript(session, transcript_id)
            if plan_words(transcript.words, moment, source.media) == clip.plan.words:
                choices = clip.plan.choices.model_dump(mode="json")
                return clip.moment_id, transcript_id, choices
    raise Rejected(f"{clip_id} was made by earlier rules; clip its source again first.")


@task(name="find further hooks", **POLICY)
def other_hooks(clip_id: str) -> list[str]:
    """The hooks of the clip's moment that neither it shows nor the moment's first clip.

    Without those that hold a word which the client has banned since they were found.

    :raises Rejected: There is none.
    """
    with db_session() as session:
        clip = queries.clips.get_clip(session, clip_id)
        _, moment = queries.detections.get_moment(session, clip.moment_id)
        banned = policy_of(session, clip.client).banned_words
    shown = {clip.plan.choices.hook} | (set() if moment.natural_start else {moment.hook})
    found = [
        hook.text
        for hook in moment.hooks
        if hook.text not in shown
        if not any(holds_phrase(word, hook.text.split()) for word in banned)
    ]
    if not found:
        raise Rejected(
            f"No further hook was found for {clip_id}: give --hook a text, or --no-hook."
        )
    return found


@task(name="render in another size", **POLICY)
@files_held()
def render_in_size(clip_id: str, size: tuple[int, int], out: Path) -> Proof:
    """Render a stored clip's plan in another size to ``out``, and measure the file."""
    clip, source = _stored(clip_id)
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
@files_held()
def render_again(clip_id: str) -> tuple[bool, bool]:
    """Render a stored clip's plan anew; whether (the pictures, the whole file) are the same.

    :raises Rejected: The plan was made by an earlier version.
    """
    clip, source = _stored(clip_id)
    if clip.plan.version != PLAN_VERSION:
        raise Rejected(f"{clip_id} was made by earlier rules; clip its source again first.")
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


def _stored(clip_id: str) -> tuple[RenderedClip, SourceVideo]:
    """A clip and its source, of which media may be made."""
    with db_session() as session:
        clip = queries.clips.get_clip(session, clip_id)
        source = queries.sources.get_source(session, clip.source_id)
        check_rights(session, source)
    return clip, source
