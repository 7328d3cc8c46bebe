"""A rendered clip, its proof and its report."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from clipping.models.base import Value
from clipping.models.copy import PostCopy
from clipping.models.judgement import Hold, Release, unsettled
from clipping.models.recipe import ClipWord, Layout, RenderPlan
from clipping.models.rights import Rights
from clipping.models.verdict import Verdict
from clipping.timing import TimeSpan


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
    """Where a clip stands. Later stages take what is ready, and add their own states after it."""

    READY = "ready"
    HELD = "held"
    """Its proof passed, and it waits for a person."""
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
    rights: Rights = Rights()


class CameraShot(Value):
    """What the camera does in one stretch of the clip; times are relative to the clip."""

    start_ms: int
    end_ms: int
    layout: Layout
    moves: int
    reason: str


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
    """Empty without one."""
    natural_start: str = ""
    """Why it starts without a hook; empty where it has one, or where a person wanted none."""
    state: ClipState
    holds: tuple[Hold, ...] = ()
    """What somebody has to agree to, whether somebody has or not."""
    releases: tuple[Release, ...] = ()
    """Who has agreed, the first one first."""
    verdict: Verdict | None = None
    """What a person decided about it last, when it was reported."""
    rescued_at: datetime | None = None
    """When a person brought its moment back; None when the detector chose it."""
    words: tuple[ClipWord, ...]
    transcriber: str
    detector: str
    recipe_hash: str
    style: str
    camera: tuple[CameraShot, ...] = ()
    posts: tuple[PostCopy, ...] = ()
    """The words of its post on each platform."""
    writer: str = ""
    """Who wrote them: ``claude`` or ``local``."""
    writing_notes: tuple[str, ...] = ()
    proof: Proof

    @property
    def waits_for(self) -> tuple[Hold, ...]:
        """What nobody has agreed to yet."""
        return unsettled(self.holds, self.releases)
