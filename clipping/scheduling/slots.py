"""When the accounts of a client post on a day: the slots, before any clip is chosen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from clipping.models import (
    Account,
    Assignment,
    Cause,
    PlanRequest,
    PlatformName,
    PostState,
    Shortage,
    Slot,
)
from clipping.scheduling.drawing import Drawing
from clipping.scheduling.waking import LEAST_GAP, waking_day, zone_of
from clipping.scheduling.warm_up import posts_due

_PLATFORMS: Final = tuple(PlatformName)
_UNDER_WAY: Final = (
    PostState.SUBMITTING,
    PostState.PROCESSING,
    PostState.POSTED,
    PostState.UNKNOWN,
)


@dataclass(frozen=True)
class DaySlots:
    """The slots of a day by time, and why some accounts have fewer than they should."""

    slots: tuple[Slot, ...]
    shortages: tuple[Shortage, ...]


def day_slots(request: PlanRequest) -> DaySlots:
    """When each account of the client posts on the day; the same request gives the same times.

    An account's times depend on the seed, itself and the day, and on its siblings only where the
    two would meet. Slots of an earlier plan keep their time as long as it is a good one.
    """
    shares, history = places(request.accounts), _history(request)
    today: dict[str, dict[str, datetime]] = defaultdict(dict)
    for one in _earlier(request):
        today[one.slot.account_id][one.slot.slot_id] = one.slot.at
    known = _earlier_slots(request)
    taken = {slot.slot_id: (slot.platform, slot.at) for slot in known}
    slots = [one.slot for one in under_way(request)]
    shortages: list[Shortage] = []
    for account in _by_age(request.accounts):
        own = history.get(account.account_id, [])
        zone, refusal = zone_of(account), why_it_cannot_post(account, request)
        kept = today.get(account.account_id, {})
        first = _first_post_on(account, own, zone, [request.day] if kept else [])
        done = [slot for slot in slots if slot.account_id == account.account_id]
        due = posts_due(request.day, first, request.policy.posts_in_two_days)
        # Who wants fewer from now on keeps what is planned already.
        planned = len({*kept, *(slot.slot_id for slot in done)})
        due = max(due, min(planned, posts_due(request.day, first)))
        if zone is None:
            shortages += _shortage(account, due - len(done), Cause.ACCOUNT, refusal)
            continue
        # What has lost its slot and goes out all the same is one of the day's.
        apart = _apart(request, account, zone)
        drawing = Drawing(request, account, zone, shares[account.account_id])
        found, over = _found(drawing, due, due - apart, done, own, taken, kept)
        # The minutes of one that can't post stay its own: a pause moves nobody else.
        taken |= {slot.slot_id: (slot.platform, slot.at) for slot in found}
        if refusal:
            shortages += _shortage(account, due - apart - len(done), Cause.ACCOUNT, refusal)
            continue
        slots += found
        missing = max(0, due - apart - len(done) - len(found))
        shortages += _shortage(account, min(missing, over), Cause.PAST, _gone_by(account))
        shortages += _shortage(account, missing - over, Cause.HOURS, _too_little_room(account))
    return DaySlots(tuple(sorted(slots, key=_time)), tuple(shortages))


def under_way(request: PlanRequest) -> list[Assignment]:
    """What an earlier plan has made public, or perhaps, or was told to keep: nothing changes it."""
    return [one for one in _earlier(request) if one.pinned or one.state in _UNDER_WAY]


def places(accounts: Iterable[Account]) -> dict[str, float]:
    """How late within its waking hours each account posts, 0..1, by account id.

    The accounts of a platform are spread evenly, those of the others go between them. An account
    keeps its place when others come, pause or go, until a platform's number of them doubles.
    """
    ordered = _by_age(accounts)
    counts = Counter(account.platform for account in ordered)
    grid = 1 << (max(counts.values(), default=1) - 1).bit_length()
    numbers = {platform: count() for platform in _PLATFORMS}
    return {
        account.account_id: _halving(next(numbers[account.platform]))
        + _PLATFORMS.index(account.platform) / (grid * len(_PLATFORMS))
        for account in ordered
    }


def why_it_cannot_post(account: Account, request: PlanRequest) -> str:
    """A sentence; empty for an account that can."""
    name, live = f"@{account.handle}", request.limits.get(account.account_id)
    if stopped := request.stopped.get(account.account_id, ""):
        return stopped
    if account.consent is None:
        return (
            f"The owner of {name} has not agreed to posts: clipper accounts consent "
            f"{account.account_id} {account.consent_options}"
        )
    if account.status.in_the_way:
        return f"{name} cannot post: {account.status.in_the_way}."
    if zone_of(account) is None:
        return f"{name} has no known time zone: {account.timezone!r}."
    return live.blocked if live is not None else ""


def _found(
    drawing: Drawing,
    due: int,
    most: int,
    done: Sequence[Slot],
    own: Sequence[datetime],
    taken: dict[str, tuple[PlatformName, datetime]],
    kept: Mapping[str, datetime],
) -> tuple[list[Slot], int]:
    """The account's further slots of the day, and how many windows have gone by unused.

    :param due: How many posts the account makes on the day.
    :param most: How many of them have slots.
    :param kept: Times of slots that have a post already: they move only for one another.
    """
    found: list[Slot] = []
    over, used, numbers = 0, {slot.slot_id for slot in done}, drawing.numbers(due)
    if due == 1:
        numbers.sort(key=lambda number: drawing.slot_id(number) not in kept)
    for number in numbers:
        name = drawing.slot_id(number)
        if len(done) + len(found) >= most or name in used:
            continue
        times = [*own, *(slot.at for slot in (*done, *found))]
        others = [at for other, at in kept.items() if other != name]
        slot = drawing.slot(number, [*times, *others], taken)
        if slot is None and name in kept:
            slot = drawing.slot(number, times, taken)
        if slot is not None:
            found.append(slot)
        else:
            over += drawing.is_over(number)
    return found, over


def _by_age(accounts: Iterable[Account]) -> list[Account]:
    """The oldest first, so that a new account finds its place among the others."""
    return sorted(accounts, key=lambda one: (one.first_post_on or date.max, one.account_id))


def _halving(number: int) -> float:
    """0, 1/2, 1/4, 3/4, 1/8, ...: any first few of them are spread evenly over 0..1."""
    return int(f"{number:b}"[::-1], 2) / (1 << number.bit_length())


def _history(request: PlanRequest) -> dict[str, list[datetime]]:
    times: dict[str, list[datetime]] = {}
    for post in request.past:
        times.setdefault(post.account_id, []).append(post.at)
    return times


def _apart(request: PlanRequest, account: Account, zone: ZoneInfo) -> int:
    """How many posts of the account's day have no slot."""
    return sum(
        post.slotless
        and post.account_id == account.account_id
        and waking_day(account, zone, post.at) == request.day
        for post in request.past
    )


def _first_post_on(
    account: Account, times: Iterable[datetime], zone: ZoneInfo | None, also: Iterable[date]
) -> date | None:
    """The day whose slot had the account's first post, or will have.

    :param also: Days on which it posts beside these times.
    """
    if account.first_post_on is not None:
        return account.first_post_on
    days = (waking_day(account, zone or ZoneInfo("UTC"), at) for at in times)
    return min((*days, *also), default=None)


def _earlier(request: PlanRequest) -> Sequence[Assignment]:
    return () if request.earlier is None else request.earlier.assignments


def _earlier_slots(request: PlanRequest) -> list[Slot]:
    empty = () if request.earlier is None else request.earlier.empty
    return [*(one.slot for one in _earlier(request)), *empty]


def _shortage(account: Account, missing: int, cause: Cause, sentence: str) -> list[Shortage]:
    if missing <= 0:
        return []
    return [
        Shortage(
            platform=account.platform,
            account_id=account.account_id,
            missing=missing,
            cause=cause,
            sentence=sentence,
        )
    ]


def _gone_by(account: Account) -> str:
    return f"A time at which @{account.handle} posts has gone by."


def _too_little_room(account: Account) -> str:
    return (
        f"@{account.handle} is awake from {account.wakes_at:%H:%M} to {account.sleeps_at:%H:%M} "
        f"({account.timezone}), which leaves no other time {LEAST_GAP // timedelta(hours=1)} hours "
        "from its other posts."
    )


def _time(slot: Slot) -> tuple[datetime, str]:
    return slot.at, slot.account_id
