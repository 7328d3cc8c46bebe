"""What follows for a post from an error: another try, a wait, a hold, or its end. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from clipping.errors import (
    AuthorizationExpired,
    ClippingError,
    OutcomeUnknown,
    Rejected,
    Transient,
    VaultLocked,
)
from clipping.models import Failure, Post, PostState, Receipt, Stage
from clipping.platforms.failures import FailureKind
from clipping.publishing.steps import Step, looked_for_first, may_be_public, state_of

MOST_RETRIES: Final = 3
MOST_BEGINNINGS: Final = 2
"""New uploads after the first one."""
_FIRST_PAUSE: Final = timedelta(minutes=1)
_GROWTH: Final = 4
_LOOK: Final = timedelta(seconds=30)
_RATE_PAUSE: Final = timedelta(minutes=1)
_QUOTA_PAUSE: Final = timedelta(hours=1)
"""Where nobody says when a quota's window ends."""
_LONGEST_WAIT: Final = timedelta(days=7)
"""Whoever names a later time than that has named none."""
SLOWLY: Final = timedelta(hours=1)
"""How often what may be public is looked for when nothing else can be done."""
ACCOUNT_PAUSE: Final = timedelta(minutes=30)

_OF_THE_POST: Final = ("spam_risk", "spam_risk_text", "publish_cancelled")
"""Codes that say of a publication which was looked up that it has failed, not that the look did."""
_PERHAPS_PUBLIC: Final = ("506/", "invalid_publish_id", "duplicate", "100/33")
"""Codes that an armed post is refused with when it may be out already."""

_OF_ITS_OWNER: Final = ("challenge", "signed_out", "other_account")
"""Codes that no newer token helps against: the owner has to pass a check, or to log in."""

_K = FailureKind
_OF_THE_ACCOUNT: Final = (_K.REAUTH, _K.ACCOUNT_BLOCKED)


def kind_of_failure(error: ClippingError) -> FailureKind:
    """What kind an error is, also one that arose here before any platform was asked."""
    kind = getattr(error, "kind", None)
    if isinstance(kind, FailureKind):
        return kind
    ours: dict[type[ClippingError], FailureKind] = {
        AuthorizationExpired: _K.REAUTH,
        OutcomeUnknown: _K.UNKNOWN_OUTCOME,
        Transient: _K.RETRY_BACKOFF,
        Rejected: _K.PERMANENT_METADATA,
    }
    found = (kind for known, kind in ours.items() if isinstance(error, known))
    # A key or a secret is missing, a disk is full, or the fault is ours: no account's doing.
    return next(found, _K.APP_MISCONFIGURED)


def after_error(
    post: Post, step: Step, error: ClippingError, now: datetime, chance: Callable[[], float]
) -> Post:
    """The post after a step that failed.

    :param chance: Gives numbers from 0 to 1, which part those who failed together.
    """
    kind = kind_of_failure(error)
    unarmed = getattr(error, "unarmed", None)
    if isinstance(unarmed, Receipt):
        # Not public, as its platform says: so it can wait, be held, missed, or given up.
        post = post.replace(receipt=unarmed)
    post = looked_for_first(post)
    told = Failure(kind=kind.value, code=str(getattr(error, "code", "")), sentence=str(error))
    failed = post.replace(failure=told, note="", state=_state_while_waiting(post))
    if kind is _K.UNKNOWN_OUTCOME and post.receipt.stage is Stage.ARMED:
        # Looks are counted by themselves.
        return failed.replace(state=PostState.UNKNOWN, next_at=now + _LOOK, attempts=0)
    if kind in (_K.RETRY_BACKOFF, _K.UNKNOWN_OUTCOME):
        return _tried_again(failed, now, chance, shut=is_shut(error))
    if kind in (_K.RETRY_AFTER, _K.QUOTA_UNTIL):
        return failed.replace(next_at=until(error, now) + timedelta(seconds=30 * chance()))
    if kind is _K.RETRY_NEW_CONTAINER:
        if step is Step.SUBMIT and post.receipt.unsettled:
            # The upload may be gone because an earlier try has made a post of it.
            return failed.replace(next_at=now + _LOOK)
        return _begun_anew(failed, now)
    if renews(post, error):
        return failed.replace(renewed=True, next_at=now)
    if kind in (_K.PERMANENT_MEDIA, _K.PERMANENT_METADATA):
        return _refused(failed, step, kind, told.code)
    locked = isinstance(error, VaultLocked)
    return _held(failed, now, alone=locked or kind in _OF_THE_ACCOUNT)


def renews(post: Post, error: ClippingError) -> bool:
    """Whether another token may help, which was not tried yet."""
    own = str(getattr(error, "code", "")) in _OF_ITS_OWNER
    return kind_of_failure(error) is _K.REAUTH and not post.renewed and not own


def is_stuck(post: Post, began: datetime) -> bool:
    """Whether it may be public, and only rare looks are left, so that a person should look.

    :param began: When the step was begun after which it stands so. The pause that follows counts
        from then or later, but not from when the step's answer is stored.
    """
    waits = post.failure is not None and post.failure.kind in (_K.RETRY_AFTER, _K.QUOTA_UNTIL)
    unsure = post.failure is not None or post.state is PostState.UNKNOWN
    rarely = post.next_at is not None and post.next_at >= began + SLOWLY
    return may_be_public(post) and unsure and rarely and not waits


def until(error: ClippingError, now: datetime) -> datetime:
    """When a rate or a quota lets somebody ask again."""
    wait_s = getattr(error, "retry_after_s", None)
    ends: datetime | None = getattr(error, "until", None)
    if ends is not None:
        return min(max(ends, now + timedelta(seconds=1)), now + _LONGEST_WAIT)
    if wait_s:
        return now + timedelta(seconds=min(max(1.0, wait_s), _LONGEST_WAIT.total_seconds()))
    rate = kind_of_failure(error) is _K.RETRY_AFTER
    return now + (_RATE_PAUSE if rate else _QUOTA_PAUSE)


def _state_while_waiting(post: Post) -> PostState:
    if post.receipt.stage is Stage.ARMED:
        return PostState.UNKNOWN
    return state_of(post.receipt, begun=post.begun_at is not None)


def is_shut(error: ClippingError) -> bool:
    """Whether the account's one way out lets nothing through."""
    return bool(getattr(error, "by_proxy", False))


def _tried_again(
    post: Post, now: datetime, chance: Callable[[], float], *, shut: bool = False
) -> Post:
    """A transient failure: after a pause that grows, three times.

    :param shut: Whether it is held after that, while its time has not gone by.
    """
    attempts = post.attempts + 1
    if attempts <= MOST_RETRIES:
        pause = _FIRST_PAUSE * _GROWTH ** (attempts - 1) * (0.5 + chance())
        return post.replace(attempts=attempts, next_at=now + pause)
    if may_be_public(post):
        # It may be out, so it is never given up, only asked about rarely.
        return post.replace(attempts=attempts, next_at=now + SLOWLY)
    if shut:
        again = now + ACCOUNT_PAUSE
        return post.replace(attempts=attempts, state=PostState.HELD, next_at=again)
    return _ended(post.replace(attempts=attempts))


def _begun_anew(post: Post, now: datetime) -> Post:
    """An upload that is lost, of which nothing is public."""
    begun = post.begun + 1
    if begun > MOST_BEGINNINGS:
        return _ended(post)
    return post.replace(
        begun=begun,
        receipt=Receipt(tries=post.receipt.tries + 1),
        state=PostState.SUBMITTING,
        next_at=now + _FIRST_PAUSE * 2 ** (begun - 1),
    )


def _refused(post: Post, step: Step, kind: FailureKind, code: str) -> Post:
    """Refused for good; but where it may be out all the same, a person has to look."""
    looked_up = step is not Step.SUBMIT and may_be_public(post)
    if looked_up and kind is not _K.PERMANENT_MEDIA and code not in _OF_THE_POST:
        return post.replace(state=PostState.UNKNOWN, next_at=None)
    armed = post.receipt.stage is Stage.ARMED
    perhaps = code.startswith(_PERHAPS_PUBLIC) or (step is Step.SUBMIT and post.receipt.unsettled)
    if armed and perhaps:
        return post.replace(state=PostState.UNKNOWN, next_at=None)
    return _ended(post)


def _held(post: Post, now: datetime, *, alone: bool) -> Post:
    """Nothing that the program can do alone: about the account, the vault, or the app.

    :param alone: Whether it goes on by itself once that is mended, as for an account that is well
        again, or a vault that has its key; an app's trouble waits for who mended it.
    """
    if may_be_public(post):
        return post.replace(next_at=now + SLOWLY)
    again = now + ACCOUNT_PAUSE if alone else None
    return post.replace(state=PostState.HELD, next_at=again)


def _ended(post: Post) -> Post:
    return post.replace(state=PostState.FAILED, next_at=None)
