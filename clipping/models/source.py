"""A source and its words: what ingest and transcribe give."""

from __future__ import annotations

from datetime import datetime

from clipping.models.base import Value
from clipping.models.hearing import SoundEvent
from clipping.models.rights import Rights
from clipping.timing import TimeSpan


class SourceRequest(Value):
    """What an operator asks for."""

    location: str
    """Path of a video file, or a link."""
    client: str = "default"
    captions: str | None = None
    """Path of a captions file; None looks for one beside the video with the same stem."""
    rights: Rights = Rights()
    """As this run states them; unstated ones leave what was stated before as it is."""


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
    interlaced: bool = False
    """Whether each picture holds two half-pictures of different times."""


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
    rights: Rights = Rights()


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
    sounds: tuple[SoundEvent, ...] = ()
    """What is heard besides words, in order of time; may overlap words and one another."""
