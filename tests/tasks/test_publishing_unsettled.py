"""A try that was not answered stays in doubt: what follows it does not make a post a failed one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import Account, Post, PostState, Stage, Stop
from clipping.platforms.base import Access
from clipping.rehearsal.serving import Fault
from tasks import post_changes
from tests.tasks.post_place import Place, place_at

At = Callable[[str], AbstractContextManager[Place]]
DEAD_PROXY = "http://127.0.0.1:9"
_X, _LIST = "POST /2/tweets", "GET /2/users/{account}/tweets"
_TIKTOK, _INIT = "PUT /video/{publish_id}", "POST /v2/post/publish/video/init/"


@pytest.fixture
def at(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    return lambda name: place_at(name, database_url, tmp_path, monkeypatch)


def _unanswered(place: Place, shows_up_s: float = 120) -> tuple[Account, Post]:
    """A post on X that is public, whose answer was lost, and which its list does not show yet."""
    place.fake.preparing_s, place.fake.shows_up_s = 0, shows_up_s
    account = place.account("1")
    place.fake.fail(Fault(cut="after"), on=_X)
    return account, place.post(account)


def _go_on(place: Place, until: datetime) -> None:
    """Time goes by, up to then."""
    publisher = place.publisher()
    while ahead := [one.next_at for one in place.posts() if one.next_at and one.next_at <= until]:
        place.world.clock.advance_to(max(place.now, min(ahead)))
        publisher.round()
    place.world.clock.advance_to(until)


def _shut_at(place: Place, post: Post, stage: Stage) -> Callable[[str, datetime], Access]:
    """Opens accounts, by a dead proxy where a later try has come so far."""

    def access(account_id: str, now: datetime) -> Access:
        stored = place.stored(post)
        # An armed one that is looked for is unknown.
        sends = stored.state is PostState.SUBMITTING and stored.receipt.stage is stage
        shut = sends and place.fake.count(_X) > 0
        return replace(place.access(account_id, now), proxy=DEAD_PROXY if shut else None)

    return access


@pytest.mark.parametrize("stage", [Stage.SENT, Stage.ARMED])
def test_a_public_post_is_found_though_the_way_out_is_shut_for_every_later_try(
    at: At, stage: Stage
) -> None:
    with at("x") as place:
        account, post = _unanswered(place)
        place.run(place.publisher(access=_shut_at(place, post, stage)))
        assert place.fake.count(_X) == 1
        assert place.wrongs(account, post) == []


def test_a_public_post_is_not_failed_because_a_later_try_is_refused(at: At) -> None:
    with at("x") as place:
        account, post = _unanswered(place)
        refusal = Fault(
            status=403, body=b'{"detail": "You are not permitted to perform this action"}'
        )
        place.fake.chance = lambda route, nth: refusal if (route, nth > 1) == (_X, True) else None
        for _ in range(6):
            place.publisher().round()
            place.world.clock.advance(20)
        stored = place.stored(post)
        assert (stored.state, stored.next_at) == (PostState.UNKNOWN, None)
        place.world.clock.advance(120)
        post_changes.retry(post.post_id, "Ann", place.now)
        place.run()
        assert place.wrongs(account, post) == []


def test_a_public_post_is_not_given_up_under_a_stop(at: At) -> None:
    with at("x") as place:
        account, post = _unanswered(place, shows_up_s=14 * 3600)
        publisher = place.publisher()
        publisher.round()
        post_changes.stop(Stop(by="Ann", at=place.now, why="a mistake"))
        place.world.clock.advance(31)
        publisher.round()
        stopped = place.stored(post)
        assert (stopped.state, stopped.receipt.stage) == (PostState.UNKNOWN, Stage.ARMED)
        assert "a mistake" in stopped.note
        with pytest.raises(Rejected, match="may be public"):
            post_changes.cancel(post.post_id, "Ann", "no", place.now)
        place.run(publisher)
        # Nothing more was sent, and twelve hours later it was still looked for.
        assert place.fake.count(_X) == 1
        assert place.wrongs(account, post) == []


def test_a_stop_of_most_of_a_day_does_not_use_up_the_tries_of_a_post_in_doubt(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        place.fake.fail(Fault(cut="before"), on=_X)
        post = place.post(account)
        publisher = place.publisher()
        publisher.round()
        stopped = post_changes.stop(Stop(by="Ann", at=place.now, why="a mistake"))
        # X keeps its upload for 24 hours.
        _go_on(place, place.now + timedelta(hours=20))
        # Not asked every few minutes of the day, and not sent.
        assert place.fake.count(_LIST) < 40
        assert place.fake.count(_X) == 1
        post_changes.resume(post_changes.resumption(stopped, place.now), "Ann", place.now)
        place.run(publisher)
        assert place.wrongs(account, post) == []


def test_an_upload_whose_end_is_never_taken_is_begun_anew_once(at: At) -> None:
    with at("tiktok") as place:
        account = place.account("1")
        post = place.post(account)
        place.fake.chance = lambda route, _: (
            Fault(cut="before")
            if route == _TIKTOK and place.stored(post).receipt.stage is Stage.ARMED
            else None
        )
        place.run()
        assert (place.stored(post).state, place.fake.count(_INIT)) == (PostState.FAILED, 2)
        assert place.now - post.due_at < timedelta(hours=3)
        assert place.public(account) == []


def test_an_upload_is_not_failed_while_bytes_of_it_may_still_arrive(at: At) -> None:
    with at("tiktok") as place:
        account = place.account("1")
        post = place.post(account)
        cut: list[int] = []

        def chance(route: str, nth: int) -> Fault | None:
            last = place.stored(post).receipt.stage is Stage.ARMED
            if route != _TIKTOK or not last:
                return None
            cut.append(nth)
            return Fault(cut="before")

        def access(account_id: str, now: datetime) -> Access:
            stored = place.stored(post)
            sends = stored.state is PostState.SUBMITTING and stored.receipt.stage is Stage.ARMED
            shut = sends and bool(cut)
            return replace(place.access(account_id, now), proxy=DEAD_PROXY if shut else None)

        place.fake.chance = chance
        place.run(place.publisher(access=access))
        stored = place.stored(post)
        assert len(cut) == 1
        assert place.public(account) == []
        with place.session() as session:
            events = queries.posts.post_events(session, post.post_id)
        given_up = [event.at for event in events if event.after in ("failed", "held", "cancelled")]
        assert stored.begun_at is not None
        assert given_up[0] - stored.begun_at > timedelta(hours=1)
