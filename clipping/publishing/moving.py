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
from clipping.publishing.steps import may_be_public
from clipping.scheduling.drawing import slot_id
from clipping.scheduling.waking import Waking, waking_hours, zone_of

LEAD: Final = timedelta(minutes=10)
"""What is due so soon is the publisher's, and nothing new is planned before."""
_LEAST_GAP: Final = timedelta(hours=11)
_MINUTE: Final = timedelta(minutes=1)
_REACH: Final = timedelta(days=2)
"""How far around a day an account's posts matter to it."""
_OVER: Final = (PostState.CANCELLED, PostState.FAILED)


def move(session: Session, post_id: str, to: datetime, by: str, now: datetime) -> Post:
    """Let a post go out at another time of its day; nothing else moves.

    :param to: On the clock of its account, or of the zone that it names; seconds do not count.
    :raises Rejected: It is on its way or over, or its account may not post then.
    """
    before = queries.posts.get_post(session, post_id, lock=True)
    if before.state is not PostState.RESERVED or may_be_public(before):
        raise Rejected(f"{post_id} is {before.state.value}: only what is reserved can move.")
    account = queries.accounts.get_account(session, before.account_id)
    at = _instant(to, account)
    around = (at, before.due_at, now)
    others = queries.posts.posts(
        session,
        account_id=before.account_id,
        since=min(around) - _REACH,
        until=max(around) + _REACH,
    )
    why_not = _Room(before, account, now, others).why_not(at)
    if why_not:
        raise Rejected(why_not)
    note = f"{by} moved it from {account.clock(before.due_at)}."
    after = before.replace(due_at=at, next_at=at, note=note)
    queries.posts.save_post(session, before, after, now, by=by)
    return after


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
        zone = zone_of(account)
        self._awake: Waking | None = None
        if self._day is not None and zone is not None:
            self._awake = waking_hours(account, zone, self._day)
        self._others = [
            one.due_at
            for one in others
            if one.post_id != post.post_id and one.state not in _OVER and one.slot_id is not None
        ]

    def why_not(self, at: datetime) -> str:
        """Why it may not go out then, with the first time at which it may; empty when it may."""
        told = self._obstacle(at)
        return f"{told} {self._earliest()}" if told else ""

    def _obstacle(self, at: datetime) -> str:
        said, awake = self._account.clock, self._awake
        if at <= self._soonest:
            return f"{said(at)} is over, or too soon to be planned."
        if awake is not None and not awake.start <= at < awake.end:
            return (
                f"@{self._account.handle} is awake from {said(awake.start)} to {said(awake.end)}, "
                f"and {said(at)} is outside of that."
            )
        near = [other for other in self._others if abs(at - other) < _LEAST_GAP]
        if near:
            return (
                f"@{self._account.handle} posts at {said(near[0])}, less than 11 hours from "
                f"{said(at)}."
            )
        return ""

    def _earliest(self) -> str:
        soonest = (self._soonest + _MINUTE).replace(second=0, microsecond=0)
        begin = soonest if self._awake is None else max(soonest, self._awake.start)
        times = sorted([begin, *(other + _LEAST_GAP for other in self._others)])
        first = next((at for at in times if at >= begin and not self._obstacle(at)), None)
        if first is None:
            return f"No other time of {self._day} is left for it."
        return f"The earliest that it can go out is {self._account.clock(first)}."


def day_of(post: Post, account: Account) -> date | None:
    """The day of the account's clock that has the post's slot; None when it has none."""
    if post.slot_id is None:
        return None
    around = post.due_at.date()
    # Waking hours may span midnight, and a clock be half a day off.
    days = (around + timedelta(days=number) for number in range(-2, 3))
    slots = {slot_id(account.account_id, day, number): day for day in days for number in (0, 1)}
    return slots.get(post.slot_id)
