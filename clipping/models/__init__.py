"""Every value that passes between stages, in the order in which a video meets them.

All are frozen Pydantic models. Times are integer milliseconds: on the source's own clock (0 is
the container's first timestamp) unless a name says "relative to the clip". Pixels are of the
output frame unless said otherwise. Ids are deterministic, made by :func:`make_id`: the same
input gives the same id on every machine, which is what makes a stage safe to run twice.
"""

from clipping.models.base import OUTPUT_HEIGHT_PX, OUTPUT_WIDTH_PX, Value, make_id
from clipping.models.clip import (
    CameraShot,
    ClipReport,
    ClipState,
    Proof,
    ProofCheck,
    RenderedClip,
    ReportSource,
)
from clipping.models.copy import Draft, PlatformName, PostCopy, ProfanityPolicy, WritingPolicy
from clipping.models.hearing import (
    ChunkKey,
    GlossaryTerm,
    HeardChunk,
    HeardWord,
    SoundEvent,
    SoundKind,
)
from clipping.models.judgement import Hold, HoldKind, Hook, HookAngle, Judgement
from clipping.models.likeness import VARIATION, Arm, ClipPrint, Experiment, Factor
from clipping.models.moment import Criterion, Detection, DetectOptions, Moment, Rejection, Sentence
from clipping.models.policy import BrandRisk, EditorialPolicy
from clipping.models.recipe import (
    Box,
    CaptionEvent,
    ClipWord,
    Crop,
    EncoderSettings,
    Face,
    Framing,
    FramingChoice,
    HookOverlay,
    Layout,
    Loudness,
    Move,
    Obstacle,
    RenderChoices,
    RenderPlan,
)
from clipping.models.rights import ClientSettings, Ground, Rights
from clipping.models.sighting import Area, FacePoint, FaceTrack, Scene, Sightings
from clipping.models.source import (
    AudioStream,
    MediaInfo,
    SourceRequest,
    SourceVideo,
    Transcript,
    VideoStream,
    Word,
)
from clipping.models.watch import Found, ItemState, Watch, WatchedItem

__all__ = [
    "OUTPUT_HEIGHT_PX",
    "OUTPUT_WIDTH_PX",
    "VARIATION",
    "Area",
    "Arm",
    "AudioStream",
    "Box",
    "BrandRisk",
    "CameraShot",
    "CaptionEvent",
    "ChunkKey",
    "ClientSettings",
    "ClipPrint",
    "ClipReport",
    "ClipState",
    "ClipWord",
    "Criterion",
    "Crop",
    "DetectOptions",
    "Detection",
    "Draft",
    "EditorialPolicy",
    "EncoderSettings",
    "Experiment",
    "Face",
    "FacePoint",
    "FaceTrack",
    "Factor",
    "Found",
    "Framing",
    "FramingChoice",
    "GlossaryTerm",
    "Ground",
    "HeardChunk",
    "HeardWord",
    "Hold",
    "HoldKind",
    "Hook",
    "HookAngle",
    "HookOverlay",
    "ItemState",
    "Judgement",
    "Layout",
    "Loudness",
    "MediaInfo",
    "Moment",
    "Move",
    "Obstacle",
    "PlatformName",
    "PostCopy",
    "ProfanityPolicy",
    "Proof",
    "ProofCheck",
    "Rejection",
    "RenderChoices",
    "RenderPlan",
    "RenderedClip",
    "ReportSource",
    "Rights",
    "Scene",
    "Sentence",
    "Sightings",
    "SoundEvent",
    "SoundKind",
    "SourceRequest",
    "SourceVideo",
    "Transcript",
    "Value",
    "VideoStream",
    "Watch",
    "WatchedItem",
    "Word",
    "WritingPolicy",
    "make_id",
]
