"""Values as the stages make them, small."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from clipping.models import (
    AudioStream,
    Box,
    CaptionEvent,
    ClipState,
    ClipWord,
    Criterion,
    Crop,
    Detection,
    EncoderSettings,
    Hold,
    HoldKind,
    Hook,
    HookAngle,
    HookOverlay,
    Judgement,
    Loudness,
    MediaInfo,
    Moment,
    Proof,
    ProofCheck,
    Rejection,
    RenderedClip,
    RenderPlan,
    SourceVideo,
    Transcript,
    VideoStream,
    Word,
    make_id,
)
from clipping.timing import TimeSpan

MEDIA = MediaInfo(
    container="mp4",
    duration_ms=90_000,
    size_bytes=5_000_000_000,
    video=VideoStream(
        codec="h264",
        width_px=1280,
        height_px=720,
        coded_width_px=1280,
        coded_height_px=720,
        rotation=0,
        sample_aspect="1:1",
        fps="30000/1001",
        variable_rate=False,
        pixel_format="yuv420p",
        start_ms=0,
    ),
    audio=AudioStream(codec="aac", sample_rate_hz=48_000, channels=2, start_ms=21, index=1),
)


def a_source(client: str = "acme", sha256: str = "a" * 64, **changes: Any) -> SourceVideo:
    values: dict[str, Any] = {
        "source_id": make_id("src", client, sha256),
        "client": client,
        "sha256": sha256,
        "file_name": "talk.mp4",
        "location": "/videos/talk.mp4",
        "media_key": f"{client}/sources/{sha256}.mp4",
        "captions_key": None,
        "captions_sha256": None,
        "media": MEDIA,
        "ingested_at": datetime(2026, 11, 22, 12, 30, 15, 123_456, tzinfo=UTC),
    }
    return SourceVideo(**values | changes)


def a_transcript(count: int = 4, engine: str = "captions", **changes: Any) -> Transcript:
    values: dict[str, Any] = {
        "engine": engine,
        "engine_version": "1",
        "language": "en",
        "words": tuple(a_word(index) for index in range(count)),
        "chosen_because": "Captions lie beside the video.",
        "notes": ("One line had no text.",),
    }
    return Transcript(**values | changes)


def a_word(index: int) -> Word:
    return Word(
        text=f"word{index},",
        span=TimeSpan(start_ms=300 * index, end_ms=300 * index + 250),
        speaker=None if index % 3 else "A",
        confidence=None if index % 2 else 0.875,
        interpolated=index % 5 == 4,
    )


def a_moment(number: int = 1, **changes: Any) -> Moment:
    start_ms = 20_000 * number
    values: dict[str, Any] = {
        "moment_id": make_id("mom", "acme", start_ms),
        "rank": number,
        "span": TimeSpan(start_ms=start_ms, end_ms=start_ms + 15_000),
        "score": 90 - number,
        "rubric": (
            Criterion(name="claim", value=0.1 + 0.2, weight=2.5, evidence="nobody expected"),
            Criterion(name="pace", value=1, weight=0),
        ),
        "reason": "A claim with its proof.",
        "hook": "Nobody f***ing expected this",
        "title": "nobody expected this",
        "text": "Nobody expected this. Here is why.",
    }
    if number % 2 == 0:
        values |= _judged()
    return Moment(**values | changes)


def _judged() -> dict[str, Any]:
    judgement = Judgement(
        emotional_intensity=7,
        controversy=2,
        completeness=9,
        hook_strength=6,
        viral_score=88,
        setup="Nobody expected it.",
        payoff="Why it came.",
        idea="surprise",
        reasoning="It tells a story and ends it.",
        model="claude-sonnet-5-5",
    )
    return {
        "holds": (Hold(kind=HoldKind.PERSONAL_DATA, reason="It names a street."),),
        "hooks": (Hook(text="Nobody saw it coming", angle=HookAngle.STAKES),),
        "natural_start": "It opens on a scream.",
        "judgement": judgement,
    }


def a_rejection(index: int = 0, **changes: Any) -> Rejection:
    values: dict[str, Any] = {
        "span": TimeSpan(start_ms=1000 * index, end_ms=1000 * index + 16_000),
        "score": index % 101,
        "code": "overlaps_better",
        "reason": "A better moment covers it.",
        "text": "And then we went home.",
    }
    return Rejection(**values | changes)


def a_detection(moments: int = 2, rejections: int = 3, **changes: Any) -> Detection:
    values: dict[str, Any] = {
        "detector": "local",
        "detector_version": "1",
        "moments": tuple(a_moment(rank) for rank in range(1, moments + 1)),
        "rejections": tuple(a_rejection(index) for index in range(rejections)),
        "notes": ("No laughter was heard.",),
    }
    return Detection(**values | changes)


def a_plan(**changes: Any) -> RenderPlan:
    box = Box(left=100, top=1200, right=400, bottom=1300)
    values: dict[str, Any] = {
        "version": 1,
        "source_sha256": "a" * 64,
        "span": TimeSpan(start_ms=20_000, end_ms=35_000),
        "fps": "30000/1001",
        "frames": 449,
        "crop": Crop(left_px=436, top_px=0, width_px=404, height_px=720),
        "style": "classic",
        "words": (ClipWord(text="f***", start_ms=0, end_ms=300, muted=True),),
        "captions": (
            CaptionEvent(
                start_ms=0, end_ms=300, words=("f***",), clip_words=(0,), boxes=(box,), lit=0
            ),
        ),
        "hook": HookOverlay(
            text="Ünexpected", lines=("Ünexpected",), start_ms=0, end_ms=3000, box=box, font_px=80
        ),
        "mutes": (TimeSpan(start_ms=0, end_ms=350),),
        "fade_ms": 10,
        "loudness": Loudness(gain_db=-0.0, measured_lufs=-14.0),
        "encoder": EncoderSettings(),
    }
    return RenderPlan(**values | changes)


def a_clip(clip_id: str = "clip_1", client: str = "acme", **changes: Any) -> RenderedClip:
    # A client has no two clips of one recipe.
    plan = changes.pop("plan", a_plan(encoder=EncoderSettings(build=clip_id)))
    values: dict[str, Any] = {
        "clip_id": clip_id,
        "moment_id": a_moment().moment_id,
        "source_id": a_source(client).source_id,
        "client": client,
        "state": ClipState.READY,
        "style": "classic",
        "recipe_hash": plan.recipe_hash(),
        "plan": plan,
        "video_key": f"{client}/clips/{clip_id}.mp4",
        "cover_key": f"{client}/clips/{clip_id}.jpg",
        "video_sha256": "b" * 64,
        "frames_sha256": "c" * 64,
        "size_bytes": 6_000_000_000,
        "proof": Proof(
            passed=False,
            checks=(
                ProofCheck(name="loudness", value=-14.2, limit="-14 ±1", unit="LUFS", passed=True),
                ProofCheck(name="hook", value=None, limit="present", passed=False),
            ),
        ),
        "rendered_at": datetime(2026, 11, 22, 13, 0, tzinfo=UTC),
    }
    return RenderedClip(**values | changes)
