"""Who posts which clip: the rules, what is missing, and what a change touches."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.models import (
    Assignment,
    Cause,
    ClipCandidate,
    ClipDistance,
    DayPlan,
    PastPost,
    PlanPolicy,
    PlanRequest,
    PlatformName,
    PostState,
)
from clipping.scheduling import plan_day, plan_days
from clipping.timing import TimeSpan
from tests.scheduling.made import DAY, account, clip, request, stock

TIKTOK, INSTAGRAM, YOUTUBE, X = PlatformName
MORNING = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def post(one: ClipCandidate, account_id: str, platform: PlatformName, days_ago: float) -> PastPost:
    return PastPost(
        clip_id=one.clip_id,
        moment_id=one.moment_id,
        account_id=account_id,
        platform=platform,
        at=MORNING - timedelta(days=days_ago),
        source_id=one.source_id,
        span=one.span,
    )


def broken_rules(asked: PlanRequest, plan: DayPlan) -> list[str]:
    """What a plan breaks; written apart from the product's own rules."""
    near = {
        frozenset((pair.first, pair.second))
        for pair in asked.distances
        if pair.distance < asked.policy.near_distance
    }
    posts = [*asked.past, *(one.past for one in plan.assignments)]
    pairs = list(combinations(posts, 2))
    found = [what for first, second in pairs for what in broken_by_pair(first, second, near)]
    if asked.policy.post_once:
        found += ["posted twice" for first, second in pairs if first.clip_id == second.clip_id]
    slots = [one.slot.slot_id for one in plan.assignments]
    found += ["two in a slot"] * (len(slots) - len(set(slots)))
    return [*found, *(what for one in plan.assignments for what in broken_by_clip(asked, one))]


def broken_by_clip(asked: PlanRequest, one: Assignment) -> list[str]:
    chosen = next(clip_ for clip_ in asked.clips if clip_.clip_id == one.clip_id)
    where = next(who for who in asked.accounts if who.account_id == one.slot.account_id)
    flags = (chosen.ready, chosen.proof_passed, chosen.rights_recorded, chosen.disclosure_set)
    rules = {
        "unfit": all(flags) and not chosen.held and not chosen.barred,
        "not approved": chosen.approved or not asked.policy.approval_wanted,
        "style": where.caption_style in ("", chosen.style),
    }
    return [what for what, kept in rules.items() if not kept]


def broken_by_pair(first: PastPost, second: PastPost, near: set[frozenset[str]]) -> list[str]:
    if first.platform is not second.platform:
        return []
    if first.clip_id == second.clip_id:
        return ["twice on a platform"]
    ids = frozenset((first.clip_id, second.clip_id))
    if first.moment_id != second.moment_id and ids not in near:
        return []
    if first.platform is X:
        return ["again on X"]
    days = 7 if first.account_id == second.account_id else 30
    return ["too soon"] if abs(first.at - second.at) < timedelta(days=days) else []


@st.composite
def requests(draw: st.DrawFn) -> PlanRequest:
    styles = st.sampled_from(["", "", "plain"])
    accounts = [
        account(n, platform=draw(st.sampled_from(PlatformName)), caption_style=draw(styles))
        for n in range(draw(st.integers(1, 5)))
    ]
    mostly = st.sampled_from([True, True, True, True, True, False])
    clips = [
        clip(
            n,
            moment_id=f"moment_{draw(st.integers(0, 5))}",
            score=draw(st.integers(0, 100)),
            style=draw(styles),
            ready=draw(mostly),
            proof_passed=draw(mostly),
            rights_recorded=draw(mostly),
            disclosure_set=draw(mostly),
            approved=draw(mostly),
            held="" if draw(mostly) else "A claim.",
        )
        for n in range(draw(st.integers(1, 9)))
    ]
    pairs = draw(st.lists(st.tuples(*[st.integers(0, len(clips) - 1)] * 2), max_size=4))
    past: list[PastPost] = []
    for number in draw(st.sets(st.integers(0, len(clips) - 1), max_size=3)):
        days = draw(st.sampled_from([3, 6.9, 8, 29, 31, 60]))
        by = draw(st.sampled_from(accounts))
        # A past that broke the rules itself would tell nothing.
        made = post(clips[number], by.account_id, by.platform, days)
        if all(abs(made.at - old.at) > timedelta(days=30) for old in past):
            past.append(made)
    return request(
        accounts,
        clips,
        past=tuple(past),
        seed=draw(st.integers(0, 5)),
        distances=tuple(
            ClipDistance(
                first=clips[a].clip_id, second=clips[b].clip_id,
                distance=draw(st.sampled_from([0.1, 0.4])),
            )
            for a, b in pairs
            if a != b
        ),
        policy=PlanPolicy(approval_wanted=draw(st.booleans()), post_once=draw(st.booleans())),
    )  # fmt: skip


@settings(max_examples=50)
@given(asked=requests())
def test_no_plan_breaks_a_rule_and_what_it_lacks_is_told(asked: PlanRequest) -> None:
    plan = plan_day(asked)
    older = request(asked.accounts, asked.clips, past=asked.past, distances=asked.distances)
    before = broken_rules(older, DayPlan(client="acme", day=DAY))
    assert sorted(broken_rules(asked, plan)) == sorted(before)
    assert len(plan.assignments) + plan.missing == 2 * len(asked.accounts)
    assert len(plan.empty) == plan.missing
    assert all(one.reason for one in plan.assignments)
    assert (plan.clips_wanted > 0) <= (plan.missing > 0)


@settings(max_examples=15)
@given(asked=requests(), data=st.data())
def test_the_same_request_gives_the_same_plan_in_whatever_order_it_comes(
    asked: PlanRequest, data: st.DataObject
) -> None:
    plan = plan_day(asked)
    mixed = asked.replace(
        accounts=tuple(data.draw(st.permutations(asked.accounts))),
        clips=tuple(data.draw(st.permutations(asked.clips))),
        past=asked.past[::-1],
    )
    assert plan_day(mixed) == plan


@settings(max_examples=15)
@given(asked=requests())
def test_planning_again_without_a_change_changes_nothing(asked: PlanRequest) -> None:
    plan = plan_day(asked)
    again = plan_day(asked.replace(earlier=plan, seed=asked.seed))
    assert again.changes == ()
    assert [(one.slot, one.clip_id) for one in again.assignments] == [
        (one.slot, one.clip_id) for one in plan.assignments
    ]


LACKS: list[tuple[dict[str, Any], Cause]] = [
    ({"ready": False}, Cause.NOT_READY),
    ({"proof_passed": False}, Cause.PROOF),
    ({"rights_recorded": False}, Cause.RIGHTS),
    ({"disclosure_set": False}, Cause.DISCLOSURE),
    ({"approved": False}, Cause.APPROVAL),
    ({"held": "A claim of its owner."}, Cause.HELD),
    ({"barred": {"tiktok": "Too long for it."}}, Cause.BARRED),
    ({"barred": {"account_000": "It has no such disclosure."}}, Cause.BARRED),
    ({"style": "loud"}, Cause.STYLE),
]


@pytest.mark.parametrize(("given_", "cause"), LACKS, ids=[str(cause) for _, cause in LACKS])
def test_a_clip_that_lacks_something_is_not_posted_and_the_plan_says_what(
    given_: dict[str, Any], cause: Cause
) -> None:
    one = account(caption_style="plain")
    policy = PlanPolicy(approval_wanted=True)
    good = plan_day(request([one], [clip(style="plain")], policy=policy))
    assert len(good.assignments) == 1
    plan = plan_day(request([one], [clip(**{"style": "plain", **given_})], policy=policy))
    (shortage,) = plan.shortages
    assert (plan.assignments, shortage.missing) == ((), 2)
    assert (shortage.cause, shortage.kept_out) == (Cause.CLIPS, {cause: 1})
    assert plan.clips_wanted == (1 if cause is Cause.APPROVAL else 2)


def test_approval_is_not_waited_for_where_nobody_wants_it() -> None:
    assert len(plan_day(request(1, [clip(approved=False)])).assignments) == 1


OLD = clip(1, moment_id="moment_0000")
HISTORY: list[tuple[PlatformName, PastPost, Cause | None]] = [
    (TIKTOK, post(clip(), "other", TIKTOK, 90), Cause.ON_PLATFORM),
    (TIKTOK, post(clip(), "other", YOUTUBE, 1), None),
    (TIKTOK, post(OLD, "other", TIKTOK, 29), Cause.MOMENT),
    (TIKTOK, post(OLD, "other", TIKTOK, 31), None),
    (TIKTOK, post(OLD, "other", TIKTOK, -5), Cause.MOMENT),
    (TIKTOK, post(OLD, "other", INSTAGRAM, 1), None),
    (TIKTOK, post(OLD, "account_000", TIKTOK, 6), Cause.REPEAT),
    (TIKTOK, post(OLD, "account_000", TIKTOK, 8), None),
    (X, post(OLD, "other", X, 400), Cause.MOMENT),
    (X, post(OLD, "account_000", X, 400), Cause.MOMENT),
]


@pytest.mark.parametrize(
    ("platform", "before", "cause"),
    HISTORY,
    ids=["the clip", "the clip elsewhere", "29 days", "31 days", "planned for later", "elsewhere",
         "its own 6 days", "its own 8 days", "long ago on X", "its own on X"],
)  # fmt: skip
def test_what_was_posted_keeps_a_clip_out(
    platform: PlatformName, before: PastPost, cause: Cause | None
) -> None:
    plan = plan_day(request([account(platform=platform)], [clip()], past=(before,)))
    assert len(plan.assignments) == (cause is None)
    assert plan.shortages[0].kept_out == {cause or Cause.TAKEN: 1}


def near(distance: float | None, shared_ms: int) -> DayPlan:
    shown = clip(1, source_id="source_0000",
                 span=TimeSpan(start_ms=30_000 - shared_ms, end_ms=60_000 - shared_ms))  # fmt: skip
    pairs = () if distance is None else (
        ClipDistance(first="clip_0001", second="clip_0000", distance=distance),
    )  # fmt: skip
    before = post(shown, "other", TIKTOK, 10)
    return plan_day(request([account()], [clip()], past=(before,), distances=pairs))


@pytest.mark.parametrize(
    ("distance", "shared_ms", "kept_out"),
    [(0.1, 0, True), (0.4, 0, False), (0.4, 29_000, False), (None, 16_000, True),
     (None, 14_000, False)],
    ids=["measured near", "measured far", "far whatever they share", "much shared", "little"],
)  # fmt: skip
def test_near_duplicates_of_what_a_sibling_shows_are_kept_out(
    distance: float | None, shared_ms: int, kept_out: bool
) -> None:
    plan = near(distance, shared_ms)
    assert len(plan.assignments) == (not kept_out)
    assert plan.shortages[0].kept_out == {Cause.LIKENESS if kept_out else Cause.TAKEN: 1}


@pytest.mark.parametrize("distances", [(0.1, 0.4), (0.4, 0.1)], ids=["near first", "far first"])
def test_of_two_measures_of_a_pair_the_smaller_one_counts(distances: tuple[float, ...]) -> None:
    pairs = tuple(
        ClipDistance(first="clip_0000", second="clip_0001", distance=distance)
        for distance in distances
    )
    assert len(plan_day(request(1, 2, distances=pairs)).assignments) == 1


def clips_of(plan: DayPlan) -> dict[tuple[str, int], str]:
    return {(one.slot.account_id, one.slot.number): one.clip_id for one in plan.assignments}


def test_the_best_clips_go_to_the_best_hours() -> None:
    plan = plan_day(request(4, 40))
    by_account: dict[str, list[Assignment]] = defaultdict(list)
    for one in plan.assignments:
        by_account[one.slot.account_id].append(one)
    assert {one.score for one in plan.assignments} == set(range(82, 90))
    for morning, evening in by_account.values():
        assert morning.slot.worth < evening.slot.worth
        assert morning.score < evening.score


def test_clips_go_where_they_fit_the_angle() -> None:
    accounts = [account(0, angle="Boxing and money"), account(4, angle="food")]
    clips = [
        clip(0, score=80, keywords=("#boxing", "money")),
        clip(1, score=70, keywords=("Food",)),
        clip(2, score=75, fits={"account_004": 1.0}),
        clip(3, score=80),
    ]
    plan = plan_day(request(accounts, clips))
    assert {who: {c for (w, _), c in clips_of(plan).items() if w == who}
            for who in ("account_000", "account_004")} == {
        "account_000": {"clip_0000", "clip_0003"},
        "account_004": {"clip_0001", "clip_0002"},
    }  # fmt: skip
    reason = next(one.reason for one in plan.assignments if one.clip_id == "clip_0000")
    assert "fits its angle by 67% (boxing, money)" in reason


def test_a_clip_is_posted_elsewhere_too_only_when_no_fresh_one_is_left() -> None:
    accounts = [account(0), account(1)]
    plenty = plan_day(request(accounts, [clip(n, score=n * 30) for n in range(4)]))
    assert len(set(clips_of(plenty).values())) == 4
    scarce = plan_day(request(accounts, [clip(n, score=n * 30) for n in range(3)]))
    assert len(scarce.assignments) == 4
    assert len(set(clips_of(scarce).values())) == 3
    once = PlanPolicy(post_once=True)
    short = plan_day(request(accounts, 3, policy=once))
    assert (len(short.assignments), short.moments_wanted, short.clips_wanted) == (3, 1, 1)
    none = plan_day(request(accounts, 0, policy=once))
    assert (none.missing, none.moments_wanted, none.clips_wanted) == (4, 2, 4)
    posted = post(clip(0), "account_001", INSTAGRAM, 40)
    fresh_first = plan_day(
        request([account(0)], [clip(0, score=100), clip(1, score=1), clip(2, score=2)],
                past=(posted,))
    )  # fmt: skip
    assert set(clips_of(fresh_first).values()) == {"clip_0001", "clip_0002"}


def test_a_plan_that_is_short_of_clips_says_how_many_moments_would_do() -> None:
    # Six posts on TikTok and two on Instagram, two moments: one new moment serves both platforms.
    plan = plan_day(request([account(0), account(4), account(8), account(1)], 2))
    assert len(plan.assignments) == 4
    assert (plan.missing, plan.moments_wanted, plan.clips_wanted) == (4, 4, 4)
    assert {one.platform for one in plan.shortages} == {TIKTOK}
    assert "None of 2 clips is left" in plan.shortages[0].sentence


def test_clips_that_crowd_one_another_do_not_leave_a_slot_empty() -> None:
    """The best ones are all alike: those that are used lie beyond what is considered at first."""
    alike = [clip(n, score=90) for n in range(16)]
    pairs = tuple(
        ClipDistance(first=a.clip_id, second=b.clip_id, distance=0.0)
        for a, b in combinations(alike, 2)
    )
    plan = plan_day(request(1, [*alike, clip(16, score=5)], distances=pairs))
    assert len(plan.assignments) == 2


def plan_of(asked: PlanRequest, *, states: Sequence[PostState] = ()) -> tuple[DayPlan, PlanRequest]:
    plan = plan_day(asked)
    made: list[Assignment] = list(plan.assignments)
    for place, state in enumerate(states):
        made[place] = made[place].replace(state=state)
    plan = plan.replace(assignments=tuple(made))
    return plan, asked.replace(earlier=plan)


def test_a_rejected_clip_changes_its_slot_alone() -> None:
    plan, asked = plan_of(request(8, stock(60, seed=1)))
    rejected = plan.assignments[5].clip_id
    clips = tuple(
        one.replace(held="The client said no.") if one.clip_id == rejected else one
        for one in asked.clips
    )
    again = plan_day(asked.replace(clips=clips))
    before, after = clips_of(plan), clips_of(again)
    where = {place for place in before if before[place] == rejected}
    assert {place for place in before if before[place] != after[place]} == where
    assert [one.slot for one in again.assignments] == [one.slot for one in plan.assignments]
    assert {one.before for one in again.changes} == {rejected}
    assert "held" in again.changes[0].sentence


def test_a_paused_account_changes_its_own_slots_alone() -> None:
    plan, asked = plan_of(request(8, stock(60, seed=2)))
    again = plan_day(asked.replace(stopped={"account_003": "Stopped by hand."}))
    left = [one for one in plan.assignments if one.slot.account_id != "account_003"]
    assert [(one.slot, one.clip_id) for one in again.assignments] == [
        (one.slot, one.clip_id) for one in left
    ]
    assert {one.account_id for one in again.changes} == {"account_003"}
    assert {one.cause for one in again.shortages} == {Cause.ACCOUNT}


def test_other_waking_hours_move_the_slots_of_their_account_alone() -> None:
    plan, asked = plan_of(request(4, stock(30, seed=5)))
    later = {"wakes_at": time(11), "sleeps_at": time(1)}
    accounts = [asked.accounts[0].replace(**later), *asked.accounts[1:]]
    again = plan_day(asked.replace(accounts=tuple(accounts)))
    assert {one.account_id for one in again.changes} == {"account_000"}
    assert clips_of(again) == clips_of(plan)
    assert "Its time has moved." in {one.sentence for one in again.changes}
    moved = [one.slot.local for one in again.assignments if one.slot.account_id == "account_000"]
    assert all(at.hour >= 11 or at.hour < 1 for at in moved)


def test_better_clips_that_come_later_change_nothing() -> None:
    _, asked = plan_of(request(4, [clip(n, score=20) for n in range(12)]))
    better = tuple(clip(n, score=99) for n in range(20, 30))
    assert plan_day(asked.replace(clips=(*asked.clips, *better))).changes == ()


def test_a_new_account_takes_clips_that_are_left() -> None:
    plan, asked = plan_of(request(4, stock(60, seed=3)))
    newcomer = account(9, account_id="newcomer", first_post_on=DAY - timedelta(days=40))
    again = plan_day(asked.replace(accounts=(*asked.accounts, newcomer)))
    assert {one.account_id for one in again.changes} == {"newcomer"}
    assert len(again.assignments) == len(plan.assignments) + 2


def test_what_is_reserved_or_posted_stays_and_takes_part_in_the_rules() -> None:
    states = [PostState.POSTED, PostState.RESERVED, PostState.UNKNOWN]
    plan, asked = plan_of(request(4, 8), states=states)
    fixed = plan.assignments[:3]
    again = plan_day(
        asked.replace(
            clips=tuple(c for c in asked.clips if c.clip_id != fixed[0].clip_id),
            now=fixed[0].slot.at + timedelta(minutes=5),
            stopped={fixed[2].slot.account_id: "Stopped by hand."},
        )
    )
    assert {one.slot.slot_id: one for one in again.assignments}.items() >= {
        one.slot.slot_id: one for one in fixed
    }.items()
    assert broken_rules(asked, again) == []


def test_a_moment_that_one_account_has_just_shown_goes_to_no_sibling_of_the_same_day() -> None:
    accounts, moment = [account(0), account(4)], {"moment_id": "moment_0000"}
    plan, asked = plan_of(request(accounts[:1], [clip(0)]), states=[PostState.POSTED])
    again = plan_day(asked.replace(accounts=tuple(accounts), clips=(clip(0), clip(1, **moment))))
    assert [one.clip_id for one in again.assignments] == ["clip_0000"]
    assert again.assignments == plan.assignments


def test_a_reserved_clip_that_may_not_be_posted_any_more_is_replaced() -> None:
    plan, asked = plan_of(request(1, 5), states=[PostState.RESERVED] * 2)
    gone = plan.assignments[0].clip_id
    clips = tuple(c.replace(rights_recorded=c.clip_id != gone) for c in asked.clips)
    again = plan_day(asked.replace(clips=clips))
    assert len(again.assignments) == 2
    assert [(one.before, one.slot_id) for one in again.changes] == [
        (gone, plan.assignments[0].slot.slot_id)
    ]
    assert again.assignments[1] == plan.assignments[1]


@pytest.mark.parametrize("first", [PostState.RESERVED, PostState.POSTED], ids=str)
def test_of_two_reserved_posts_that_turn_out_alike_the_later_one_is_replaced(
    first: PostState,
) -> None:
    """Their clips were measured after they were reserved."""
    accounts = [account(0), account(4)]
    states = [first, *[PostState.RESERVED] * 3]
    plan, asked = plan_of(request(accounts, 6), states=states)
    alike = [plan.assignments[place].clip_id for place in (0, 3)]
    pair = ClipDistance(first=alike[0], second=alike[1], distance=0.1)
    again = plan_day(asked.replace(distances=(pair,)))
    assert len(again.assignments) == 4
    assert [one.before for one in again.changes] == [alike[1]]
    assert "likeness" in again.changes[0].sentence
    assert again.assignments[:3] == plan.assignments[:3]


def test_days_in_a_row_know_of_one_another() -> None:
    asked = request(4, stock(16, seed=4, variations=2), policy=PlanPolicy(post_once=True))
    plans = plan_days(asked, 3)
    days = [plan.day for plan in plans]
    assert days == [DAY, DAY + timedelta(1), DAY + timedelta(2)]
    posts = [one for plan in plans for one in plan.assignments]
    assert len({one.clip_id for one in posts}) == len(posts)
    assert sum(plan.missing for plan in plans) == 24 - len(posts)
    assert broken_rules(asked, DayPlan(client="acme", day=DAY, assignments=tuple(posts))) == []


def test_a_month_of_thirty_accounts_takes_1860_clips_each_once() -> None:
    zones = ("Europe/Berlin", "America/New_York")  # both change their clocks in March
    angles = ("boxing training", "money law", "family food", "travel music")
    accounts = [
        account(number, timezone=zones[number % 2], angle=angles[number % 7 % 4])
        for number in range(30)
    ]
    clips = stock(1_860, seed=3, variations=3)
    plans = plan_days(request(accounts, clips, day=date(2026, 3, 1)), 31)
    posts = [one for plan in plans for one in plan.assignments]
    assert [len(plan.assignments) for plan in plans] == [60] * 31
    assert len({one.clip_id for one in posts}) == 1_860
    by_moment: dict[str, list[PastPost]] = defaultdict(list)
    for one in posts:
        by_moment[one.moment_id].append(one.past)
    pairs = [pair for same in by_moment.values() for pair in combinations(same, 2)]
    assert [broken_by_pair(*pair, set()) for pair in pairs if broken_by_pair(*pair, set())] == []
    by_account: dict[str, list[datetime]] = defaultdict(list)
    for one in posts:
        by_account[one.slot.account_id].append(one.slot.at)
    gaps = [b - a for times in by_account.values() for a, b in pairwise(times)]
    assert min(gaps) >= timedelta(hours=11)


def test_the_same_seed_gives_the_plan_that_it_has_always_given() -> None:
    plan = plan_day(request(12, stock(90, seed=7, variations=3), seed=11))
    chosen = sorted((one.slot.slot_id, one.clip_id) for one in plan.assignments)
    # What makes planning faster must not change it. Another OR-tools may choose otherwise among
    # plans that are a hundredth of a point apart; this is of 9.15.
    assert hashlib.sha256(repr(chosen).encode()).hexdigest()[:16] == "85b11f37d5b58508"
