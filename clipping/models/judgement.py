"""What a judge thinks of a moment: grades, reasons, hooks, and what a person has to see first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from clipping.models.base import Value


class HoldKind(StrEnum):
    """Why a moment waits for a person."""

    FORBIDDEN_TOPIC = "forbidden_topic"
    PERSONAL_DATA = "personal_data"
    BRAND_SAFETY = "brand_safety"


class Hold(Value):
    """Something for which a moment is not used before a person has agreed."""

    kind: HoldKind
    reason: str
    """One sentence."""


class Release(Value):
    """A person has agreed to what held a moment; it counts for every clip of the moment."""

    clip_id: str
    """The clip that was looked at."""
    holds: tuple[Hold, ...]
    """What was agreed to."""
    person: str
    note: str = ""
    released_at: datetime


def unsettled(holds: Iterable[Hold], releases: Iterable[Release]) -> tuple[Hold, ...]:
    """The holds that no release agrees to: a new reason needs a new look."""
    agreed = {hold for release in releases for hold in release.holds}
    return tuple(hold for hold in holds if hold not in agreed)


class HookAngle(StrEnum):
    """In which way a hook pulls."""

    QUESTION = "question"
    CLAIM = "claim"
    NUMBER = "number"
    CONTRAST = "contrast"
    STAKES = "stakes"
    STORY = "story"
    ADVICE = "advice"


class Hook(Value):
    """A line for the first seconds that claims no more than the clip says; masked."""

    text: str
    angle: HookAngle


class Judgement(Value):
    """A judge's grades of a moment, and why."""

    emotional_intensity: int = Field(ge=0, le=10)
    controversy: int = Field(ge=0, le=10)
    completeness: int = Field(ge=0, le=10)
    """Of the story: whether setup and payoff are both there."""
    hook_strength: int = Field(ge=0, le=10)
    """Of the first seconds as they are spoken."""
    viral_score: int = Field(ge=0, le=100)
    setup: str
    payoff: str
    """What the viewer gets at its end; never empty."""
    idea: str
    """What it says, in a few words: two moments of one idea are duplicates."""
    reasoning: str
    needs: str = Field(default="", max_length=0)
    """What a viewer must know that the span does not say: nothing, or it is no moment."""
    out_of_context: bool = Field(default=False)
    """Whether it says something else alone than in the talk: never, or it is no moment."""
    model: str
    """Full id of the model that judged."""
