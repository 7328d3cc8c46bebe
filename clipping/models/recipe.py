"""A clip's recipe, decided before anything is rendered."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from fractions import Fraction
from typing import Any

from pydantic import Field, model_validator

from clipping.models.base import Value
from clipping.timing import TimeSpan


class ClipWord(Value):
    """A word of the clip; times are relative to the clip. ``text`` is masked when muted."""

    text: str
    start_ms: int
    end_ms: int
    speaker: str | None = None
    muted: bool = False
    emphasis: bool = False
    """Whether styles that know emphasis set it apart."""


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

    @property
    def area_px2(self) -> int:
        """0 for a box that is empty or turned inside out."""
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)

    def shared_px2(self, other: Box) -> int:
        """Area that lies within both boxes; 0 when they only touch."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height)


class Obstacle(Value):
    """A place that text should leave free for a while, such as where a face stands.

    ``span`` is relative to the clip, ``box`` in output pixels.
    """

    span: TimeSpan
    box: Box


class CaptionEvent(Value):
    """One state of the caption: the words on screen and which of them is lit.

    Times are relative to the clip. ``boxes[i]`` is where ``words[i]`` is drawn, outline included.
    ``lit`` is an index into ``words``, or None while nobody speaks. ``clip_words[i]`` is the index
    of ``words[i]`` in the clip's words. ``emphasis`` are indexes of words that are set apart.
    """

    start_ms: int
    end_ms: int
    words: tuple[str, ...]
    clip_words: tuple[int, ...]
    boxes: tuple[Box, ...]
    lit: int | None
    emphasis: tuple[int, ...] = ()


class HookOverlay(Value):
    """The hook line at the head of the clip; ``lines`` is the text as it was wrapped."""

    text: str
    lines: tuple[str, ...]
    start_ms: int
    end_ms: int
    box: Box
    font_px: int
    style: str = "plate"
    """Its look, one of ``clipping.captions.HOOK_STYLES``."""


class Crop(Value):
    """A still rectangle of the shown source picture, in source pixels, even numbers."""

    left_px: int
    top_px: int
    width_px: int
    height_px: int


class Layout(StrEnum):
    """How a stretch of the clip is made of the source picture."""

    FOLLOW = "follow"
    """One 9:16 crop fills the frame; it may move."""
    SPLIT = "split"
    """Two 9:8 crops, one above the other."""
    FIT = "fit"
    """One crop of any shape, as wide as the frame, over a blurred fill of the same picture."""


class Move(Value):
    """The crop glides from where it rests to ``left_px``, ``top_px`` and rests there.

    Between the two frames, counted from the clip's first, it starts and ends gently.
    """

    start_frame: int
    end_frame: int
    left_px: int
    top_px: int


class Framing(Value):
    """One stretch of the clip, ``start_frame`` up to, not including, ``end_frame``."""

    start_frame: int
    end_frame: int
    layout: Layout = Layout.FOLLOW
    crops: tuple[Crop, ...]
    """One, or for ``SPLIT`` the upper and the lower one."""
    moves: tuple[Move, ...] = ()
    """Of a ``FOLLOW``'s crop, in order, never overlapping."""
    reason: str = ""
    """A few words: why the camera does this."""


class FramingChoice(Value):
    """What a person wants the camera to do, in one scene or, without a time, in all of them."""

    at_ms: int | None = None
    """A time on the source clock: the scene between two cuts in which it lies is meant."""
    layout: Layout | None = None
    """``FIT`` or ``SPLIT``; None leaves it to ``centre``, or to the camera itself."""
    centre: float | None = Field(default=None, ge=0, le=1)
    """Where the crop's middle stands still, as a share of the picture's width."""


class RenderChoices(Value):
    """The choices that change how a moment is rendered."""

    style: str = "highlight"
    hook: str | None = None
    """Another text than the moment's own."""
    hook_style: str = "plate"
    """``none`` is a natural start, without a hook."""
    framing: tuple[FramingChoice, ...] = ()
    denoise: bool = False


class Face(Value):
    """Where a face that is meant to be seen lies in one frame of the clip, in output pixels."""

    frame: int
    box: Box


class Loudness(Value):
    """How the sound is brought to level, decided from a measurement of the same span."""

    target_lufs: float = -14.0
    peak_limit_dbtp: float = -2.0
    gain_db: float
    measured_lufs: float
    denoise: bool = False


class EncoderSettings(Value):
    """Everything the encoder is told; part of the recipe."""

    codec: str = "libx264"
    preset: str = "veryfast"
    quality: int = 19
    threads: int = 1
    keyframe_seconds: int = 2
    audio_kbps: int = 160
    max_kbps: int | None = None
    """A ceiling that the encoder keeps, at some cost; None for a clip that stays below it by
    itself, as nearly all do."""
    build: str = ""
    """The ffmpeg that encoded it first; only clips of one build share a body."""


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
    framings: tuple[Framing, ...] = Field(min_length=1)
    """The camera; they cover all frames in order."""
    faces: tuple[Face, ...] = ()
    """Faces that the camera is to show, a few times a second."""
    join_frame: int | None = None
    """Where the picture is parted into a head, which a hook may cover, and a body, which all
    variations of the clip share; None encodes it in one piece."""
    style: str
    choices: RenderChoices = RenderChoices()
    """What was asked for; the plan is what became of it."""
    words: tuple[ClipWord, ...]
    captions: tuple[CaptionEvent, ...]
    hook: HookOverlay | None
    mutes: tuple[TimeSpan, ...]
    fade_ms: int
    loudness: Loudness
    encoder: EncoderSettings

    @model_validator(mode="before")
    @classmethod
    def _from_first_version(cls, data: Any) -> Any:
        """Plans of version 1 had one still crop."""
        if isinstance(data, dict) and "crop" in data:
            crop, frames = data["crop"], data["frames"]
            still = {"start_frame": 0, "end_frame": frames, "crops": [crop]}
            rest = {name: value for name, value in data.items() if name != "crop"}
            return {**rest, "framings": [still], "choices": {"style": data["style"]}}
        return data

    def recipe_hash(self) -> str:
        """SHA-256 of the canonical JSON of the plan, 64 hex digits."""
        return _canonical_hash(self.model_dump(mode="json"))

    def body_hash(self) -> str | None:
        """The same over all that decides the frames from ``join_frame`` on, and the sound.

        Plans with the same body differ in their first seconds only, and may share the encoded
        rest; None when the clip is made in one piece.
        """
        if self.join_frame is None:
            return None
        join_ms = self.join_frame * 1000 / Fraction(self.fps)
        values = self.model_dump(mode="json", exclude={"hook", "faces", "captions", "choices"})
        values["captions"] = [
            event.model_dump(mode="json") for event in self.captions if event.end_ms > join_ms
        ]
        return _canonical_hash(values)


def _canonical_hash(values: dict[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
