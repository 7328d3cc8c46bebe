"""Posts, stops and buckets in Postgres."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from clipping.db import queries
from clipping.db.session import open_session
from clipping.db.tables import PostRow
from clipping.errors import Broken, Rejected
from clipping.models import (
    Alert,
    Bucket,
    Failure,
    PlatformName,
    Post,
    PostFile,
    PostState,
    Receipt,
    Stage,
    Stop,
)
from clipping.vault import Vault, new_key
from tests.db.test_account_rows import KEYS, NOW, VAULT, an_account
from tests.db.test_queries import save_everything
from tests.tasks.post_place import a_post, save_clip

LEASE = timedelta(seconds=90)
ACCOUNT = an_account()
OTHER = an_account(handle="others")
ON_X = an_account(handle="clips", platform=PlatformName.X)
SECRET = "https://upload.example/?upload_token=CANARY"


@pytest.fixture
def place(session: Session) -> Session:
    save_everything(session)
    for number in range(1, 7):
        save_clip(session, f"clip_{number}", "b" * 64, 1_000)
    for account in (ACCOUNT, OTHER, ON_X):
        queries.accounts.save_account(session, account)
    return session


def booked(session: Session, number: int = 1, account: Any = ACCOUNT, **changes: Any) -> Post:
    post = a_post(account, f"clip_{number}", NOW, **changes)
    assert queries.posts.reserve_post(session, post, NOW)
    return post


def claim(session: Session, who: str = "me", **options: Any) -> list[Post]:
    return queries.claims.claim_posts(
        session, lambda: VAULT, who, options.pop("now", NOW), LEASE, **{"most": 10, **options}
    )


def test_a_post_comes_back_as_it_was_reserved(place: Session) -> None:
    post = booked(place, reason="The best of the day.")
    assert queries.posts.get_post(place, post.post_id) == post
    assert queries.posts.posts(place, "acme") == [post]
    [event] = queries.posts.post_events(place, post.post_id)
    assert (event.before, event.after, event.at) == ("", "reserved", NOW)
    with pytest.raises(Rejected, match="There is no post post_none"):
        queries.posts.get_post(place, "post_none")


def test_a_slot_and_a_clip_on_a_platform_are_booked_once(place: Session) -> None:
    post = booked(place, slot_id="noon")
    again = a_post(ACCOUNT, "clip_2", NOW, slot_id="noon")
    same_clip = a_post(OTHER, "clip_1", NOW)
    assert not queries.posts.reserve_post(place, again, NOW)
    assert not queries.posts.reserve_post(place, same_clip, NOW)
    booked(place, 1, ON_X)
    # What ended without being public gives both back.
    queries.posts.save_post(place, post, post.replace(state=PostState.CANCELLED, next_at=None), NOW)
    assert queries.posts.reserve_post(place, same_clip, NOW)
    assert queries.posts.reserve_post(place, again, NOW)
    assert queries.posts.taken_by_others(place, post) == (True, True)


def test_of_many_posts_those_are_booked_whose_slot_and_clip_are_free(place: Session) -> None:
    booked(place, 1, slot_id="noon")
    slot_taken = a_post(ACCOUNT, "clip_2", NOW, slot_id="noon")
    clip_taken = a_post(OTHER, "clip_1", NOW, slot_id="night")
    free = [a_post(OTHER, f"clip_{number}", NOW, slot_id=f"slot_{number}") for number in (3, 4)]
    made = queries.posts.reserve_posts(place, [slot_taken, *free, clip_taken], NOW)
    assert made == {post.post_id for post in free}
    for post in (*free, slot_taken):
        events = queries.posts.post_events(place, post.post_id)
        assert [event.after for event in events] == ["reserved"] * (post.post_id in made)
    assert queries.posts.reserve_posts(place, [], NOW) == set()


def test_two_planners_at_once_cannot_book_one_slot(place: Session, database_url: str) -> None:
    place.commit()
    begin, booked_by = Barrier(2), []

    def plan(clip_id: str) -> None:
        post = a_post(ACCOUNT, clip_id, NOW, slot_id="noon")
        begin.wait()
        with open_session(database_url) as session:
            if queries.posts.reserve_post(session, post, NOW):
                booked_by.append(clip_id)

    threads = [Thread(target=plan, args=[f"clip_{number}"]) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(booked_by) == 1


def test_what_is_due_is_claimed_by_one_at_a_time(place: Session, database_url: str) -> None:
    first, second = booked(place, 1), booked(place, 2)
    booked(place, 3, next_at=NOW + timedelta(hours=1))
    booked(place, 4, next_at=None)
    booked(place, 5, receipt=Receipt(stage=Stage.PROCESSING), state=PostState.PROCESSING)
    place.commit()
    with open_session(database_url) as one, open_session(database_url) as two:
        ours = queries.claims.claim_posts(
            one, lambda: VAULT, "one", NOW, LEASE, most=1, stages=[Stage.NEW]
        )
        theirs = claim(two, "two", stages=[Stage.NEW])
    assert {post.post_id for post in ours + theirs} == {first.post_id, second.post_id}
    assert len(ours) == len(theirs) == 1
    later = NOW + LEASE + timedelta(seconds=1)
    with open_session(database_url) as three:
        assert claim(three, stages=[Stage.NEW]) == []
        queries.claims.extend_leases(three, "one", [post.post_id for post in ours], later + LEASE)
        [taken] = claim(three, now=later, stages=[Stage.NEW])
    assert taken.post_id == theirs[0].post_id


def test_however_postgres_goes_about_it_no_more_is_claimed(place: Session) -> None:
    for number in range(1, 6):
        booked(place, number, next_at=NOW - timedelta(minutes=10 - number))
    # What it may also choose by what it knows of the rows: to look anew for each of them.
    for way in ("hashjoin", "mergejoin", "hashagg", "material", "sort"):
        place.execute(text(f"SET LOCAL enable_{way} = off"))
    assert len(claim(place, most=1)) == 1


def test_what_is_due_on_other_platforms_is_left_to_others(place: Session) -> None:
    booked(place, 1)
    on_x = booked(place, 2, ON_X, receipt=Receipt(stage=Stage.PROCESSING))
    assert queries.claims.due_stages(place, NOW) == {Stage.NEW, Stage.PROCESSING}
    assert queries.claims.due_stages(place, NOW, [PlatformName.X]) == {Stage.PROCESSING}
    assert queries.claims.due_stages(place, NOW, []) == set()
    assert claim(place, platforms=[]) == []
    assert [post.post_id for post in claim(place, platforms=[PlatformName.X])] == [on_x.post_id]


def test_only_who_holds_the_lease_stores(place: Session) -> None:
    booked(place)
    [post] = claim(place, "me")
    after = post.replace(state=PostState.SUBMITTING)
    assert queries.stops.standing_of(place, post, NOW, who="me") is not None
    assert queries.stops.standing_of(place, post, NOW + LEASE, who="me") is None
    assert queries.stops.standing_of(place, post, NOW, who="you") is None
    assert not queries.posts.save_post(place, post, after, NOW, who="you")
    assert queries.posts.save_post(place, post, after, NOW, who="me", lease_until=NOW + LEASE)
    # A person takes it away.
    held = after.replace(state=PostState.HELD, next_at=None)
    assert queries.posts.save_post(place, after, held, NOW, by="Ann")
    assert not queries.posts.save_post(place, held, after, NOW, who="me")
    events = queries.posts.post_events(place, post.post_id)
    assert [(one.after, one.by) for one in events] == [
        ("reserved", ""),
        ("submitting", ""),
        ("held", "Ann"),
    ]


def test_a_handle_is_stored_only_sealed_and_stays_when_others_change(place: Session) -> None:
    post = booked(place)
    receipt = Receipt(stage=Stage.SENDING, handle={"upload_url": SECRET}, sent_bytes=5)
    file = PostFile(
        path="/somewhere/clip.mp4",
        size_bytes=9,
        duration_ms=1_000,
        width_px=1080,
        height_px=1920,
        fps=30,
        sha256="b" * 64,
        url=SECRET,
    )
    sent = post.replace(receipt=receipt, file=file, state=PostState.SUBMITTING)
    with pytest.raises(ValueError, match="only sealed"):
        queries.posts.save_post(place, post, sent, NOW)
    queries.posts.save_post(place, post, sent, NOW, vault=VAULT)
    raw = str(place.execute(text("SELECT * FROM clipping.posts")).all())
    assert "CANARY" not in raw
    assert "/somewhere" not in raw
    seen = queries.posts.get_post(place, post.post_id)
    assert seen.receipt.handle == {}
    queries.posts.save_post(place, seen, seen.replace(note="Looked at."), NOW)
    opened = queries.posts.get_post(place, post.post_id, vault=VAULT)
    assert opened.receipt == receipt
    assert opened.job("/here/clip.mp4").file == file.replace(path="/here/clip.mp4", url="")
    newer = Vault([new_key(), KEYS[0]])
    place.expire_all()
    rotated = queries.sealed.rotate(place, newer, PostRow.__table__, None, 10)  # type: ignore[attr-defined]
    assert (rotated.sealed_anew, rotated.lost) == (1, ())
    queries.posts.save_post(place, opened, opened.replace(receipt=Receipt()), NOW)
    assert place.execute(text("SELECT handle FROM clipping.posts")).scalar() is None


def test_what_changes_nothing_for_people_is_not_written_down(place: Session) -> None:
    post = booked(place)
    waits = post.replace(next_at=NOW + timedelta(minutes=1), attempts=1)
    queries.posts.save_post(place, post, waits, NOW)
    assert len(queries.posts.post_events(place, post.post_id)) == 1
    failed = waits.replace(failure=Failure(kind="retry_backoff", sentence="X fails."))
    queries.posts.save_post(place, waits, failed, NOW)
    assert queries.posts.post_events(place, post.post_id)[-1].sentence == "X fails."


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({}, True),
        ({"client": "acme"}, True),
        ({"client": "somebody"}, False),
        ({"platform": PlatformName.TIKTOK}, True),
        ({"platform": PlatformName.X}, False),
        ({"client": "acme", "platform": PlatformName.X}, False),
        ({"account_id": ACCOUNT.account_id}, True),
        ({"account_id": OTHER.account_id}, False),
    ],
    ids=str,
)
def test_a_stop_covers_what_it_says_until_it_is_lifted(
    place: Session, scope: dict[str, Any], covered: bool
) -> None:
    post = booked(place)
    stop = queries.stops.add_stop(place, Stop(by="Ann", at=NOW, why="a mistake", **scope))
    standing = queries.stops.standing_of(place, post, NOW)
    assert standing is not None
    assert standing.stops == ((stop,) if covered else ())
    assert queries.stops.stops(place) == [stop]
    assert queries.stops.lift_stop(place, stop.stop_id, "Bob", NOW)
    assert not queries.stops.lift_stop(place, stop.stop_id, "Bob", NOW)
    assert queries.stops.stops_of(place, post) == ()
    [lifted] = queries.stops.stops(place, lifted=True)
    assert lifted.lifted_by == "Bob"


def test_an_account_stands_as_its_clip_source_and_other_posts_say(place: Session) -> None:
    post = booked(place)
    standing = queries.stops.standing_of(place, post, NOW)
    assert standing is not None
    assert (standing.account, standing.clip_ready, standing.proof_passed) == (ACCOUNT, True, True)
    assert (standing.rights_stated, standing.last_begun_at) == (False, None)
    booked(place, 2, begun_at=NOW, state=PostState.SUBMITTING)
    booked(place, 3, OTHER, begun_at=NOW + timedelta(hours=1))
    standing = queries.stops.standing_of(place, post, NOW)
    assert standing is not None
    assert standing.last_begun_at == NOW


def test_a_bucket_refills_by_time_and_never_overflows(place: Session) -> None:
    bucket = Bucket(key="x", most=2, per_s=0.5)
    waits = [queries.buckets.take_tokens(place, [bucket], NOW) for _ in range(3)]
    assert waits == [0, 0, 2.0]
    assert queries.buckets.take_tokens(place, [bucket], NOW + timedelta(seconds=2)) == 0
    much_later = NOW + timedelta(days=1)
    assert [queries.buckets.take_tokens(place, [bucket], much_later) for _ in range(3)] == [
        0,
        0,
        2.0,
    ]
    # A clock that goes back gives nothing twice.
    assert queries.buckets.take_tokens(place, [bucket], NOW) > 0


def test_with_one_bucket_empty_nothing_is_taken_of_the_others(place: Session) -> None:
    small, large = Bucket(key="a", most=5), Bucket(key="z", most=1, renewed_s=600)
    assert queries.buckets.take_tokens(place, [small, large], NOW) == 0
    assert [queries.buckets.take_tokens(place, [small, large], NOW) for _ in range(9)] == [600] * 9
    assert [queries.buckets.take_tokens(place, [small], NOW) for _ in range(5)] == [
        0,
        0,
        0,
        0,
        3600,
    ]


@pytest.mark.parametrize("key", ["tiktok:account:me", "tiktok:app:"])
def test_what_is_closed_opens_by_itself(place: Session, key: str) -> None:
    post, ends = booked(place), NOW + timedelta(hours=1)
    gates: dict[str, Any] = {"own_gate": "tiktok:account:me", "app_gate": "tiktok:app:"}
    queries.buckets.close(place, key, NOW, ends)
    shut = queries.stops.standing_of(place, post, NOW, **gates)
    again = queries.stops.standing_of(place, post, ends, **gates)
    assert shut is not None
    assert again is not None
    assert (shut.shut_until, again.shut_until) == (ends, None)


def test_what_is_closed_for_long_is_not_opened_by_a_shorter_pause(place: Session) -> None:
    post, ends = booked(place), NOW + timedelta(hours=12)
    for until in (ends, NOW + timedelta(minutes=1)):
        queries.buckets.close(place, "gate", NOW, until)
    shut = queries.stops.standing_of(place, post, NOW, own_gate="gate")
    assert shut is not None
    assert shut.shut_until == ends


def test_alerts_are_kept_until_somebody_has_seen_them(place: Session) -> None:
    alert = Alert(at=NOW, kind="app", sentence="X wants money.", client="acme")
    queries.alerts.add_alert(place, alert)
    [kept] = queries.alerts.alerts(place, client="acme")
    assert kept.replace(alert_id=0) == alert
    assert queries.alerts.alerts(place, client="other") == []
    assert queries.alerts.alert_seen(place, kept.alert_id, "Jo", NOW)
    assert not queries.alerts.alert_seen(place, kept.alert_id, "Ann", NOW)
    assert queries.alerts.alerts(place) == []
    assert place.execute(text("SELECT seen_by FROM clipping.alerts")).scalar_one() == "Jo"


def test_a_post_of_a_clip_that_is_not_there_is_refused(database_url: str) -> None:
    with open_session(database_url) as session:
        queries.accounts.save_account(session, ACCOUNT)
    with pytest.raises(Broken), open_session(database_url) as session:
        queries.posts.reserve_post(session, a_post(ACCOUNT, "clip_none", NOW), NOW)
