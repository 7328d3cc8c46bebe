"""What may keep a post from going on between two steps, and what becomes of it then. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from clipping.models import AccountStatus, Post, PostState, Standing, Stop
from clipping.publishing.steps import BEFORE_ARMED, looked_for_first, may_be_public, state_of

LEAST_GAP: Final = timedelta(hours=11)
"""Between the beginnings of two posts of an account, as the planner keeps it between their
times."""
_LATE: Final = timedelta(minutes=15)
"""Of so much of the gap nobody minds the loss: the post before may have begun some minutes late."""
LATEST: Final = timedelta(hours=12)
"""After so long the account's next slot is there, and this one has gone by."""
BY_THE_PLANNER: Final = "The planner: "
"""How the reason begins for which the planner changed a post itself."""
_LOOK_AGAIN: Final = timedelta(minutes=5)
_READ_AGAIN: Final = timedelta(hours=1)

_STATUS: Final = {
    AccountStatus.SUSPENDED: "Its platform has suspended or restricted the account.",
    AccountStatus.BANNED: "Its platform has banned the account.",
    AccountStatus.REAUTHORISE: "The account's owner has to connect it again.",
}


def obstacle(post: Post, standing: Standing) -> str:
    """Why the post may not take its next step, one sentence; empty when it may.

    What may be public is followed to its end: not looking would not undo it. But what would be
    sent is kept from that, even if an earlier try may have made it public.
    """
    if post.receipt.stage not in BEFORE_ARMED:
        return ""
    if standing.stops:
        return stopped(standing.stops[0])
    account = standing.account
    if account.paused:
        return f"The account is paused: {account.paused.rstrip('.')}."
    if account.status in _STATUS:
        return _STATUS[account.status]
    if standing.rejected:
        return f"{post.clip_id} may not be posted: {standing.rejected}"
    missing = {
        "The account's owner has not agreed to posts, or has withdrawn that.": account.consent,
        "Nobody has stated the rights in its source, or they were withdrawn.": (
            standing.rights_stated
        ),
        "Its clip is not approved for posting any more.": standing.clip_ready,
        f"Its client wants each clip approved, and nobody has approved {post.clip_id}.": (
            standing.approved
        ),
        "Its clip has not passed its proof.": standing.proof_passed,
    }
    return next((sentence for sentence, there in missing.items() if not there), "")


def begins(by: str) -> str:
    """Who did something, at the beginning of a sentence; a name stays as it is written."""
    return by[:1].upper() + by[1:] if by.startswith(("its ", "the ")) else by


def stopped(stop: Stop) -> str:
    """What a stop says of a post."""
    return f"{begins(stop.by)} stopped {stop.covers}: {stop.why.rstrip('.')}."


def held(post: Post, sentence: str, now: datetime) -> Post:
    """The post while something is in its way; it is looked at again by itself, at its time."""
    again = max(now + _LOOK_AGAIN, post.due_at)
    kept = post.replace(state=PostState.HELD, note=sentence, failure=None, next_at=again)
    return looked_for_first(kept)


def set_aside(post: Post, sentence: str, now: datetime) -> Post:
    """The post while what it needs cannot be read; it goes on by itself once that can."""
    if missed(post, now):
        return cancelled(post, f"Its time went by before it could be posted. {sentence}")
    state = PostState.UNKNOWN if may_be_public(post) else PostState.HELD
    aside = post.replace(state=state, note=sentence, failure=None, next_at=now + _READ_AGAIN)
    return looked_for_first(aside)


def released(post: Post) -> Post:
    """The post once nothing is in its way any more."""
    if post.state is not PostState.HELD:
        return post
    begun = post.begun_at is not None
    return post.replace(state=state_of(post.receipt, begun=begun), note="", failure=None)


def waiting(post: Post, until: datetime, now: datetime) -> Post:
    """The post while nobody may ask its platform for it; a long wait is said, and by that it is
    known later why its time went by."""
    after = looked_for_first(released(post).replace(next_at=until))
    if until - now < _LOOK_AGAIN or after.failure:
        return after
    told = f"{until:%Y-%m-%d %H:%M} UTC"
    return after.replace(note=f"Nobody may ask {post.platform} for it before {told}.")


def missed(post: Post, now: datetime) -> bool:
    """Whether its slot has gone by; what may be public is never missed."""
    return now >= post.due_at + LATEST and not may_be_public(post)


def cancelled(post: Post, sentence: str) -> Post:
    """The post given up before anything of it was public: slot and clip are free again.

    What kept it from that before is no longer why it is not public.
    """
    return post.replace(state=PostState.CANCELLED, note=sentence, failure=None, next_at=None)


def too_late(post: Post) -> Post:
    """The post whose slot has gone by."""
    why = post.failure.sentence if post.failure else post.note
    because = f" {why}" if why else ""
    return cancelled(post, f"Its time went by before it could be posted.{because}")


def waits_for(post: Post, standing: Standing, now: datetime) -> datetime | None:
    """Until when a post waits because its account has posted a while ago.

    One that is begun waits for what may be public only, which is looked up before its last step.
    """
    begun = None if post.begun_at is not None else standing.last_begun_at
    times = [at for at in (begun, standing.last_public_at) if at is not None]
    latest = max(times, default=None)
    if latest is None or now >= latest + LEAST_GAP - _LATE:
        return None
    return latest + LEAST_GAP
