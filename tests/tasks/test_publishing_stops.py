"""Posts stop when somebody says so, and what their platforms answer is acted upon."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlmodel import Session

from clipping.db import queries
from clipping.models import (
    AccountStatus,
    PlatformName,
    Post,
    PostState,
    Stage,
    Stop,
)
from clipping.publishing import rates
from clipping.publishing.steps import Step
from clipping.rehearsal.serving import Fault
from tasks import post_changes
from tasks.reinstating import reinstate
from tasks.removals import look_for_removed
from tests.tasks.post_place import (
    CLIENT,
    Killed,
    Place,
    place_at,
)

_LEASE_S = 91.0

At = Callable[[str], AbstractContextManager[Place]]


@pytest.fixture
def at(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    return lambda name: place_at(name, database_url, tmp_path, monkeypatch)


# --- stops --------------------------------------------------------------------------------------


def test_a_stop_takes_hold_within_seconds_in_the_middle_of_a_queue(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        made = [(one := place.account(str(n)), place.post(one)) for n in range(6)]
        place.fake.chance = lambda _route, _number: Fault(delay_s=0.05)
        working = Thread(target=place.publisher(threads=2).work, args=[Step.SUBMIT])
        working.start()
        while not place.world.ledger and working.is_alive():
            time.sleep(0.01)
        post_changes.stop(Stop(platform=PlatformName.X, by="Ann", at=place.now, why="a mistake"))
        stopped_at, were_public = time.monotonic(), len(place.world.ledger)
        working.join()
        assert time.monotonic() - stopped_at < 5
        states = Counter(one.state for one in place.posts())
        # Those whose last exchange was under way are followed to their end.
        assert were_public <= states[PostState.POSTED] <= were_public + 2
        assert states[PostState.HELD] == 6 - states[PostState.POSTED] > 0
        held = next(one for one in place.posts() if one.state is PostState.HELD)
        assert held.note == "Ann stopped x: a mistake."

        place.fake.chance = None
        same = Stop(platform=PlatformName.X, by="Ann", at=place.now, why="")
        found = post_changes.resumption(same, place.now)
        assert len(found.now) == states[PostState.HELD]
        post_changes.resume(found, "Ann", place.now)
        place.run()
        assert [place.wrongs(*one) for one in made] == [[]] * 6


def test_a_post_whose_time_goes_by_while_its_app_may_not_ask_says_so(at: At) -> None:
    with at("youtube") as place:
        account = place.account("1")
        post = place.post(account)
        until = place.now + timedelta(hours=13)
        with place.session() as session:
            queries.buckets.close(session, rates.app_gate(account), place.now, until)
        place.publisher().round()
        told = f"Nobody may ask youtube for it before {until:%Y-%m-%d %H:%M} UTC."
        assert place.stored(post).note == told
        assert place.stored(post).state is PostState.RESERVED
        place.run()
        assert place.stored(post).state is PostState.CANCELLED
        assert place.stored(post).note == f"Its time went by before it could be posted. {told}"


@pytest.mark.parametrize("stage", [Stage.SENT, Stage.ARMED, Stage.PROCESSING])
def test_only_what_may_be_public_goes_on_under_a_stop(at: At, stage: Stage) -> None:
    with at("instagram") as place:
        account = place.account("1")
        post = place.post(account)
        _until(place, post, stage)
        wanted = Stop(client=CLIENT, by="Ann", at=place.now, why="no more")
        post_changes.stop(wanted)
        place.world.clock.advance(_LEASE_S)
        for _ in range(8):
            place.publisher().round()
            place.world.clock.advance(60)
        stored = place.stored(post)
        if stage is Stage.PROCESSING:
            assert stored.state is PostState.POSTED
        else:
            # One that was armed and not sent is found not to be public, and is held then.
            assert stored.state is PostState.HELD
            assert place.public(account) == []


def _until(place: Place, post: Post, stage: Stage) -> Post:
    """The post when it has come so far: its publisher is killed right there."""
    if stage is not Stage.NEW:
        place.dies_at_stage = stage
        with suppress(Killed):
            place.run()
        place.dies_at_stage = None
    stored = place.stored(post)
    assert stored.receipt.stage is stage
    return stored


def test_a_stop_between_arming_and_the_last_exchange_still_holds_it(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        post = place.post(account)
        real = queries.posts.save_post

        def save(session: Session, before: Post, after: Post, *rest: Any, **more: Any) -> bool:
            done = real(session, before, after, *rest, **more)
            if after.receipt.stage is Stage.ARMED and before.receipt.stage is Stage.SENDING:
                queries.stops.add_stop(session, Stop(by="Ann", at=place.now, why="no more"))
            return done

        monkeypatch.setattr(queries.posts, "save_post", save)
        place.publisher().work(Step.SUBMIT)
        stored = place.stored(post)
        assert (stored.state, stored.receipt.stage) == (PostState.HELD, Stage.SENDING)
        assert place.public(account) == []


# --- failures -----------------------------------------------------------------------------------


def test_a_transient_failure_is_tried_again_three_times_and_then_told(at: At) -> None:
    with at("x") as place:
        account = place.account("1")
        post = place.post(account)
        place.fake.chance = lambda route, _: Fault(status=500) if route.startswith("POST") else None
        asked = []
        for _ in range(8):
            place.publisher().work(Step.SUBMIT)
            asked.append(place.fake.count("POST /2/media/upload/initialize"))
            if (ahead := place.stored(post).next_at) is not None:
                place.world.clock.advance_to(ahead)
        stored = place.stored(post)
        assert asked[-1] == 4
        assert stored.state is PostState.FAILED
        with place.session() as session:
            assert [one.kind for one in queries.alerts.alerts(session)] == ["failed"]
        place.fake.chance = None
        post_changes.retry(post.post_id, "Ann", place.now)
        place.run()
        assert place.wrongs(account, post) == []


def test_a_platform_that_is_down_is_left_alone_and_then_probed_by_one(at: At) -> None:
    with at("x") as place:
        made = [(one := place.account(str(n)), place.post(one)) for n in range(6)]
        place.fake.chance = lambda _route, _number: Fault(status=503)
        place.publisher().work(Step.SUBMIT)
        assert place.fake.count() == 5
        with place.session() as session:
            closed_until = queries.health.outage(session, "x").closed_until
        assert closed_until is not None
        place.world.clock.advance_to(closed_until)
        place.publisher().work(Step.SUBMIT)
        assert place.fake.count() == 6
        place.fake.chance = None
        place.run()
        assert [place.wrongs(*one) for one in made] == [[]] * 6


def test_two_accounts_in_trouble_within_an_hour_pause_their_platform_for_the_client(
    at: At,
) -> None:
    with at("x") as place:
        made = [(one := place.account(str(n)), place.post(one)) for n in range(4)]
        body = (
            b'{"title": "Forbidden", "status": 403, "detail": "The user used for authentication is '
            b'suspended", "type": "https://api.twitter.com/2/problems/user-suspended"}'
        )
        place.fake.fail(Fault(status=403, body=body), Fault(status=403, body=body))
        place.publisher().work(Step.SUBMIT)
        with place.session() as session:
            statuses = [one.status for one in queries.accounts.accounts(session)]
            [stop] = queries.stops.stops(session)
            kinds = Counter(one.kind for one in queries.alerts.alerts(session))
        assert statuses.count(AccountStatus.SUSPENDED) == 2
        assert (stop.client, stop.platform, stop.by) == (CLIENT, PlatformName.X, "the publisher")
        assert kinds["account"] == 2
        assert kinds["paused"] == 1
        assert {place.stored(post).state for _, post in made} == {PostState.HELD}
        assert len(place.world.ledger) == 0


def test_a_token_that_is_refused_is_renewed_once(at: At) -> None:
    with at("x") as place:
        account = place.account("1")
        post = place.post(account)
        place.fake.fail(Fault(status=401))
        place.run()
        assert place.wrongs(account, post) == []

        other = place.account("2")
        held = place.post(other)
        place.fake.fail(Fault(status=401), Fault(status=401))
        place.publisher().work(Step.SUBMIT)
        assert place.stored(held).state is PostState.HELD
        with place.session() as session:
            status = queries.accounts.get_account(session, other.account_id).status
        assert status is AccountStatus.REAUTHORISE


def test_a_quota_that_is_used_up_is_waited_for_by_all_posts_of_the_account(at: At) -> None:
    with at("tiktok") as place:
        account = place.account("1")
        post = place.post(account)
        full = (
            b'{"data": {}, "error": {"code": "spam_risk_too_many_posts", "message": "", '
            b'"log_id": ""}}'
        )
        place.fake.fail(Fault(status=200, body=full))
        place.publisher().work(Step.SUBMIT)
        stored = place.stored(post)
        assert (stored.state, stored.attempts) == (PostState.SUBMITTING, 0)
        assert stored.next_at is not None
        assert stored.next_at - place.now >= timedelta(minutes=59)
        place.run()
        assert place.wrongs(account, post) == []


def test_an_account_whose_posts_are_all_gone_waits_for_a_person(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account, other = place.account("1"), place.account("2")
        posts = [place.post(account, after_s=43_200 * number) for number in range(3)]
        queued = place.post(account, after_s=10 * 86_400)
        of_other = place.post(other, after_s=10 * 86_400)
        for post in posts:
            place.world.clock.advance_to(post.due_at)
            place.publisher().round()
            place.fake.take_down(place.stored(post).receipt.public_id)
        assert look_for_removed(place.publisher(), 10) == {"accounts": 1, "away": 1}
        for _ in range(2):
            place.world.clock.advance(86_400)
            assert look_for_removed(place.publisher(), 10)["away"] == 1
        # Told once; no post is marked, and no source held for what the account has done.
        with place.session() as session:
            [told] = queries.alerts.alerts(session)
            assert queries.stops.stops(session) == []
            status = queries.accounts.get_account(session, account.account_id).status
        assert status is AccountStatus.SUSPENDED
        assert "None of its 3 posts is to be seen any more" in told.sentence
        assert [place.stored(post).gone for post in posts] == ["", "", ""]
        place.world.clock.advance_to(queued.due_at)
        place.publisher().round()
        assert place.stored(queued).state is PostState.HELD
        assert place.stored(of_other).state is PostState.POSTED
        # A person sees that the account is well: so they were taken down one by one.
        reinstate(account.account_id, "Ann", place.now)
        place.world.clock.advance(86_400)
        assert look_for_removed(place.publisher(), 10)["gone"] == 3


def test_a_removed_post_holds_its_source_and_frees_the_slots(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account, other = place.account("1"), place.account("2")
        post = place.post(account)
        queued = place.post(other, after_s=86_400)
        place.publisher().work(Step.SUBMIT)
        assert place.wrongs(account, post) == []
        place.fake.take_down(place.stored(post).receipt.public_id)
        found = look_for_removed(place.publisher(), 10)
        assert found == {"accounts": 1, "gone": 1}
        stored = place.stored(queued)
        assert (stored.state, stored.slot_id) == (PostState.HELD, None)
        assert place.stored(post).gone
        with place.session() as session:
            [stop] = queries.stops.stops(session)
            assert stop.source_id == post.source_id
            # Once a day, and one that is known to be gone is not asked for again.
            assert look_for_removed(place.publisher(), 10) == {}


def test_posts_that_are_all_taken_down_over_rights_hold_their_source_not_their_account(
    at: At,
) -> None:
    with at("youtube") as place:
        account, other = place.account("1"), place.account("2")
        posts = [place.post(account, after_s=43_200 * number) for number in range(3)]
        queued = place.post(other, after_s=10 * 86_400)
        for post in posts:
            place.world.clock.advance_to(post.due_at)
            for _ in range(5):
                place.publisher().round()
                place.world.clock.advance(30)
            place.fake.take_down(place.stored(post).receipt.public_id)
        assert look_for_removed(place.publisher(), 10) == {"accounts": 1, "gone": 3}
        with place.session() as session:
            [stop] = queries.stops.stops(session)
            status = queries.accounts.get_account(session, account.account_id).status
        assert (stop.source_id, status) == (posts[0].source_id, AccountStatus.WARNED)
        assert all("over copyright" in place.stored(post).gone for post in posts)
        place.world.clock.advance_to(queued.due_at)
        place.publisher().round()
        assert place.stored(queued).state is PostState.HELD


def test_a_takedown_is_found_of_a_post_whose_id_was_told_late(at: At) -> None:
    with at("tiktok") as place:
        place.fake.moderation_s = 3_600
        account = place.account("1")
        post = place.post(account)
        place.run()
        assert (place.stored(post).state, place.stored(post).receipt.public_id) == (
            PostState.POSTED,
            "",
        )
        place.world.clock.advance(7_200)
        [public] = place.public(account)
        place.fake.take_down(public.public_id)
        assert look_for_removed(place.publisher(), 10) == {"accounts": 1, "gone": 1}
        assert place.stored(post).gone
        assert place.stored(post).receipt.public_id == public.public_id
