"""Whether a post that has failed may still go out: its clip and its moment were free meanwhile.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from clipping.db import queries
from clipping.errors import Rejected
from clipping.likeness import NEAR, PRINT_VERSION
from clipping.models import (
    Account,
    Cause,
    ClipCandidate,
    PlanPolicy,
    PlanRequest,
    PlatformName,
    Post,
    Slot,
)

_BACK: Final = timedelta(days=32)
"""Beyond the 30 days within which siblings do not show the same."""


def refusal(session: Session, post: Post, at: datetime) -> str:
    """Why a post that has failed may not go out at this time, one sentence; empty when it may.

    What another account shows counts as it does for the planner.
    """
    # Only for what is revived: the planner's room costs its imports.
    from clipping.scheduling.eligibility import Eligibility
    from clipping.scheduling.likeness import near_duplicates

    account = queries.accounts.get_account(session, post.account_id)
    clip = _candidate(session, post, account)
    request = PlanRequest(
        client=post.client,
        day=at.date(),
        accounts=(account,),
        clips=(clip,),
        past=tuple(
            known.past
            for known in queries.plans.known_posts(session, post.client, at - _BACK, [post.clip_id])
            if known.post_id != post.post_id
        ),
        distances=tuple(queries.likeness.clip_distances(session, [post.source_id], PRINT_VERSION)),
        policy=PlanPolicy(near_distance=NEAR),
    )
    rules = Eligibility(request, near_duplicates(request), request.past)
    cause = rules.why_not(clip, _slot(post, at))
    return "" if cause is None else _sentence(post, cause)


def _candidate(session: Session, post: Post, account: Account) -> ClipCandidate:
    """The clip as one that lacks nothing: the publisher looks at that before each step."""
    moment = queries.detections.find_moment(session, post.moment_id)
    if moment is None:
        raise Rejected(f"There is no moment {post.moment_id} in the database.")
    return ClipCandidate(
        clip_id=post.clip_id,
        moment_id=post.moment_id,
        source_id=post.source_id,
        span=moment.span,
        score=moment.score,
        style=account.caption_style,
        ready=True,
        proof_passed=True,
        rights_recorded=True,
        disclosure_set=True,
        approved=True,
    )


def _slot(post: Post, at: datetime) -> Slot:
    return Slot(
        slot_id=post.slot_id or "",
        account_id=post.account_id,
        platform=post.platform,
        day=at.date(),
        number=0,
        at=at,
        local=at,
        worth=0,
    )


def _sentence(post: Post, cause: Cause) -> str:
    where = post.platform.value
    if cause is Cause.ON_PLATFORM:
        return f"The clip of {post.post_id} has another post on {where} by now."
    what = "one like it" if cause is Cause.LIKENESS else "its moment"
    if post.platform is PlatformName.X:
        return f"{post.post_id} would come again: another post on {where} shows {what} by now."
    if cause is Cause.REPEAT:
        return (
            f"{post.post_id} would come again: its account shows its moment, or one like it, "
            "within 7 days of then."
        )
    return (
        f"{post.post_id} would come again: another account on {where} shows {what} within "
        "30 days of then."
    )
