"""The trouble of one post, account or process is not that of the others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session

from clipping.claude.door import Outage
from clipping.db import queries
from clipping.errors import ServiceUnavailable
from clipping.models import Account, AccountStatus, Post, PostJob, PostState, Receipt, Stage, Stop
from clipping.platforms.base import Access
from clipping.platforms.tiktok import TikTok
from clipping.publishing.gates import LEAST_GAP
from clipping.publishing.steps import Step
from clipping.rehearsal.serving import Fault
from tasks import exchanging, post_changes, removals
from tasks.aftermath import note_account
from tasks.leases import LEASE, Leases
from tasks.posting import Publisher
from tasks.removals import look_for_removed
from tasks.shared_time import SharedTime, machine_time
from tasks.workplace import db_session
from tests.tasks.post_place import OVER, VAULT, Place, place_at

At = Callable[[str], AbstractContextManager[Place]]
DEAD_PROXY = "http://127.0.0.1:9"


@pytest.fixture
def at(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    return lambda name: place_at(name, database_url, tmp_path, monkeypatch)


def _alerts(place: Place) -> Counter[str]:
    with place.session() as session:
        return Counter(one.kind for one in queries.alerts.alerts(session))


def _go_on(place: Place, until: datetime, most_rounds: int = 60) -> None:
    """Time goes by, up to then."""
    publisher = place.publisher()
    for _ in range(most_rounds):
        publisher.round()
        ahead = [one.next_at for one in place.posts() if one.next_at and one.state not in OVER]
        later = [one for one in ahead if place.now < one <= until]
        if not later:
            return
        place.world.clock.advance_to(min(later))


def _through(place: Place, proxies: dict[str, str]) -> Callable[[str, datetime], Access]:
    """Opens accounts, these by their proxies."""

    def access(account_id: str, now: datetime) -> Access:
        return replace(place.access(account_id, now), proxy=proxies.get(account_id))

    return access


def _give_proxies(place: Place, *accounts: Account) -> None:
    with place.session() as session:
        for account in accounts:
            queries.tokens.save_proxy(session, VAULT, account.account_id, SecretStr(DEAD_PROXY))


def test_what_is_wrong_with_one_account_does_not_close_the_app_for_the_others(at: At) -> None:
    with at("x") as place:
        bad, good = place.account("1"), place.account("2")
        held, post = place.post(bad), place.post(good, after_s=1)
        publisher = place.publisher(access=_through(place, {bad.account_id: "ftp://somewhere"}))
        publisher.work(Step.SUBMIT)
        assert place.stored(held).state is PostState.HELD
        assert _alerts(place) == {"held": 1}
        place.world.clock.advance(1)
        place.run(publisher)
        assert place.wrongs(good, post) == []
        assert place.now - place.posts()[0].due_at < timedelta(minutes=5)


def test_accounts_that_no_answer_reaches_by_their_proxies_do_not_close_the_platform(
    at: At,
) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        bad = [place.account(str(number)) for number in range(6)]
        good = place.account("99")
        _give_proxies(place, *bad)
        for one in bad:
            place.post(one)
        post = place.post(good, after_s=60)
        proxies = {one.account_id: DEAD_PROXY for one in bad}
        publisher = place.publisher(access=_through(place, proxies))
        publisher.work(Step.SUBMIT)
        with place.session() as session:
            assert queries.health.outage(session, "x") == Outage()
        place.world.clock.advance(60)
        publisher.work(Step.SUBMIT)
        assert place.wrongs(good, post) == []


def test_a_probe_that_its_proxy_swallows_leaves_the_next_one_to_another_account(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        bad, good = place.account("1"), place.account("2")
        _give_proxies(place, bad)
        place.post(bad)
        post = place.post(good, after_s=1)
        known = Outage(failures=9, closed_until=place.now)
        with place.session() as session:
            queries.health.outage(session, "x", lambda _: known)
        publisher = place.publisher(access=_through(place, {bad.account_id: DEAD_PROXY}))
        publisher.work(Step.SUBMIT)
        place.world.clock.advance(1)
        publisher.work(Step.SUBMIT)
        assert place.wrongs(good, post) == []


@pytest.mark.parametrize(
    ("name", "way", "ends"),
    [
        ("tiktok", DEAD_PROXY, PostState.CANCELLED),
        ("instagram", DEAD_PROXY, PostState.CANCELLED),
        ("tiktok", "ftp://somewhere", PostState.HELD),
    ],
)
def test_a_way_out_that_is_shut_at_the_end_leaves_nothing_unknown(
    at: At, name: str, way: str, ends: PostState
) -> None:
    with at(name) as place:
        account = place.account("1")
        _give_proxies(place, account)
        post = place.post(account)
        seen: list[PostState] = []

        def access(account_id: str, now: datetime) -> Access:
            seen.append(place.stored(post).state)
            last = place.stored(post).receipt.stage is Stage.ARMED
            return replace(place.access(account_id, now), proxy=way if last else None)

        publisher = place.publisher(access=access)
        place.run(publisher)
        found = place.stored(post)
        assert (found.state, PostState.UNKNOWN in seen) == (ends, False)
        assert place.public(account) == []
        told = found.failure.sentence if found.failure else found.note
        assert "proxy" in told
        assert told.startswith("Its time went by") is (ends is PostState.CANCELLED)


def test_posts_wait_for_a_way_out_that_is_shut_for_an_hour(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        _give_proxies(place, account)
        post = place.post(account)
        shut_until = place.now + timedelta(hours=1)

        def access(account_id: str, now: datetime) -> Access:
            shut = place.now < shut_until
            return replace(place.access(account_id, now), proxy=DEAD_PROXY if shut else None)

        publisher = place.publisher(access=access)
        for _ in range(5):
            publisher.round()
            ahead = place.stored(post).next_at
            assert ahead is not None
            place.world.clock.advance_to(ahead)
        # Once, however often it is tried.
        assert _alerts(place) == {"held": 1}
        place.run(publisher)
        assert place.wrongs(account, post) == []


@pytest.mark.parametrize("stage", [Stage.SENDING, Stage.PROCESSING])
def test_a_post_that_no_key_opens_is_set_aside_and_the_others_go_on(at: At, stage: Stage) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account, other = place.account("1"), place.account("2")
        lost = place.post(account, receipt=Receipt(stage=stage), state=PostState.PROCESSING)
        post = place.post(other, after_s=1)
        with place.session() as session:
            session.execute(
                text("UPDATE clipping.posts SET handle = 'gAAAAABjunk' WHERE post_id = :post_id"),
                {"post_id": lost.post_id},
            )
        _go_on(place, place.now + timedelta(hours=4))
        with place.session() as session:
            aside = queries.posts.get_post(session, lost.post_id)
        state = PostState.HELD if stage is Stage.SENDING else PostState.UNKNOWN
        assert aside.state is state
        assert "No key in CLIPPER_VAULT_KEYS opens" in aside.note
        assert aside.next_at is not None
        assert _alerts(place) == {"unreadable": 1}
        assert place.wrongs(other, post) == []
        place.world.clock.advance_to(lost.due_at + timedelta(hours=12))
        place.publisher().round()
        with place.session() as session:
            given_up = queries.posts.get_post(session, lost.post_id).state
        assert given_up is (PostState.CANCELLED if stage is Stage.SENDING else state)


# --- what is refused at the last step -----------------------------------------------------------

_POST = "POST /2/tweets"
_PROBLEM = "https://api.twitter.com/2/problems/"


def _refused(place: Place, status: int, problem: str) -> tuple[Account, Post]:
    """A post that X refuses to make, though it answers all else, and its account."""
    place.fake.preparing_s = 0
    account = place.account("1")
    post = place.post(account)
    body = json.dumps({"title": "No", "status": status, "type": _PROBLEM + problem}).encode()
    place.fake.chance = lambda route, _: Fault(status=status, body=body) if route == _POST else None
    return account, post


def test_what_the_app_may_not_post_is_held_as_it_was_before_it_was_armed(at: At) -> None:
    with at("x") as place:
        account, post = _refused(place, 402, "credits")
        _go_on(place, place.now + timedelta(hours=11))
        stored = place.stored(post)
        assert (stored.state, stored.next_at) == (PostState.HELD, None)
        assert stored.receipt.stage is Stage.SENT
        assert place.fake.count(_POST) == 1
        assert _alerts(place) == {"app": 1, "held": 1}
        place.fake.chance = None
        post_changes.retry(post.post_id, "Ann", place.now)
        place.run()
        assert place.wrongs(account, post) == []


def test_an_app_that_is_refused_for_days_is_one_alarm(at: At) -> None:
    with at("x") as place:
        _refused(place, 402, "credits")
        _go_on(place, place.now + timedelta(hours=11))
        for number in (2, 3):
            place.world.clock.advance_to(place.now + timedelta(days=2))
            place.post(place.account(str(number)))
            _go_on(place, place.now + timedelta(hours=11))
        assert place.fake.count(_POST) == 3
        assert _alerts(place) == {"app": 1, "held": 3}
        # Somebody has seen to it, and a day later it is still refused.
        with place.session() as session:
            [told] = [one for one in queries.alerts.alerts(session) if one.kind == "app"]
            queries.alerts.alert_seen(session, told.alert_id, "Jo", place.now)
        for number, hours, count in ((4, 2, 0), (5, 30, 1)):
            place.world.clock.advance_to(place.now + timedelta(hours=hours))
            place.post(place.account(str(number)))
            _go_on(place, place.now + timedelta(minutes=50))
            assert _alerts(place)["app"] == count


def test_a_login_that_is_good_for_looking_only_is_renewed_once(at: At) -> None:
    with at("x") as place:
        account, post = _refused(place, 403, "unsupported-authentication")
        _go_on(place, place.now + timedelta(hours=1))
        with place.session() as session:
            status = queries.accounts.get_account(session, account.account_id).status
        assert status is AccountStatus.REAUTHORISE
        assert place.stored(post).state is PostState.HELD
        assert place.fake.count(_POST) == 2
        assert _alerts(place) == {"account": 1}


@pytest.mark.parametrize("listed", [False, True])
def test_a_post_that_is_only_looked_for_once_an_hour_is_told_once(at: At, listed: bool) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        post = place.post(account)

        def chance(route: str, _: int) -> Fault | None:
            # Every exchange takes its time, and so do those after which nothing is known.
            place.world.clock.advance(1)
            fails = route == _POST or (not listed and route.startswith("GET /2/users/{"))
            return Fault(status=500) if fails else None

        place.fake.chance = chance
        _go_on(place, place.now + timedelta(hours=11 if listed else 6))
        assert place.stored(post).state is PostState.UNKNOWN
        assert _alerts(place)["unknown"] == 1


# --- the last look ------------------------------------------------------------------------------


def test_a_stop_that_comes_while_a_token_is_renewed_still_holds_the_post(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        post = place.post(account)

        def access(account_id: str, now: datetime) -> Access:
            if place.stored(post).receipt.stage is Stage.ARMED:
                post_changes.stop(Stop(by="Ann", at=place.now, why="a mistake"))
                place.world.clock.advance(40)
            return place.access(account_id, now)

        place.publisher(access=access).round()
        stored = place.stored(post)
        assert (stored.state, stored.receipt.stage) == (PostState.HELD, Stage.SENDING)
        assert place.public(account) == []


def test_a_token_that_cannot_be_renewed_before_the_last_step_leaves_nothing_unknown(
    at: At,
) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        post = place.post(account)

        def access(account_id: str, now: datetime) -> Access:
            if place.stored(post).receipt.stage is Stage.ARMED:
                raise ServiceUnavailable("X does not renew the token just now.")
            return place.access(account_id, now)

        place.publisher(access=access).work(Step.SUBMIT)
        stored = place.stored(post)
        assert (stored.state, stored.receipt.stage) == (PostState.SUBMITTING, Stage.SENDING)
        place.run()
        assert place.wrongs(account, post) == []


def test_a_stop_breaks_off_an_upload_whose_last_byte_would_make_it_public(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanging, "_LOOK_EVERY_S", 0)
    with at("tiktok") as place:
        account = place.account("1")
        post = place.post(account)
        real = TikTok.submit

        def submit(client: TikTok, job: PostJob, receipt: Receipt, *rest: Any) -> Receipt:
            if receipt.stage is Stage.ARMED:
                post_changes.stop(Stop(by="Ann", at=place.now, why="a mistake"))
            return real(client, job, receipt, *rest)

        monkeypatch.setattr(TikTok, "submit", submit)
        place.publisher().round()
        _go_on(place, place.now + timedelta(minutes=10))
        assert place.stored(post).state is PostState.HELD
        assert place.public(account) == []


@pytest.mark.parametrize("hours", [11.5, 12])
def test_posts_keep_their_distance_when_the_first_one_was_kept_waiting(
    at: At, hours: float
) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        begun_at = place.now
        first, second = place.post(account), place.post(account, after_s=hours * 3_600)
        resets_at = begun_at + timedelta(hours=11, minutes=50)
        place.fake.fail(
            Fault(status=429, headers={"x-rate-limit-reset": str(int(resets_at.timestamp()))}),
            on="POST /2/media/upload/initialize",
        )
        _go_on(place, begun_at + timedelta(hours=23, minutes=20))
        states = {place.stored(post).state for post in (first, second)}
        times = [one.at for one in place.world.ledger]
        assert times[0] >= begun_at + timedelta(hours=11)
        assert all(later - one >= LEAST_GAP for one, later in pairwise(times))
        assert states <= {PostState.POSTED, PostState.CANCELLED}
        assert len(times) == (2 if hours == 12 else 1)


# --- what nobody expected -----------------------------------------------------------------------


def test_a_time_that_no_calendar_has_is_waited_for_a_week_at_most(at: At) -> None:
    with at("x") as place:
        account, other = place.account("1"), place.account("2")
        waiting, post = place.post(account), place.post(other, after_s=1)
        never = Fault(status=429, headers={"x-rate-limit-reset": "253402300799"})
        place.fake.fail(never, on="POST /2/media/upload/initialize")
        place.publisher().work(Step.SUBMIT)
        next_at = place.stored(waiting).next_at
        assert next_at is not None
        week = timedelta(days=7)
        assert week <= next_at - place.now <= week + timedelta(minutes=1)
        place.world.clock.advance(1)
        _go_on(place, place.now + timedelta(minutes=30))
        assert place.wrongs(other, post) == []


def test_an_error_that_nobody_expects_leaves_the_other_posts_alone(
    at: At, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account, other = place.account("1"), place.account("2")
        left, post = place.post(account), place.post(other, after_s=1)
        real = queries.posts.save_post

        def save(session: Session, before: Post, *rest: Any, **more: Any) -> bool:
            if before.post_id == left.post_id:
                raise OverflowError("date value out of range")
            return real(session, before, *rest, **more)

        monkeypatch.setattr(queries.posts, "save_post", save)
        place.world.clock.advance(1)
        found = place.publisher().work(Step.SUBMIT)
        assert found == {"left": 1, "posted": 1}
        assert f"{left.post_id} is left as it was stored" in caplog.text
        caplog.clear()
        assert place.wrongs(other, post) == []


def test_a_lease_is_extended_only_while_its_post_is_worked_on(at: At) -> None:
    with at("x") as place:
        mine, left = place.post(place.account("1")), place.post(place.account("2"))
        leases = Leases("me", lambda: place.now)
        with place.session() as session:
            claimed = queries.claims.claim_posts(
                session, lambda: VAULT, "me", place.now, LEASE, most=2
            )
        with leases.kept([post.post_id for post in claimed]):
            leases.end(left.post_id)
            place.world.clock.advance(60)
            leases.extend()
        place.world.clock.advance(60)
        with place.session() as session:
            taken = queries.claims.claim_posts(
                session, lambda: VAULT, "you", place.now, LEASE, most=2
            )
        assert [post.post_id for post in taken] == [left.post_id]
        assert {post.post_id for post in claimed} == {mine.post_id, left.post_id}


def test_publishers_share_the_time_of_the_database(at: At) -> None:
    with at("x"):
        fast = SharedTime(lambda: machine_time() + timedelta(minutes=2))
        with db_session() as session:
            said = queries.claims.database_time(session)
        assert abs(fast() - said) < timedelta(seconds=30)
        assert isinstance(Publisher({}).now, SharedTime)


# --- two at a time ------------------------------------------------------------------------------


def test_two_accounts_whose_trouble_is_noted_at_once_see_each_other(at: At) -> None:
    with at("x") as place:
        one, other = place.account("1"), place.account("2")
        noted = Event()

        def note_other() -> None:
            with place.session() as session:
                note_account(session, other, AccountStatus.SUSPENDED, "Spam.", place.now)
                noted.set()

        thread = Thread(target=note_other)
        with place.session() as session:
            note_account(session, one, AccountStatus.SUSPENDED, "Spam.", place.now)
            thread.start()
            noted.wait(0.3)
        thread.join()
        with place.session() as session:
            assert len(queries.stops.stops(session)) == 1


def test_a_removal_waits_for_its_account_before_it_locks_any_post(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        post = place.post(account)
        queued = place.post(place.account("2"), after_s=86_400)
        place.publisher().work(Step.SUBMIT)
        place.fake.take_down(place.stored(post).receipt.public_id)
        looking = Thread(target=look_for_removed, args=[place.publisher(), 10])
        with place.session() as session:
            # As a publisher does that looks at a post of the account.
            queries.accounts.get_account(session, account.account_id, lock=True)
            looking.start()
            looking.join(0.5)
            assert looking.is_alive()
            session.execute(text("SET LOCAL lock_timeout = '1s'"))
            for one in (post, queued):
                queries.posts.get_post(session, one.post_id, lock=True)
        looking.join()
        assert place.stored(post).gone
        assert place.stored(queued).state is PostState.HELD


def test_a_look_whose_findings_could_not_be_stored_is_taken_again(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        post = place.post(place.account("1"))
        place.publisher().work(Step.SUBMIT)
        place.fake.take_down(place.stored(post).receipt.public_id)

        def deadlock(*_: Any) -> None:
            raise ServiceUnavailable("Two transactions waited for each other.")

        with monkeypatch.context() as patched:
            patched.setattr(removals, "hold_source", deadlock)
            assert look_for_removed(place.publisher(), 10)["gone"] == 0
        assert look_for_removed(place.publisher(), 10)["gone"] == 1
