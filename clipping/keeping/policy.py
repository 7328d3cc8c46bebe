"""Which files leave the store, which leave the archive, and why the others stay. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from clipping.models.keeping import Act, Deed, KeptObject, ObjectKind, SweepPlan, SweepPolicy

REST: Final = timedelta(days=7)
"""What was brought back stays so long: who plays a clip once plays it twice."""

NO_ARCHIVE: Final = "no archive is set (CLIPPER_ARCHIVE)"
QUEUED: Final = "posts of it are queued"
NOT_POSTED: Final = "it was never posted"
UNPROVEN: Final = "its clip is not ready and proven"
UNHEARD: Final = "nobody has heard its words yet"
UNKNOWN: Final = "no row of the database names it"


def decide(policy: SweepPolicy, objects: Iterable[KeptObject], now: datetime) -> SweepPlan:
    """What is due for these files, in the order in which it is to be done."""
    acts: list[Act] = []
    kept: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in objects:
        due, why_not = _due(policy, one, now)
        acts += due
        if why_not:
            kept[why_not][0] += 1
            kept[why_not][1] += one.size_bytes
    return SweepPlan(
        acts=tuple(acts),
        kept=tuple((reason, *counts) for reason, counts in sorted(kept.items())),
    )


def _due(policy: SweepPolicy, one: KeptObject, now: datetime) -> tuple[list[Act], str]:
    """The acts for one file, and why it stays although it is old; empty when it need not go."""
    if one.kind is ObjectKind.ORIGINAL:
        reason = _old_original(policy, one, now)
    elif one.kind is ObjectKind.CLIP:
        reason = _old_clip(policy, one, now)
    else:
        # Captions and covers are small, and pages show the covers of old clips.
        return [], UNKNOWN if one.kind is ObjectKind.OTHER else ""
    if not reason:
        return [], ""
    if not policy.has_archive:
        return [], NO_ARCHIVE
    if one.kind is ObjectKind.CLIP and not one.finished:
        return [], UNPROVEN
    if one.kind is ObjectKind.CLIP and one.posted_at is None:
        return [], NOT_POSTED
    return _acts(policy, one, now, reason)


def _acts(
    policy: SweepPolicy, one: KeptObject, now: datetime, reason: str
) -> tuple[list[Act], str]:
    acts = []
    if one.stored_at is not None and not one.archived:
        acts.append(_act(Deed.ARCHIVE, one, reason))
    if one.queued:
        return acts, QUEUED
    if not one.finished:
        return acts, UNHEARD
    if one.stored_at is not None:
        acts.append(_act(Deed.REMOVE, one, reason))
    out = one.kind is ObjectKind.CLIP and (one.archived or one.stored_at is not None)
    if out and one.posted_at is not None and now >= one.posted_at + _days(policy.archive_days):
        acts.append(_act(Deed.DROP, one, f"posted more than {policy.archive_days} days ago"))
    return acts, ""


def _old_original(policy: SweepPolicy, one: KeptObject, now: datetime) -> str:
    """Why an original is to go; empty while it is young, or was brought back lately."""
    if one.stored_at is None:
        return ""
    since = max(one.stored_at, one.made_at or one.stored_at)
    old = now >= since + _days(policy.original_days)
    return f"taken in more than {policy.original_days} days ago" if old else ""


def _old_clip(policy: SweepPolicy, one: KeptObject, now: datetime) -> str:
    """Why a clip is to go; one that was never posted counts from its rendering."""
    since = one.posted_at or one.made_at
    if since is None or now < since + _days(policy.posted_days):
        return ""
    rests = one.stored_at is not None and now < one.stored_at + REST
    return "" if rests else f"posted more than {policy.posted_days} days ago"


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _act(deed: Deed, one: KeptObject, reason: str) -> Act:
    return Act(
        deed=deed,
        key=one.key,
        client=one.client,
        kind=one.kind,
        size_bytes=one.size_bytes,
        sha256=one.sha256,
        owner_id=one.owner_id,
        reason=reason,
    )
