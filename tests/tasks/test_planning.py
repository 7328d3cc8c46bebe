"""A client's day becomes reserved posts, and what changes touches nothing else."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from clipping.claude.door import Outage
from clipping.db import queries
from clipping.errors import Rejected
from clipping.likeness import PRINT_VERSION, compare
from clipping.models import (
    Cause,
    ClipPrint,
    ClipState,
    EditorialPolicy,
    Failure,
    PlatformName,
    PostingMethod,
    PostState,
    Stop,
)
from clipping.publishing import gates
from clipping.scheduling import plan_table
from clipping.settings import settings
from tasks import days, likeness, plan_changes, plan_request, planning, post_changes
from tasks.aftermath import note_success
from tasks.reserve import Desk
from tasks.workplace import if_free
from tests.db.values import a_transcript
from tests.scheduling.made import account
from tests.tasks.plan_place import (
    CLIENT,
    DAY,
    HOUR,
    NOW,
    SOURCE,
    WRITING,
    PlanPlace,
    detection,
    moment_id,
    plan_place,
)

TIKTOK, INSTAGRAM, YOUTUBE, X = PlatformName
LIVE = (PostState.RESERVED, PostState.HELD, PostState.SUBMITTING, PostState.POSTED)


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlanPlace]:
    with plan_place(database_url, tmp_path / "home", monkeypatch) as made:
        yield made


@pytest.fixture
def day(place: PlanPlace) -> PlanPlace:
    """A day of two TikTok accounts with four posts, and two clips to spare."""
    for _ in range(2):
        place.account(TIKTOK)
    place.more_clips(6)
    plan = place.plan()
    assert (len(plan.assignments), plan.missing) == (4, 0)
    return place


def by_slot(place: PlanPlace) -> dict[str, tuple[str, datetime]]:
    return {one.slot_id: (one.clip_id, one.due_at) for one in place.posts(*LIVE) if one.slot_id}


def test_each_slot_of_the_day_is_reserved_for_a_clip_with_its_words(place: PlanPlace) -> None:
    for platform in PlatformName:
        place.account(platform)
    place.more_clips(9)
    with place.session() as session:
        wishes = EditorialPolicy(default_hashtags=("acme",), banned_words=("never",))
        queries.clients.save_editorial_policy(session, CLIENT, wishes)
    plan = place.plan()
    posts = {post.slot_id: post for post in place.posts()}
    assert len(plan.assignments) == len(posts) == 8
    for one in plan.assignments:
        post = posts[one.slot.slot_id]
        assert (post.clip_id, post.due_at, post.next_at) == (one.clip_id, one.slot.at, one.slot.at)
        assert one.state is post.state is PostState.RESERVED
        assert post.reason == one.reason
        assert post.words.platform is one.slot.platform
        assert post.words.hashtags[0] == "acme"
        assert "never" not in post.words.text
    # The best clip has a slot, and no clip has two while fresh ones are left.
    assert "clip_01" in {post.clip_id for post in posts.values()}
    assert max(Counter(post.clip_id for post in posts.values()).values()) == 1


def test_planning_a_day_again_changes_nothing(day: PlanPlace) -> None:
    before = day.posts()
    again = day.plan(now=NOW + HOUR)
    assert again.changes == ()
    assert day.posts() == before
    with day.session() as session:
        assert all(len(queries.posts.post_events(session, post.post_id)) == 1 for post in before)


def test_a_dry_run_reserves_and_keeps_nothing(place: PlanPlace) -> None:
    place.account(TIKTOK)
    place.clip()
    plans = planning.plan_days(CLIENT, DAY, 2, NOW, dry_run=True)
    assert [len(plan.assignments) for plan in plans] == [1, 0]
    assert plans[0].assignments[0].state is PostState.PLANNED
    assert place.posts() == []
    with place.session() as session:
        assert queries.plans.find_plan(session, CLIENT, DAY) is None


def test_the_next_day_knows_what_is_reserved_for_this_one(place: PlanPlace) -> None:
    place.account(X)
    place.more_clips(5)
    planning.plan_days(CLIENT, DAY, 2, NOW)
    posts = place.posts()
    assert len(posts) == 4
    assert len({post.clip_id for post in posts}) == 4
    times = [post.due_at for post in posts]
    assert min(b - a for a, b in pairwise(times)) >= timedelta(hours=11)


def test_a_new_accounts_reserved_posts_stay_when_its_days_are_planned_again(
    place: PlanPlace,
) -> None:
    place.account(TIKTOK, first_post_on=None)
    place.more_clips(4)
    planning.plan_days(CLIENT, DAY, 3, NOW)
    before = place.posts()
    assert [post.due_at.date() - DAY for post in before] == [timedelta(0), timedelta(2)]
    planning.plan_days(CLIENT, DAY, 3, NOW + HOUR)
    assert place.posts() == before


def test_a_warm_up_counts_from_the_day_of_the_first_posts_slot(place: PlanPlace) -> None:
    night = place.account(TIKTOK, first_post_on=None, wakes_at=time(18), sleeps_at=time(10))
    place.clip()
    place.plan()
    (post,) = place.posts()
    # Its slot lies after midnight, and it was public half a day late.
    posted = post.replace(due_at=NOW + 26 * HOUR, posted_at=NOW + 43 * HOUR)
    with place.session() as session:
        note_success(session, night, posted, Outage(), posted.due_at, posted.due_at)
    with place.session() as session:
        assert queries.accounts.get_account(session, night.account_id).first_post_on == DAY


def _withdraw_rights(place: PlanPlace) -> None:
    with place.session() as session:
        session.execute(text("UPDATE clipping.sources SET rights_ground = 'unstated'"))


def _stop(place: PlanPlace, **of: Any) -> None:
    with place.session() as session:
        queries.stops.add_stop(session, Stop(by="Jo", at=NOW, why="a claim", **of))


def _fail_proof(place: PlanPlace) -> None:
    with place.session() as session:
        for clip in queries.clips.recent_clips(session):
            queries.clips.save_clip(session, clip.replace(state=ClipState.FAILED_PROOF))


def _hold(place: PlanPlace) -> None:
    with place.session() as session:
        for clip in queries.clips.recent_clips(session):
            _held(place, clip.clip_id)


def _held(place: PlanPlace, clip_id: str) -> None:
    """As when somebody takes their agreement back."""
    with place.session() as session:
        session.execute(
            text("UPDATE clipping.clips SET state = 'held' WHERE clip_id = :id"), {"id": clip_id}
        )


@pytest.mark.parametrize(
    ("in_the_way", "cause"),
    [
        pytest.param(_withdraw_rights, Cause.RIGHTS, id="rights"),
        pytest.param(
            lambda place: _stop(place, source_id=SOURCE.source_id), Cause.HELD, id="source stopped"
        ),
        pytest.param(
            lambda place: _stop(place, source_id=SOURCE.source_id, platform=TIKTOK),
            Cause.BARRED,
            id="source stopped on a platform",
        ),
        pytest.param(_hold, Cause.APPROVAL, id="waits for a person"),
        pytest.param(_fail_proof, None, id="proof"),
    ],
)
def test_a_clip_that_may_not_be_posted_is_not_planned(
    place: PlanPlace, in_the_way: Callable[[PlanPlace], None], cause: Cause | None
) -> None:
    place.account(TIKTOK)
    place.clip()
    in_the_way(place)
    plan = place.plan()
    assert plan.assignments == ()
    (shortage,) = plan.shortages
    assert shortage.cause is Cause.CLIPS
    assert shortage.kept_out == ({} if cause is None else {cause: 1})
    assert place.posts() == []


@pytest.mark.parametrize(
    "scope",
    [
        pytest.param({}, id="everything"),
        pytest.param({"client": CLIENT}, id="client"),
        pytest.param({"platform": TIKTOK}, id="platform"),
        pytest.param({"account_id": "account_000"}, id="account"),
    ],
)
def test_what_is_stopped_is_not_planned_and_what_is_reserved_stays(
    day: PlanPlace, scope: dict[str, Any]
) -> None:
    before = by_slot(day)
    _stop(day, **scope)
    plan = day.plan(now=NOW + HOUR)
    assert by_slot(day) == before
    assert plan.changes == ()
    assert len(plan.assignments) == 4
    later = planning.plan_client(CLIENT, DAY + timedelta(days=1), NOW)
    told = {one.account_id: one.sentence for one in later.shortages}
    assert told["account_000"].startswith("Jo stopped ")
    assert "account_000" not in {one.slot.account_id for one in later.assignments}


def test_another_clients_stop_is_no_concern(place: PlanPlace) -> None:
    place.account(TIKTOK)
    place.clip()
    _stop(place, client="other")
    assert len(place.plan().assignments) == 1


def test_a_paused_account_is_not_planned(place: PlanPlace) -> None:
    paused = place.account(TIKTOK)
    place.clip()
    with place.session() as session:
        queries.accounts.pause_account(session, paused.account_id, "Its owner is away")
    (shortage,) = place.plan().shortages
    assert shortage.sentence == f"@{paused.handle} is paused: Its owner is away."


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("browser", "@{0} is not logged in yet: clipper accounts login {1}"),
        ("api", "@{0} is not connected: clipper accounts connect x --client acme --handle {0}"),
    ],
)
def test_nothing_is_planned_for_an_account_that_nothing_opens_yet(
    place: PlanPlace, method: str, told: str
) -> None:
    shut = place.account(X, method=method, connected=False)
    place.clip()
    (shortage,) = place.plan().shortages
    assert shortage.sentence == told.format(shut.handle, shut.account_id)
    with place.session() as session:
        if method == "browser":
            queries.accounts.note_event(session, shut.account_id, queries.accounts.LOGGED_IN)
        else:
            # People post to it: there is nothing to open.
            queries.accounts.save_account(session, shut.replace(method="manual"))
    assert len(place.plan().assignments) == 1


def test_two_planners_at_once_book_each_slot_and_clip_once(place: PlanPlace) -> None:
    for _ in range(3):
        place.account(TIKTOK)
    place.more_clips(8)
    with ThreadPoolExecutor(2) as threads:
        plans = list(threads.map(lambda _: place.plan(), range(2)))
    posts = place.posts()
    assert len(posts) == 6
    assert len({post.clip_id for post in posts}) == len({post.slot_id for post in posts}) == 6
    assert {one.clip_id for one in plans[0].assignments} == {post.clip_id for post in posts}


def test_a_planner_that_comes_second_plans_around_the_first(
    place: PlanPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = place.account(TIKTOK), place.account(TIKTOK)
    place.more_clips(5)
    gathered = plan_request.gather(CLIENT, DAY, NOW)
    stale, posts = planning._checked(gathered)
    taken = next(one for one in posts.values() if one.account_id == first.account_id)
    other = next(one for one in posts.values() if one.account_id == second.account_id)
    with place.session() as session:
        # Another one has used the best clip there, and its slot for another clip.
        elsewhere = taken.replace(slot_id="of_another_day", due_at=NOW + timedelta(days=3))
        assert queries.posts.reserve_post(session, elsewhere, NOW)
    assert not planning.book(gathered, stale, posts, NOW)
    assert other.slot_id in by_slot(place)
    with place.session() as session:
        assert queries.plans.find_plan(session, CLIENT, DAY) is None
    place.plan()
    found = place.posts(*LIVE)
    assert len(found) == 5
    assert max(Counter(post.clip_id for post in found).values()) == 1
    assert max(Counter((post.account_id, post.slot_id) for post in found).values()) == 1


def test_a_slot_that_is_taken_between_plan_and_booking_is_planned_around(
    place: PlanPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.account(TIKTOK)
    place.more_clips(3)
    real = planning.book
    rounds: list[int] = []

    def book(gathered: Any, plan: Any, posts: Any, now: datetime) -> bool:
        if not rounds:
            one = next(iter(posts.values()))
            with place.session() as session:
                assert queries.posts.reserve_post(session, one, NOW)
        rounds.append(len(posts))
        return real(gathered, plan, posts, now)

    monkeypatch.setattr(planning, "book", book)
    plan = place.plan()
    assert rounds == [2, 0]
    assert {one.clip_id for one in plan.assignments} == {post.clip_id for post in place.posts()}


@pytest.mark.parametrize("change", [plan_changes.hold, plan_changes.cancel])
def test_one_post_less_gives_its_slot_to_another_clip_and_moves_no_other(
    day: PlanPlace, change: Callable[..., Any]
) -> None:
    before, (post, *_) = by_slot(day), day.posts()
    plan = change(post.post_id, "Jo", "wrong clip", NOW)
    after = by_slot(day)
    assert post.slot_id is not None
    assert [slot for slot in before if after[slot] != before[slot]] == [post.slot_id]
    assert after[post.slot_id][0] not in {clip for clip, _ in before.values()}
    assert after[post.slot_id][1] == post.due_at
    assert [one.slot_id for one in plan.changes] == [post.slot_id]


def test_a_cancelled_post_does_not_come_back_to_its_account(place: PlanPlace) -> None:
    place.account(TIKTOK)
    place.clip()
    place.plan()
    (post,) = place.posts()
    plan = plan_changes.cancel(post.post_id, "Jo", "wrong clip", NOW)
    assert plan is not None
    assert plan.assignments == ()
    assert plan.shortages[0].kept_out == {Cause.BARRED: 1}


def test_a_moved_post_stays_where_it_was_moved_to(day: PlanPlace) -> None:
    before, post = by_slot(day), day.posts()[0]
    assert post.slot_id is not None
    to = post.due_at + timedelta(minutes=25)
    moved = plan_changes.move(post.post_id, to, "Jo", NOW)
    assert moved.due_at == moved.next_at == to
    assert day.plan(now=NOW + HOUR).changes == ()
    assert by_slot(day) == {**before, post.slot_id: (post.clip_id, to)}


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (NOW, "is over, or too soon"),
        (NOW.replace(hour=4), "is awake from 2026-11-27 08:00 UTC to 2026-11-27 23:00 UTC"),
        (NOW.replace(hour=15), "less than 11 hours"),
    ],
    ids=["over", "asleep", "too near"],
)
def test_a_post_moves_only_to_where_its_account_may_post(
    day: PlanPlace, to: datetime, said: str
) -> None:
    before, (post, *_) = by_slot(day), day.posts()
    with pytest.raises(Rejected, match=said) as refused:
        plan_changes.move(post.post_id, to, "Jo", NOW)
    assert str(refused.value).endswith("The earliest that it can go out is 2026-11-27 08:00 UTC.")
    assert by_slot(day) == before


def test_a_time_without_a_zone_is_one_of_the_account_s_clock(place: PlanPlace) -> None:
    berlin = place.account(TIKTOK, timezone="Europe/Berlin")
    place.more_clips(2)
    place.plan()
    first, second = place.posts()
    # Eleven hours before the other post at the latest, as Berlin's clocks show it.
    to = second.due_at.astimezone(ZoneInfo("Europe/Berlin")) - 11 * HOUR
    moved = plan_changes.move(first.post_id, to.replace(tzinfo=None), "Jo", NOW)
    assert moved.due_at == to
    assert moved.note == f"Jo moved it from {berlin.clock(first.due_at)}."
    assert plan_changes.move(first.post_id, first.due_at, "Jo", NOW).due_at == first.due_at
    asleep = (first.due_at.astimezone(ZoneInfo("Europe/Berlin")) - HOUR).replace(tzinfo=None)
    with pytest.raises(Rejected) as refused:
        plan_changes.move(second.post_id, asleep, "Jo", NOW)
    earliest = berlin.clock(first.due_at + 11 * HOUR)
    assert str(refused.value).endswith(f"The earliest that it can go out is {earliest}.")


def test_a_time_that_a_clock_skips_is_refused(place: PlanPlace) -> None:
    place.account(TIKTOK, timezone="Europe/Berlin")
    place.more_clips(1)
    place.plan()
    (post,) = place.posts()
    with pytest.raises(Rejected, match="There is no 2027-03-28 02:30 in Europe/Berlin"):
        plan_changes.move(post.post_id, datetime(2027, 3, 28, 2, 30), "Jo", NOW)  # noqa: DTZ001


def test_an_account_that_cannot_be_planned_for_says_why(place: PlanPlace) -> None:
    why: tuple[tuple[dict[str, Any], str], ...] = (
        ({"connected": False}, "is not connected: clipper accounts connect tiktok"),
        ({"consent": None}, "has not agreed to posts: clipper accounts consent account_001"),
        ({"status": "reauthorise"}, "its owner has to connect it again"),
        ({}, "is paused: holidays"),
        ({"method": PostingMethod.MANUAL, "connected": False}, ""),
    )
    for changes, _ in why:
        place.account(TIKTOK, **changes)
    place.more_clips(2)
    with place.session() as session:
        queries.accounts.pause_account(session, place.accounts[3].account_id, "holidays")
    plan = place.plan()
    said = {one.account_id: one.sentence for one in plan.shortages if one.cause is Cause.ACCOUNT}
    for one, (_, sentence) in zip(place.accounts, why, strict=True):
        assert sentence in said.get(one.account_id, "")
        assert bool(sentence) is (one.account_id in said)
    assert len(plan.assignments) == 2
    assert "2 of @acme3 (tiktok): @acme3 is paused: holidays." in plan_table(plan, place.accounts)


def test_a_clip_that_may_not_be_posted_any_more_loses_its_slot_alone(day: PlanPlace) -> None:
    before, (post, *_) = by_slot(day), day.posts()
    _held(day, post.clip_id)
    day.plan(now=NOW + HOUR)
    after = by_slot(day)
    assert [slot for slot in before if after[slot] != before[slot]] == [post.slot_id]
    (old,) = day.posts(PostState.CANCELLED)
    assert old.post_id == post.post_id
    assert old.note == "The planner: Its clip may not go there any more (approval)."


def test_a_post_that_is_held_for_its_clip_gives_its_slot_away(day: PlanPlace) -> None:
    post = day.posts()[0]
    _held(day, post.clip_id)
    day.change(post, state=PostState.HELD, note="Its clip is not approved.")
    day.plan(now=NOW + HOUR)
    assert [one.post_id for one in day.posts(PostState.CANCELLED)] == [post.post_id]
    assert len(by_slot(day)) == 4


def test_a_held_post_of_a_stopped_source_makes_room(day: PlanPlace) -> None:
    before, (post, *_) = by_slot(day), day.posts()
    # What a takedown does to queued posts.
    day.change(post, state=PostState.HELD, slot_id=None)
    plan = day.plan(now=NOW + HOUR)
    assert plan.missing == 0
    assert post.slot_id is not None
    after = by_slot(day)
    assert after[post.slot_id][0] != post.clip_id
    assert after[post.slot_id][1] == before[post.slot_id][1]


@pytest.mark.parametrize("platform", [None, TIKTOK])
def test_posts_of_a_stopped_source_wait_and_go_out_at_their_times_once_it_is_lifted(
    day: PlanPlace, platform: PlatformName | None
) -> None:
    unfit, *posts = day.posts()
    _held(day, unfit.clip_id)
    _stop(day, source_id=SOURCE.source_id, platform=platform)
    assert day.plan(now=NOW + HOUR).assignments == ()
    # What may not be posted anyway is given up.
    assert [one.post_id for one in day.posts(PostState.CANCELLED)] == [unfit.post_id]
    held = day.posts(PostState.HELD)
    assert [one.post_id for one in held] == [one.post_id for one in posts]
    assert {(one.slot_id, one.note) for one in held} == {(None, gates.stopped(_only_stop(day)))}
    # None is looked at, and perhaps begun, before its time.
    assert [one.next_at for one in held] == [one.due_at for one in posts]
    found = post_changes.resumption(_only_stop(day), NOW + 2 * HOUR)
    assert [one.post_id for one in found.later] == [one.post_id for one in posts]
    post_changes.resume(found, "Jo", NOW + 2 * HOUR)
    again = day.plan(now=NOW + 2 * HOUR)
    live = day.posts(PostState.RESERVED)
    assert {one.post_id for one in live} >= {one.post_id for one in posts}
    assert all(one.next_at == one.due_at for one in live)
    # Nothing else is planned for an account that has a post at that time.
    assert len(again.assignments) == 1
    assert len(live) == 4


def _clip_of_another_source(place: PlanPlace) -> None:
    other = SOURCE.replace(source_id="src_other", sha256="d" * 64)
    moment = detection(1).moments[0].model_copy(update={"moment_id": "mom_other"})
    with place.session() as session:
        queries.sources.save_source(session, other)
        heard = queries.transcripts.save_transcript(session, "src_other", None, a_transcript())
        found = detection(1).model_copy(update={"moments": (moment,)})
        queries.detections.save_detection(session, "src_other", heard, "other", found)
        queries.drafts.save_writings(session, {"mom_other": WRITING})
    place.clip(source_id="src_other", moment_id="mom_other")


def test_a_post_whose_slot_was_given_away_while_its_source_was_stopped_is_over_once_it_is_lifted(
    place: PlanPlace,
) -> None:
    place.account(TIKTOK)
    place.clip()
    place.plan()
    (before,) = place.posts()
    _stop(place, source_id=SOURCE.source_id)
    _clip_of_another_source(place)
    place.plan(now=NOW + HOUR)
    (other,) = [one for one in place.posts(PostState.RESERVED) if one.slot_id == before.slot_id]
    later = before.due_at + HOUR
    place.change(other, state=PostState.POSTED, posted_at=other.due_at, next_at=None)
    found = post_changes.resumption(_only_stop(place), later)
    assert [one.post_id for one in found.given_away] == [before.post_id]
    assert found.now == found.later == []
    post_changes.resume(found, "Jo", later)
    (over,) = place.posts(PostState.CANCELLED)
    assert over.post_id == before.post_id
    assert over.note == "Its slot was given to another post while it was held."


@pytest.mark.parametrize("first_post_on", [None, DAY - timedelta(days=60)], ids=["new", "old"])
def test_a_post_that_goes_on_without_its_slot_is_one_of_its_accounts_day(
    place: PlanPlace, first_post_on: date | None
) -> None:
    place.account(TIKTOK, first_post_on=first_post_on)
    place.more_clips(2)
    due = len(place.plan().assignments)
    assert due == (1 if first_post_on is None else 2)
    _stop(place, source_id=SOURCE.source_id)
    assert place.plan(now=NOW + HOUR).assignments == ()
    found = post_changes.resumption(_only_stop(place), NOW + 2 * HOUR)
    post_changes.resume(found, "Jo", NOW + 2 * HOUR)
    place.more_clips(3)
    again = place.plan(now=NOW + 2 * HOUR)
    assert (again.assignments, again.shortages) == ((), ())
    assert len(place.posts(PostState.RESERVED)) == due


def test_what_was_held_so_long_that_its_moment_came_elsewhere_does_not_go_on(
    place: PlanPlace,
) -> None:
    for style in ("early", "late"):
        place.account(TIKTOK, caption_style=style)
    place.clip(style="early")
    place.plan()
    (held,) = place.posts()
    post_changes.hold(held.post_id, "Jo", "wait", NOW)
    # So much later its moment is as good as new for the planner.
    later = NOW + timedelta(days=32)
    place.clip(style="late", moment_id=moment_id(1))
    (other,) = planning.plan_client(CLIENT, later.date(), later).assignments
    assert other.slot.account_id != held.account_id
    with pytest.raises(Rejected, match="would come again: another account on tiktok"):
        post_changes.retry(held.post_id, "Jo", later)
    place.change(held, slot_id=None)
    awake = (later + timedelta(days=1)).replace(hour=12, minute=0)
    with pytest.raises(Rejected, match="would come again: another account on tiktok"):
        plan_changes.move(held.post_id, awake, "Jo", later)
    assert place.posts(PostState.HELD)


def _only_stop(place: PlanPlace) -> Stop:
    with place.session() as session:
        (stop,) = queries.stops.stops(session)
    return stop


@pytest.mark.parametrize(
    "change",
    [
        {"state": PostState.SUBMITTING, "begun_at": NOW},
        {"state": PostState.POSTED, "posted_at": NOW + 8.4 * HOUR, "next_at": None},
        {"state": PostState.HELD, "next_at": None},
        {"due_at": NOW + timedelta(minutes=5)},
    ],
    ids=["begun", "posted", "held by a person", "due now"],
)
def test_what_is_on_its_way_is_left_alone(day: PlanPlace, change: dict[str, Any]) -> None:
    post = day.posts()[0]
    day.change(post, **change)
    _held(day, post.clip_id)
    before = day.posts()
    plan = day.plan(now=NOW)
    assert day.posts() == before
    assert plan.changes == ()
    assert len(plan.assignments) == 4


def test_after_a_late_post_the_next_one_moves(day: PlanPlace) -> None:
    before, post = by_slot(day), day.posts()[0]
    late = NOW + 9 * HOUR
    day.change(post, state=PostState.POSTED, posted_at=late, next_at=None)
    day.plan(now=late)
    after = by_slot(day)
    (moved,) = (slot for slot in before if after[slot] != before[slot])
    assert after[moved][0] == before[moved][0]
    assert before[moved][1] < late + 11 * HOUR <= after[moved][1]


def test_what_a_platform_would_refuse_goes_where_it_would_not(place: PlanPlace) -> None:
    x, _ = place.account(X, premium=False), place.account(YOUTUBE)
    place.clip(frames=150 * 30)
    place.clip()
    plan = place.plan()
    assert {one.clip_id for one in plan.assignments if one.slot.account_id == x.account_id} == {
        "clip_02"
    }
    assert "clip_01" in {one.clip_id for one in plan.assignments if one.slot.platform is YOUTUBE}
    short = next(one for one in plan.shortages if one.account_id == x.account_id)
    assert short.kept_out[Cause.BARRED] == 1


def test_an_account_that_could_post_no_clip_is_named(place: PlanPlace) -> None:
    account = place.account(X, platform_user_id="")
    place.clip()
    (shortage,) = place.plan().shortages
    assert (shortage.account_id, shortage.cause) == (account.account_id, Cause.ACCOUNT)
    assert shortage.sentence == "The account's id on X is not known: connect it again."


def test_what_failed_for_good_is_not_planned_there_again(day: PlanPlace) -> None:
    post = day.posts()[0]
    refused = Failure(kind="permanent_media", sentence="TikTok refused it.")
    day.change(post, state=PostState.FAILED, failure=refused, next_at=None)
    day.plan(now=NOW + HOUR)
    planning.plan_client(CLIENT, DAY + timedelta(days=1), NOW)
    assert post.clip_id not in {one.clip_id for one in day.posts(PostState.RESERVED)}
    assert len(by_slot(day)) == 5


def test_what_failed_for_the_time_being_may_be_planned_on_another_day(place: PlanPlace) -> None:
    place.account(TIKTOK)
    place.clip()
    place.plan()
    failed = Failure(kind="retry_backoff", sentence="TikTok did not answer.")
    place.change(place.posts()[0], state=PostState.FAILED, failure=failed, next_at=None)
    assert place.plan(now=NOW + HOUR).assignments == ()
    later = NOW + timedelta(days=3)
    assert len(planning.plan_client(CLIENT, later.date(), later).assignments) == 1


def _fail_first(place: PlanPlace) -> str:
    failed = Failure(kind="retry_backoff", sentence="It did not answer.")
    post = place.posts()[0]
    place.change(post, state=PostState.FAILED, failure=failed, next_at=None)
    return post.post_id


@pytest.mark.parametrize(
    ("platform", "accounts", "alike", "said"),
    [
        (X, 1, "moment", "another post on x shows its moment by now"),
        (X, 1, "print", "another post on x shows one like it by now"),
        (TIKTOK, 1, "moment", "its account shows its moment, or one like it, within 7 days"),
        (TIKTOK, 2, "moment", "another account on tiktok shows its moment within 30 days"),
    ],
)
def test_a_failed_post_whose_moment_is_shown_by_another_one_is_not_retried(
    place: PlanPlace, platform: PlatformName, accounts: int, alike: str, said: str
) -> None:
    styles = ("early", "late") if accounts == 2 else ("", "")
    for style in styles[:accounts]:
        place.account(platform, caption_style=style)
    for style in styles:
        same = {"moment_id": moment_id(1)} if alike == "moment" else {}
        clip_id = place.clip(**same, **({"style": style} if style else {}))
        with place.session() as session:
            queries.likeness.save_print(session, clip_id, _print(1))
    place.plan()
    failed = _fail_first(place)
    # The planner takes the other clip of the moment.
    (other,) = place.plan(now=NOW + HOUR).assignments
    with pytest.raises(Rejected, match=said):
        post_changes.retry(failed, "Jo", NOW + HOUR)
    assert [post.clip_id for post in place.posts(*LIVE)] == [other.clip_id]


def test_a_failed_post_whose_moment_nobody_shows_is_retried(place: PlanPlace) -> None:
    place.account(X)
    place.clip()
    place.plan()
    failed = _fail_first(place)
    assert post_changes.retry(failed, "Jo", NOW + HOUR).state is PostState.RESERVED


def test_a_failed_post_is_not_held(day: PlanPlace) -> None:
    """Its slot has another clip by now."""
    failed = _fail_first(day)
    day.plan(now=NOW + HOUR)
    with pytest.raises(Rejected, match="is failed: nothing of it goes on that could be held"):
        post_changes.hold(failed, "Jo", "why not", NOW + HOUR)


def _print(seed: int) -> ClipPrint:
    bytes_ = random.Random(seed).randbytes
    return ClipPrint(version=PRINT_VERSION, pictures=bytes_(8 * 60), sound=bytes_(4 * 750))


def test_near_duplicates_are_measured_once_and_kept_apart(
    place: PlanPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        place.account(TIKTOK)
    with place.session() as session:
        for seed in (1, 1, 2, 2):
            queries.likeness.save_print(session, place.clip(), _print(seed))
    plan = place.plan()
    # Another part of the talk, but the same to see and to hear.
    clips = {one.clip_id for one in plan.assignments}
    assert len(clips & {"clip_01", "clip_02"}) == len(clips & {"clip_03", "clip_04"}) == 1
    assert {one.cause for one in plan.shortages} == {Cause.CLIPS}
    with place.session() as session:
        pairs = queries.likeness.clip_distances(session, [SOURCE.source_id], PRINT_VERSION)
        assert queries.likeness.unmeasured_sources(session, [SOURCE.source_id], PRINT_VERSION) == []
    near = {(pair.first, pair.second) for pair in pairs if pair.distance < 0.35}
    assert (len(pairs), near) == (6, {("clip_01", "clip_02"), ("clip_03", "clip_04")})
    asked: list[int] = []

    def compared(clips: Any, new: Any) -> Any:
        asked.append(len(new))
        return compare(clips, new)

    monkeypatch.setattr(likeness, "compare", compared)
    place.plan()
    assert asked == []
    with place.session() as session:
        queries.likeness.save_print(session, place.clip(), _print(3))
    place.plan()
    assert asked == [1]


def test_other_clients_posts_through_the_same_app_count(place: PlanPlace) -> None:
    place.account(YOUTUBE)
    place.clip()
    place.plan()
    use = {YOUTUBE: {""}, X: {""}}
    with place.session() as session:
        window = (NOW, NOW + timedelta(days=1))
        assert queries.plans.app_uses(session, CLIENT, use, *window) == []
        (found,) = queries.plans.app_uses(session, "other", use, *window)
        assert queries.plans.app_uses(session, "other", {YOUTUBE: {"another"}}, *window) == []
    (post,) = place.posts()
    assert (found.platform, found.app) == (YOUTUBE, "")
    assert found.posted == ((post.account_id, post.due_at),)


def test_clients_of_an_app_are_planned_one_after_the_other(
    place: PlanPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.account(YOUTUBE, app="second")
    place.account(TIKTOK)
    place.clip()
    real, free = plan_request.gather, dict[str, bool]()

    def gather(*asked: Any, **also: Any) -> Any:
        for key in ("youtube:second", "youtube:", "tiktok:"):
            with if_free(f"plan:app:{key}") as free[key]:
                pass
        return real(*asked, **also)

    monkeypatch.setattr(planning, "gather", gather)
    place.plan(dry_run=True)
    assert free == {"youtube:second": True, "youtube:": True, "tiktok:": True}
    place.plan()
    assert free == {"youtube:second": False, "youtube:": True, "tiktok:": True}


def test_an_app_that_is_not_audited_posts_for_so_many_accounts(
    place: PlanPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        place.account(TIKTOK)
    place.more_clips(6)
    monkeypatch.setenv("CLIPPER_TIKTOK_ACCOUNTS", "2")
    settings.cache_clear()
    plan = place.plan()
    assert len({one.slot.account_id for one in plan.assignments}) == 2
    (shortage,) = plan.shortages
    assert (shortage.cause, shortage.missing) == (Cause.LIMIT, 2)
    monkeypatch.setenv("CLIPPER_TIKTOK_ACCOUNTS", "")
    settings.cache_clear()
    assert len(place.plan().assignments) == 6


def test_what_is_missing_is_kept_and_more_moments_are_asked_for_once(place: PlanPlace) -> None:
    place.account(TIKTOK)
    place.account(TIKTOK)
    place.clip()
    plan = place.plan()
    assert (plan.missing, plan.moments_wanted) == (3, 3)
    with place.session() as session:
        stored = queries.plans.find_plan(session, CLIENT, DAY)
    assert stored is not None
    assert (stored.posts, stored.plan) == (1, plan.replace(assignments=()))
    (ask,) = planning.asks_for(CLIENT, DAY)
    assert (ask.source_id, ask.more, ask.options.count) == (SOURCE.source_id, 3, 15)
    assert ask.options.min_ms == 10_000
    assert planning.asks_for(CLIENT, DAY) == [ask]
    planning.note_asks(CLIENT, DAY, [ask])
    planning.note_asks(CLIENT, DAY, [ask])
    assert planning.asks_for(CLIENT, DAY) == []
    # Another day asks for what comes after that; there is one left.
    tomorrow = DAY + timedelta(days=1)
    planning.plan_client(CLIENT, tomorrow, NOW)
    (more,) = planning.asks_for(CLIENT, tomorrow)
    assert (more.more, more.options.count) == (1, 16)


@pytest.mark.parametrize("in_the_way", ["rights", "stop"])
def test_sources_that_may_not_be_posted_are_asked_for_nothing(
    place: PlanPlace, in_the_way: str
) -> None:
    with place.session() as session:
        assert len(queries.asks.source_rooms(session, CLIENT)) == 1
        assert queries.asks.source_rooms(session, "other") == []
    if in_the_way == "rights":
        _withdraw_rights(place)
    else:
        _stop(place, source_id=SOURCE.source_id)
    with place.session() as session:
        assert queries.asks.source_rooms(session, CLIENT) == []


def test_a_client_without_accounts_is_told_so(place: PlanPlace) -> None:
    with pytest.raises(Rejected, match="acme has no accounts: clipper accounts connect"):
        place.plan()


@pytest.mark.parametrize(
    ("zones", "now", "expected"),
    [
        (["UTC"], "2026-11-27T11:59", ["2026-11-27"]),
        (["UTC"], "2026-11-27T12:00", ["2026-11-27", "2026-11-28"]),
        (["Asia/Tokyo", "America/Los_Angeles"], "2026-11-27T02:59", ["2026-11-26", "2026-11-27"]),
        (["Asia/Tokyo"], "2026-11-27T03:00", ["2026-11-27", "2026-11-28"]),
        (["nowhere"], "2026-11-27T03:00", ["2026-11-27"]),
        ([], "2026-11-27T03:00", []),
    ],
    ids=["morning", "noon", "far apart", "noon in Tokyo", "no such zone", "no accounts"],
)
def test_days_are_planned_from_noon_before_on_the_first_clock(
    zones: list[str], now: str, expected: list[str]
) -> None:
    accounts = [account(number, timezone=zone) for number, zone in enumerate(zones)]
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert days.days_to_plan(accounts, at) == [date.fromisoformat(day) for day in expected]


def test_a_night_accounts_day_is_planned_until_it_falls_asleep() -> None:
    night = account(timezone="Asia/Tokyo", wakes_at=time(18), sleeps_at=time(10))
    asleep = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
    before = asleep - timedelta(minutes=1)
    today = date(2026, 11, 27)
    assert days.days_to_plan([night], before) == [today - timedelta(days=1), today]
    assert days.days_to_plan([night], asleep) == [today]
    assert days.today([night], before) == today


def test_a_clip_that_fails_after_midnight_is_replaced_for_an_account_of_the_night(
    place: PlanPlace,
) -> None:
    place.account(TIKTOK, wakes_at=time(18), sleeps_at=time(10))
    place.more_clips(3)
    place.plan()
    last = place.posts()[-1]
    now = last.due_at - HOUR
    assert now.date() > DAY
    _held(place, last.clip_id)
    for one in days.days_to_plan(place.accounts, now):
        planning.plan_client(CLIENT, one, now)
    assert by_slot(place)[last.slot_id or ""][0] != last.clip_id


def test_a_held_post_whose_slot_was_given_away_goes_on_at_a_free_time_only(day: PlanPlace) -> None:
    held = day.posts()[0]
    plan = plan_changes.hold(held.post_id, "Jo", "wait", NOW)
    assert plan is not None
    (other,) = [one for one in day.posts(PostState.RESERVED) if one.slot_id == held.slot_id]
    (beside,) = plan.others or day.plan().others
    assert (beside.clip_id, beside.state) == (held.clip_id, PostState.HELD)
    assert "5 posts" in plan_table(day.plan(), day.accounts)
    with pytest.raises(Rejected, match=f"lost its slot: .* has {other.post_id} on") as told:
        post_changes.retry(held.post_id, "Jo", NOW)
    assert f"clipper plan change move {held.post_id} --by NAME --to TIME" in str(told.value)
    earliest = re.findall(r"The earliest that it can go out is (\S+ \S+)", str(told.value))
    with pytest.raises(Rejected, match="less than 11 hours"):
        plan_changes.move(held.post_id, other.due_at, "Jo", NOW)
    zone = ZoneInfo(day.accounts[0].timezone)
    to = datetime.fromisoformat(earliest[0]).replace(tzinfo=zone)
    moved = plan_changes.move(held.post_id, to, "Jo", NOW)
    assert (moved.state, moved.due_at, moved.slot_id) == (PostState.RESERVED, to, None)
    times = sorted(p.due_at for p in day.posts(*LIVE) if p.account_id == held.account_id)
    assert min(b - a for a, b in pairwise(times)) >= timedelta(hours=11)


def test_a_held_post_goes_on_where_nobody_has_its_time(day: PlanPlace) -> None:
    held = day.posts()[0]
    plan_changes.hold(held.post_id, "Jo", "wait", NOW)
    (other,) = [one for one in day.posts(PostState.RESERVED) if one.slot_id == held.slot_id]
    post_changes.cancel(other.post_id, "Jo", "no", NOW)
    assert post_changes.retry(held.post_id, "Jo", NOW).due_at == held.due_at


def test_a_clip_that_the_planner_took_to_another_slot_stays_there(day: PlanPlace) -> None:
    # As the planner leaves it: given up in one slot of the account, reserved in the other.
    first, second = sorted(
        (p for p in day.posts() if p.account_id == day.accounts[0].account_id),
        key=lambda one: one.due_at,
    )
    for post in (first, second):
        day.change(
            post, state=PostState.CANCELLED, next_at=None, note="The planner: It makes room."
        )
    assert first.slot_id is not None
    with day.session() as session:
        made = Desk(session).new_post(
            second.clip_id, second.account_id, first.due_at, first.slot_id
        )
        assert queries.posts.reserve_post(session, made, NOW)
    day.plan()
    kept = day.posts(PostState.RESERVED)
    assert made.post_id in {one.post_id for one in kept}
    _stop(day, platform=X)
    day.plan()
    assert day.posts(PostState.RESERVED) == kept
    assert day.plan().changes == ()
