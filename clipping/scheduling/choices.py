"""From a request to the solver's problem: which clips are considered for which slots."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

import numpy as np

from clipping.models import (
    Account,
    AppUse,
    Assignment,
    ClipCandidate,
    PlanRequest,
    PlatformName,
    PostState,
    Slot,
)
from clipping.scheduling.eligibility import Eligibility
from clipping.scheduling.likeness import near_duplicates
from clipping.scheduling.limits import (
    AccountCap,
    Cap,
    account_caps,
    account_count_caps,
    app_caps,
    uses_app,
)
from clipping.scheduling.problem import Choice, Problem
from clipping.scheduling.slots import under_way
from clipping.scheduling.worth import Fitting, points, worth

_MORE: Final = 10
"""Moments beyond those that a platform's slots of the day can use up."""


@dataclass(frozen=True)
class Day:
    """A request with what follows from it; slots and clips are told by their places."""

    request: PlanRequest
    slots: tuple[Slot, ...]
    """Those whose clip is still to be chosen."""
    clips: tuple[ClipCandidate, ...]
    fixed: tuple[Assignment, ...]
    """What an earlier plan reserved, or has posted."""
    accounts: Mapping[str, Account]
    near: Mapping[str, frozenset[str]]
    rules: Eligibility
    fitting: Fitting

    def fit(self, slot: int, clip: int) -> float:
        """How well a clip fits the angle of a slot's account."""
        return float(self.fitting.fits(self.slots[slot].account_id)[clip])


def make_day(request: PlanRequest, slots: Sequence[Slot]) -> Day:
    """What is fixed, what is open, and the rules between the two."""
    clips = tuple(sorted(request.clips, key=lambda clip: clip.clip_id))
    near = near_duplicates(request)
    fixed = _fixed(request, slots, near)
    taken = {one.slot.slot_id for one in fixed}
    return Day(
        request=request,
        slots=tuple(slot for slot in slots if slot.slot_id not in taken),
        clips=clips,
        fixed=fixed,
        accounts={account.account_id: account for account in request.accounts},
        near=near,
        rules=Eligibility(request, near, [*request.past, *(one.past for one in fixed)]),
        fitting=Fitting(clips, request.accounts),
    )


class Reach(Enum):
    """How many clips are considered for each slot."""

    NEAR = "near"
    """The best one of each of more moments than its platform's slots of the day can use up: fills
    them whenever that is possible, unless near-duplicates crowd them."""
    FAR = "far"
    """Of more moments than all slots of the day can use up: no clip need be posted twice."""
    ALL = "all"
    """Every clip that has been posted nowhere."""

    def moments(self, day: Day, slot: Slot) -> int:
        """Of how many moments."""
        same = sum(one.platform is slot.platform for one in day.slots)
        return _MORE + (2 * same if self is Reach.NEAR else len(day.slots))


def falls_short(day: Day, problem: Problem, chosen: Mapping[int, int]) -> bool:
    """Whether clips that were not considered could fill a slot, or spare a clip a second post."""
    posts = Counter(chosen.values())
    full = {slot for cap in problem.caps if cap.full(chosen) for slot in cap.slots}
    for place, slot in enumerate(day.slots):
        clip = chosen.get(place)
        if clip is None and place in full:
            continue
        if clip is not None and clip in problem.fresh and posts[clip] == 1:
            continue
        others = problem.fresh if clip is not None else range(len(day.clips))
        if any((place, one) not in problem.choices and allowed(day, slot, one) for one in others):
            return True
    return False


def make_problem(day: Day, reach: Reach) -> Problem:
    """The choice to be made among the clips within reach."""
    kept = _kept(day)
    choices: dict[Choice, int] = {}
    scores = np.array([clip.score for clip in day.clips], dtype=float)
    fresh = np.array([day.rules.fresh(clip) for clip in day.clips], dtype=bool)
    offered = {
        platform: np.array([day.rules.offered(clip, platform) for clip in day.clips], dtype=bool)
        for platform in {slot.platform for slot in day.slots}
    }
    for place, slot in enumerate(day.slots):
        fit, there = day.fitting.fits(slot.account_id), offered[slot.platform]
        order = np.argsort(-points(scores, fit, slot.worth), kind="stable")
        firsts, further = order[(there & fresh)[order]], order[(there & ~fresh)[order]]
        considered = set(_considered(day, slot, (firsts.tolist(), further.tolist()), reach))
        if (before := kept.get(place)) is not None and allowed(day, slot, before):
            considered.add(before)
        for clip in considered:
            choices[place, clip] = worth(day.clips[clip], float(fit[clip]), slot)
    caps, bounds = _caps(day)
    return Problem(
        slots=len(day.slots),
        choices=choices,
        rivals=_rivals(day, choices),
        fresh=frozenset(np.flatnonzero(fresh).tolist()),
        caps=tuple(caps),
        account_caps=tuple(bounds),
        kept={slot: clip for slot, clip in kept.items() if (slot, clip) in choices},
    )


def _fixed(
    request: PlanRequest, slots: Sequence[Slot], near: Mapping[str, frozenset[str]]
) -> tuple[Assignment, ...]:
    """What is under way, and what is reserved as long as its clip and its account may post.

    Of two that may not both be posted, such as near-duplicates that were measured since, the
    earlier one stays.
    """
    if request.earlier is None:
        return ()
    fixed = under_way(request)
    rules = Eligibility(request, near, [*request.past, *(one.past for one in fixed)])
    there = {slot.slot_id: slot for slot in slots}
    clips = {clip.clip_id: clip for clip in request.clips}
    for one in request.earlier.assignments:
        slot, clip = there.get(one.slot.slot_id), clips.get(one.clip_id)
        if one.state is not PostState.RESERVED or slot is None or slot.at != one.slot.at:
            continue
        if clip is not None and rules.why_not(clip, slot) is None:
            fixed.append(one)
            rules.note([one.past])
    return tuple(fixed)


def _kept(day: Day) -> dict[int, int]:
    """The earlier plan's clips for the open slots."""
    if day.request.earlier is None:
        return {}
    clips = {clip.clip_id: place for place, clip in enumerate(day.clips)}
    before = {
        one.slot.slot_id: clips[one.clip_id]
        for one in day.request.earlier.assignments
        if one.clip_id in clips and one.state in (PostState.PLANNED, PostState.RESERVED)
    }
    return {
        place: before[slot.slot_id]
        for place, slot in enumerate(day.slots)
        if slot.slot_id in before
    }


def _considered(
    day: Day, slot: Slot, offered: tuple[list[int], list[int]], reach: Reach
) -> Iterator[int]:
    """The clips within reach of a slot.

    Clips that are posted elsewhere come on top, as many again, where fresh ones are too few.

    :param offered: Fresh clips and others, each the best first.
    """
    most = reach.moments(day, slot)
    for clips in offered:
        every = reach is Reach.ALL and clips is offered[0]
        moments: set[str] = set()
        for clip in clips:
            moment_id = day.clips[clip].moment_id
            if (every or moment_id not in moments) and allowed(day, slot, clip):
                moments.add(moment_id)
                yield clip
                if len(moments) >= most and not every:
                    return


def allowed(day: Day, slot: Slot, clip: int) -> bool:
    """Whether the rules let a clip into a slot."""
    return day.rules.why_not(day.clips[clip], slot) is None


def _rivals(day: Day, choices: Iterable[Choice]) -> tuple[tuple[Choice, ...], ...]:
    """On a platform a moment is posted once a day, and so are near-duplicates."""
    groups: dict[Hashable, list[Choice]] = defaultdict(list)
    considered = {day.clips[clip].clip_id for _, clip in choices}
    for choice in choices:
        clip, platform = day.clips[choice[1]], day.slots[choice[0]].platform
        groups[platform, clip.moment_id].append(choice)
        if day.request.policy.post_once:
            groups[clip.clip_id].append(choice)
        for other in day.near.get(clip.clip_id, frozenset()) & considered:
            groups[platform, *sorted((clip.clip_id, other))].append(choice)
    return tuple(tuple(rivals) for rivals in groups.values() if len(rivals) > 1)


def _caps(day: Day) -> tuple[list[Cap], list[AccountCap]]:
    request, caps, bounds = day.request, list[Cap](), list[AccountCap]()
    posted: dict[str, list[datetime]] = defaultdict(list)
    for post in [*request.past, *(one.past for one in day.fixed)]:
        posted[post.account_id].append(post.at)
    by_account: dict[str, list[tuple[int, Slot]]] = defaultdict(list)
    for place, slot in enumerate(day.slots):
        by_account[slot.account_id].append((place, slot))
    for account_id, slots in by_account.items():
        live = request.limits.get(account_id)
        account = day.accounts[account_id]
        caps += account_caps(account, slots, posted[account_id], live, request.now)
    uses = {(use.platform, use.app): use for use in request.apps}
    through: dict[tuple[PlatformName, str], list[str]] = defaultdict(list)
    for account in request.accounts:
        if uses_app(account):
            through[account.platform, account.app].append(account.account_id)
    for (platform, app), own in sorted(through.items()):
        use = uses.get((platform, app), AppUse(platform=platform, app=app))
        slots = [one for account_id in own for one in by_account.get(account_id, [])]
        ours = [(who, at) for who in own for at in posted[who]]
        use = use.replace(posted=(*use.posted, *ours))
        caps += app_caps(platform, slots, [at for _, at in use.posted], use)
        bounds += account_count_caps(platform, slots, use)
    return caps, bounds
