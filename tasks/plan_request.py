"""From Postgres to what the planner is asked: clips, accounts, posts, and what holds them back.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from clipping.db import queries
from clipping.db.queries.plans import KnownPost
from clipping.errors import Rejected
from clipping.likeness import NEAR, PRINT_VERSION
from clipping.models import (
    Account,
    AppUse,
    Assignment,
    ClipCandidate,
    DayPlan,
    PastPost,
    PlanPolicy,
    PlanRequest,
    PlatformName,
    PostState,
    Slot,
)
from clipping.publishing.moving import LEAD
from clipping.scheduling import slot_id, why_it_cannot_post
from clipping.scheduling.limits import uses_app
from clipping.scheduling.waking import waking_day, zone_of
from clipping.settings import settings
from tasks.likeness import measure_pairs
from tasks.plan_obstacles import Held, barred, bars_of, refusing, shut
from tasks.workplace import db_session

MOST_CANDIDATES: Final = 2_000
"""Clips of which a day's plan is made: more than a month uses up."""
_BACK: Final = timedelta(days=32)
"""Beyond the 30 days within which siblings do not show the same."""
_APP_DAYS: Final = timedelta(days=3)
_COUNTED: Final = (PlatformName.YOUTUBE, PlatformName.X)
"""Whose apps have a limit of their own in the planner's table."""
_OF_NO_ACCOUNT: Final = "held"
"""Stands for the account of a post that has lost its slot: its clip is taken, and no time is."""
_NUMBERS: Final = (0, 1)
"""Of the slots of a day."""


@dataclass(frozen=True)
class Gathered:
    """What is asked of the planner, and the posts of the day that it may change."""

    request: PlanRequest
    by_slot: Mapping[str, KnownPost]
    free: frozenset[str]
    """Slots whose post is only reserved, and may be changed."""
    stopped: Mapping[str, str]
    """Of these slots those whose clip nothing but a stop of its source keeps out, with what it
    says."""
    others: tuple[Assignment, ...] = ()
    """Living posts of the day that are in none of its slots."""


def gather(client: str, day: date, now: datetime, *, also: Sequence[PastPost] = ()) -> Gathered:
    """All that the day's plan depends on, as it stands in the database.

    :param also: Posts that are planned for other days and not reserved.
    :raises Rejected: The client has no accounts.
    """
    with db_session() as session:
        accounts = queries.accounts.accounts(session, client)
        if not accounts:
            raise Rejected(f"{client} has no accounts: clipper accounts connect or add makes some.")
        slots = _slots(accounts, day)
        platforms = {account.platform for account in accounts}
        clips = queries.plans.clip_candidates(session, client, platforms, slots, MOST_CANDIDATES)
    measure_pairs({clip.source_id for clip in clips})
    with db_session() as session:
        return _gathered(session, client, day, now, accounts, clips, also)


def _slots(accounts: Iterable[Account], day: date) -> dict[str, tuple[Account, int]]:
    """Account and number of each slot that the day may have."""
    return {
        slot_id(account.account_id, day, number): (account, number)
        for account in accounts
        for number in _NUMBERS
    }


def _gathered(
    session: Session,
    client: str,
    day: date,
    now: datetime,
    accounts: Sequence[Account],
    clips: Sequence[ClipCandidate],
    also: Sequence[PastPost],
) -> Gathered:
    midnight = datetime.combine(day, time(), UTC)
    ids = [clip.clip_id for clip in clips]
    posts = queries.plans.known_posts(session, client, midnight - _BACK, ids)
    given_up = queries.plans.given_up_posts(session, client, now - timedelta(days=1), ids)
    slots = _slots(accounts, day)
    ours = {post.slot_id: post for post in posts if post.slot_id and post.slot_id in slots}
    held = Held(client, queries.stops.stops(session), accounts)
    kept_out = shut(
        accounts, queries.tokens.open_accounts(session, [one.account_id for one in accounts])
    )
    past = [_past(post) for post in posts if post.slot_id not in ours]
    sources = {clip.source_id for clip in clips}
    offered = barred(clips, bars_of(given_up, now))
    wishes = queries.clients.editorial_policy(session, client)
    request = PlanRequest(
        client=client,
        day=day,
        accounts=tuple(accounts),
        clips=tuple(held.marked(clip) for clip in offered),
        past=(*past, *also),
        distances=tuple(queries.likeness.clip_distances(session, sources, PRINT_VERSION)),
        apps=_apps(session, client, accounts, midnight),
        stopped={**refusing(accounts), **kept_out, **held.accounts},
        # Who waits for a person is not approved; all others need nobody's approval, or have it.
        policy=PlanPolicy(
            approval_wanted=True,
            near_distance=NEAR,
            post_once=wishes.post_once,
            posts_in_two_days=wishes.posts_in_two_days,
        ),
        now=now + LEAD,
    )
    unfit = _unfit(request.clips)
    pinned = {name for name, post in ours.items() if _is_pinned(post, request, slots, unfit, now)}
    stored = queries.plans.find_plan(session, client, day)
    if ours or stored is not None:
        known = [
            _assignment(post, day, *slots[name], request.policy, pinned=name in pinned)
            for name, post in ours.items()
        ]
        empty = stored.plan.empty if stored is not None else ()
        earlier = DayPlan(
            client=client,
            day=day,
            assignments=tuple(known),
            empty=tuple(slot for slot in empty if slot.slot_id not in ours),
        )
        request = request.replace(earlier=earlier)
    free = frozenset(ours.keys() - pinned)
    fit = {clip.clip_id for clip in offered} - _unfit(offered)
    stopped = {
        name: held.source_stop(ours[name].past.source_id, slots[name][0])
        for name in free
        if ours[name].past.clip_id in fit
    }
    return Gathered(
        request,
        ours,
        free,
        {name: told for name, told in stopped.items() if told},
        _others(posts, accounts, day, request.policy),
    )


def _others(
    posts: Iterable[KnownPost], accounts: Iterable[Account], day: date, policy: PlanPolicy
) -> tuple[Assignment, ...]:
    """Posts that have lost their slots, by when their accounts woke up before."""
    by_id = {account.account_id: account for account in accounts}
    found = []
    for post in posts:
        account = by_id.get(post.past.account_id)
        if post.slot_id is not None or account is None:
            continue
        if waking_day(account, zone_of(account) or ZoneInfo("UTC"), post.past.at) == day:
            one = _assignment(post, day, account, 0, policy, pinned=True)
            found.append(one.replace(slot=one.slot.replace(slot_id="")))
    return tuple(found)


def _unfit(clips: Iterable[ClipCandidate]) -> set[str]:
    """Those that may be posted nowhere."""
    return {
        clip.clip_id for clip in clips if clip.held or not (clip.approved and clip.rights_recorded)
    }


def _past(post: KnownPost) -> PastPost:
    if post.slot_id is not None or post.state is not PostState.HELD:
        return post.past
    # Whatever fills its slot has that time now.
    return post.past.replace(account_id=f"{_OF_NO_ACCOUNT}:{post.past.account_id}")


def _is_pinned(
    post: KnownPost,
    request: PlanRequest,
    slots: Mapping[str, tuple[Account, int]],
    unfit: Container[str],
    now: datetime,
) -> bool:
    """Whether the planner leaves a post alone: it is not merely reserved, or not its to decide.

    A stop, a pause or a lost login holds posts, and may end again before they are due. What is held
    because its clip may not be posted any more gives its slot to another clip.
    """
    account, _ = slots[post.slot_id or ""]
    reserved = post.state is PostState.RESERVED
    held_for_its_clip = post.state is PostState.HELD and post.goes_on and post.past.clip_id in unfit
    return (
        not (reserved or held_for_its_clip)
        or post.due_at <= now + LEAD
        or bool(why_it_cannot_post(account, request))
    )


def _assignment(
    post: KnownPost, day: date, account: Account, number: int, policy: PlanPolicy, *, pinned: bool
) -> Assignment:
    try:
        local = post.past.at.astimezone(ZoneInfo(account.timezone))
    except (KeyError, ValueError, OSError):
        local = post.past.at
    slot = Slot(
        slot_id=slot_id(account.account_id, day, number),
        account_id=account.account_id,
        platform=account.platform,
        day=day,
        number=number,
        at=post.past.at,
        local=local,
        worth=policy.hours_worth[local.hour],
    )
    return Assignment(
        slot=slot,
        clip_id=post.past.clip_id,
        moment_id=post.past.moment_id,
        source_id=post.past.source_id,
        span=post.past.span,
        score=post.score,
        state=post.state,
        reason=post.reason,
        pinned=pinned,
    )


def apps_of(accounts: Iterable[Account]) -> Mapping[PlatformName, set[str]]:
    """Of each platform that bounds our apps the names of those that these accounts use."""
    bounded = {
        *_COUNTED,
        *((PlatformName.TIKTOK,) if settings().tiktok_accounts is not None else ()),
    }
    names: dict[PlatformName, set[str]] = defaultdict(set)
    for account in accounts:
        if account.platform in bounded and uses_app(account):
            names[account.platform].add(account.app)
    return names


def _apps(
    session: Session, client: str, accounts: Iterable[Account], midnight: datetime
) -> tuple[AppUse, ...]:
    names = apps_of(accounts)
    since, until = midnight - _APP_DAYS, midnight + _APP_DAYS
    found = {
        (use.platform, use.app): use
        for use in queries.plans.app_uses(session, client, names, since, until)
    }
    for app in names.get(PlatformName.TIKTOK, ()):
        key = PlatformName.TIKTOK, app
        use = found.get(key, AppUse(platform=PlatformName.TIKTOK, app=app))
        found[key] = use.replace(most_accounts=settings().tiktok_accounts)
    return tuple(found.values())
