"""Posts that need another file, a person, a browser, or a pause after the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import (
    Account,
    Consent,
    Disclosure,
    PlatformName,
    Post,
    PostCopy,
    PostingMethod,
    PostState,
    Receipt,
    Stage,
)
from clipping.rehearsal.serving import Fault
from tasks import packages, post_changes, post_files
from tasks.packages import package_folder
from tests.tasks.post_place import (
    CLIENT,
    PASSED,
    Place,
    place_at,
)

THREE_DAYS = timedelta(days=3)

At = Callable[[str], AbstractContextManager[Place]]


@pytest.fixture
def at(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    return lambda name: place_at(name, database_url, tmp_path, monkeypatch)


def test_x_without_premium_gets_its_own_size_once(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[tuple[int, int]] = []

    def render(_clip_id: str, size: tuple[int, int], out: Path) -> Any:
        rendered.append(size)
        out.write_bytes(b"smaller" * 100)
        return PASSED

    monkeypatch.setattr(post_files, "_rendered", render)
    with at("x") as place:
        account = place.account("1", premium=False)
        post = place.post(account)
        place.fake.fail(Fault(status=503))
        place.run()
        stored = place.stored(post)
        assert rendered == [(720, 1280)]
        assert stored.state is PostState.POSTED
        assert stored.file is not None
        assert (stored.file.width_px, stored.file.height_px) == (720, 1280)
        assert place.public(account)[0].sha256 == hashlib.sha256(b"smaller" * 100).hexdigest()


def _told(place: Place) -> list[tuple[str, str]]:
    with place.session() as session:
        found = [(one.alert_id, one.kind, one.sentence) for one in queries.alerts.alerts(session)]
    return [(kind, sentence) for _, kind, sentence in sorted(found)]


def test_a_post_by_hand_is_a_package_and_a_reminder(at: At) -> None:
    with at("instagram") as place:
        account = place.account(
            "1",
            method=PostingMethod.MANUAL,
            timezone="Europe/Berlin",
            disclosure=Disclosure(paid_partnership=True),
        )
        cover = place.home / "store" / CLIENT / "clips" / "clip_1.jpg"
        cover.write_bytes(b"a picture")
        post = place.post(account)
        place.publisher().round()
        stored = place.stored(post)
        assert (stored.state, stored.next_at) == (PostState.PROCESSING, place.now + THREE_DAYS)
        folder = package_folder(post, account)
        assert {one.name for one in folder.iterdir()} == {
            "clip.mp4",
            "cover.jpg",
            "caption.txt",
            "hashtags.txt",
            "reminder.txt",
            "title.txt",
        }
        assert hashlib.sha256((folder / "clip.mp4").read_bytes()).hexdigest() == place.sha256
        assert (folder / "cover.jpg").read_bytes() == b"a picture"
        reminder = (folder / "reminder.txt").read_text()
        assert "Cover: cover.jpg. Words: title.txt, caption.txt, hashtags.txt." in reminder
        assert "at 10:00 (Europe/Berlin)" in reminder
        assert "Mark it as: paid partnership." in reminder
        begins = {line.partition(":")[0] for line in reminder.splitlines()}
        assert not begins & {"Who may see it", "Allow", "Allow no"}
        assert _told(place) == [("manual", stored.note)]
        assert post_changes.done(post.post_id, "Ann", "https://x.example/1", place.now).state is (
            PostState.POSTED
        )
        assert place.fake.count() == 0


@pytest.mark.parametrize("by_now", [PostingMethod.MANUAL, PostingMethod.API])
def test_a_package_that_nobody_posts_does_not_wait_for_ever(at: At, by_now: PostingMethod) -> None:
    with at("x") as place:
        account = place.account("1", method=PostingMethod.MANUAL)
        post = place.post(account)
        place.publisher().round()
        reminder = place.stored(post).note
        with place.session() as session:
            queries.accounts.save_account(session, account.replace(method=by_now))
        place.run()
        left = place.stored(post)
        assert (left.state, left.next_at, place.now) == (
            *(PostState.HELD, None),
            post.due_at + THREE_DAYS,
        )
        assert "within three days that its package was posted" in left.note
        assert _told(place) == [("manual", reminder), ("manual", left.note)]
        assert place.fake.count() == 0
        with pytest.raises(Rejected, match="cancel it with --not-public"):
            post_changes.cancel(post.post_id, "Ann", "no", place.now)
        assert post_changes.done(post.post_id, "Ann", "", place.now).state is PostState.POSTED


def test_a_package_of_an_earlier_version_is_told_of_and_does_not_wait_for_ever(at: At) -> None:
    with at("x") as place:
        account = place.account("1", method=PostingMethod.MANUAL)
        post = place.post(
            account,
            state=PostState.PROCESSING,
            receipt=Receipt(stage=Stage.INBOX, note="To be posted by hand from there."),
            begun_at=place.now,
            next_at=None,
        )
        place.publisher().round()
        assert _told(place) == [("manual", "To be posted by hand from there.")]
        place.run()
        left = place.stored(post)
        assert (left.state, left.next_at) == (PostState.HELD, None)
        assert place.now == post.due_at + THREE_DAYS
        assert _told(place)[1:] == [("manual", left.note)]


def test_a_package_has_no_file_for_what_there_is_not(at: At) -> None:
    with at("instagram") as place:
        account = place.account("1", method=PostingMethod.MANUAL)
        words = PostCopy(
            platform=PlatformName.INSTAGRAM, title="", caption="He never came back.", hashtags=()
        )
        post = place.post(account, words=words)
        place.publisher().round()
        folder = package_folder(post, account)
        assert {one.name for one in folder.iterdir()} == {
            "clip.mp4",
            "caption.txt",
            "reminder.txt",
        }
        assert "Video: clip.mp4. Words: caption.txt.\n" in (folder / "reminder.txt").read_text()


def test_a_draft_waits_for_its_owner(at: At) -> None:
    with at("tiktok") as place:
        account = place.account("1", method=PostingMethod.INBOX)
        post = place.post(account)
        for _ in range(12):
            place.publisher().round()
            place.world.clock.advance(30)
        stored = place.stored(post)
        assert (stored.state, stored.receipt.stage) == (PostState.PROCESSING, Stage.INBOX)
        assert "inbox" in stored.note
        assert place.public(account) == []
        assert _told(place) == [("manual", stored.note)]
        for _ in range(3):
            place.world.clock.advance(86_400)
            place.publisher().round()
        forgotten = place.stored(post)
        assert (forgotten.state, forgotten.next_at) == (PostState.HELD, None)
        assert "has not posted the draft within three days" in forgotten.note
        assert _told(place) == [("manual", stored.note), ("manual", forgotten.note)]
        # Nothing new goes out of it while it lies there, and nothing is said twice.
        post_changes.retry(post.post_id, "Ada", place.now)
        place.publisher().round()
        assert place.stored(post) == forgotten
        assert len(_told(place)) == 2
        assert post_changes.done(post.post_id, "Ada", "", place.now).state is PostState.POSTED


@pytest.mark.parametrize("late", [False, True])
def test_a_draft_that_its_owner_posts_is_posted(at: At, late: bool) -> None:
    with at("tiktok") as place:
        account = place.account("1", method=PostingMethod.INBOX)
        post = place.post(account)
        for _ in range(12):
            place.publisher().round()
            place.world.clock.advance(30)
        if late:
            place.world.clock.advance(4 * 86_400)
            place.publisher().round()
            assert place.stored(post).state is PostState.HELD
            post_changes.retry(post.post_id, "Ada", place.now)
        place.fake.post_drafts(account.platform_user_id)
        place.world.clock.advance(3_600)
        place.publisher().round()
        assert place.wrongs(account, post) == []


def test_a_draft_that_was_deleted_is_given_up_by_a_person(at: At) -> None:
    with at("tiktok") as place:
        post = place.post(place.account("1", method=PostingMethod.INBOX))
        for _ in range(12):
            place.publisher().round()
            place.world.clock.advance(30)
        place.world.clock.advance(4 * 86_400)
        place.publisher().round()
        with pytest.raises(Rejected, match="if it was not, cancel it with --not-public"):
            post_changes.cancel(post.post_id, "Ada", "deleted", place.now)
        post_changes.cancel(post.post_id, "Ada", "deleted", place.now, not_public=True)
        assert place.stored(post).state is PostState.CANCELLED


def test_posts_in_a_browser_are_held_where_nothing_drives_one(at: At) -> None:
    with at("x") as place:
        post = place.post(place.account("1", method=PostingMethod.BROWSER))
        place.publisher().round()
        stored = place.stored(post)
        assert (stored.state, stored.next_at) == (PostState.HELD, None)
        assert stored.failure is not None
        assert stored.failure.sentence == "This publisher does not post by browser."
        given: list[str] = []

        def drive(post: Post, account: Account, _now: datetime) -> Receipt:
            given.append(post.job("").words.text + account.handle)
            return Receipt(stage=Stage.POSTED, url="https://x.example/1")

        post_changes.retry(post.post_id, "Ann", place.now)
        place.publisher(hand_overs={PostingMethod.BROWSER: drive}).round()
        assert place.stored(post).state is PostState.POSTED
        assert len(given) == 1


def test_posts_of_one_account_do_not_begin_within_hours_of_each_other(at: At) -> None:
    with at("x") as place:
        account = place.account("1")
        first, second = place.post(account), place.post(account, after_s=60)
        place.world.clock.advance(120)
        place.publisher(threads=2).round()
        begun = [place.stored(one).begun_at is not None for one in (first, second)]
        assert sorted(begun) == [False, True]
        place.run()
        assert [one.state for one in place.posts()] == [PostState.POSTED] * 2
        times = sorted(one.begun_at for one in place.posts() if one.begun_at)
        assert times[1] - times[0] >= timedelta(hours=11)


def test_what_is_disclosed_is_what_is_decided_when_the_post_begins(at: At) -> None:
    with at("x") as place:
        account = place.account("1")
        post = place.post(account)
        assert post.disclosure == Disclosure()
        told = Disclosure(ai_generated=True)
        with place.session() as session:
            queries.accounts.save_account(session, account.replace(disclosure=told))
        place.run()
        assert place.wrongs(account, post) == []
        assert place.stored(post).disclosure == told
        # Nor does it go out without what its platform has no field for.
        other = place.account("2")
        late = place.post(other)
        with place.session() as session:
            unsendable = Disclosure(own_brand=True)
            queries.accounts.save_account(session, other.replace(disclosure=unsendable))
        place.run()
        assert (place.stored(late).state, place.public(other)) == (PostState.FAILED, [])


@pytest.mark.parametrize(
    ("platform", "privacy", "expected"),
    [
        ("tiktok", "FOLLOWER_OF_CREATOR", ["Who may see it: followers.", "Allow: duets."]),
        ("x", "PUBLIC_TO_EVERYONE", []),
        ("youtube", "SELF_ONLY", ["Who may see it: only its owner."]),
    ],
)
def test_a_reminder_has_the_choices_that_its_platform_has(
    platform: str, privacy: str, expected: list[str]
) -> None:
    given = Consent(owner="Ann", given_at=datetime(2026, 11, 1, tzinfo=UTC), privacy=privacy)
    one = Account(
        account_id="a",
        client="acme",
        platform=PlatformName(platform),
        handle="ada",
        consent=given.replace(allow_duet=True),
    )
    assert packages._agreed(one)[: len(expected)] == expected
    assert bool(packages._agreed(one)) is bool(expected)
