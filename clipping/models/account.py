"""An account on a platform: whose it is, how it is posted to, and what its owner agreed to."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import Field

from clipping.models.base import Value
from clipping.models.copy import PlatformName


class PostingMethod(StrEnum):
    """How a clip gets onto an account."""

    API = "api"
    INBOX = "inbox"
    """TikTok's drafts: the owner taps to post."""
    BROWSER = "browser"
    """The platform's ordinary upload page, in a profile that the owner logged in."""
    MANUAL = "manual"
    """A package with file and caption, and a reminder."""


class AccountStatus(StrEnum):
    """What the platform's answers say of an account."""

    ACTIVE = "active"
    WARNED = "warned"
    SUSPENDED = "suspended"
    BANNED = "banned"
    REAUTHORISE = "reauthorise"

    def gives_way_to(self, other: AccountStatus) -> bool:
        """Whether an answer that says ``other`` changes it: only a person ends what is graver."""
        return other is AccountStatus.ACTIVE or _GRAVITY[other] > _GRAVITY[self]

    @property
    def in_the_way(self) -> str:
        """Why nothing can be posted meanwhile, in a few words; empty where it can."""
        return _IN_THE_WAY.get(self, "")


_GRAVITY: Final = {
    AccountStatus.ACTIVE: 0,
    AccountStatus.WARNED: 1,
    AccountStatus.REAUTHORISE: 2,
    AccountStatus.SUSPENDED: 3,
    AccountStatus.BANNED: 4,
}


_IN_THE_WAY: Final = {
    AccountStatus.SUSPENDED: "its platform has suspended or restricted it",
    AccountStatus.BANNED: "its platform has banned it",
    AccountStatus.REAUTHORISE: "its owner has to connect it again",
}


class Disclosure(Value):
    """What viewers have to be told, each in the platform's own field."""

    paid_partnership: bool = False
    """Somebody else pays for it."""
    own_brand: bool = False
    """It promotes the account owner's own business."""
    ai_generated: bool = False
    """Realistic pictures or sound that were generated or altered."""
    sponsors: tuple[str, ...] = ()
    """Ids or handles of who pays, as the platform names them."""


class Consent(Value):
    """What an account's owner agreed to, and when."""

    owner: str
    given_at: datetime
    privacy: str = "PUBLIC_TO_EVERYONE"
    """TikTok's level; elsewhere anything but this posts privately."""
    allow_comments: bool = False
    allow_duet: bool = False
    allow_stitch: bool = False


class Account(Value):
    """One account of a client; its tokens are not here but in the vault."""

    account_id: str
    client: str
    platform: PlatformName
    handle: str
    """Without a sign in front."""
    platform_user_id: str = ""
    """By which the platform's own calls know it: open_id, ig id, channel id, X user id."""
    timezone: str = "UTC"
    """IANA name."""
    method: PostingMethod = PostingMethod.API
    login_path: str = ""
    """Instagram: ``facebook`` (path B, the stronger one) or ``instagram`` (path A); else empty."""
    app: str = ""
    """Name of the Prefect block with the secrets of its app; empty for the one of the settings."""
    angle: str = ""
    """What it is about, in a few words; clips that fit it are preferred."""
    caption_style: str = ""
    """The style its clips are rendered in; empty for any."""
    disclosure: Disclosure = Disclosure()
    wakes_at: time = time(8)
    sleeps_at: time = time(23)
    """Local. Posts fall between the two, also when that spans midnight."""
    first_post_on: date | None = None
    """Local; its warm-up counts from here. None before the first post."""
    premium: bool = False
    """X: longer and larger video, longer text."""
    status: AccountStatus = AccountStatus.ACTIVE
    paused: str = ""
    """Why nothing is posted until somebody resumes it; empty when it is not paused."""
    consent: Consent | None = None
    """Nothing is posted without."""

    @property
    def consent_options(self) -> str:
        """What ``clipper accounts consent`` needs beside its name: TikTok wants no default for who
        sees its posts."""
        tiktok = self.platform is PlatformName.TIKTOK
        return f"--owner NAME{' --privacy LEVEL' if tiktok else ''}"

    def clock(self, at: datetime, precision: str = "minutes") -> str:
        """The instant on its own clock, ``2026-11-28 18:43+01:00 Europe/Berlin``; in UTC where it
        has no zone that anybody knows. Without the offset two of an autumn night read the same;
        UTC needs none.

        :param precision: Down to which the time is told, as ``datetime.isoformat`` names it.
        """
        try:
            zone, name = ZoneInfo(self.timezone), self.timezone
        except (KeyError, ValueError, OSError):
            zone, name = ZoneInfo("UTC"), "UTC"
        told = at.astimezone(zone).isoformat(" ", precision)
        return f"{told.removesuffix('+00:00') if name == 'UTC' else told} {name}"


class AccountLimits(Value):
    """What a platform lets an account post, as read live or from the dated table."""

    posts_left: int | None = Field(default=None, ge=0)
    """In the running window; None where the platform does not say."""
    resets_at: datetime | None = None
    longest_ms: int | None = None
    privacy_levels: tuple[str, ...] = ()
    """TikTok's live options; empty elsewhere."""
    comments_off: bool = False
    duet_off: bool = False
    stitch_off: bool = False
    blocked: str = ""
    """Why it cannot post just now, as one sentence; empty when it can."""
