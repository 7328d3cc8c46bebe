"""What the clips of a rehearsal are cut from and made of: as the stages would have left it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Final

from clipping.models import (
    AudioStream,
    ClipState,
    Crop,
    Detection,
    Draft,
    EncoderSettings,
    Framing,
    Ground,
    Loudness,
    MediaInfo,
    Moment,
    Proof,
    ProofCheck,
    RenderedClip,
    RenderPlan,
    Rights,
    SourceVideo,
    Transcript,
    VideoStream,
    Word,
    Writing,
    make_id,
)
from clipping.rehearsal.cast import CLIENT, MOMENTS, TOPICS, Cast, Piece
from clipping.storage.keys import clip_key, source_key
from clipping.timing import TimeSpan

_CLIP_MS: Final = 15_000
_APART_MS: Final = 20_000
_OPENINGS: Final = ("He left and", "Nobody saw that", "She said that", "What if", "It began when")
_ENDINGS: Final = (
    "the door stayed open",
    "everything was paid twice",
    "the team had gone home",
    "nothing was ever signed",
    "one call changed it",
)
_PASSED: Final = Proof(
    passed=True,
    checks=(ProofCheck(name="loudness", value=-14.0, limit="-14 ±1", unit="LUFS", passed=True),),
)


def sources(cast: Cast) -> Iterator[tuple[SourceVideo, list[Piece]]]:
    """The videos, and which clips were cut from each; their rights are stated."""
    for first in range(0, len(cast.pieces), MOMENTS):
        pieces = list(cast.pieces[first : first + MOMENTS])
        digest = hashlib.sha256(f"{cast.seed} {first}".encode()).hexdigest()
        name = f"talk-{first // MOMENTS:03d}.mp4"
        source = SourceVideo(
            source_id=make_id("src", CLIENT, digest),
            client=CLIENT,
            sha256=digest,
            file_name=name,
            location=f"/rehearsal/{name}",
            media_key=source_key(CLIENT, digest, ".mp4"),
            captions_key=None,
            captions_sha256=None,
            media=_media(),
            ingested_at=cast.begins_at,
            rights=Rights(ground=Ground.OWN, owner=CLIENT),
        )
        yield source, pieces


def detection(cast: Cast, pieces: list[Piece]) -> Detection:
    """What was found in a source."""
    return Detection(
        detector="local",
        detector_version="rehearsal",
        moments=tuple(_moment(cast, rank, piece) for rank, piece in enumerate(pieces, 1)),
        rejections=(),
    )


def _moment(cast: Cast, rank: int, piece: Piece) -> Moment:
    said = words(cast, piece)
    return Moment(
        moment_id=piece.moment_id,
        rank=rank,
        span=_span(rank),
        score=_chance(cast, piece).randint(40, 100),
        rubric=(),
        reason="Made for a rehearsal.",
        hook=said.hook,
        title=said.title,
        text=said.caption,
    )


def words(cast: Cast, piece: Piece) -> Draft:
    """What is said beside a clip; never twice the same."""
    chance = _chance(cast, piece)
    said = f"{chance.choice(_OPENINGS)} {chance.choice(_ENDINGS)}"
    return Draft(
        hook=f"{said}?",
        caption=f"{said}, part {piece.number}.",
        hashtags=tuple(chance.sample(TOPICS, 2)),
        title=f"{said} ({piece.number})",
        language="en",
    )


def writing(cast: Cast, piece: Piece) -> Writing:
    """The same as it is kept."""
    return Writing(
        draft=words(cast, piece), writer="local", writer_version="rehearsal", wishes="none"
    )


def clip(cast: Cast, source: SourceVideo, rank: int, piece: Piece) -> RenderedClip:
    """A clip that lacks nothing."""
    plan = _plan(source, rank, piece)
    return RenderedClip(
        clip_id=piece.clip_id,
        moment_id=piece.moment_id,
        source_id=source.source_id,
        client=CLIENT,
        state=ClipState.READY,
        style=plan.style,
        recipe_hash=plan.recipe_hash(),
        plan=plan,
        video_key=clip_key(CLIENT, piece.clip_id, "mp4"),
        cover_key=clip_key(CLIENT, piece.clip_id, "jpg"),
        video_sha256=piece.sha256(),
        frames_sha256=piece.sha256(),
        size_bytes=piece.size_bytes,
        proof=_PASSED,
        rendered_at=cast.begins_at,
    )


def transcript() -> Transcript:
    """Of any source: nobody reads it."""
    word = Word(text="word", span=TimeSpan(start_ms=300, end_ms=550))
    return Transcript(
        engine="captions",
        engine_version="rehearsal",
        language="en",
        words=(word,),
        chosen_because="Made for a rehearsal.",
    )


def _chance(cast: Cast, piece: Piece) -> random.Random:
    return random.Random(f"words {cast.seed} {piece.number}")


def _span(rank: int) -> TimeSpan:
    return TimeSpan(start_ms=_APART_MS * rank, end_ms=_APART_MS * rank + _CLIP_MS)


def _plan(source: SourceVideo, rank: int, piece: Piece) -> RenderPlan:
    frames = _CLIP_MS * 30 // 1000
    crop = Crop(left_px=436, top_px=0, width_px=404, height_px=720)
    return RenderPlan(
        version=2,
        source_sha256=source.sha256,
        span=_span(rank),
        fps="30",
        frames=frames,
        framings=(Framing(start_frame=0, end_frame=frames, crops=(crop,)),),
        style="highlight",
        words=(),
        captions=(),
        hook=None,
        mutes=(),
        fade_ms=10,
        loudness=Loudness(gain_db=0.0, measured_lufs=-14.0),
        encoder=EncoderSettings(build=piece.clip_id),
    )


def _media() -> MediaInfo:
    return MediaInfo(
        container="mp4",
        duration_ms=_APART_MS * (MOMENTS + 2),
        size_bytes=50_000_000,
        video=VideoStream(
            codec="h264",
            width_px=1280,
            height_px=720,
            coded_width_px=1280,
            coded_height_px=720,
            rotation=0,
            sample_aspect="1:1",
            fps="30",
            variable_rate=False,
            pixel_format="yuv420p",
            start_ms=0,
        ),
        audio=AudioStream(codec="aac", sample_rate_hz=48_000, channels=2, start_ms=0, index=1),
    )
