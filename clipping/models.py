"""Every value that passes between stages, in the order in which a video meets them.

All are frozen Pydantic models. Times are integer milliseconds: on the source's own clock (0 is
the container's first timestamp) unless a name says "relative to the clip". Pixels are of the
output frame unless said otherwise. Ids are deterministic, made by :func:`make_id`: the same
input gives the same id on every machine, which is what makes a stage safe to run twice.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from clipping.timing import TimeSpan

OUTPUT_WIDTH_PX = 1080
OUTPUT_HEIGHT_PX = 1920


class Value(BaseModel):
    """Base of all values: frozen, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def make_id(prefix: str, *parts: object) -> str:
    """``prefix_`` and 16 hex digits of SHA-256 over the parts as JSON; stable across runs."""
    text = json.dumps([str(part) for part in parts], ensure_ascii=False)
    # A file name need not be UTF-8; what it holds instead must not stop its id.
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    return f"{prefix}_{digest[:16]}"


# --- ingest -------------------------------------------------------------------------------------


class SourceRequest(Value):
    """What an operator asks for."""

    location: str
    """Path of a video file."""
    client: str = "default"
    captions: str | None = None
    """Path of a captions file; None looks for one beside the video with the same stem."""


class VideoStream(Value):
    """The picture as it is shown: width and height after rotation and sample aspect ratio."""

    codec: str
    width_px: int
    height_px: int
    coded_width_px: int
    coded_height_px: int
    rotation: int
    """Clockwise degrees the player must turn the coded picture: 0, 90, 180 or 270."""
    sample_aspect: str
    """``num:den`` of a coded pixel, ``1:1`` when unknown."""
    fps: str
    """Average frame rate as an exact fraction, ``30000/1001``."""
    variable_rate: bool
    """Whether frame durations differ by more than a rounding step."""
    pixel_format: str
    start_ms: int
    """First frame's time on the source clock."""
    index: int | None = None
    """Index among all streams of the container; None is the first that is no cover picture."""
    color_matrix: str = "unknown"
    """YCbCr matrix by ffmpeg's name (``bt709``, ``smpte170m``, ``bt2020nc``, ...)."""
    color_transfer: str = "unknown"
    """Transfer by ffmpeg's name; ``smpte2084`` and ``arib-std-b67`` are HDR."""


class AudioStream(Value):
    """The sound track that is heard: the container's default one."""

    codec: str
    sample_rate_hz: int
    channels: int
    start_ms: int
    """First sample's time on the source clock."""
    index: int
    """Index among all streams of the container, as ffmpeg's ``0:<index>`` names it."""


class MediaInfo(Value):
    """What probing found. ``container`` is one of ``mp4``, ``mov``, ``webm``, ``mkv``."""

    container: str
    duration_ms: int
    size_bytes: int
    video: VideoStream
    audio: AudioStream


class SourceVideo(Value):
    """A verified original in the media store."""

    source_id: str
    client: str
    sha256: str
    file_name: str
    location: str
    media_key: str
    captions_key: str | None
    captions_sha256: str | None
    media: MediaInfo
    ingested_at: datetime


# --- transcribe ---------------------------------------------------------------------------------


class Word(Value):
    """One spoken word, with its punctuation attached as it would be written."""

    text: str
    span: TimeSpan
    speaker: str | None = None
    confidence: float | None = None
    """0..1 by the engine's own measure, None when it gives none."""
    interpolated: bool = False
    """True when the engine gave no time and neighbours' times were divided."""


class Transcript(Value):
    """All words of a source in order: start times rise, no two words overlap."""

    engine: str
    engine_version: str
    """Changes whenever the same audio could give other words or times."""
    language: str
    """BCP 47, ``und`` when unknown."""
    words: tuple[Word, ...]
    chosen_because: str
    """One sentence: why this engine and not another."""
    notes: tuple[str, ...] = ()


# --- detect -------------------------------------------------------------------------------------


class Sentence(Value):
    """Words ``first`` up to, not including, ``last`` of the transcript."""

    index: int
    first: int
    last: int
    span: TimeSpan
    text: str


class Criterion(Value):
    """One line of the rubric: ``value`` 0..1, ``weight`` its share, ``evidence`` a few words."""

    name: str
    value: float = Field(ge=0, le=1)
    weight: float = Field(ge=0)
    evidence: str = ""


class Moment(Value):
    """A span worth a clip."""

    moment_id: str
    rank: int
    """1 is the best of its detection."""
    span: TimeSpan
    score: int = Field(ge=0, le=100)
    rubric: tuple[Criterion, ...]
    reason: str
    hook: str
    """Masked: never holds a profanity in full."""
    title: str
    """A few words from which file names are made."""
    text: str


class Rejection(Value):
    """A span that was considered and dropped."""

    span: TimeSpan
    score: int = Field(ge=0, le=100)
    code: str
    """A stable word, e.g. ``overlaps_better``, ``over_count``, ``low_score``."""
    reason: str
    text: str


class DetectOptions(Value):
    """The choices that change what is detected."""

    count: int = Field(default=5, ge=1, le=50)
    min_ms: int = Field(default=15_000, ge=1_000)
    max_ms: int = Field(default=60_000, le=600_000)


class Detection(Value):
    """What a detector found in a source, best moment first."""

    detector: str
    detector_version: str
    moments: tuple[Moment, ...]
    rejections: tuple[Rejection, ...]
    notes: tuple[str, ...] = ()


# --- render -------------------------------------------------------------------------------------


class ClipWord(Value):
    """A word of the clip; times are relative to the clip. ``text`` is masked when muted."""

    text: str
    start_ms: int
    end_ms: int
    speaker: str | None = None
    muted: bool = False


class Box(Value):
    """A rectangle in output pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def inside(self, other: Box) -> bool:
        """Whether this box lies wholly within ``other``."""
        return (
            self.left >= other.left
            and self.top >= other.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )


class CaptionEvent(Value):
    """One state of the caption: the words on screen and which of them is lit.

    Times are relative to the clip. ``boxes[i]`` is where ``words[i]`` is drawn, outline included.
    ``lit`` is an index into ``words``, or None while nobody speaks. ``clip_words[i]`` is the index
    of ``words[i]`` in the clip's words.
    """

    start_ms: int
    end_ms: int
    words: tuple[str, ...]
    clip_words: tuple[int, ...]
    boxes: tuple[Box, ...]
    lit: int | None


class HookOverlay(Value):
    """The hook line at the head of the clip; ``lines`` is the text as it was wrapped."""

    text: str
    lines: tuple[str, ...]
    start_ms: int
    end_ms: int
    box: Box
    font_px: int


class Crop(Value):
    """A still rectangle of the shown source picture, in source pixels, even numbers."""

    left_px: int
    top_px: int
    width_px: int
    height_px: int


class Loudness(Value):
    """How the sound is brought to level, decided from a measurement of the same span."""

    target_lufs: float = -14.0
    peak_limit_dbtp: float = -2.0
    gain_db: float
    measured_lufs: float


class EncoderSettings(Value):
    """Everything the encoder is told; part of the recipe."""

    codec: str = "libx264"
    preset: str = "veryfast"
    quality: int = 19
    threads: int = 1
    keyframe_seconds: int = 2
    audio_kbps: int = 160


class RenderPlan(Value):
    """A clip's whole recipe: the same plan renders the same frames, months later.

    ``span`` is cut on the source clock; ``frames`` at ``fps`` is the picture's exact length.
    Mutes and fades are relative to the clip.
    """

    version: int
    source_sha256: str
    span: TimeSpan
    fps: str
    frames: int = Field(gt=0)
    crop: Crop
    style: str
    words: tuple[ClipWord, ...]
    captions: tuple[CaptionEvent, ...]
    hook: HookOverlay | None
    mutes: tuple[TimeSpan, ...]
    fade_ms: int
    loudness: Loudness
    encoder: EncoderSettings

    def recipe_hash(self) -> str:
        """SHA-256 of the canonical JSON of the plan, 64 hex digits."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class ProofCheck(Value):
    """One measurement of the encoded file against its limit."""

    name: str
    value: float | str | None
    limit: float | str
    unit: str = ""
    passed: bool


class Proof(Value):
    """All measurements of one clip; ``passed`` only when every check did."""

    passed: bool
    checks: tuple[ProofCheck, ...]

    @property
    def failures(self) -> tuple[ProofCheck, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)


class ClipState(StrEnum):
    """Where a clip stands. Later stages add their own states after ``ready``."""

    READY = "ready"
    FAILED_PROOF = "failed_proof"


class RenderedClip(Value):
    """A clip in the media store."""

    clip_id: str
    moment_id: str
    source_id: str
    client: str
    state: ClipState
    style: str
    recipe_hash: str
    plan: RenderPlan
    video_key: str
    cover_key: str
    video_sha256: str
    frames_sha256: str
    """SHA-256 over the decoded pictures, the measure of "the same frames"."""
    size_bytes: int
    proof: Proof
    rendered_at: datetime


class ReportSource(Value):
    """The source as a clip report names it."""

    sha256: str
    file_name: str
    duration_ms: int


class ClipReport(Value):
    """What stands beside every clip as JSON, and what ``clipper show`` prints."""

    clip_id: str
    client: str
    source: ReportSource
    span: TimeSpan
    score: int
    rubric: dict[str, Any]
    reason: str
    hook: str
    words: tuple[ClipWord, ...]
    transcriber: str
    detector: str
    recipe_hash: str
    style: str
    proof: Proof
