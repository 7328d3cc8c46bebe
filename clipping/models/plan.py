"""A day's plan of posts: what is asked of the planner, and what it decides."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field, field_validator

from clipping.models.account import Account, AccountLimits
from clipping.models.base import Value
from clipping.models.copy import PlatformName
from clipping.models.moment import DetectOptions
from clipping.models.post import PostState
from clipping.timing import TimeSpan

HOURS_WORTH = (
    *(0.30, 0.20, 0.15, 0.15, 0.15, 0.25),
    *(0.45, 0.60, 0.60, 0.55, 0.55, 0.65),
    *(0.75, 0.70, 0.60, 0.60, 0.65, 0.80),
    *(0.95, 1.00, 1.00, 0.95, 0.80, 0.50),
)
"""How much an hour of the day is worth, from local midnight on: lunch and the evening most.

An assumption to begin with, nobody's measurement; ``PlanPolicy.hours_worth`` takes better ones.
"""


class Cause(StrEnum):
    """Why a clip, a slot or an account is left out."""

    HELD = "held"
    """Somebody stopped the clip or its source."""
    NOT_READY = "not_ready"
    PROOF = "proof"
    RIGHTS = "rights"
    DISCLOSURE = "disclosure"
    APPROVAL = "approval"
    """The client wants to see it first, and nobody has agreed yet."""
    STYLE = "style"
    """It is rendered in another caption style than the account's."""
    BARRED = "barred"
    """The platform, or the account, does not take it."""
    ON_PLATFORM = "on_platform"
    """An account of the client has posted it on this platform, or will."""
    ELSEWHERE = "elsewhere"
    """It is on another platform, and the client wants each clip posted once."""
    MOMENT = "moment"
    """Another account shows its moment on this platform within 30 days."""
    LIKENESS = "likeness"
    """Another account shows a near-duplicate on this platform within 30 days."""
    REPEAT = "repeat"
    """The same account has shown its moment, or a near-duplicate, a few days ago."""
    TAKEN = "taken"
    """It goes to another slot of the day, or one like it does."""
    LIMIT = "limit"
    """The account, or the app, may not post more just then."""
    ACCOUNT = "account"
    """The account cannot post at all just now."""
    HOURS = "hours"
    """The account's waking hours leave no room at least 11 hours from its other posts."""
    PAST = "past"
    """Its time has gone by."""
    CLIPS = "clips"
    """No clip is left that may go there."""


class ClipCandidate(Value):
    """A clip as the planner sees it."""

    clip_id: str
    moment_id: str
    source_id: str
    span: TimeSpan
    """On the source's clock."""
    score: int = Field(ge=0, le=100)
    keywords: tuple[str, ...] = ()
    """What it is about: hashtags, topics, words of its title."""
    fits: dict[str, float] = Field(default_factory=dict)
    """How well it fits an account's angle, 0..1 by account id; others are told by ``keywords``."""
    style: str = ""
    """The caption style it is rendered in."""
    ready: bool = False
    proof_passed: bool = False
    rights_recorded: bool = False
    disclosure_set: bool = False
    approved: bool = False
    held: str = ""
    """Why it may not be posted just now, as one sentence: a takedown, a claim; empty if it may."""
    barred: dict[str, str] = Field(default_factory=dict)
    """Where it can't go, by id of account or slot or by platform, each with a sentence, as from
    ``check``."""


class ClipDistance(Value):
    """How far apart two clips of a source were measured to be."""

    first: str
    second: str
    """Clip ids."""
    distance: float = Field(ge=0, le=1)


class PastPost(Value):
    """A post that is public, or on its way, or planned for another day."""

    clip_id: str
    moment_id: str
    account_id: str
    platform: PlatformName
    at: datetime
    source_id: str = ""
    span: TimeSpan | None = None
    slotless: bool = False
    """Whether it has lost its slot and goes out all the same: it counts on the day of its
    time."""


class AppUse(Value):
    """What goes through one of our apps on a platform, for all clients together."""

    platform: PlatformName
    app: str = ""
    """As accounts name it; empty for the one of the settings."""
    posted: tuple[tuple[str, datetime], ...] = ()
    """Account id and time of the posts that count in its window, other clients' and planned ones
    included, this client's own not."""
    most_posts: int | None = Field(default=None, ge=0)
    """In place of the table's figure, as read live or granted; None keeps the table's."""
    most_accounts: int | None = Field(default=None, ge=0)
    """Accounts in 24 hours, such as the 5 of a TikTok app that is not audited; None for any."""


class PlanPolicy(Value):
    """What a client wants of its plans."""

    approval_wanted: bool = False
    """Only clips that a person agreed to are posted."""
    post_once: bool = False
    """A clip goes to one platform only; else to others too, when no fresh clip is left."""
    posts_in_two_days: int = Field(default=4, ge=1, le=4)
    """Of each account at most; what an earlier plan has beyond it keeps its place."""
    near_distance: float = Field(default=0.35, ge=0, le=1)
    """Clips whose measured distance is smaller are near-duplicates: ``clipping.likeness.NEAR``."""
    hours_worth: tuple[float, ...] = HOURS_WORTH
    """24 figures from 0 to 1, from local midnight on."""

    @field_validator("hours_worth")
    @classmethod
    def _a_day(cls, hours: tuple[float, ...]) -> tuple[float, ...]:
        if len(hours) != 24 or not all(0 <= worth <= 1 for worth in hours):
            raise ValueError("hours_worth holds 24 figures from 0 to 1")
        return hours


class Slot(Value):
    """A time at which an account posts."""

    slot_id: str
    """Of account, day and number."""
    account_id: str
    platform: PlatformName
    day: date
    """The local day on which the account's waking hours began."""
    number: int
    """0 for the first window of the day, 1 for the second."""
    at: datetime
    """UTC, a whole minute."""
    local: datetime
    """The same instant on the account's own clock."""
    worth: float = Field(ge=0, le=1)


class Assignment(Value):
    """A clip in a slot."""

    slot: Slot
    clip_id: str
    moment_id: str
    source_id: str = ""
    span: TimeSpan | None = None
    score: int
    state: PostState = PostState.PLANNED
    reason: str = ""
    """Why this clip here, as a sentence."""
    pinned: bool = False
    """Whether it stays whatever happens, as what is under way does."""

    @property
    def past(self) -> PastPost:
        """As the plan of another day sees it."""
        return PastPost(
            clip_id=self.clip_id,
            moment_id=self.moment_id,
            account_id=self.slot.account_id,
            platform=self.slot.platform,
            at=self.slot.at,
            source_id=self.source_id,
            span=self.span,
        )


class Shortage(Value):
    """Posts that an account should make this day and won't."""

    platform: PlatformName
    account_id: str
    missing: int = Field(ge=1)
    cause: Cause
    sentence: str
    kept_out: dict[Cause, int] = Field(default_factory=dict)
    """How many clips could not go there, by cause."""


class PlanChange(Value):
    """What a new plan does differently from the one before it."""

    account_id: str
    slot_id: str
    before: str = ""
    """Clip id; empty when the slot was empty, or not there."""
    after: str = ""
    sentence: str


class PlanRequest(Value):
    """All that a day's plan of one client depends on; the same request gives the same plan."""

    client: str
    day: date
    """Of each account's own clock."""
    seed: int = 0
    accounts: tuple[Account, ...]
    """All of the client's, those that can't post included: their places stay theirs."""
    clips: tuple[ClipCandidate, ...]
    past: tuple[PastPost, ...] = ()
    """Of the client's accounts: at least 30 days on both sides; on X, everything ever posted; and
    for the clips among ``clips`` every post there is. Not those of ``earlier``."""
    distances: tuple[ClipDistance, ...] = ()
    """Measured pairs, between clips and past posts too."""
    limits: dict[str, AccountLimits] = Field(default_factory=dict)
    """By account id, as read live."""
    apps: tuple[AppUse, ...] = ()
    stopped: dict[str, str] = Field(default_factory=dict)
    """Accounts that somebody stopped, each with a sentence."""
    policy: PlanPolicy = PlanPolicy()
    earlier: DayPlan | None = None
    """The plan that is being changed; what it reserved or posted stays."""
    now: datetime | None = None
    """Nothing is planned before it."""


class DayPlan(Value):
    """Who posts what when on one day, and what is missing."""

    client: str
    day: date
    assignments: tuple[Assignment, ...] = ()
    """In the order of their times."""
    others: tuple[Assignment, ...] = ()
    """Living posts of the day that are in none of its slots, because another has theirs."""
    empty: tuple[Slot, ...] = ()
    """Slots for which no clip was left."""
    shortages: tuple[Shortage, ...] = ()
    changes: tuple[PlanChange, ...] = ()
    """Against the plan before it."""
    notes: tuple[str, ...] = ()
    moments_wanted: int = 0
    """New moments that would fill what is empty."""
    clips_wanted: int = 0
    """Clips of them; more than moments where each clip is posted once."""

    @property
    def missing(self) -> int:
        """Posts that should be made and won't."""
        return sum(shortage.missing for shortage in self.shortages)


class StoredPlan(Value):
    """What is kept of a day's plan beside its posts, which are the reserved ones."""

    plan: DayPlan
    """Without its assignments."""
    posts: int
    """How many it had."""
    planned_at: datetime


class SourceRoom(Value):
    """A source of which a detection left out moments only because it was asked for fewer."""

    source_id: str
    transcript_id: str
    detector: str
    options: DetectOptions
    """Of that detection; ``count`` is how many moments it gave, or was asked for since."""
    left_out: tuple[int, ...]
    """Scores of what was left out, the best first."""


class MomentAsk(Value):
    """More moments that are asked of a source."""

    source_id: str
    transcript_id: str
    detector: str
    options: DetectOptions
    """With how many moments it shall give in all."""
    more: int = Field(ge=1)


PlanRequest.model_rebuild()
