"""What a change does to what was decided about its clip, and to the posts of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import (
    ClipChange,
    ClipEdit,
    OwnWords,
    PlatformName,
    Post,
    PostState,
    Receipt,
    Stage,
    Verdict,
)
from clipping.publishing import changing, deciding
from tests.db.test_account_rows import an_account
from tests.db.test_queries import save_everything
from tests.db.values import a_clip
from tests.tasks.post_place import a_post

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
BOXED = ClipEdit(style="boxed")
WORDS = ClipEdit(words={name: OwnWords(caption="Typed by hand.") for name in PlatformName})


@pytest.fixture
def place(session: Session) -> Session:
    """A stored clip, about which nobody has decided."""
    save_everything(session)
    queries.clips.save_clip(session, a_clip())
    return session


def made(session: Session, clip_id: str = "clip_2", **changes: Any) -> str:
    """Another film of the clip."""
    queries.clips.save_clip(session, a_clip(clip_id, **changes))
    return clip_id


def verdict(session: Session, clip_id: str = "clip_1") -> Verdict | None:
    return queries.verdicts.find_verdict(session, clip_id)


def reason(session: Session, clip_id: str = "clip_1") -> str:
    found = verdict(session, clip_id)
    assert found is not None
    assert found.rejects
    return found.why


def test_what_a_person_rejected_stays_rejected_whatever_is_changed(place: Session) -> None:
    deciding.reject(place, "clip_1", "Ann", "It misleads", NOW)
    done = changing.ask(place, "clip_1", WORDS, "otto", NOW)
    assert reason(place) == "It misleads"
    assert changing.what_follows(place, done) == "It stays rejected."
    change = changing.ask(place, "clip_1", BOXED, "otto", NOW)
    assert reason(place) == "It misleads"
    changing.fail(place, change.change_id, "No.", NOW)
    assert reason(place) == "It misleads"
    change = changing.ask(place, "clip_1", BOXED, "otto", NOW)
    changing.settle(place, change.change_id, made(place), NOW)
    assert reason(place) == "It misleads"
    assert verdict(place, "clip_2") is None


def test_what_a_person_rejects_meanwhile_stays_rejected(place: Session) -> None:
    change = changing.ask(place, "clip_1", BOXED, "otto", NOW)
    deciding.reject(place, "clip_1", "Ann", "It misleads", NOW)
    deciding.reject(place, made(place), "Ann", "It is dark", NOW)
    done = changing.settle(place, change.change_id, "clip_2", NOW)
    assert (reason(place), reason(place, "clip_2")) == ("It misleads", "It is dark")
    assert changing.what_follows(place, done) == "It stays rejected."


def test_what_stands_in_the_way_of_a_change_alone_goes_with_it(place: Session) -> None:
    change = changing.ask(place, "clip_1", BOXED, "otto", NOW)
    assert reason(place) == "it is being changed: captions as boxed"
    changing.fail(place, change.change_id, "No.", NOW)
    assert verdict(place) is None
    change = changing.ask(place, "clip_1", BOXED, "otto", NOW)
    changing.settle(place, change.change_id, made(place), NOW)
    assert reason(place) == "clip_2 is there in its place: captions as boxed"
    # Changed back, what was replaced is there again.
    back = changing.ask(place, "clip_2", ClipEdit(style="minimal"), "otto", NOW)
    changing.settle(place, back.change_id, "clip_1", NOW)
    assert verdict(place) is None
    assert reason(place, "clip_2").startswith("clip_1 is there in its place")


def test_a_late_film_that_another_change_has_put_in_place_stays_there(place: Session) -> None:
    first = changing.ask(place, "clip_1", BOXED, "otto", NOW)
    changing.fail(place, first.change_id, "It took too long.", NOW)
    second = changing.ask(place, "clip_1", BOXED, "otto", NOW)
    changing.settle(place, second.change_id, made(place), NOW)
    changing.settle(place, first.change_id, "clip_2", NOW)
    assert verdict(place, "clip_2") is None
    changing.settle(place, first.change_id, made(place, "clip_3"), NOW)
    assert reason(place, "clip_3") == "the change that made it was given up"


@pytest.mark.parametrize(
    ("approval", "words", "film"),
    [
        ("required", "It waits for approval.", "It waits for approval afterwards."),
        ("not_needed", "Its client wants no approval.", "Its client wants no approval."),
    ],
)
def test_approval_is_promised_only_where_it_is_wanted(
    place: Session, approval: str, words: str, film: str
) -> None:
    policy = queries.clients.editorial_policy(place, "acme")
    queries.clients.save_editorial_policy(place, "acme", policy.replace(approval=approval))
    for edit, follows in ((WORDS, words), (BOXED, film)):
        change = changing.ask(place, "clip_1", edit, "otto", NOW)
        assert changing.what_follows(place, change) == follows


@pytest.mark.parametrize(
    ("platform", "stage", "unsettled", "state"),
    [
        (PlatformName.TIKTOK, Stage.NEW, False, PostState.SUBMITTING),
        (PlatformName.X, Stage.SENT, False, PostState.SUBMITTING),
        (PlatformName.TIKTOK, Stage.SENDING, False, PostState.CANCELLED),
        (PlatformName.TIKTOK, Stage.SENT, True, None),
        (PlatformName.X, Stage.ARMED, False, None),
    ],
)
def test_what_is_begun_and_surely_not_public_is_posted_with_the_new_words_or_not_at_all(
    place: Session, platform: PlatformName, stage: Stage, unsettled: bool, state: PostState | None
) -> None:
    account = an_account(platform=platform)
    queries.accounts.save_account(place, account)
    post = a_post(account, "clip_1", NOW)
    assert queries.posts.reserve_post(place, post, NOW)
    begun = post.replace(
        state=PostState.SUBMITTING,
        begun_at=NOW,
        receipt=Receipt(stage=stage, unsettled=unsettled),
    )
    lease = NOW + timedelta(minutes=1)
    assert queries.posts.save_post(place, post, begun, NOW, lease_until=lease)
    changing.ask(place, "clip_1", WORDS, "otto", NOW)
    after = queries.posts.get_post(place, post.post_id)
    assert after.state is (state or PostState.SUBMITTING)
    assert (after.words.caption == "Typed by hand.") == (state is PostState.SUBMITTING)


def test_a_failed_post_goes_on_with_the_new_words_and_says_still_why_it_failed(
    place: Session,
) -> None:
    account = an_account()
    queries.accounts.save_account(place, account)
    post: Post = a_post(account, "clip_1", NOW)
    assert queries.posts.reserve_post(place, post, NOW)
    queries.posts.save_post(
        place, post, post.replace(state=PostState.FAILED, note="It was refused."), NOW
    )
    changing.ask(place, "clip_1", WORDS, "otto", NOW)
    after = queries.posts.get_post(place, post.post_id)
    assert (after.state, after.note) == (PostState.FAILED, "It was refused.")
    assert after.words.caption == "Typed by hand."


@pytest.mark.parametrize(
    "act",
    [
        lambda session: deciding.approve(session, ["clip_0", "clip_1"], "Ann", "", NOW),
        lambda session: deciding.reject(session, "clip_1", "Ann", "no", NOW),
        lambda session: changing.ask(session, "clip_1", BOXED, "Ann", NOW),
        lambda session: changing.settle(session, "change_1", "clip_2", NOW),
        lambda session: changing.settle(session, "change_2", "clip_1", NOW),
        lambda session: changing.fail(session, "change_1", "no", NOW),
        lambda session: changing.give_up(session, "change_1", "Ann", NOW),
    ],
    ids=["approve", "reject", "ask", "settle", "settle in its place", "fail", "give up"],
)
def test_nobody_decides_about_a_clip_while_somebody_else_does(
    database_url: str, act: Callable[[Session], Any]
) -> None:
    with open_session(database_url) as session:
        save_everything(session)
        for change_id, clip_id in (("change_1", "clip_1"), ("change_2", "clip_2")):
            made(session, clip_id)
            asked = ClipChange(
                change_id=change_id, clip_id=clip_id, wanted=BOXED, by="Jo",
                asked_at=NOW - timedelta(hours=1), heard_at=NOW - timedelta(hours=1),
            )  # fmt: skip
            queries.changes.save_change(session, asked)
    with open_session(database_url) as first, open_session(database_url) as other:
        queries.changes.lock_clips(first, ["clip_1"])
        other.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            act(other)
        other.rollback()
