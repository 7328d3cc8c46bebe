"""What a platform says late, or not at all, of posts that were handed over to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.models import AccountStatus, PostState, Receipt, Stage
from clipping.rehearsal.serving import Fault
from tasks import post_changes
from tests.tasks.post_place import OVER, Place, place_at

At = Callable[[str], AbstractContextManager[Place]]
_NO_VIDEO = Fault(status=200, body=b'{"items": [], "pageInfo": {"totalResults": 0}}')


@pytest.fixture
def at(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    return lambda name: place_at(name, database_url, tmp_path, monkeypatch)


def _until(place: Place, hours: float, most_rounds: int = 200) -> None:
    """Time goes by, and the publisher works at what is due."""
    publisher, end = place.publisher(), place.now + timedelta(hours=hours)
    for _ in range(most_rounds):
        publisher.round()
        ahead = [
            one.next_at
            for one in place.posts()
            if one.next_at and one.state not in OVER and one.next_at > place.now
        ]
        if not ahead or min(ahead) > end:
            place.world.clock.advance_to(end)
            return
        place.world.clock.advance_to(min(ahead))
    raise AssertionError([repr(one) for one in place.posts()])


def _alerts(place: Place) -> Counter[str]:
    with place.session() as session:
        return Counter(one.kind for one in queries.alerts.alerts(session))


def test_a_video_that_youtube_does_not_show_is_never_called_failed(at: At) -> None:
    with at("youtube") as place:
        place.fake.processing_s = 1800.0
        post = place.post(place.account("1"))
        _until(place, 0.24)
        place.fake.fail(*[_NO_VIDEO] * 2, on="GET /youtube/v3/videos")
        _until(place, 1)
        stored = place.stored(post)
        assert (stored.state, stored.next_at) == (PostState.UNKNOWN, None)
        assert _alerts(place) == {"unknown": 1}
        # It was there all the time: whoever has looked lets it go on.
        post_changes.retry(post.post_id, "Ann", place.now)
        _until(place, 1)
        assert place.stored(post).state is PostState.POSTED
        assert len(place.world.ledger) == 1


def test_a_publication_that_failed_over_a_quota_waits_and_begins_anew(at: At) -> None:
    with at("tiktok") as place:
        account = place.account("1")
        post = place.post(account)
        place.fake.doom = ["spam_risk_too_many_posts"]
        _until(place, 0.5)
        waiting = place.stored(post)
        assert (waiting.state, waiting.receipt) == (PostState.SUBMITTING, Receipt(tries=1))
        _until(place, 1)
        assert place.wrongs(account, post) == []
        # And no platform was asked for what was over.
        assert place.fake.count("POST /v2/post/publish/status/fetch/") < 8


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("spam_risk_user_banned_from_posting", AccountStatus.BANNED),
        ("auth_removed", AccountStatus.REAUTHORISE),
    ],
)
def test_a_publication_that_failed_over_its_account_is_held_and_missed_in_the_end(
    at: At, reason: str, status: AccountStatus
) -> None:
    with at("tiktok") as place:
        account = place.account("1")
        post = place.post(account)
        place.fake.doom = [reason]
        _until(place, 0.5)
        held = place.stored(post)
        assert (held.state, held.receipt) == (PostState.HELD, Receipt(tries=1))
        with place.session() as session:
            assert queries.accounts.get_account(session, account.account_id).status is status
        place.world.clock.advance(12 * 3600)
        place.publisher().round()
        assert place.stored(post).state is PostState.CANCELLED
        assert place.world.ledger == []


def test_a_quota_at_the_last_request_is_waited_out_however_often_it_says_so(at: At) -> None:
    with at("instagram") as place:
        account = place.account("1")
        post = place.post(account)
        full = Fault(status=400, body=b'{"error": {"code": 9, "error_subcode": 2207042}}')
        ends = place.now + timedelta(hours=7)
        place.fake.chance = lambda route, _: (
            full if route == place.case.armed and place.now < ends else None
        )
        _until(place, 6)
        waiting = place.stored(post)
        assert (waiting.state, waiting.receipt.tries) == (PostState.SUBMITTING, 0)
        _until(place, 3)
        assert place.wrongs(account, post) == []


@pytest.mark.parametrize(("hours", "ends"), [(7, PostState.POSTED), (13, PostState.CANCELLED)])
def test_a_quota_that_is_lowered_while_an_upload_waits_is_kept(
    at: At, hours: float, ends: PostState
) -> None:
    with at("instagram") as place:
        post = place.post(place.account("1"))
        place.publisher().round()
        assert place.stored(post).receipt.stage is Stage.SENT
        place.fake.publishing.take("1", place.now)
        place.fake.publishing.most = 1
        _until(place, hours)
        assert (place.fake.count(place.case.armed), place.world.violations) == (0, [])
        place.fake.publishing.most = 50
        _until(place, 2)
        # Its time goes by where that lasts: the account's next slot is there.
        stored = place.stored(post)
        assert (stored.state, len(place.world.ledger)) == (ends, ends is PostState.POSTED)
        if ends is PostState.CANCELLED:
            assert stored.failure is None
            assert stored.note.startswith(
                "Its time went by before it could be posted. This account"
            )


def test_a_video_that_youtube_keeps_private_stops_no_other_account(at: At) -> None:
    with at("youtube") as place:
        post, other = place.post(place.account("1")), place.account("2")
        place.fake.locked_private = True
        _until(place, 0.5)
        stored = place.stored(post)
        assert (stored.state, stored.next_at) == (PostState.UNKNOWN, None)
        assert _alerts(place) == {"unknown": 1}
        place.fake.locked_private = False
        next_one = place.post(other)
        _until(place, 0.5)
        assert place.wrongs(other, next_one) == []
        place.fake.videos[stored.receipt.public_id].privacy = "public"
        post_changes.retry(post.post_id, "Ann", place.now)
        place.publisher().round()
        assert place.stored(post).state is PostState.POSTED
