"""How the pages name things: states, platforms, times. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from clipping.db.queries.account_lines import AccountName
from clipping.models import AccountStatus, PlatformName, Post, PostState, Stage, Stop
from clipping.publishing.changes import Offer
from clipping.publishing.steps import may_be_public

PLATFORMS: Final = {
    PlatformName.TIKTOK: "TikTok",
    PlatformName.INSTAGRAM: "Instagram",
    PlatformName.YOUTUBE: "YouTube",
    PlatformName.X: "X",
}
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


class Tone(StrEnum):
    """How loud something is."""

    BAD = "bad"
    WARN = "warn"
    GOOD = "good"
    BUSY = "busy"
    CALM = "calm"


@dataclass(frozen=True)
class Chip:
    """A word with a colour."""

    text: str
    tone: Tone


STATES: Final[dict[PostState, Chip]] = {
    PostState.PLANNED: Chip("planned", Tone.CALM),
    PostState.RESERVED: Chip("planned", Tone.CALM),
    PostState.SUBMITTING: Chip("on its way", Tone.BUSY),
    PostState.PROCESSING: Chip("at its platform", Tone.BUSY),
    PostState.POSTED: Chip("posted", Tone.GOOD),
    PostState.FAILED: Chip("failed", Tone.BAD),
    PostState.UNKNOWN: Chip("unknown", Tone.BAD),
    PostState.HELD: Chip("held", Tone.WARN),
    PostState.CANCELLED: Chip("cancelled", Tone.CALM),
}
STATUSES: Final[dict[AccountStatus, Chip]] = {
    AccountStatus.ACTIVE: Chip("well", Tone.GOOD),
    AccountStatus.WARNED: Chip("warned", Tone.WARN),
    AccountStatus.REAUTHORISE: Chip("login needed", Tone.BAD),
    AccountStatus.SUSPENDED: Chip("suspended", Tone.BAD),
    AccountStatus.BANNED: Chip("banned", Tone.BAD),
}
OFFERS: Final[dict[Offer, str]] = {
    Offer.MOVE: "Choose another time",
    Offer.HOLD: "Hold it back",
    Offer.CANCEL: "Cancel it",
    Offer.RETRY: "Let it go on",
    Offer.ASK: "Ask its platform once more",
    Offer.PUBLIC: "I see it on the account",
    Offer.NOT_PUBLIC: "It is not on the account",
}
FOLLOWS: Final[dict[Offer, str]] = {
    Offer.MOVE: "It goes out at that time of its account's clock; nothing else moves.",
    Offer.HOLD: "It keeps its slot, and nothing happens until somebody lets it go on.",
    Offer.CANCEL: "It is not posted. Its slot and its clip are free for the next plan.",
    Offer.RETRY: "Nothing of it is public. It goes on from where it is, now or at its time.",
    Offer.ASK: (
        "It may be public, so its platform is asked before anything else; "
        "it is not sent again meanwhile."
    ),
    Offer.PUBLIC: "It counts as posted from now on, and its alarms are done.",
    Offer.NOT_PUBLIC: (
        "Only after you have looked at the account: it is given up, and its clip may be planned "
        "again."
    ),
}
_EXPLAINED: Final[dict[PostState, str]] = {
    PostState.PLANNED: "It is planned, and not reserved yet.",
    PostState.RESERVED: "It waits for its time.",
    PostState.SUBMITTING: "It is on its way to its platform. Nothing of it is public yet.",
    PostState.PROCESSING: "Its platform has it, and has not said yet how that ended.",
    PostState.POSTED: "It is public.",
    PostState.FAILED: "It was given up, and nothing of it is public.",
    PostState.UNKNOWN: (
        "It may be public: the answer that would have said so never came. It is never sent again "
        "before that is known."
    ),
    PostState.HELD: "Something is in its way. It is looked at again by itself.",
    PostState.CANCELLED: "It was given up before anything of it was public.",
}


def explained(post: Post) -> str:
    """What the state of a post means, for somebody who has never heard of it."""
    if post.gone:
        return "It was public, and its platform does not show it any more."
    if post.receipt.stage is Stage.INBOX and post.state is not PostState.POSTED:
        return "It lies on the account as a draft or a package, which a person has to post."
    if post.state is PostState.HELD and post.next_at is None:
        return "It is held until somebody lets it go on or cancels it."
    if post.state is PostState.FAILED and may_be_public(post):
        return "It was given up after its platform had it: what that said stands below."
    return _EXPLAINED[post.state]


def zone(name: str) -> ZoneInfo:
    """The zone of that name; UTC where nobody knows it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def apart(at: datetime, now: datetime) -> str:
    """How far a time is from now: ``in 3 h``, ``2 d ago``."""
    gap = abs(at - now)
    if gap < _MINUTE:
        return "now"
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if gap >= unit:
            told = f"{gap // unit} {name}"
            break
    return f"in {told}" if at > now else f"{told} ago"


def local(at: datetime, timezone: str) -> str:
    """A time on a clock: ``Fri 27 Nov 18:43 CET``."""
    return f"{at.astimezone(zone(timezone)):%a %d %b %H:%M %Z}"


def utc(at: datetime) -> str:
    """A time for a log."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def many(count: int, one: str, more: str = "") -> str:
    """``1 post``, ``3 posts``."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def account_name(platform: PlatformName, handle: str) -> str:
    """``TikTok @handle``."""
    return f"{PLATFORMS[platform]} @{handle}"


def covered(stop: Stop, names: Mapping[str, AccountName]) -> str:
    """What a stop covers; ``names`` are of accounts, by their ids."""
    named = names.get(stop.account_id)
    if named is None:
        alone = stop.covers.startswith("of ")
        return f"everything {stop.covers}" if alone else stop.covers
    return f"{account_name(named.platform, named.handle)} of {named.client}"
