"""The trouble of one post, account or process is not that of the others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from clipping.claude.door import Outage
from clipping.db import queries
from clipping.models import Account, AccountStatus, PostState, Receipt, Stage
from clipping.platforms.base import Access
from clipping.publishing.steps import Step
from clipping.rehearsal.serving import Fault
from tasks import post_changes
from tests.tasks.post_place import OVER, VAULT, Place, place_at

At = Callable[[str], AbstractContextManager[Place]]
DEAD_PROXY = "http://127.0.0.1:9"


@pytest.fixture
def at(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    return lambda name: place_at(name, database_url, tmp_path, monkeypatch)


def _alerts(place: Place) -> Counter[str]:
    with place.session() as session:
        return Counter(one.kind for one in queries.alerts(session))


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
            queries.save_proxy(session, VAULT, account.account_id, SecretStr(DEAD_PROXY))


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
            assert queries.outage(session, "x") == Outage()
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
            queries.outage(session, "x", lambda _: known)
        publisher = place.publisher(access=_through(place, {bad.account_id: DEAD_PROXY}))
        publisher.work(Step.SUBMIT)
        place.world.clock.advance(1)
        publisher.work(Step.SUBMIT)
        assert place.wrongs(good, post) == []


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
            aside = queries.get_post(session, lost.post_id)
        state = PostState.HELD if stage is Stage.SENDING else PostState.UNKNOWN
        assert aside.state is state
        assert "No key in CLIPPER_VAULT_KEYS opens" in aside.note
        assert aside.next_at is not None
        assert _alerts(place) == {"unreadable": 1}
        assert place.wrongs(other, post) == []
        place.world.clock.advance_to(lost.due_at + timedelta(hours=12))
        place.publisher().round()
        with place.session() as session:
            given_up = queries.get_post(session, lost.post_id).state
        assert given_up is (PostState.CANCELLED if stage is Stage.SENDING else state)


# --- what is refused at the last step -----------------------------------------------------------

_POST = "POST /2/tweets"
_PROBLEM = "https://api.twitter.com/2/problems/"


def _refusing(place: Place, status: int, problem: str) -> None:
    """X refuses to post, and answers all else."""
    body = json.dumps({"title": "No", "status": status, "type": _PROBLEM + problem}).encode()
    place.fake.chance = lambda route, _: Fault(status=status, body=body) if route == _POST else None


def test_what_the_app_may_not_post_is_held_as_it_was_before_it_was_armed(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        post = place.post(account)
        _refusing(place, 402, "credits")
        _go_on(place, place.now + timedelta(hours=11))
        stored = place.stored(post)
        assert (stored.state, stored.next_at) == (PostState.HELD, None)
        assert stored.receipt.stage is Stage.SENDING
        assert place.fake.count(_POST) == 1
        assert _alerts(place) == {"app": 1, "held": 1}
        place.fake.chance = None
        post_changes.retry(post.post_id, "Ann", place.now)
        place.run()
        assert place.wrongs(account, post) == []


def test_a_login_that_is_good_for_looking_only_is_renewed_once(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        post = place.post(account)
        _refusing(place, 403, "unsupported-authentication")
        _go_on(place, place.now + timedelta(hours=10))
        with place.session() as session:
            status = queries.get_account(session, account.account_id).status
        assert status is AccountStatus.REAUTHORISE
        assert place.stored(post).state is PostState.HELD
        assert place.fake.count(_POST) == 2
        assert _alerts(place) == {"account": 1}


def test_a_post_that_is_only_looked_for_once_an_hour_is_told_once(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        post = place.post(account)
        place.fake.chance = lambda route, _: (
            Fault(status=500) if route == _POST or route.startswith("GET /2/users/{") else None
        )
        _go_on(place, place.now + timedelta(hours=6))
        assert place.stored(post).state is PostState.UNKNOWN
        assert _alerts(place)["unknown"] == 1
