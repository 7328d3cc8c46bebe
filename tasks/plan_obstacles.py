"""What keeps clips and accounts out of a plan: stops, pauses, and what platforms refuse.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from clipping.db.queries.plans import GivenUp
from clipping.models import (
    Account,
    AccountLimits,
    ClipCandidate,
    PlatformName,
    PostCopy,
    PostFile,
    PostingMethod,
    PostJob,
    PostState,
    Stop,
)
from clipping.platforms.failures import FailureKind
from clipping.platforms.standing import BY_TOKEN, to_open, unopened
from clipping.publishing import gates
from tasks.post_files import size_for
from tasks.posting import all_platforms

_FOR_GOOD: Final = (FailureKind.PERMANENT_MEDIA.value, FailureKind.PERMANENT_METADATA.value)
_ANY_FILE: Final = PostFile(
    path="",
    size_bytes=5_000_000,
    duration_ms=20_000,
    width_px=0,
    height_px=0,
    fps=30.0,
    sha256="0" * 64,
    cover_ms=1_000,
)

Bars = Mapping[tuple[str, str], str]
"""Why a clip can't go to an account or a platform, by both."""


def barred(clips: Iterable[ClipCandidate], bars: Bars) -> list[ClipCandidate]:
    """The clips, with these bars as well."""
    by_clip: dict[str, dict[str, str]] = defaultdict(dict)
    for (clip_id, where), sentence in bars.items():
        by_clip[clip_id][where] = sentence
    return [
        clip.replace(barred={**clip.barred, **by_clip[clip.clip_id]})
        if clip.clip_id in by_clip
        else clip
        for clip in clips
    ]


def bars_of(given_up: Iterable[GivenUp], now: datetime) -> dict[tuple[str, str], str]:
    """Where clips do not go again: a platform that refused one, an account that gave one up.

    What the planner gave up itself may go into the account's other slots: a clip that it moved from
    one to another would lose that, too, when it plans again. A slot has one post of a clip ever.
    """
    found: dict[tuple[str, str], str] = {}
    for one in given_up:
        sentence = one.sentence or "It was given up there."
        if one.state is PostState.FAILED and one.kind in _FOR_GOOD:
            found[one.clip_id, one.platform.value] = one.sentence
        elif one.slot_id and not one.begun and one.sentence.startswith(gates.BY_THE_PLANNER):
            found[one.clip_id, one.slot_id] = sentence
        elif one.due_at > now - timedelta(days=1):
            # Its slot may be planned anew, and one post of a clip there is enough.
            found[one.clip_id, one.account_id] = sentence
    return found


def refusing(accounts: Iterable[Account]) -> dict[str, str]:
    """Accounts on which no clip whatever could be posted as they are set up, and why."""
    platforms = all_platforms()
    found = {}
    for account in accounts:
        if account.method not in BY_TOKEN or account.consent is None:
            continue
        width_px, height_px = size_for(account)
        job = PostJob(
            post_id="any",
            words=PostCopy(
                platform=account.platform,
                title="" if account.platform is PlatformName.X else "Any title",
                caption="Any words.",
                hashtags=(),
            ),
            file=_ANY_FILE.replace(width_px=width_px, height_px=height_px),
            disclosure=account.disclosure,
            consent=account.consent,
            inbox=account.method is PostingMethod.INBOX,
            marker="any",
        )
        if told := platforms[account.platform].check(job, account, AccountLimits()):
            found[account.account_id] = " ".join(told)
    return found


def shut(accounts: Iterable[Account], opened: Container[str]) -> dict[str, str]:
    """Accounts whose owners have not let us in, so that nothing is planned for them, and what ends
    that.

    :param opened: Ids of those that something opens.
    """
    found = {}
    for account in accounts:
        if told := unopened(account, is_open=account.account_id in opened):
            found[account.account_id] = f"@{account.handle} is {told}: {to_open(account)}"
    return found


class Held:
    """What stops and pauses keep from being planned."""

    def __init__(self, client: str, stops: Iterable[Stop], accounts: Iterable[Account]) -> None:
        holding = [one for one in stops if one.client in ("", client)]
        self._of_sources: dict[str, list[Stop]] = defaultdict(list)
        for stop in holding:
            if stop.source_id:
                self._of_sources[stop.source_id].append(stop)
        self.accounts: dict[str, str] = {}
        for account in accounts:
            if account.paused:
                self.accounts[account.account_id] = (
                    f"@{account.handle} is paused: {account.paused.rstrip('.')}."
                )
        for stop in holding:
            for account in accounts:
                if not stop.source_id and stop.holds(account):
                    named = stop.replace(account_id=f"@{account.handle}")
                    told = gates.stopped(named if stop.account_id else stop)
                    self.accounts.setdefault(account.account_id, told)

    def marked(self, clip: ClipCandidate) -> ClipCandidate:
        """The clip, with what its source's stops say."""
        for stop in self._of_sources.get(clip.source_id, ()):
            where = stop.account_id or (stop.platform.value if stop.platform else "")
            if not where:
                return clip.replace(held=gates.stopped(stop))
            clip = clip.replace(barred={**clip.barred, where: gates.stopped(stop)})
        return clip

    def source_stop(self, source_id: str, account: Account) -> str:
        """What a stop of a source says of its posts on an account; empty where none does."""
        stops = self._of_sources.get(source_id, ())
        return next((gates.stopped(stop) for stop in stops if stop.holds(account)), "")
