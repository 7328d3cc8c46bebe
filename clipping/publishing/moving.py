"""When a post may go out instead, and moving it there, in an open session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import Account, Post, PostState
from clipping.publishing import changes
from clipping.publishing.reviving import refusal
from clipping.scheduling.drawing import slot_id
from clipping.scheduling.waking import waking_day, waking_hours, zone_of

LEAD: Final = timedelta(minutes=10)
"""What is due so soon is the publisher's, and nothing new is planned before."""
_LEAST_GAP: Final = timedelta(hours=11)
_MINUTE: Final = timedelta(minutes=1)
_REACH: Final = timedelta(days=4)
"""How far around a day an account's posts matter to it."""
_DAYS_ON: Final = 3
"""So many days from now on another time is looked for, where no day is a post's own any more."""
_OVER: Final = (PostState.CANCELLED, PostState.FAILED)


def move(session: Session, post_id: str, to: datetime, by: str, now: datetime) -> Post:
    """Let a post go out at another time of its day; nothing else moves.

    One that is held goes on with it, on any day once its slot is another one's. For one that has no
    slot nobody may plan its client's posts meanwhile: whoever calls holds ``planning_of`` its
    client.

    :param to: On the clock of its account, or of the zone that it names; seconds do not count.
    :raises Rejected: It is on its way or over, its account may not post then, or it was held and
        what it shows comes elsewhere around then.
    """
    before = queries.posts.get_post(session, post_id, lock=True)
    if not changes.can_move(before):
        raise Rejected(
            f"{post_id} is {before.state.value}: only what is reserved, or held before anything of "
            "it was sent, can move."
        )
    account = queries.accounts.get_account(session, before.account_id)
    at = _instant(to, account)
    why_not = _room(session, before, account, at, now).why_not(at)
    if why_not:
        raise Rejected(why_not)
    after = before
    if before.state is PostState.HELD:
        # To another day, for which the planner may have given what it shows to another account.
        if before.slot_id is None and (told := refusal(session, before, at)):
            raise Rejected(told)
        _, slot_taken = queries.posts.taken_by_others(session, before)
        after = changes.gone_on(before, by, now, slot_taken=slot_taken)
    note = f"{by} moved it from {account.clock(before.due_at)}."
    after = after.replace(due_at=at, next_at=at, note=note)
    queries.posts.save_post(session, before, after, now, by=by)
    return after


def refuse_given_away(session: Session, post: Post, at: datetime, now: datetime) -> None:
    """Nothing, for a post whose account has no other one around the time at which it goes on.

    :param post: One that has lost its slot.
    :raises Rejected: There is one, which has its slot by now, or would be too near.
    """
    account = queries.accounts.get_account(session, post.account_id)
    room = _room(session, post, account, at, now)
    if (other := room.near(at)) is None:
        return
    first = f"Cancel {other.post_id} first."
    if room.earliest_at() is not None and changes.can_move(post):
        move = f"clipper plan change move {post.post_id} --by NAME --to TIME"
        first = f"Move it there: {move}, or cancel {other.post_id} first."
    raise Rejected(
        f"{post.post_id} has lost its slot: @{account.handle} has {other.post_id} on "
        f"{account.clock(other.due_at)}, less than 11 hours from {account.clock(at)}. "
        f"{room.earliest()} {first}"
    )


def is_given_away(session: Session, post: Post, now: datetime) -> bool:
    """Whether a post that was held without a slot has no time to go on by itself: its account has
    another one around then.
    """
    if post.slot_id is not None or post.state is not PostState.HELD or not changes.can_move(post):
        return False
    account = queries.accounts.get_account(session, post.account_id)
    at = max(now, post.due_at)
    return _room(session, post, account, at, now).near(at) is not None


def _room(session: Session, post: Post, account: Account, at: datetime, now: datetime) -> _Room:
    around = (at, post.due_at, now)
    others = queries.posts.posts(
        session,
        account_id=post.account_id,
        since=min(around) - _REACH,
        until=max(around) + _REACH,
    )
    return _Room(post, account, now, others)


def _instant(to: datetime, account: Account) -> datetime:
    """The instant that is meant, UTC, a whole minute.

    :raises Rejected: The account's clock does not show that time.
    """
    to = to.replace(second=0, microsecond=0)
    if to.tzinfo is not None:
        return to.astimezone(UTC)
    zone = zone_of(account) or ZoneInfo("UTC")
    at = to.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != to:
        raise Rejected(
            f"There is no {to:%Y-%m-%d %H:%M} in {account.timezone}: its clocks skip that time."
        )
    return at


class _Room:
    """When a post may go out, between its account's other posts.

    :param others: The account's posts around its day.
    """

    def __init__(self, post: Post, account: Account, now: datetime, others: Iterable[Post]) -> None:
        self._account, self._soonest = account, now + LEAD
        self._day = day_of(post, account)
        self._zone = zone_of(account)
        # What is held without a slot has no time: another one fills that.
        self._others = [
            one
            for one in others
            if one.post_id != post.post_id
            and one.state not in _OVER
            and (one.slot_id is not None or one.state is not PostState.HELD)
        ]

    def why_not(self, at: datetime) -> str:
        """Why it may not go out then, with the first time at which it may; empty when it may."""
        told = self._obstacle(at)
        return f"{told} {self.earliest()}" if told else ""

    def near(self, at: datetime) -> Post | None:
        """A post of the account that is too near to that time."""
        return next((one for one in self._others if abs(at - one.due_at) < _LEAST_GAP), None)

    def _obstacle(self, at: datetime) -> str:
        said, handle = self._account.clock, self._account.handle
        if at <= self._soonest:
            return f"{said(at)} is over, or too soon to be planned."
        if self._zone is not None:
            day = self._day or waking_day(self._account, self._zone, at)
            awake = waking_hours(self._account, self._zone, day)
            if not awake.start <= at < awake.end:
                return (
                    f"@{handle} is awake from {said(awake.start)} to {said(awake.end)}, "
                    f"and {said(at)} is outside of that."
                )
        if (other := self.near(at)) is not None:
            return f"@{handle} posts at {said(other.due_at)}, less than 11 hours from {said(at)}."
        return ""

    def earliest(self) -> str:
        """The first time at which it may go out, as a sentence."""
        if (first := self.earliest_at()) is None:
            days = f"of {self._day}" if self._day else f"within {_DAYS_ON} days"
            return f"No other time {days} is left for it."
        return f"The earliest that it can go out is {self._account.clock(first)}."

    def earliest_at(self) -> datetime | None:
        """The first time at which it may go out; None without one on the days that it may."""
        begin = (self._soonest + _MINUTE).replace(second=0, microsecond=0)
        until = begin + timedelta(days=_DAYS_ON)
        times = [begin, *self._wakes(begin), *(one.due_at + _LEAST_GAP for one in self._others)]
        return next(
            (
                at
                for at in sorted(times)
                if begin <= at and (self._day or at < until) and not self._obstacle(at)
            ),
            None,
        )

    def _wakes(self, begin: datetime) -> list[datetime]:
        """When its account wakes up, on the days that it may go out."""
        if self._zone is None:
            return []
        today = waking_day(self._account, self._zone, begin)
        days = [today + timedelta(days=number) for number in range(_DAYS_ON + 1)]
        return [
            waking_hours(self._account, self._zone, day).start
            for day in ([self._day] if self._day else days)
        ]


def day_of(post: Post, account: Account) -> date | None:
    """The day of the account's clock that has the post's slot; None when it has none."""
    if post.slot_id is None:
        return None
    around = post.due_at.date()
    # Waking hours may span midnight, and a clock be half a day off.
    days = (around + timedelta(days=number) for number in range(-2, 3))
    slots = {slot_id(account.account_id, day, number): day for day in days for number in (0, 1)}
    return slots.get(post.slot_id)
