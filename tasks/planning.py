"""Plan a client's day and reserve its posts; any number of planners at once.

A plan is made of what the database says, its posts are worded and checked, and only then are slots
booked, in one transaction. Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlmodel import Session

from clipping.db import queries
from clipping.db.queries.plans import KnownPost
from clipping.db.queries.posting_facts import PostingFacts
from clipping.errors import NeedsPerson, NotInstalled, Rejected, ServiceUnavailable
from clipping.models import (
    Account,
    AccountLimits,
    Assignment,
    Cause,
    DayPlan,
    MomentAsk,
    PastPost,
    PlatformName,
    Post,
    PostingMethod,
    PostState,
    Shortage,
)
from clipping.platforms.base import Platform
from clipping.platforms.standing import BY_TOKEN
from clipping.publishing import gates
from clipping.publishing.steps import may_be_public
from clipping.scheduling import more_moments
from clipping.scheduling import plan_day as planned
from tasks.plan_obstacles import barred
from tasks.plan_request import Gathered, apps_of, gather
from tasks.post_files import foreseen_file
from tasks.posting import all_platforms
from tasks.reserve import Desk
from tasks.workplace import database, db_session, only_one, planning_of

_MOST_ROUNDS: Final = 5
_MOST_CHECKS: Final = 10
_CHANGEABLE: Final = (PostState.RESERVED, PostState.HELD)

Refusals = dict[tuple[str, str], str]
"""Why a clip can't go to an account, by both."""


def plan_days(
    client: str, first: date, days: int, now: datetime, *, dry_run: bool = False
) -> list[DayPlan]:
    """The plans of so many days, each of which knows those before it.

    Raises what :func:`plan_client` does.
    """
    plans: list[DayPlan] = []
    for number in range(days):
        also = [
            one.past for plan in plans for one in plan.assignments if one.state is PostState.PLANNED
        ]
        day = first + timedelta(days=number)
        plans.append(plan_client(client, day, now, dry_run=dry_run, also=also))
    return plans


def plan_client(
    client: str,
    day: date,
    now: datetime,
    *,
    dry_run: bool = False,
    also: Iterable[PastPost] = (),
) -> DayPlan:
    """Plan a client's day and reserve its posts; what is reserved already stays as far as it can.

    :param dry_run: Reserve and keep nothing; what would be reserved is ``planned``.
    :param also: What a dry run has planned for other days.
    :raises Rejected: The client has no accounts.
    :raises NotInstalled: The planner, or the client of a platform, is missing.
    :raises ServiceUnavailable: Posts of the day change all the time.
    """
    also = list(also)
    with database(), nullcontext() if dry_run else _alone(client):
        for _ in range(_MOST_ROUNDS):
            gathered = gather(client, day, now, also=also)
            plan, posts = _checked(gathered)
            plan = plan.replace(others=gathered.others)
            if dry_run:
                return plan
            if book(gathered, plan, posts, now):
                return _reserved(plan)
    raise ServiceUnavailable(f"The posts of {client} on {day} change while they are planned.")


@contextmanager
def _alone(client: str) -> Iterator[None]:
    """No one else plans this client's posts, nor any through the same apps, whose last posts of the
    day would otherwise be given away twice."""
    with ExitStack() as held:
        held.enter_context(only_one(planning_of(client)))
        with db_session() as session:
            apps = apps_of(queries.accounts.accounts(session, client))
        # In one order everywhere, so that no two wait for each other.
        keys = sorted(f"plan:app:{where}:{app}" for where, names in apps.items() for app in names)
        for key in keys:
            held.enter_context(only_one(key))
        yield


def _checked(gathered: Gathered) -> tuple[DayPlan, dict[str, Post]]:
    """A plan nothing of which its platforms refuse, and its new posts by their slots."""
    request = gathered.request
    for _ in range(_MOST_CHECKS):
        plan = planned(request)
        posts, refused = _worded(gathered, plan)
        if not refused:
            return plan, posts
        request = request.replace(clips=tuple(barred(request.clips, refused)))
    return _without(plan, refused), posts


def _worded(gathered: Gathered, plan: DayPlan) -> tuple[dict[str, Post], Refusals]:
    """The new posts of a plan by their slots, and what can't be posted as it is planned."""
    posts: dict[str, Post] = {}
    refused: Refusals = {}
    accounts = {account.account_id: account for account in gathered.request.accounts}
    platforms: dict[PlatformName, Platform] = all_platforms()
    with db_session() as session:
        desk = Desk(session, accounts.values())
        desk.read([one.clip_id for one in plan.assignments if one.state is PostState.PLANNED])
        for one in plan.assignments:
            slot, known = one.slot, gathered.by_slot.get(one.slot.slot_id)
            if one.state is not PostState.PLANNED or _is_of(one, known):
                continue
            try:
                post = desk.new_post(
                    one.clip_id, slot.account_id, slot.at, slot.slot_id, one.reason
                )
            except NotInstalled:
                raise
            except (Rejected, NeedsPerson) as error:
                refused[one.clip_id, slot.account_id] = str(error)
                continue
            clip, platform = desk.clip(one.clip_id), platforms[slot.platform]
            if _refusals(post, clip, [accounts[slot.account_id]], platform):
                siblings = [a for a in accounts.values() if a.platform is slot.platform]
                refused |= _refusals(post, clip, siblings, platform)
            else:
                posts[slot.slot_id] = post
    return posts, refused


def _is_of(one: Assignment, known: KnownPost | None) -> bool:
    return known is not None and known.past.clip_id == one.clip_id


def _refusals(
    post: Post, clip: PostingFacts, accounts: Iterable[Account], platform: Platform
) -> Refusals:
    """Which accounts of its platform could not post this clip, and why."""
    found: Refusals = {}
    for account in accounts:
        if account.method not in BY_TOKEN or account.consent is None:
            continue
        there = post.replace(
            file=foreseen_file(clip, account),
            disclosure=account.disclosure,
            consent=account.consent,
            inbox=account.method is PostingMethod.INBOX,
        )
        told = platform.check(there.job(""), account, AccountLimits())
        if told:
            found[post.clip_id, account.account_id] = " ".join(told)
    return found


def _without(plan: DayPlan, refused: Mapping[tuple[str, str], str]) -> DayPlan:
    """The plan less what was refused in the end."""
    kept, missing = [], list(plan.shortages)
    for one in plan.assignments:
        why = refused.get((one.clip_id, one.slot.account_id))
        if why is None:
            kept.append(one)
            continue
        missing.append(
            Shortage(
                platform=one.slot.platform,
                account_id=one.slot.account_id,
                missing=1,
                cause=Cause.BARRED,
                sentence=why,
            )
        )
    return plan.replace(assignments=tuple(kept), shortages=tuple(missing))


def book(gathered: Gathered, plan: DayPlan, posts: Mapping[str, Post], now: datetime) -> bool:
    """Bring the database's posts of the day to what the plan says, and keep the plan.

    What could be booked is booked all the same when a slot, or a clip, was somebody else's by
    then; the day is to be planned again around it.

    :returns: Whether everything is as the plan says.
    """
    wanted = {one.slot.slot_id: one for one in plan.assignments}
    why = {change.slot_id: change.sentence for change in plan.changes}
    settled = True
    with db_session() as session:
        for name in sorted(gathered.free):
            known = gathered.by_slot[name]
            told, stopped = why.get(name, ""), gathered.stopped.get(name, "")
            settled &= _brought(session, known, wanted.get(name), told, stopped, now)
        settled &= len(queries.posts.reserve_posts(session, posts.values(), now)) == len(posts)
        if settled:
            queries.plans.save_plan(session, plan, now)
    return settled


def _brought(
    session: Session,
    known: KnownPost,
    wanted: Assignment | None,
    why: str,
    stopped: str,
    now: datetime,
) -> bool:
    """A post as the plan wants it, moved, held or cancelled; False when it is on its way.

    :param stopped: What a stop of its source says; empty without one.
    """
    same = _is_of(wanted, known) if wanted is not None else False
    if wanted is not None and same and wanted.slot.at == known.due_at:
        return True
    post = queries.posts.get_post(session, known.post_id, lock=True)
    if post.state not in _CHANGEABLE or may_be_public(post):
        return False
    if wanted is not None and same:
        after = post.replace(
            due_at=wanted.slot.at, next_at=wanted.slot.at, note=f"{gates.BY_THE_PLANNER}{why}"
        )
    elif stopped:
        # The stop may end before it is due; until then its clip stays its own.
        after = gates.held(post, stopped, now).replace(slot_id=None)
    else:
        told = why or "Its slot is used otherwise."
        after = gates.cancelled(post, f"{gates.BY_THE_PLANNER}{told}")
    return queries.posts.save_post(session, post, after, now)


def _reserved(plan: DayPlan) -> DayPlan:
    return plan.replace(
        assignments=tuple(
            one.replace(state=PostState.RESERVED) if one.state is PostState.PLANNED else one
            for one in plan.assignments
        )
    )


def asks_for(client: str, day: date) -> list[MomentAsk]:
    """Of which sources more moments are to be asked, because the client's day lacks clips.

    Nothing once any was asked for this day: what comes of it is found when it is planned again.
    """
    with db_session() as session:
        stored = queries.plans.find_plan(session, client, day)
        if stored is None or not stored.plan.moments_wanted:
            return []
        if queries.asks.was_asked(session, client, day):
            return []
        return more_moments(queries.asks.source_rooms(session, client), stored.plan.moments_wanted)


def note_asks(client: str, day: date, asks: Iterable[MomentAsk]) -> None:
    """Keep that sources were asked for more because of this day, all of them or none."""
    with db_session() as session:
        for ask in asks:
            queries.asks.note_ask(session, client, day, ask, datetime.now(UTC))
