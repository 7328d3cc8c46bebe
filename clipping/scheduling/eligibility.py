"""Which clip may go where, and why another may not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from clipping.models import (
    Account,
    Cause,
    ClipCandidate,
    PastPost,
    PlanRequest,
    PlatformName,
    Slot,
)

SIBLINGS_APART: Final = timedelta(days=30)
"""Between posts of one moment, or of near-duplicates, by two accounts of a client on a platform."""
REPEAT_AFTER: Final = timedelta(days=7)
"""Between posts of one moment, or of near-duplicates, by the same account."""


class Eligibility:
    """Tells of each clip and slot whether the two may come together.

    :param near: Near-duplicates of each clip.
    :param posts: What is public, on its way, or planned for another time.
    """

    def __init__(
        self,
        request: PlanRequest,
        near: Mapping[str, frozenset[str]],
        posts: Iterable[PastPost],
    ) -> None:
        self._policy = request.policy
        self._near = near
        self._accounts = {account.account_id: account for account in request.accounts}
        self._general = {clip.clip_id: _unfit(clip, request) for clip in request.clips}
        self._by_clip: dict[str, list[PastPost]] = defaultdict(list)
        self._by_moment: dict[tuple[PlatformName, str], list[PastPost]] = defaultdict(list)
        self._on_platform: set[tuple[PlatformName, str]] = set()
        self._kin: dict[tuple[PlatformName, str], list[tuple[PastPost, Cause]]] = {}
        self.note(posts)

    def note(self, posts: Iterable[PastPost]) -> None:
        """Reckon with these posts, too."""
        for post in posts:
            self._on_platform.add((post.platform, post.clip_id))
            self._by_clip[post.clip_id].append(post)
            self._by_moment[post.platform, post.moment_id].append(post)
        self._kin.clear()

    def unfit(self, clip: ClipCandidate) -> Cause | None:
        """Why the clip may be posted nowhere; None if it may."""
        return self._general[clip.clip_id]

    def fresh(self, clip: ClipCandidate) -> bool:
        """Whether it has been posted nowhere."""
        return clip.clip_id not in self._by_clip

    def why_not(self, clip: ClipCandidate, slot: Slot) -> Cause | None:
        """Why the clip may not go into the slot; None if it may."""
        account = self._accounts[slot.account_id]
        return (
            self._general[clip.clip_id]
            or _does_not_suit(clip, account, slot)
            or self._posted(clip, slot.platform)
            or self._shown(clip, slot)
        )

    def offered(self, clip: ClipCandidate, platform: PlatformName) -> bool:
        """Whether some account may post the clip on the platform, as far as it alone goes."""
        return self._general[clip.clip_id] is None and self._posted(clip, platform) is None

    def _posted(self, clip: ClipCandidate, platform: PlatformName) -> Cause | None:
        if clip.clip_id not in self._by_clip:
            return None
        if (platform, clip.clip_id) in self._on_platform:
            return Cause.ON_PLATFORM
        return Cause.ELSEWHERE if self._policy.post_once else None

    def _shown(self, clip: ClipCandidate, slot: Slot) -> Cause | None:
        """Whether its moment, or one like it, is too near; on X it may never come again."""
        for post, cause in self._kin_of(clip, slot.platform):
            if slot.platform is PlatformName.X:
                return cause
            apart = abs(slot.at - post.at)
            if post.account_id == slot.account_id:
                if apart < REPEAT_AFTER:
                    return Cause.REPEAT
            elif apart < SIBLINGS_APART:
                return cause
        return None

    def _kin_of(self, clip: ClipCandidate, platform: PlatformName) -> list[tuple[PastPost, Cause]]:
        key = platform, clip.clip_id
        if key not in self._kin:
            same = self._by_moment.get((platform, clip.moment_id), ())
            like = [
                post
                for other in sorted(self._near.get(clip.clip_id, ()))
                for post in self._by_clip.get(other, ())
                if post.platform is platform
            ]
            self._kin[key] = [
                *((post, Cause.MOMENT) for post in same),
                *((post, Cause.LIKENESS) for post in like),
            ]
        return self._kin[key]


def _unfit(clip: ClipCandidate, request: PlanRequest) -> Cause | None:
    checks = (
        (not clip.held, Cause.HELD),
        (clip.ready, Cause.NOT_READY),
        (clip.proof_passed, Cause.PROOF),
        (clip.rights_recorded, Cause.RIGHTS),
        (clip.disclosure_set, Cause.DISCLOSURE),
        # Last: what waits for approval lacks nothing else.
        (clip.approved or not request.policy.approval_wanted, Cause.APPROVAL),
    )
    return next((cause for passed, cause in checks if not passed), None)


def _does_not_suit(clip: ClipCandidate, account: Account, slot: Slot) -> Cause | None:
    where = account.account_id, account.platform, slot.slot_id
    if clip.barred and not clip.barred.keys().isdisjoint(where):
        return Cause.BARRED
    if account.caption_style and clip.style != account.caption_style:
        return Cause.STYLE
    return None
