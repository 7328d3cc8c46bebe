"""What detect gives: moments, and a reason for everything that was dropped."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from clipping.models.base import Value
from clipping.models.judgement import Hold, Hook, Judgement
from clipping.timing import TimeSpan


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
    holds: tuple[Hold, ...] = ()
    """What a person has to agree to before it is used."""
    hooks: tuple[Hook, ...] = ()
    """Further lines to choose from, the best one first, each with an angle of its own."""
    natural_start: str = ""
    """Why it is better shown without a hook, as one sentence; empty when a hook helps."""
    judgement: Judgement | None = None
    """None when no judge has seen it."""
    rescued_at: datetime | None = None
    """When a person brought it back into its detection; None when the detector chose it."""

    @property
    def held(self) -> bool:
        """Whether it waits for a person."""
        return bool(self.holds)


class Rejection(Value):
    """A span that was considered and dropped."""

    span: TimeSpan
    score: int = Field(ge=0, le=100)
    code: str
    """A stable word, e.g. ``overlaps_better``, ``over_count``, ``low_score``."""
    reason: str
    text: str
    holds: tuple[Hold, ...] = ()
    """What a judge saw in it before it fell, and a person has to agree to if it is brought back."""


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

    @property
    def dropped(self) -> tuple[tuple[int, Rejection], ...]:
        """What is not brought back yet, each with its number: its place among all, from 1."""
        back = {moment.span for moment in self.moments if moment.rescued_at is not None}
        numbered = enumerate(self.rejections, start=1)
        return tuple((number, item) for number, item in numbered if item.span not in back)
