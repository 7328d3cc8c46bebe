"""Posts as they are kept, what happened to them, and what stops them."""

from __future__ import annotations

from datetime import datetime

from clipping.models.account import Account, Consent, Disclosure
from clipping.models.base import Value, make_id
from clipping.models.copy import PlatformName, PostCopy
from clipping.models.post import PostFile, PostJob, PostState, Receipt


class Failure(Value):
    """The last thing that went wrong with a post."""

    kind: str = ""
    """A ``FailureKind``, or empty where no platform was asked."""
    code: str = ""
    """The platform's own."""
    sentence: str


class Post(Value):
    """A clip that is to be on an account at a time; kept in the database from its reservation."""

    post_id: str
    client: str
    account_id: str
    platform: PlatformName
    clip_id: str
    moment_id: str
    source_id: str
    slot_id: str | None
    """Of the plan; None once the slot is free for another clip."""
    due_at: datetime
    reason: str = ""
    """Why this clip here, as the planner said."""
    state: PostState = PostState.RESERVED
    words: PostCopy
    disclosure: Disclosure = Disclosure()
    consent: Consent
    """As it was when the post was reserved, or was begun."""
    inbox: bool = False
    marker: str = ""
    file: PostFile | None = None
    """What is sent, from the first step on; its path is where this machine has it."""
    file_key: str = ""
    """Of the media store."""
    receipt: Receipt = Receipt()
    next_at: datetime | None = None
    """When it is looked at again; None when nothing is left, or a person has to act."""
    attempts: int = 0
    """Transient failures since the last step that went well."""
    begun: int = 0
    """How often it was begun anew because an upload was lost."""
    renewed: bool = False
    """Whether the account's token was renewed for it since the last step that went well."""
    begun_at: datetime | None = None
    """When its first step was taken."""
    posted_at: datetime | None = None
    failure: Failure | None = None
    note: str = ""
    """Why it stands as it does, one sentence; empty when there is nothing to say."""
    gone: str = ""
    """Why its platform no longer shows it; empty while it does."""

    def job(self, path: str, url: str = "") -> PostJob:
        """What is sent for it, with the file at this place of this machine.

        :raises ValueError: Its file is not known yet.
        """
        if self.file is None:
            raise ValueError(f"the file of {self.post_id} is not known yet")
        return PostJob(
            post_id=self.post_id,
            words=self.words,
            file=self.file.replace(path=path, url=url),
            disclosure=self.disclosure,
            consent=self.consent,
            inbox=self.inbox,
            marker=self.marker,
        )


def post_id(account_id: str, clip_id: str, slot_id: str) -> str:
    """The id of a clip's post on an account in a slot."""
    return make_id("post", account_id, clip_id, slot_id)


class PostEvent(Value):
    """A change of a post; events are only added."""

    post_id: str
    at: datetime
    before: str
    after: str
    """States; the same twice when only the stage or the sentence changed."""
    stage: str
    sentence: str = ""
    by: str = ""
    """Who did it, when it was a person."""


class Stop(Value):
    """Nothing is posted that it covers, until somebody lifts it; what is empty covers all."""

    stop_id: int = 0
    client: str = ""
    platform: PlatformName | None = None
    account_id: str = ""
    source_id: str = ""
    """Of a source that somebody has a claim on."""
    by: str
    at: datetime
    why: str
    lifted_at: datetime | None = None
    lifted_by: str = ""

    def holds(self, account: Account) -> bool:
        """Whether posts of the account are among what it covers, of its source if it names one."""
        return (
            self.client in ("", account.client)
            and self.platform in (None, account.platform)
            and self.account_id in ("", account.account_id)
        )

    @property
    def covers(self) -> str:
        """For people: ``everything``, ``everything of acme``, ``tiktok of acme``."""
        named = {
            "account": self.account_id,
            "source": self.source_id,
            "": self.platform.value if self.platform else "",
            "of": self.client,
        }
        told = " ".join(f"{name} {what}".strip() for name, what in named.items() if what)
        return told if told and not told.startswith("of ") else f"everything {told}".strip()


class Alert(Value):
    """Something that a person has to see; about an account or a post, or about neither."""

    alert_id: int = 0
    """0 until it is kept."""
    at: datetime
    kind: str
    """``paused``, ``takedown``, ``unknown``, ``account``, ``app``, ``manual``: short."""
    sentence: str
    client: str = ""
    account_id: str = ""
    post_id: str = ""


class Standing(Value):
    """What the database says just now of all that can keep a post from going on."""

    account: Account
    stops: tuple[Stop, ...] = ()
    clip_ready: bool = True
    approved: bool = True
    """Whether its clip has the approval that its client wants, or needs none."""
    rejected: str = ""
    """Who rejected its clip and why, a sentence; empty when nobody has."""
    proof_passed: bool = True
    rights_stated: bool = True
    failures: int = 0
    """Of its platform in a row, whoever asked."""
    platform_closed_until: datetime | None = None
    """Until when nobody asks its platform, because that is down."""
    shut_until: datetime | None = None
    """Until when the account, or our app, may not ask."""
    last_begun_at: datetime | None = None
    """When the account's latest other post was begun that is, or may be, public; looked up only
    for a post that is not begun."""
    last_public_at: datetime | None = None
    """When its latest other post became public, or may have; looked up also before a last step."""


class Bucket(Value):
    """How often something may be asked: ``most`` at once, and then as fast as it refills."""

    key: str
    most: float
    per_s: float = 0.0
    """Tokens that come back each second."""
    renewed_s: float = 3600.0
    """Where none come back: how long to wait for the next bucket."""
